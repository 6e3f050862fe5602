// A11, A12, I1 in a running gateway: what a clip is about comes from the booking, the mark or a person, is in the ledger
// with its articles, is found again, and stands as a second name in the store.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../../../config/clock.ts';
import { clipsFeature } from '../../../../gateway/bodycam/clips/clips-feature.ts';
import type { ClipRequests } from '../../../../gateway/bodycam/clips/clip-requests.ts';
import type { DockedClip } from '../../../../gateway/bodycam/custody/slot-parts.ts';
import { askControl } from '../../../../gateway/sessions/control-api.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { World } from '../../gateway-bench.ts';
import { bytesOf, minute, nine, offloaded } from './clip-bodies.ts';

const li = { name: '李明', certificate: 'A-1' };
const booking = {
  device: 'bc-1',
  officers: [li],
  matter: 'sampling',
  caseNumber: '株市监〔2026〕17号',
  caseName: '涉嫌销售不合格商品',
  parties: ['株洲某餐饮公司'],
  from: '2026-11-20T08:50',
  to: '2026-11-20T09:30',
  by: '李明',
};

/** A gateway whose store has the clips of the ledger. */
async function open(t: Test, entries: readonly LedgerBody[] = []) {
  const world = new World();
  const store = path.join(world.folder, 'store');
  world.settings = {
    ...world.settings,
    bodyCams: [{ id: 'bc-1', serial: 'BC00001', unit: '一大队', officer: li, gateway: null }],
    offload: { ...world.settings.offload, storeFolder: store },
  };
  world.entries.push(...entries);
  await mkdir(store, { recursive: true });
  for (const body of entries)
    if (body.case === 'clipOffloaded') {
      const file = path.join(store, body.value.file);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytesOf(body.value.file));
    }
  await world.startRecorder();
  const started: { close: () => Promise<void> }[] = [];
  t.teardown(async () => {
    for (const each of started) await each.close();
    await world.end();
  });
  const start = async () => {
    const clips = clipsFeature();
    const gateway = await world.startGateway({ features: () => [clips] });
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) await gateway.stop('asked');
      closed = true;
    };
    started.push({ close });
    return { clips, gateway, close };
  };
  const ask = <Name extends keyof ClipRequests>(
    name: Name,
    body: ClipRequests[Name]['body'],
  ): Promise<ClipRequests[Name]['answer']> => askControl(world.socket, name, body) as never;
  /** Links of the store, by case. */
  const links = async (): Promise<readonly string[]> => {
    const found = await readdir(path.join(store, 'by-case'), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    return found
      .filter((each) => each.isFile())
      .map((each) => path.relative(path.join(store, 'by-case'), path.join(each.parentPath, each.name)))
      .toSorted();
  };
  const linked = async (what: string, wanted: RegExp): Promise<readonly string[]> => {
    const end = monotonicTime() + 10_000;
    for (;;) {
      const now = await links();
      if (wanted.test(now.join('\n'))) return now;
      if (monotonicTime() > end) throw new Error(`never came: ${what}; ${now.join(' ')}`);
      await sleep(5);
    }
  };
  return { world, store, start, ask, links, linked };
}

/** What this feature entered; the box enters things of its own meanwhile. */
function own({ entries }: World): readonly LedgerBody[] {
  return entries.filter((body) => /^(clipClassed|field(Unb|B)ooked)$/.test(body.case));
}

function docked(): DockedClip {
  return {
    place: { dock: 'dock-1', room: 'talk', slot: 0, serial: 'BC00001', device: 'bc-1', unit: '' },
    clip: { listed: null } as unknown as DockedClip['clip'],
    times: { beginWallMs: nine, endWallMs: nine + 10 * minute, offsetMs: 0, certain: true },
    officer: li,
  };
}

t.test(
  'A12, I2: a clip of the hour of a field booking is of its matter and case, with the articles of the pack',
  async (t) => {
    const { start, ask, world } = await open(t);
    const { clips } = await start();
    t.equal(clips.classify(docked()).by, '', 'before the booking');
    const made = await ask('field-book', booking);
    t.match(made, { matter: 'sampling', fromWallMs: nine - 10 * minute, fittingCount: 0 });
    t.match(made.article, /ZZ/);
    t.match(own(world), [{ case: 'fieldBooked', value: { booking: made.booking, by: '李明' } }]);
    t.match(clips.classify(docked()), {
      by: 'booking',
      matter: 'sampling',
      caseNumber: '株市监〔2026〕17号',
      party: '株洲某餐饮公司',
      article: /ZZ/,
      officer: li,
    });
    t.equal((await ask('field-bookings', { officer: 'A-1' })).count, 1);
    await ask('field-unbook', { booking: made.booking, by: '李明', why: '改期' });
    t.equal((await ask('field-bookings', {})).count, 0);
    t.equal(clips.classify(docked()).by, '', 'cancelled');
    await t.rejects(ask('field-unbook', { booking: made.booking, by: '李明' }), {
      code: 'FIELD_BOOKING_UNKNOWN',
    });
  },
);

t.test('A12: a booking of a device without a name is for whoever has it', async (t) => {
  const { start, ask } = await open(t);
  const { clips } = await start();
  await ask('field-book', { ...booking, officers: [] });
  t.match(clips.classify(docked()), { by: 'booking', matter: 'sampling' });
});

t.test('A12: a booking that comes late tells which clips it fits, and changes none of them', async (t) => {
  const { start, ask, world } = await open(t, [
    offloaded('bc-1/a.mp4'),
    offloaded('bc-1/b.mp4', { beginWallMs: nine + 60 * minute, endWallMs: nine + 70 * minute }),
    offloaded('bc-1/c.mp4', { timeCertain: false }),
    offloaded('bc-1/d.mp4', { classedBy: 'mark', matter: 'patrol' }),
    offloaded('bc-2/e.mp4', { device: 'bc-2' }),
  ]);
  const { gateway } = await start();
  const made = await ask('field-book', booking);
  t.match(made, { fittingCount: 1, fitting: ['bc-1/a.mp4'] });
  t.equal(gateway.view().bodycams?.unclassed, 4);
  t.notOk(world.cases().includes('clipClassed'));
});

t.test(
  'A12, I2: a person classes a clip by hand, and the ledger has who, what, why and by which articles',
  async (t) => {
    const { start, ask, world } = await open(t, [offloaded('bc-1/a.mp4')]);
    const { gateway } = await start();
    const about = { matter: 'seizure', caseNumber: '2026-18', caseName: '', party: '李四' };
    const answer = await ask('clip-class', { file: 'bc-1/a.mp4', ...about, by: '陈静', note: '看过画面' });
    t.match(answer, { duty: /./, article: /JZ|ZZ/ });
    t.match(world.entries[(answer.seq ?? 0) - 1], {
      case: 'clipClassed',
      value: { ...about, file: 'bc-1/a.mp4', by: '陈静', why: '看过画面', officer: li, article: /JZ|ZZ/ },
    });
    t.equal(gateway.view().bodycams?.unclassed, 0);
    const again = await ask('clip-class', { file: 'bc-1/a.mp4', ...about, by: '陈静', note: '看过画面' });
    t.equal(again.seq, null, 'pressed twice is said once');
    await ask('clip-class', { file: 'bc-1/a.mp4', ...about, matter: 'release', by: '王芳', note: '' });
    const { clips } = await ask('clips', { file: 'bc-1/a.mp4' });
    t.match(clips[0], { classing: { matter: 'release', who: '王芳' }, earlierCount: 2 });
    t.same(
      clips[0]?.earlier?.map(({ by, who, matter }) => [by, who, matter]),
      [
        ['', '', ''],
        ['hand', '陈静', 'seizure'],
      ],
      'what was said before is still known',
    );
  },
);

t.test('P7: what cannot be classed or booked is refused in words, and nothing is entered', async (t) => {
  const { start, ask, world } = await open(t, [offloaded('bc-1/a.mp4')]);
  await start();
  const file = 'bc-1/a.mp4';
  for (const [name, body, code] of [
    ['clip-class', { file: 'bc-1/none.mp4', matter: 'seizure', by: 'x' }, 'CLIP_UNKNOWN'],
    ['clip-class', { file, matter: 'seizure' }, 'CLASSING_INVALID'],
    ['clip-class', { file, matter: '', by: 'x' }, 'CLASSING_INVALID'],
    ['clip-class', { file, matter: 'party', by: 'x' }, 'CLIP_REQUEST'],
    ['clip-class', { file, matter: 'seizure', by: 'x', note: 'a\u202eb' }, 'SESSION_FIELD_INVALID'],
    ['clip-class', { file, matter: 'seizure', by: 'x', officer: { certificate: '1' } }, 'CLIP_REQUEST'],
    ['field-book', { ...booking, device: 'bc-9' }, 'CLIP_REQUEST'],
    ['field-book', { ...booking, device: '', officers: [] }, 'CLIP_REQUEST'],
    ['field-book', { ...booking, matter: '', caseNumber: '' }, 'CLIP_REQUEST'],
    ['field-book', { ...booking, by: ' ' }, 'CLIP_REQUEST'],
    ['field-book', { ...booking, to: booking.from }, 'BOOKING_TIME'],
    ['field-book', { ...booking, to: '2027-11-20T09:30' }, 'BOOKING_TIME'],
    ['field-book', { ...booking, from: '2020-11-20T09:30', to: '2020-11-20T09:40' }, 'BOOKING_TIME'],
    ['clips', { limit: 0 }, 'CLIP_REQUEST'],
    ['clips', { room: 'nowhere' }, 'CLIP_REQUEST'],
    ['clips', { from: 'yesterday' }, 'BOOKING_TIME'],
  ] as const)
    await t.rejects(ask(name, body as never), { code }, JSON.stringify(body));
  t.same(own(world), []);
});

t.test(
  'I1: the list is found by name, device, officer, time, party, case, room, and page by page',
  async (t) => {
    const many = Array.from({ length: 120 }, (_, index) => offloaded(`bc-1/m${index}.mp4`));
    const { start, ask } = await open(t, [
      ...many,
      offloaded('bc-2/x.mp4', { room: 'court', device: 'bc-2', party: '李四', caseNumber: '2026-9' }),
    ]);
    await start();
    const files = async (query: ClipRequests['clips']['body']): Promise<string> =>
      (await ask('clips', query)).clips.map(({ file }) => file).join(' ');
    for (const query of [
      { room: 'court' },
      { device: 'BC-2' },
      { party: '李四' },
      { case: '2026-9' },
      { name: 'bc-2 20261120-0900' },
    ])
      t.equal(await files(query), 'bc-2/x.mp4', JSON.stringify(query));
    t.equal(await files({ to: '2026-11-20T08:59' }), '');
    const first = await ask('clips', { unclassed: true, room: 'talk' });
    t.equal(first.clips.length, 100);
    t.equal(first.clips[0]?.file, 'bc-1/m119.mp4', 'the newest first');
    const rest = await ask('clips', { unclassed: true, room: 'talk', before: first.next ?? 1 });
    t.equal(rest.clips.length, 20);
    t.equal(rest.next, null);
  },
);

t.test(
  'I1, C2: each clip has a second name by its case, the same file; a new class moves that name and not the clip',
  async (t) => {
    const { start, ask, links, linked, store } = await open(t, [
      offloaded('bc-1/2026-11-20/a.mp4'),
      offloaded('bc-1/2026-11-20/b.mp4', {
        classedBy: 'booking',
        matter: 'sampling',
        caseNumber: '株市监〔2026〕17号',
        party: '某公司',
      }),
      offloaded('bc-1/2026-11-20/c.mp4', { classedBy: 'issue', matter: 'patrol' }),
    ]);
    const first = await start();
    const made = await linked('three links', /(.*\n){2}/);
    t.match(made.join('\n'), /^no-case\/bc-1_李明_20261120-090000_x_x_[0-9a-f]{8}\.mp4\n/);
    t.match(made.join('\n'), /\nunclassed\/bc-1_李明_/);
    t.match(made.join('\n'), /\n株市监-2026-17号\/bc-1_李明_20261120-090000_某公司_株市监-2026-17号_/);
    const own = await stat(path.join(store, 'bc-1/2026-11-20/a.mp4'));
    t.equal(own.nlink, 2, 'a second name, no copy');
    await ask('clip-class', { file: 'bc-1/2026-11-20/a.mp4', matter: 'seizure', caseNumber: 'S-1', by: 'x' });
    const moved = await linked('the link of its case, and no other', /^(?![^]*unclassed)S-1\//);
    t.equal(moved.length, 3);
    t.notMatch(moved.join('\n'), /unclassed/);
    t.equal((await stat(path.join(store, 'bc-1/2026-11-20/a.mp4'))).ino, own.ino, 'the clip is where it was');
    t.same(await readFile(path.join(store, 'bc-1/2026-11-20/a.mp4')), bytesOf('bc-1/2026-11-20/a.mp4'));
    await first.close();
    await rm(path.join(store, 'by-case'), { recursive: true });
    await start();
    t.same(await linked('made again at the start', /(.*\n){2}/), moved);
    t.same(await links(), moved);
  },
);

t.test('I1: two clips that have all words and bytes in common both get their names', async (t) => {
  const same = { sha256: new Uint8Array(32) };
  const { start, linked } = await open(t, [offloaded('bc-1/a.mp4', same), offloaded('bc-1/b.mp4', same)]);
  await start();
  t.match(await linked('both', /\n/), [/_00000000-b\.mp4$/, /_00000000\.mp4$/]);
});

t.test('P6: what a store does not let link is in the store and in the list all the same', async (t) => {
  const { start, ask, store, links } = await open(t, [offloaded('bc-1/a.mp4')]);
  await writeFile(path.join(store, 'by-case'), 'in the way');
  await start();
  await ask('clip-class', { file: 'bc-1/a.mp4', matter: 'seizure', caseNumber: 'S-1', by: 'x' });
  t.match((await ask('clips', {})).clips[0], { classing: { matter: 'seizure' } });
  t.same(await links(), []);
  t.same(await readFile(path.join(store, 'bc-1/a.mp4')), bytesOf('bc-1/a.mp4'));
});
