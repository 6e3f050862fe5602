// A reception room over days with a faked clock: opened, kept, closed and certified by the schedule alone.
import { generateKeyPairSync, sign } from 'node:crypto';
import t from 'tap';
import { loadCalendars, shippedCalendars } from '../../../config/calendar/load-calendars.ts';
import { WorkingDays } from '../../../config/calendar/working-days.ts';
import { localTime } from '../../../config/calendar/working-hours.ts';
import { monoMs, wallMs } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import type { Settings } from '../../../config/settings-types.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { matterBegins, matterEnds, SessionFold } from '../../../gateway/sessions/session-fold.ts';
import { contractBody } from '../../../gateway/ledger/plain-body.ts';
import { DayBook } from '../../../gateway/working-time/day-book.ts';
import { ReceptionSchedule, retryMs } from '../../../gateway/working-time/reception-schedule.ts';
import { judgeCertificate, judgeEntry, keyPin } from '../../../headquarters/key-pin.ts';
import { settings as base } from '../sessions/fakes.ts';

const key = generateKeyPairSync('ed25519');
const calendar = await loadCalendars([shippedCalendars]);
const minute = 60_000;

const site: Settings = {
  ...base,
  rooms: [
    { id: 'desk', name: '信访接待室', kind: 'reception', cameras: ['a'] },
    { id: 'talk', name: '询问室', kind: 'interview', cameras: ['b'] },
  ],
  workingTime: {
    hours: ['09:00-12:00', '13:30-17:30'],
    special: new Map(),
    closed: [],
    leadMs: 5 * minute,
  },
};

/** A box of which only the clock, the ledger and the sessions are real. */
class Box {
  settings = site;
  wall: number;
  refuse: LiuhenError | null = null;
  /** A room whose closing never ends. */
  hang = '';
  readonly fold = new SessionFold();
  readonly book = new DayBook();
  readonly entries: LedgerBody[] = [];
  readonly asked: string[] = [];
  #schedule: ReceptionSchedule;
  #count = 0;

  constructor(day: string, time: string) {
    this.wall = localTime(day, time, 'Asia/Shanghai');
    this.#schedule = this.#newSchedule();
  }

  enter(body: LedgerBody): void {
    this.entries.push(body);
    this.fold.apply({ seq: this.entries.length, body });
    this.book.apply(body);
  }

  /** Control comes up again: what it knows is what the ledger says. */
  restart(): void {
    this.#schedule = this.#newSchedule();
  }

  async until(day: string, time: string, stepMs = minute): Promise<void> {
    const end = localTime(day, time, 'Asia/Shanghai');
    while (this.wall < end) {
      this.wall = Math.min(end, this.wall + stepMs);
      await this.#schedule.tick();
    }
  }

  tick(): Promise<void> {
    return this.#schedule.tick();
  }

  mark(label: string): void {
    const session = this.fold.inRoom('desk')?.session ?? '';
    const at = { wallMs: this.wall, monoMs: this.wall };
    this.enter({ case: 'sessionMarked', value: { session, label, text: '', at, by: 'clerk' } });
  }

  certificates(): Extract<LedgerBody, { case: 'coverageCertified' }>['value'][] {
    return this.entries.flatMap((body) => (body.case === 'coverageCertified' ? [body.value] : []));
  }

  #newSchedule(): ReceptionSchedule {
    return new ReceptionSchedule({
      settings: () => this.settings,
      readDays: () =>
        Promise.resolve(new WorkingDays(calendar, { closed: this.settings.workingTime.closed, open: [] })),
      sessionIn: (room) => this.fold.inRoom(room),
      book: this.book,
      certified: (room, day) => this.certificates().some((each) => each.room === room && each.day === day),
      missingTold: (year) =>
        this.entries.some((body) => body.case === 'calendarMissing' && body.value.year === year),
      open: async ({ room, kind, by }) => {
        this.asked.push(`open ${room}`);
        if (this.refuse) throw this.refuse;
        this.#open(room, kind, by);
      },
      close: async ({ room, by }) => {
        this.asked.push(`close ${room}`);
        if (this.hang === room) return new Promise(() => undefined);
        if (this.refuse) throw this.refuse;
        this.#close(room, by);
      },
      enter: async (body) => this.enter(body),
      sign: (text) => ({ signature: sign(null, text, key.privateKey), keySha256: new Uint8Array(32) }),
      now: () => ({ wall: wallMs(this.wall), mono: monoMs(this.wall) }),
      log: silentLog,
    });
  }

  #open(room: string, kind: string, openedBy: string): void {
    const at = { wallMs: this.wall, monoMs: this.wall };
    this.#count += 1;
    const session = `s${this.#count}`;
    const cameras = [{ camera: 'a', required: ['video', 'audio'] }];
    const opened = { session, room, kind, openedBy, opened: at, cameras, folder: session, officers: [] };
    this.enter({ case: 'sessionOpened', value: opened as never });
    this.enter({ case: 'segmentOpened', value: { session, camera: 'a', first: at } as never });
  }

  #close(room: string, closedBy: string): void {
    const session = this.fold.inRoom(room)?.session ?? '';
    const [booked] = this.book.sessionsIn(room, { from: wallMs(0), to: wallMs(1e15) }).slice(-1);
    const first = { wallMs: booked?.opened ?? 0, monoMs: 0 };
    const closed = { wallMs: this.wall, monoMs: this.wall };
    this.enter({ case: 'sessionClosing', value: { session, closed, closedBy, reason: '' } });
    this.enter({
      case: 'segmentSealed',
      value: { session, camera: 'a', first, last: closed, bytes: 1 } as never,
    });
    this.enter({ case: 'sessionClosed', value: { session } as never });
  }
}

t.test(
  'A1: a working day: opened before the doors, closed at noon and in the evening, certified',
  async (t) => {
    const box = new Box('2026-03-02', '08:00');
    await box.until('2026-03-02', '08:54');
    t.same(box.asked, []);
    await box.until('2026-03-02', '08:55');
    t.same(box.asked, ['open desk'], 'and no other room');
    await box.until('2026-03-02', '12:01');
    t.same(box.asked, ['open desk', 'close desk']);
    await box.until('2026-03-02', '23:59');
    t.same(box.asked, ['open desk', 'close desk', 'open desk', 'close desk']);
    const [certificate, ...more] = box.certificates();
    t.same(more, [], 'once');
    t.match(certificate, {
      room: 'desk',
      day: '2026-03-02',
      reason: 'weekday',
      expectedMs: 7 * 60 * minute,
      tracks: [
        { camera: 'a', track: 'video', recordedMs: 7 * 60 * minute, gapCount: 0 },
        { camera: 'a', track: 'audio', recordedMs: 7 * 60 * minute },
      ],
      article: 'HY 7(1), HY 9(4)',
    });
    if (!certificate) return;
    const pin = keyPin(key.publicKey.export({ type: 'spki', format: 'pem' }) as string);
    const body = contractBody({ case: 'coverageCertified', value: certificate });
    if (body.case !== 'coverageCertified') return;
    const told = { ...body.value, keySha256: pin.fingerprint };
    t.equal(judgeCertificate(pin, 'gw', told), null, 'headquarters holds it for good');
    t.equal(judgeCertificate(pin, 'other', told), 'signature-wrong');
    t.equal(judgeCertificate(pin, 'gw', { ...told, expectedMs: 1n }), 'signature-wrong');
    t.equal(judgeCertificate(null, 'gw', told), 'key-unknown');
    const entered = (value: typeof told) =>
      judgeEntry(pin, 'gw', { case: 'coverageCertified', value }, [], () => Promise.resolve(undefined));
    t.match(await entered(told), { ok: true });
    t.match(await entered({ ...told, day: '2026-03-03' }), { ok: false, fault: 'signature-wrong' });
  },
);

t.test('A1: a box that comes up late joins late, and the certificate says what is missing', async (t) => {
  const box = new Box('2026-03-02', '10:00');
  await box.tick();
  t.same(box.asked, ['open desk']);
  box.restart();
  await box.until('2026-03-02', '18:00');
  const [certificate] = box.certificates();
  t.match(certificate?.tracks[0], {
    recordedMs: 6 * 60 * minute,
    gapCount: 1,
    gaps: [{ cause: 'not-recorded', excuse: '' }],
  });
});

t.test(
  'A1: a box that was off at the end of a day certifies it later, and days before its time never',
  async (t) => {
    const box = new Box('2026-03-02', '08:00');
    await box.until('2026-03-02', '16:00');
    // Off on Tuesday and half of Wednesday.
    box.wall = localTime('2026-03-04', '10:00', 'Asia/Shanghai');
    box.restart();
    await box.until('2026-03-04', '11:00');
    t.same(box.certificates(), [], "Monday's session is open yet");
    await box.until('2026-03-04', '12:01');
    t.same(
      box.certificates().map(({ day, tracks }) => [day, tracks[0]?.gapCount === 0 ? 'whole' : 'gaps']),
      [
        ['2026-03-03', 'whole'],
        ['2026-03-02', 'whole'],
      ],
      'this recorder knows no gap: a real one enters the outage',
    );
    await box.until('2026-03-05', '08:00', 10 * minute);
    t.equal(new Set(box.certificates().map(({ day }) => day)).size, box.certificates().length, 'each once');
  },
);

t.test(
  "A1: it is not closed on somebody's matter, and the day's own time is certified before midnight",
  async (t) => {
    const box = new Box('2026-03-02', '13:00');
    await box.until('2026-03-02', '17:00');
    box.mark(matterBegins);
    await box.until('2026-03-02', '20:00');
    t.same(box.asked, ['open desk'], 'it goes on');
    box.mark(matterEnds);
    await box.until('2026-03-02', '20:01');
    t.same(box.asked, ['open desk', 'close desk']);
    t.equal(box.certificates().length, 1);
    const long = new Box('2026-03-03', '13:00');
    await long.until('2026-03-03', '17:00');
    long.mark(matterBegins);
    await long.until('2026-03-03', '23:59');
    t.equal(long.certificates().length, 1);
  },
);

t.test('A1: nothing happens on a day off, and everything on a Saturday that is made up', async (t) => {
  const holiday = new Box('2026-02-17', '00:00');
  await holiday.until('2026-02-17', '23:59', 10 * minute);
  t.same([holiday.asked, holiday.entries], [[], []]);
  const made = new Box('2026-02-14', '00:00');
  await made.until('2026-02-14', '23:59', 10 * minute);
  t.equal(made.asked.length, 4);
  t.equal(made.certificates()[0]?.reason, 'make-up');
});

t.test('A1: a year that nobody brought is recorded as if it were worked, and told once', async (t) => {
  const box = new Box('2027-01-01', '08:00');
  await box.until('2027-01-01', '23:59');
  t.equal(box.asked.length, 4);
  box.restart();
  await box.until('2027-01-02', '08:00', 10 * minute);
  const told = box.entries.filter((body) => body.case === 'calendarMissing');
  t.match(told, [{ value: { year: 2027 } }]);
  t.equal(told.length, 1);
});

t.test('what is refused is asked again, not every moment', async (t) => {
  const box = new Box('2026-03-02', '09:00');
  box.refuse = new LiuhenError('SESSION_CLOSING', { room: 'desk', session: 's' });
  await box.until('2026-03-02', '09:01', 500);
  t.ok(box.asked.length <= minute / retryMs + 1, `${box.asked.length}`);
  box.refuse = null;
  await box.until('2026-03-02', '09:02', 500);
  t.ok(box.fold.inRoom('desk'));
});

t.test('A1: a room whose closing hangs keeps no other one shut', async (t) => {
  const box = new Box('2026-03-02', '11:00');
  const rooms = [...site.rooms, { id: 'two', name: '二', kind: 'reception', cameras: ['c'] } as const];
  box.settings = { ...site, rooms };
  await box.tick();
  t.same(box.asked, ['open desk', 'open two']);
  box.hang = 'desk';
  await box.until('2026-03-02', '12:00');
  await box.until('2026-03-02', '13:26');
  t.same(box.asked.slice(2), ['close desk', 'close two', 'open two'], 'and it is not asked twice meanwhile');
});

t.test("A1: somebody's own session in the room is theirs to end", async (t) => {
  const box = new Box('2026-03-02', '08:00');
  box.enter({
    case: 'sessionOpened',
    value: {
      session: 'own',
      room: 'desk',
      kind: 'statement',
      openedBy: 'clerk',
      opened: { wallMs: box.wall, monoMs: 0 },
      cameras: [],
      folder: 'own',
      officers: [],
    } as never,
  });
  await box.until('2026-03-02', '23:59');
  t.same(box.asked, []);
});

t.test('A1: a pack that only allows it, or is silent, starts nothing by itself', async (t) => {
  for (const pack of ['zhuzhou-urban', 'culture-tourism']) {
    const box = new Box('2026-03-02', '08:00');
    box.settings = { ...site, policy: { ...site.policy, pack } };
    await box.until('2026-03-02', '18:00');
    t.same([box.asked, box.entries], [[], []], pack);
  }
});

/** A hall under a pack, on a working day. */
async function hallDay(pack: string, wholeWorkingTime?: boolean): Promise<Box> {
  const box = new Box('2026-03-02', '08:00');
  const hall = { id: 'desk', name: '服务大厅', kind: 'hall', cameras: ['a'] } as const;
  const rooms = [{ ...hall, ...(wholeWorkingTime === undefined ? {} : { wholeWorkingTime }) }];
  box.settings = { ...site, rooms, policy: { ...site.policy, pack } };
  await box.until('2026-03-02', '18:00');
  return box;
}

t.test(
  'A6: a hall that must record synchronously does so the whole working time, by its article',
  async (t) => {
    const box = await hallDay('fushun-industry');
    t.same(box.asked, ['open desk', 'close desk', 'open desk', 'close desk']);
    t.match(box.certificates(), [{ article: 'FS 10 para 3', expectedMs: 7 * 60 * minute }]);
  },
);

t.test('A6: where the rules only allow it the site decides, and they are cited all the same', async (t) => {
  for (const chosen of [undefined, false]) t.same((await hallDay('zhuzhou-urban', chosen)).asked, []);
  const box = await hallDay('zhuzhou-urban', true);
  t.equal(box.asked.length, 4);
  t.match(box.certificates(), [{ article: 'ZZ 9' }]);
  t.same((await hallDay('hengyang-industry')).asked, [], 'silent: nothing is recorded by itself');
  t.match((await hallDay('hengyang-industry', true)).certificates(), [{ article: '' }]);
  t.equal((await hallDay('fushun-industry', false)).asked.length, 4, 'a duty is not the site’s to drop');
});
