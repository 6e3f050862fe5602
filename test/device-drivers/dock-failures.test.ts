// Every way in which a dock or its line fails ends in a state with a name, and what was lost with it is told.
import { generateKeyPairSync } from 'node:crypto';
import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { updateFirmware } from '../../device-drivers/dock/dock-firmware.ts';
import { dockFailures, type DockFailure } from '../../device-drivers/dock/dock-state.ts';
import { maxWaiting } from '../../device-drivers/dock/dock-wire.ts';
import { Dock, type DockOptions } from '../../device-drivers/dock/dock.ts';
import { keepDock } from '../../device-drivers/dock/keep-dock.ts';
import type { DockBehaviour } from '../../hw-sim/dock/dock-behaviour.ts';
import { dockFault } from '../../hw-sim/dock/dock-faults.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { createSimDock, type SimDock, type SimDockSpec } from '../../hw-sim/dock/sim-dock.ts';
import { signFirmware } from '../../protocols/dock/firmware-image.ts';
import { encodeFrame } from '../../protocols/dock/frame.ts';
import { until } from '../gateway/sessions/fakes.ts';

const quick = { firstReplyWaitMs: 15, longestReplyWaitMs: 30, sends: 3 };

async function rig(t: Test, options: Partial<DockOptions> = {}, spec: SimDockSpec = {}): Promise<Rig> {
  const sim = await createSimDock(spec);
  t.teardown(() => sim.close());
  const dock = new Dock({ address: 'memory', connect: async () => sim.connect(), times: quick, ...options });
  t.teardown(() => dock.close());
  const lost: string[] = [];
  dock.events.on('lost', (error) => lost.push(String(error.details['state'])));
  return { sim, dock, lost };
}
interface Rig {
  readonly sim: SimDock;
  readonly dock: Dock;
  readonly lost: string[];
}

/** A payload that is nothing, in a sound frame with the number that was asked for. */
const garbage = (): DockBehaviour => {
  let sequence = 0;
  return {
    name: 'garbage',
    answer: (_, next) => {
      sequence += 1;
      return next();
    },
    out: (bytes) =>
      sequence === 0
        ? [bytes]
        : [encodeFrame({ version: 1, type: 'reply', sequence, payload: Buffer.from('12ff', 'hex') })],
  };
};

const whileOpening: readonly (readonly [DockFailure, string, DockBehaviour | null, Partial<DockOptions>])[] =
  [
    ['unreachable', 'no cable', null, { connect: () => Promise.reject(new Error('no cable')) }],
    ['silent', 'not one byte', dockFault('silent'), {}],
    ['noise', 'no sound frame', dockFault('babble'), {}],
    ['wrong-version', 'speaks 2 to 3', dockFault('wrongVersion'), {}],
    ['wrong-firmware', 'build 1, at least 142', dockFault('oldFirmware'), { minBuild: 142 }],
    ['refused', 'identify', { name: 'no', answer: () => ({ refused: 'internal' }) }, {}],
    ['bad-reply', 'cannot be read', garbage(), {}],
    ['bad-reply', 'cannot be read', dockFault('wrongAnswer'), {}],
    ['no-reply', 'identify', { name: 'mute', answer: () => null }, {}],
    ['rebooted', 'booted', dockFault('reboot'), {}],
  ];

t.test('while it is opened, every failure has its name', async (t) => {
  for (const [state, why, behaviour, options] of whileOpening) {
    const { sim, dock, lost } = await rig(t, options);
    if (behaviour) sim.use(behaviour);
    await t.rejects(dock.open(), {
      code: 'DOCK_DOWN',
      message: new RegExp(why),
      details: { state, fault: dockFailures[state] },
    });
    t.same([dock.status.state, lost], [state, []], state);
  }
});

const whileOpen: readonly (readonly [DockFailure, (rig: Rig) => void])[] = [
  ['lost', ({ sim }) => sim.unplug()],
  ['rebooted', ({ sim }) => sim.reboot()],
  ['no-reply', ({ sim }) => sim.use(dockFault('silent'))],
  ['bad-reply', ({ sim }) => sim.use(dockFault('wrongAnswer'))],
  ['refused', ({ sim }) => sim.use({ name: 'no', answer: () => ({ refused: 'internal' }) })],
  [
    'wrong-version',
    ({ sim }) =>
      sim.use({
        name: 'other',
        out: () => [encodeFrame({ version: 9, type: 'reply', sequence: 3, payload: new Uint8Array() })],
      }),
  ],
  [
    // Nobody was there when it booted.
    'rebooted',
    ({ sim }) => {
      const off = sim.use(dockFault('silent'));
      sim.reboot();
      off();
    },
  ],
];

t.test('once it is open, every failure is told once by its name, and it opens again', async (t) => {
  for (const [state, happens] of whileOpen) {
    const made = await rig(t, { pollMs: 20 });
    await made.dock.open();
    happens(made);
    await until(state, () => made.lost.length > 0);
    t.same([made.dock.status.state, made.lost], [state, [state]], state);
    await t.rejects(made.dock.ask('dockHealth', {}), { code: 'DOCK_DOWN', details: { state } });
  }
  const tried = new Set([...whileOpening, ...whileOpen].map(([state]) => state));
  t.same([...tried].toSorted(), Object.keys(dockFailures).toSorted(), 'the tables leave no state out');
});

t.test('a second host takes the line over, and the first one is told', async (t) => {
  const { sim, dock, lost } = await rig(t);
  await dock.open();
  const second = new Dock({ address: sim.address, times: quick });
  t.teardown(() => second.close());
  await second.open();
  await until('lost', () => lost.length > 0);
  t.same([lost, dock.status.state, second.status.state], [['lost'], 'lost', 'ready']);
  t.match(await second.ask('dockHealth', {}), { faults: 0 });
});

t.test('an address that is none is told, and never tried', async (t) => {
  await t.rejects(new Dock({ address: 'ttyUSB0' }).open(), { code: 'DOCK_ADDRESS' });
  await t.rejects(new Dock({ address: 'serial:/dev/ttyNONE9' }).open(), {
    code: 'DOCK_DOWN',
    details: { state: 'unreachable' },
  });
});

t.test('a lost acknowledgement never does a thing twice, whichever call it is', async (t) => {
  const { sim, dock } = await rig(t);
  const device = new SimBodyCam({}, [{ id: 'C1', bytes: Buffer.from('clip'), beginWallMs: 0, endWallMs: 1 }]);
  sim.insert(0, device);
  await dock.open();
  const at = { slot: 0, insertion: sim.slots[0]?.insertion ?? 0 };
  const asks = [
    () => dock.ask('slotLock', { slot: 0, locked: true }),
    () => dock.ask('clockSet', { at, wallMs: 1_767_225_600_000n }),
    () => dock.ask('diskMode', { at, on: true }),
    () => dock.ask('diskMode', { at, on: false }),
    () => dock.ask('eraseClip', { at, id: 'C1', sizeBytes: 4n, sha256: new Uint8Array() }),
  ];
  for (const ask of asks) {
    const before = sim.received.length;
    const off = sim.use(dockFault('lostAck', { times: 2 }));
    await ask();
    off();
    t.equal(sim.received.length, before + 1);
  }
  t.ok((dock.status.counts?.repeated ?? 0) >= 2 * asks.length);
  t.same(device.erased, ['C1']);
});

t.test('commands wait for one another, and only so many may', async (t) => {
  const { sim, dock } = await rig(t);
  await dock.open();
  const before = sim.received.length;
  let inside = 0;
  sim.use({
    name: 'watch',
    answer: (_, next) => {
      inside += 1;
      return next();
    },
  });
  const asked = Array.from({ length: maxWaiting + 3 }, () => dock.ask('dockHealth', {}));
  const ends = await Promise.allSettled(asked);
  t.equal(ends.filter(({ status }) => status === 'fulfilled').length, maxWaiting);
  t.match(ends.at(-1), { status: 'rejected', reason: { code: 'DOCK_QUEUE_FULL' } });
  t.same([inside, sim.received.length - before], [maxWaiting, maxWaiting]);
});

t.test('a dock that stays busy is refused in the end', async (t) => {
  const { sim, dock } = await rig(t);
  await dock.open();
  sim.use(dockFault('busy', { times: 1000 }));
  await t.rejects(dock.ask('dockHealth', {}), { code: 'DOCK_REFUSED', details: { refusal: 'busy' } });
});

t.test('any bytes at all from the other end: open() ends with a name and in time', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 }), async (chunks) => {
      const [ours, theirs] = duplexPair();
      theirs.on('error', () => undefined);
      theirs.resume();
      const times = { firstReplyWaitMs: 2, longestReplyWaitMs: 2, sends: 2 };
      const dock = new Dock({ address: 'fuzz', connect: async () => ours, times });
      for (const chunk of chunks) theirs.write(Buffer.concat([chunk, Buffer.of(0)]));
      const error: unknown = await dock.open().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      dock.close();
      t.match(error, { code: 'DOCK_DOWN', details: { state: /^(?:silent|noise|no-reply|bad-reply|lost)$/ } });
    }),
    { numRuns: 40 },
  );
});

t.test(
  'faults of body-cams are on the wire: low battery, a clock years off, one serial number twice',
  async (t) => {
    const { sim, dock } = await rig(t);
    sim.insert(0, new SimBodyCam({ serial: 'A' }));
    sim.insert(1, new SimBodyCam({ serial: 'B' }));
    for (const name of ['lowBattery', 'clockOff', 'duplicateSerial'] as const) sim.use(dockFault(name));
    await dock.open();
    const [first, second] = dock.status.slots;
    if (!first || !second) return;
    t.equal((await dock.ask('battery', first)).percent, 5);
    t.equal((await dock.ask('deviceInfo', first)).serial, (await dock.ask('deviceInfo', second)).serial);
    const years = Number((await dock.ask('clockRead', first)).wallMs - BigInt(Date.now())) / 31_557_600_000;
    t.ok(years > 9.9 && years < 10.1, `${years} years`);
    await dock.ask('clockSet', { at: second.at, wallMs: -86_400_000n });
    t.equal(sim.slots[1]?.device?.facts.clockSkewMs.toString().startsWith('-'), true, 'before 1970');
  },
);

t.test('kept open: it comes back by itself after a boot, and each wait names what was wrong', async (t) => {
  const { sim, dock } = await rig(t);
  const heard: string[] = [];
  const waits = Object.fromEntries(
    Object.values(dockFailures).map((fault) => [fault, { first: 2, longest: 5 }]),
  ) as Parameters<typeof keepDock>[0]['waits'];
  const kept = keepDock({
    dock,
    waits,
    onOpen: () => heard.push('open'),
    onWait: ({ error }) => heard.push(/: ([\w-]+) \(/.exec(error?.message ?? '')?.[1] ?? 'nothing'),
  });
  await until('open', () => heard.length === 1);
  sim.reboot();
  await until('open again', () => heard.length === 3);
  sim.unplug();
  await until('unreachable', () => heard.includes('unreachable'));
  await sim.plug();
  await until('open at last', () => heard.at(-1) === 'open');
  await kept.close();
  t.same(heard.slice(0, 5), ['open', 'rebooted', 'open', 'lost', 'unreachable']);
  t.equal(dock.status.state, 'closed');
});

t.test(
  'P6: a device that is in its slot when the dock is opened can be asked as soon as it is told',
  async (t) => {
    const { sim, dock } = await rig(t);
    sim.insert(1, new SimBodyCam({ serial: 'A' }));
    const asked: Promise<unknown>[] = [];
    dock.events.on('inserted', (at) => {
      asked.push(dock.ask('slotLamp', { slot: at.slot, lamp: 'slow' }), dock.ask('deviceInfo', { at }));
    });
    await dock.open();
    t.match(await Promise.all(asked), [{ lamp: 'slow' }, { serial: 'A' }]);
  },
);

t.test(
  'firmware: an update whose plug is pulled at any byte goes on where it was, and nothing is flashed twice',
  async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const image = signFirmware(
      { target: 'dock', model: 'DK-4', name: '1.5.0', build: 150 },
      Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7) & 0xff)),
      privateKey,
    );
    // Before the first byte, at each edge of a chunk, in the middle of one, at the last byte.
    const cuts = [0, 1, 2047, 2048, 2049, 4095, 4096, 4999].flatMap(
      (byte) =>
        [
          [byte, true],
          [byte, false],
        ] as const,
    );
    for (const [atByte, undone] of cuts) {
      const { sim, dock } = await rig(t, {}, { firmwareKey: publicKey });
      sim.use(dockFault('updateInterrupted', { atByte, undone }));
      await dock.open();
      await t.rejects(updateFirmware(dock, image), { code: 'DOCK_DOWN', details: { state: 'rebooted' } });
      t.equal(sim.firmware.build, 142, 'the old one runs');
      await dock.open();
      const told: number[] = [];
      await updateFirmware(dock, image, { told: (bytes) => told.push(bytes) });
      await until('the new one', () => sim.firmware.build === 150);
      t.equal(
        sim.flashedBytes,
        5000,
        `cut ${undone ? 'before' : 'after'} the chunk with ${atByte}: ${told.join(' ')}`,
      );
    }
  },
);

t.test(
  'firmware: a power cut at the very end leaves the old one or the new one, and asking again is safe',
  async (t) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const about = { target: 'dock', model: 'DK-4', name: '1.5.0' } as const;
    const image = signFirmware({ ...about, build: 150 }, Buffer.alloc(3000, 1), privateKey);
    const { sim, dock } = await rig(t, {}, { firmwareKey: publicKey });
    sim.use(dockFault('reboot', { call: 'firmwareApply' }));
    await dock.open();
    await t.rejects(updateFirmware(dock, image), { code: 'DOCK_DOWN' });
    t.equal(sim.firmware.build, 150, 'the flag was written');
    await dock.open();
    t.match(dock.status.identity, { firmware: { build: 150 } });
    const refused = (refusal: string) => ({ code: 'DOCK_REFUSED', details: { refusal } }) as const;
    const older = signFirmware({ ...about, build: 149 }, Buffer.alloc(10), privateKey);
    await t.rejects(updateFirmware(dock, older), refused('image-downgrade'));
    const stranger = signFirmware(
      { ...about, build: 151 },
      Buffer.alloc(10),
      generateKeyPairSync('ed25519').privateKey,
    );
    await t.rejects(updateFirmware(dock, stranger), refused('image-signature'));
    const bent = { ...image, image: Buffer.alloc(3000, 2) };
    await t.rejects(updateFirmware(dock, bent), refused('image-hash'));
    await t.rejects(dock.ask('firmwareApply', {}), refused('image-incomplete'));
    await t.rejects(
      dock.ask('firmwareChunk', { offsetBytes: 77n, data: Buffer.of(1) }),
      refused('image-offset'),
    );
    t.equal(dock.status.state, 'ready');
  },
);

t.test(
  'who hears of a device can ask it at once, also when an event was lost while it was opened',
  async (t) => {
    const { sim, dock } = await rig(t);
    const [one, two] = [new SimBodyCam(), new SimBodyCam({ serial: 'BC00002' })];
    let swallowed = false;
    sim.use({
      name: 'put in meanwhile',
      answer: (request, next) => {
        if (request.case === 'identify') {
          const off = sim.use({ name: 'lost event', out: () => ((swallowed = true), []) });
          sim.insert(0, one);
          off();
          sim.insert(1, two);
        }
        return next();
      },
    });
    const answers: Promise<string>[] = [];
    dock.events.on('inserted', (at) =>
      answers.push(
        dock.ask('deviceInfo', { at }).then(
          ({ serial }) => serial,
          (error: Error) => error.message,
        ),
      ),
    );
    await dock.open();
    await until('both are heard of', () => answers.length === 2);
    t.same((await Promise.all(answers)).toSorted(), ['BC00001', 'BC00002']);
    t.ok(swallowed);
  },
);
