// What headquarters commands, at a gateway with a faked recorder and ledger: each is done once by its id, also over the
// end of the process in the middle of it, and by the rules that hold for everybody.
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { bookingFeature } from '../../../gateway/bookings/booking-feature.ts';
import type { RoomContext } from '../../../gateway/gateway-feature.ts';
import type { Gateway } from '../../../gateway/gateway.ts';
import { askControl } from '../../../gateway/sessions/control-api.ts';
import type { OpenAnswer } from '../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { clockToleranceMs, maxLifetimeMs } from '../../../gateway/uplink/command-check.ts';
import { commandRefusalLimits } from '../../../gateway/uplink/command-refusals.ts';
import { CommandDesk } from '../../../gateway/uplink/commands.ts';
import { encodeCommand, maxCommandBytes } from '../../../protocols/hq/codec.ts';
import type { Command, Reply, RoomWork } from '../../../protocols/hq/command-messages.ts';
import { World } from '../gateway-bench.ts';
import { FakeLedger, moment, request, settings } from '../sessions/fakes.ts';

type Taken = (LedgerBody & { case: 'commandTaken' })['value'];

const { by: _by, ...matter } = request;
const openTalk: RoomWork = { case: 'open', value: { ...matter, urgent: false } };

function command(work: RoomWork, change: Partial<Command> = {}): Command {
  const issuedWallMs = BigInt(Date.now());
  return {
    id: randomUUID(),
    issuedWallMs,
    expiresWallMs: issuedWallMs + 60_000n,
    by: '值班员',
    addressee: 'agency/site/gw',
    command: work,
    ...change,
  };
}

interface Box {
  readonly world: World;
  readonly send: (command: Command, retained?: boolean) => Promise<Reply | null>;
  readonly raw: (payload: Uint8Array, retained?: boolean) => Promise<Reply | null>;
  /** A new process over the entries that are left; the one before ends without a word. */
  readonly restart: (keep?: (body: LedgerBody, index: number) => boolean) => Promise<void>;
  readonly taken: () => Taken[];
}

async function box(t: Test): Promise<Box> {
  const world = new World();
  let gateway: Gateway | null = null;
  let desk = new CommandDesk();
  const start = async (): Promise<void> => {
    await world.startRecorder();
    desk = new CommandDesk();
    gateway = await world.startGateway({ features: () => [bookingFeature(), desk.feature] });
  };
  t.teardown(async () => {
    await gateway?.stop('parent-gone');
    await world.end();
  });
  await start();
  const raw: Box['raw'] = (payload, retained = false) => desk.take({ payload, retained });
  return {
    world,
    raw,
    send: (what, retained) => raw(encodeCommand(what), retained),
    restart: async (keep = () => true) => {
      const entries = [...world.entries];
      await gateway?.stop('parent-gone');
      await world.killRecorder();
      world.entries.splice(0, Infinity, ...entries.filter(keep));
      await start();
    },
    taken: () => world.entries.flatMap((body) => (body.case === 'commandTaken' ? [body.value] : [])),
  };
}

const opened = (world: World): number => world.cases().filter((each) => each === 'sessionOpened').length;

t.test('A2: headquarters opens, marks and closes a session, and the ledger names it', async (t) => {
  const { world, send, taken } = await box(t);
  const open = await send(command(openTalk));
  t.match(open, { ok: true, code: '' });
  const session = open?.session ?? '';
  t.not(session, '');
  const mark = { room: '', session, label: 'evidence', text: '' };
  t.match(await send(command({ case: 'mark', value: mark })), { ok: true, session });
  const close = { room: 'talk', session, reason: 'done' };
  t.match(await send(command({ case: 'close', value: close })), { ok: true, session });
  const by = 'hq: 值班员';
  t.match(
    world.entries.filter(({ case: what }) => /^session(Opened|Marked|Closing)$/.test(what)),
    [{ value: { openedBy: by } }, { value: { by } }, { value: { closedBy: by, reason: 'done' } }],
  );
  t.match(
    taken().map(({ what, outcome }) => `${what} ${outcome}`),
    ['open taken', 'open done', 'mark taken', 'mark done', 'close taken', 'close done'],
  );
  t.equal(taken()[1]?.session, session);
  t.ok(world.cases().indexOf('commandTaken') < world.cases().indexOf('sessionOpened'), 'P5: entered before');
});

t.test('A2: headquarters books a room and cancels it', async (t) => {
  const { send, world } = await box(t);
  const at = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  const value = { ...matter, from: at(60), to: at(120), endsItself: false };
  const booked = await send(command({ case: 'book', value }));
  const booking = booked?.booking ?? '';
  t.match(booking, /^b-/);
  t.match(await send(command({ case: 'unbook', value: { booking } })), { ok: true, booking });
  const again = await send(command({ case: 'unbook', value: { booking } }));
  t.match(again, { ok: false, code: 'BOOKING_UNKNOWN', details: [{ name: 'booking', value: booking }] });
  t.ok(world.entries.some((body) => body.case === 'bookingMade' && body.value.by === 'hq: 值班员'));
});

t.test('delivered twice it is done once: at once, later, and after a restart', async (t) => {
  const { world, send, restart, taken } = await box(t);
  const once = command(openTalk);
  const [first, second] = await Promise.all([send(once), send(once)]);
  t.same(second, first);
  t.same(await send(once), first);
  await restart();
  t.match(await send(once), { ok: true, session: first?.session });
  t.equal(opened(world), 1);
  t.equal(taken().length, 2);
  const other = await send({ ...once, by: 'somebody else' });
  t.match(other, { ok: false, code: 'HQ_COMMAND_INVALID' }, 'another command with its id');
  await restart();
  t.match(await send(once), { ok: true, session: first?.session }, 'and the first one is remembered');
});

t.test('killed between doing and saying so: the session is found, and no second one opens', async (t) => {
  const { world, send, restart, taken } = await box(t);
  const once = command(openTalk);
  const first = await send(once);
  await restart((body) => body.case !== 'commandTaken' || body.value.outcome !== 'done');
  t.match(
    taken().at(-1),
    { outcome: 'done', session: first?.session },
    'what it did is entered at the start',
  );
  t.match(await send(once), { ok: true, session: first?.session });
  t.equal(opened(world), 1);
});

t.test('killed before it did anything: it is cut off, and done when it comes again', async (t) => {
  const { world, send, restart, taken } = await box(t);
  const once = command(openTalk);
  await send(once);
  await restart((_body, index) => index <= world.cases().indexOf('commandTaken'));
  t.equal(opened(world), 0);
  t.match(taken().at(-1), { outcome: 'cut-off', code: 'HQ_COMMAND_CUT_OFF' });
  // Another command of the same people for the same room must not be taken for it at the next start.
  t.match(await send(command(openTalk)), { ok: true });
  t.match(await send(once), { ok: false, code: 'SESSION_ALREADY_OPEN' });
  t.equal(opened(world), 1);

  const second = await box(t);
  await second.send(once);
  await second.restart((_body, index) => index <= second.world.cases().indexOf('commandTaken'));
  t.match(await second.send(once), { ok: true });
  t.match(await second.send(once), { ok: true });
  t.equal(opened(second.world), 1);
});

t.test('without its id no session is closed or marked, and nothing pauses', async (t) => {
  const { world, send } = await box(t);
  const open = await send(command(openTalk));
  const close = { room: 'talk', session: '', reason: '' };
  t.match(await send(command({ case: 'close', value: close })), { ok: false, code: 'SESSION_FIELD_INVALID' });
  const stale = { ...close, session: 'another' };
  t.match(await send(command({ case: 'close', value: stale })), { ok: false, code: 'SESSION_UNKNOWN' });
  t.notOk(world.cases().includes('sessionClosing'));
  t.match((await askControl(world.socket, 'status', null)).rooms[0], { session: open?.session });
});

t.test('P7: the pack asks headquarters as anyone else, and a forbidden room refuses it', async (t) => {
  const { world, send, taken, restart } = await box(t);
  const bare = { ...matter, officers: [], urgent: false };
  const refused = await send(command({ case: 'open', value: bare }));
  t.match(refused, { ok: false, code: 'SESSION_OFFICERS_MISSING', article: /\d/ });
  t.match(taken().at(-1), { outcome: 'refused', code: 'SESSION_OFFICERS_MISSING' });
  t.ok(world.entries.some((body) => body.case === 'sessionRefused' && body.value.askedBy === 'hq: 值班员'));
  const [talk, court] = world.settings.rooms;
  if (talk && court)
    world.settings = { ...world.settings, rooms: [{ ...talk, forbidden: 'explosion-risk' }, court] };
  await restart();
  t.match(await send(command(openTalk)), { ok: false, code: 'SESSION_FORBIDDEN', article: /\d/ });
  const urgent = { ...bare, room: 'court', kind: 'hearing', urgent: true };
  const open = await send(command({ case: 'open', value: urgent }));
  t.match(open, { ok: true });
  t.ok(
    open?.debts?.some(({ debt, dueWallMs }) => debt === 'officers' && dueWallMs > 0n),
    'E7: and owes',
  );
});

t.test('expired, early, kept by the broker, for another box or not whole: nothing is done', async (t) => {
  const { world, send, raw, taken } = await box(t);
  const now = BigInt(Date.now());
  const minute = 60_000n;
  const cases: readonly (readonly [string, Partial<Command>, string])[] = [
    ['expired', { issuedWallMs: now - 2n * minute, expiresWallMs: now - minute }, 'HQ_COMMAND_EXPIRED'],
    ['early', { issuedWallMs: now + minute, expiresWallMs: now + 2n * minute }, 'HQ_COMMAND_INVALID'],
    ['too long', { expiresWallMs: now + BigInt(maxLifetimeMs) + minute }, 'HQ_COMMAND_INVALID'],
    ['of another box', { addressee: 'agency/site/other' }, 'HQ_COMMAND_INVALID'],
  ];
  for (const [what, change, code] of cases)
    t.match(await send(command(openTalk, change)), { ok: false, code }, what);
  t.match(await send(command(openTalk), true), { ok: false, code: 'HQ_COMMAND_INVALID' }, 'retained');
  const newer = Buffer.concat([encodeCommand(command(openTalk)), Buffer.from([0x92, 0x3f, 0x00])]);
  t.match(await raw(newer), { ok: false, code: 'HQ_COMMAND_INVALID' }, 'a field of a newer contract');
  t.equal(taken().length, commandRefusalLimits.changes, 'each is entered');
  t.ok(taken().every(({ outcome }) => outcome === 'refused'));
  t.equal(opened(world), 0);
});

t.test('what has no readable id is entered and not answered; a loop does not fill the ledger', async (t) => {
  const { raw, taken, world } = await box(t);
  const unreadable = [
    new Uint8Array(maxCommandBytes + 1),
    new Uint8Array([0xff, 0xff]),
    encodeCommand(command(openTalk, { id: 'short' })),
    encodeCommand(command(openTalk, { by: ' ' })),
    encodeCommand(command(openTalk, { issuedWallMs: 2n ** 62n, expiresWallMs: 2n ** 62n })),
    new Uint8Array(),
  ];
  for (const payload of unreadable) t.equal(await raw(payload), null);
  t.equal(taken().length, unreadable.length);
  for (let n = 0; n < 50; n += 1) await raw(new Uint8Array([0xff]));
  t.equal(taken().length, commandRefusalLimits.changes);
  t.equal(opened(world), 0);
});

t.test('clocks a little apart are no reason to refuse', async (t) => {
  const { send } = await box(t);
  const now = BigInt(Date.now());
  const half = BigInt(clockToleranceMs) / 2n;
  t.match(await send(command(openTalk, { issuedWallMs: now - 60_000n, expiresWallMs: now - half })), {
    ok: true,
  });
});

t.test('P5: what the ledger does not take is not done, and may come again', async (t) => {
  const { world, send } = await box(t);
  const once = command(openTalk);
  world.refuse = 'commandTaken';
  t.match(await send(once), { ok: false, code: 'HQ_COMMAND_FAILED', seq: 0n });
  t.equal(opened(world), 0);
  world.refuse = null;
  t.match(await send(once), { ok: true });
});

t.test('an outcome that the ledger does not take is found again after a restart', async (t) => {
  const { world, send, restart } = await box(t);
  const once = command(openTalk);
  const { entries } = world;
  const push = entries.push.bind(entries);
  // The disk is full right behind the opening.
  entries.push = (...bodies) => {
    const count = push(...bodies);
    if (bodies.some((body) => body.case === 'sessionOpened')) world.refuse = 'commandTaken';
    return count;
  };
  const first = await send(once);
  t.match(first, { ok: true, seq: 0n });
  t.same(await send(once), first);
  world.refuse = null;
  await restart();
  t.match(await send(once), { ok: true, session: first?.session });
  t.equal(opened(world), 1);
});

t.test('what a box that is ending does not do any more, the next process does', async (t) => {
  const desk = new CommandDesk();
  const ledger = new FakeLedger();
  const { feature } = desk;
  let stopping = true;
  const asked: unknown[] = [];
  const answer = { session: 's-1', article: '', debts: [] } as unknown as OpenAnswer;
  const context = {
    settings: () => settings,
    ledger: {
      fold: ledger.fold,
      append: async (body: LedgerBody) => {
        const entry = await ledger.append(body);
        feature.entry?.({ ...entry, body });
        return entry;
      },
    },
    open: (body: unknown) => {
      asked.push(body);
      return stopping ? Promise.reject(new LiuhenError('CONTROL_STOPPING', {})) : Promise.resolve(answer);
    },
    now: () => moment(Date.now()),
    log: silentLog,
  } as unknown as RoomContext;
  await feature.start(context);
  const payload = encodeCommand(command(openTalk));
  t.match(await desk.take({ payload, retained: false }), { ok: false, code: 'CONTROL_STOPPING' });
  stopping = false;
  t.match(await desk.take({ payload, retained: false }), { ok: true, session: 's-1' });
  t.match(
    ledger.entries.map(({ value }) => value),
    [{ outcome: 'taken' }, { outcome: 'cut-off' }, { outcome: 'taken' }, { outcome: 'done' }],
  );
  // One waits for its turn behind another when the end comes: nothing of it is begun.
  const [first, second] = [1, 2].map(() =>
    desk.take({ payload: encodeCommand(command(openTalk)), retained: false }),
  );
  await feature.close();
  t.match(await first, { ok: false, code: 'CONTROL_STOPPING' });
  t.match(await second, { ok: false, code: 'CONTROL_STOPPING' });
  t.equal(await desk.take({ payload, retained: false }), null);
  t.equal(asked.length, 2);
});

t.test('no more than a bounded number are under way, and none before the box is up', async (t) => {
  const desk = new CommandDesk();
  const early = Array.from({ length: 20 }, () =>
    desk.take({ payload: encodeCommand(command(openTalk)), retained: false }),
  );
  t.same(await Promise.all(early.slice(16)), [null, null, null, null], 'four too many');
  await desk.feature.close();
  t.same(await Promise.all(early), Array(20).fill(null), 'nothing is answered by a box that ends');
});
