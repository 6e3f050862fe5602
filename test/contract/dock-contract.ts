// What SPEC.md asks of a dock and what the driver promises of it, whatever the wire. `anyDockContract` needs only a way
// to the dock and changes nothing on it but a lamp, so it certifies a real one; `dockContract` has hands and faults.
import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { listAllClips, readClip } from '../../device-drivers/dock/dock-clips.ts';
import { Dock, type DockOptions } from '../../device-drivers/dock/dock.ts';
import { dockFault, dockFaultMeanings, type DockFaultName } from '../../hw-sim/dock/dock-faults.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { decodeRefusal, decodeReply, encodeRequest } from '../../protocols/dock/codec.ts';
import {
  chunkOverheadBytes,
  maxPayloadBytes,
  maxSlots,
  maxTextBytes,
  minPayloadBytes,
} from '../../protocols/dock/limits.ts';
import type { DockRequest } from '../../protocols/dock/messages.ts';
import { until } from '../gateway/sessions/fakes.ts';
import { dockOn, RawLine, type DockBench, type OpenBench } from './dock-bench.ts';

type Raw = (own: Test) => Promise<RawLine>;

/** Read only, but for the lamp of slot 0. `raw` is a bare line that nobody else uses. */
export function anyDockContract(t: Test, line: (own: Test) => Promise<DockOptions>, raw: Raw): void {
  t.test('it says what it is, what is in its slots, and how it is', async (own) => {
    const dock = await opened(own, await line(own));
    const { identity, slots } = dock.status;
    own.ok(identity?.model && identity.serial);
    own.equal(slots.length, identity?.slots);
    own.match(await dock.ask('firmwareVersion', {}), { build: identity?.firmware?.build });
    own.ok((await dock.ask('dockHealth', {})).framesReceived > 0);
    for (const { at } of slots.filter((slot) => slot.at.insertion !== 0)) {
      own.ok((await dock.ask('deviceInfo', { at })).serial);
      own.ok((await dock.ask('battery', { at })).percent <= 100);
      const { totalBytes, freeBytes } = await dock.ask('storage', { at });
      own.ok(freeBytes <= totalBytes);
      own.type((await dock.ask('clockRead', { at })).wallMs, 'bigint');
    }
  });

  t.test('a lamp is what was asked for last', async (own) => {
    const dock = await opened(own, await line(own));
    for (const lamp of ['fast', 'slow', 'on', 'off'] as const)
      own.match(await dock.ask('slotLamp', { slot: 0, lamp }), { at: { slot: 0 }, lamp });
  });

  t.test('slots and insertions that are not there are refused by name', async (own) => {
    const dock = await opened(own, await line(own));
    const refused = (refusal: string) => ({ code: 'DOCK_REFUSED', details: { refusal } });
    await own.rejects(dock.ask('battery', { at: { slot: 31, insertion: 1 } }), refused('no-such-slot'));
    await own.rejects(dock.ask('slotLamp', { slot: 99, lamp: 'on' }), refused('no-such-slot'));
    const [first] = dock.status.slots;
    const at = { slot: 0, insertion: (first?.at.insertion ?? 0) + 1000 };
    await own.rejects(dock.ask('battery', { at }), {
      code: 'DOCK_REFUSED',
      details: { refusal: first?.at.insertion ? 'device-changed' : 'slot-empty' },
    });
  });

  t.test('repetitions are answered alike, old numbers not at all, and a new session forgets', async (own) => {
    const bare = await raw(own);
    bare.send(Buffer.of(0), hello(77, 1, 1));
    const first = await bare.answer();
    const greeted = decodeReply(first.payload);
    own.match(greeted, { case: 'hello', value: { session: 77, version: 1 } });
    // The same session again changes nothing; another one forgets.
    bare.send(request(1, { case: 'identify', value: {} }));
    const identity = await bare.answer();
    bare.send(hello(77, 1, 1));
    own.same((await bare.answer()).payload, first.payload);
    bare.send(request(1, { case: 'dockHealth', value: {} }));
    own.same(await bare.answer(), identity, 'the number counts, not what is asked');
    bare.send(request(40, { case: 'identify', value: {} }), request(39, { case: 'identify', value: {} }));
    own.equal((await bare.answer()).sequence, 40);
    own.match(decodeRefusal((await bare.answer()).payload), { code: 'out-of-sequence' });
    // 65535 is followed by 1.
    for (const sequence of [30_000, 60_000, 65_535, 1]) {
      bare.send(request(sequence, { case: 'identify', value: {} }));
      own.match(await bare.answer(), { type: 'reply', sequence });
    }
    bare.send(hello(78, 1, 1));
    await bare.answer();
    bare.send(request(1, { case: 'dockHealth', value: {} }));
    own.match(decodeReply((await bare.answer()).payload), { case: 'dockHealth' });
  });

  t.test(
    'a version that it does not speak, a call that it does not know, a payload that is none',
    async (own) => {
      const bare = await raw(own);
      bare.send(Buffer.of(0), hello(5, 200, 255));
      const refusal = decodeRefusal((await bare.answer()).payload);
      own.match(refusal, { code: 'version-unsupported' });
      own.ok(refusal.minVersion >= 1 && refusal.maxVersion < 200);
      bare.send(hello(6, 1, 255));
      own.match(decodeReply((await bare.answer()).payload), { case: 'hello' }, 'the highest of both');
      bare.send({ version: 1, type: 'request', sequence: 1, payload: Buffer.from('fa0700', 'hex') });
      own.match(decodeRefusal((await bare.answer()).payload), { code: 'unknown-request' });
      bare.send({ version: 1, type: 'request', sequence: 2, payload: Buffer.from('12ff', 'hex') });
      own.match(decodeRefusal((await bare.answer()).payload), { code: 'bad-request' });
    },
  );

  t.test('noise, half frames and frames without end are passed over', async (own) => {
    const bare = await raw(own);
    const asked = request(1, { case: 'identify', value: {} });
    bare.send(Buffer.alloc(3 * maxPayloadBytes, 0x55), Buffer.of(0), hello(9, 1, 1));
    own.equal((await bare.answer()).sequence, 0);
    bare.send(
      Buffer.from('0501030200', 'hex'),
      Buffer.of(0, 0, 0),
      Buffer.from('ff010203', 'hex'),
      Buffer.of(0),
    );
    bare.send(asked);
    own.equal((await bare.answer()).sequence, 1);
  });
}

/** With hands at the dock: each test gets one that has just booted. */
export function dockContract(t: Test, open: OpenBench): void {
  const bench = async (own: Test): Promise<DockBench> => {
    const made = await open();
    own.teardown(() => made.close());
    return made;
  };
  anyDockContract(
    t,
    async (own) => {
      const made = await bench(own);
      made.sim.insert(1, bodyCam());
      return { ...made.line };
    },
    async (own) => {
      const line = new RawLine(await (await bench(own)).raw());
      own.teardown(() => line.close());
      return line;
    },
  );
  t.test('before hello nothing is done', async (own) => {
    const made = await bench(own);
    const bare = new RawLine(await made.raw());
    own.teardown(() => bare.close());
    bare.send(Buffer.of(0), request(1, { case: 'slotLamp', value: { slot: 0, lamp: 'on' } }));
    own.match(decodeRefusal((await bare.answer()).payload), { code: 'no-session' });
    own.same([made.sim.slots[0]?.lamp, made.sim.received.length], ['off', 0]);
  });

  t.test('the smallest dock there may be: every slot in one list, and one clip of it too', async (own) => {
    const made = await open({ slots: maxSlots, facts: { maxPayloadBytes: minPayloadBytes } });
    own.teardown(() => made.close());
    const wide = 'x'.repeat(maxTextBytes);
    const clips = Array.from({ length: 9 }, (_, at) => ({
      id: `${at}${wide}`.slice(0, maxTextBytes),
      bytes: Buffer.alloc(3000, at),
      beginWallMs: -1,
      endWallMs: -1,
      caseMark: wide,
    }));
    made.sim.insert(31, new SimBodyCam({}, clips));
    const dock = await opened(own, { ...made.line }, made);
    own.equal(dock.status.slots.length, maxSlots);
    own.equal(dock.chunkBytes, minPayloadBytes - chunkOverheadBytes);
    const at = dock.status.slots[31]?.at ?? { slot: 31, insertion: 0 };
    const listed = await listAllClips(dock, at);
    own.equal(listed.length, 9);
    own.ok(made.sim.received.filter((one) => one.case === 'listClips').length > 2, 'in several replies');
    const sizes: number[] = [];
    for await (const bytes of readClip(dock, at, listed[0]?.id ?? '', 100n)) sizes.push(bytes.length);
    own.same(sizes, [960, 960, 960, 20]);
  });
  // What it is to have each of them on the line; the others have tests of their own.
  const bearable: readonly DockFaultName[] = [
    'noise',
    'lostRequest',
    'lostAck',
    'duplicateFrames',
    'splitFrames',
    'mergedFrames',
    'busy',
  ];
  for (const name of bearable)
    t.test(`a clip is read whole and erased once with: ${dockFaultMeanings[name]}`, async (own) => {
      const made = await bench(own);
      const device = bodyCam();
      made.sim.insert(2, device);
      const dock = await opened(own, { ...made.line }, made);
      made.sim.use(dockFault(name, { times: 3 }));
      await readAndErase(own, dock, device);
      const done = made.sim.received.filter(
        (one) => one.case === 'eraseClip' && one.value.sizeBytes === 5000n,
      );
      own.equal(done.length, 1);
    });

  t.test('what is put in and pulled out is told once, with events or by asking', async (own) => {
    const made = await bench(own);
    const dock = dockOn(made, { pollMs: 30 });
    own.teardown(() => dock.close());
    const heard: string[] = [];
    dock.events.on('inserted', ({ slot }) => heard.push(`in ${slot}`));
    dock.events.on('removed', ({ slot }) => heard.push(`out ${slot}`));
    made.sim.insert(0, bodyCam());
    await dock.open();
    own.same(heard, ['in 0']);
    made.sim.insert(1, bodyCam());
    made.sim.pull(0);
    await until('told', () => heard.length >= 3);
    own.same(heard, ['in 0', 'in 1', 'out 0']);
    // A device that was swapped while no event came through.
    const off = made.sim.use({ name: 'deafening', out: () => [] });
    made.sim.pull(1);
    made.sim.insert(1, bodyCam());
    off();
    await until('asked', () => heard.length >= 5);
    own.same(heard.slice(3), ['out 1', 'in 1']);
  });

  t.test('an event that was lost is noticed by the next one', async (own) => {
    const made = await bench(own);
    const dock = await opened(own, { ...made.line, pollMs: 60_000 }, made);
    const off = made.sim.use({ name: 'deafening', out: () => [] });
    made.sim.insert(0, bodyCam());
    off();
    made.sim.insert(1, bodyCam());
    await until('both', () => dock.status.slots.filter(({ at }) => at.insertion !== 0).length === 2);
  });

  t.test('a command for a device that was swapped reaches none', async (own) => {
    const made = await bench(own);
    made.sim.insert(0, bodyCam());
    const dock = await opened(own, { ...made.line }, made);
    const at = { slot: 0, insertion: made.sim.slots[0]?.insertion ?? 0 };
    const other = bodyCam();
    made.sim.pull(0);
    made.sim.insert(0, other);
    await own.rejects(dock.ask('eraseClip', { at, id: 'C1', sizeBytes: 5000n, sha256: new Uint8Array() }), {
      code: 'DOCK_REFUSED',
      details: { refusal: 'device-changed' },
    });
    own.equal(other.clips.length, 2);
    own.equal(dock.status.state, 'ready', 'a refusal ends nothing');
  });

  t.test('a cable that is pulled is told once, and the same dock opens again', async (own) => {
    const made = await bench(own);
    // A pty says nothing when its other end goes, at times: then the next question finds out.
    const dock = await opened(own, { ...made.line, pollMs: 100 }, made);
    const lost: unknown[] = [];
    dock.events.on('lost', (error) => lost.push(error.details['state']));
    made.sim.unplug();
    await until('lost', () => lost.length > 0);
    own.equal(dock.status.state, 'lost');
    await own.rejects(dock.ask('dockHealth', {}), { code: 'DOCK_DOWN', details: { state: 'lost' } });
    await made.sim.plug();
    await dock.open();
    own.same([dock.status.state, lost], ['ready', ['lost']]);
  });

  t.test('close during open ends it, twice is once, and it opens again', async (own) => {
    const made = await bench(own);
    const dock = dockOn(made);
    const opening = dock.open();
    dock.close();
    await own.rejects(opening, { code: 'DOCK_DOWN', details: { state: 'closed' } });
    dock.close();
    await dock.open();
    own.equal(dock.status.state, 'ready');
    const asked = dock.ask('dockHealth', {});
    dock.close();
    await own.rejects(asked, { code: 'DOCK_DOWN', details: { state: 'closed' } });
    own.equal(dock.status.state, 'closed');
  });
}

function bodyCam(): SimBodyCam {
  const clip = (id: string, length: number): ConstructorParameters<typeof SimBodyCam>[1] => [
    {
      id,
      bytes: Buffer.from(Array.from({ length }, (_, at) => (at * 31) & 0xff)),
      beginWallMs: Date.UTC(2026, 0, 1),
      endWallMs: Date.UTC(2026, 0, 1, 0, 1),
    },
  ];
  return new SimBodyCam({}, [...(clip('C1', 5000) ?? []), ...(clip('C2', 10) ?? [])]);
}

async function opened(own: Test, options: DockOptions, bench?: DockBench): Promise<Dock> {
  const dock = bench ? dockOn(bench, options) : new Dock(options);
  own.teardown(() => dock.close());
  await dock.open();
  return dock;
}

async function readAndErase(own: Test, dock: Dock, device: SimBodyCam): Promise<void> {
  const at = dock.status.slots[2]?.at ?? { slot: 2, insertion: 0 };
  const clips = await listAllClips(dock, at);
  own.same(
    clips.map(({ id, sizeBytes }) => [id, sizeBytes]),
    [
      ['C1', 5000n],
      ['C2', 10n],
    ],
  );
  const [first] = clips;
  if (!first) return;
  const hash = createHash('sha256');
  for await (const bytes of readClip(dock, at, first.id)) hash.update(bytes);
  own.same(hash.digest(), Buffer.from(first.sha256));
  const { id, sizeBytes, sha256 } = first;
  await own.rejects(dock.ask('eraseClip', { at, id, sizeBytes: 1n, sha256 }), {
    code: 'DOCK_REFUSED',
    details: { refusal: 'clip-mismatch' },
  });
  await dock.ask('eraseClip', { at, id, sizeBytes, sha256 });
  own.same(device.erased, ['C1']);
}

function request(sequence: number, asked: DockRequest): Parameters<RawLine['send']>[0] {
  return { version: 1, type: 'request', sequence, payload: encodeRequest(asked) };
}

function hello(session: number, minVersion: number, maxVersion: number): Parameters<RawLine['send']>[0] {
  return request(0, { case: 'hello', value: { session, minVersion, maxVersion, maxPayloadBytes } });
}
