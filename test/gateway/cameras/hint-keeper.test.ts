// What cameras say of themselves: what matters is entered once and bounded, the rest is not, and nothing that a
// camera does with its events stops the asking for its stream.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { monoMs } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import type { CameraSettings } from '../../../config/settings-types.ts';
import type { CameraHint } from '../../../device-drivers/camera/event-hints.ts';
import { resolveCamera } from '../../../device-drivers/camera/resolve-camera.ts';
import { watchHints, type HintListener } from '../../../device-drivers/camera/watch-hints.ts';
import { CameraKeeper } from '../../../gateway/cameras/camera-keeper.ts';
import {
  HintKeeper,
  hintChanges,
  hintWindowMs,
  type HintKeeperOptions,
} from '../../../gateway/cameras/hint-keeper.ts';
import { readHint } from '../../../gateway/cameras/hint-topics.ts';
import { UrlCache } from '../../../gateway/cameras/url-cache.ts';
import { createSimCamera } from '../../../hw-sim/camera/sim-camera.ts';
import { FakeLedger, until } from '../sessions/fakes.ts';

const camera: CameraSettings = {
  id: 'hall',
  source: { kind: 'onvif', url: 'http://10.0.0.2/onvif' },
  transport: 'auto',
  requiredTracks: ['video'],
};
const loss = 'tns1:VideoSource/SignalLoss';

function hint(topic: string, data: Record<string, string> = {}, more: Partial<CameraHint> = {}): CameraHint {
  return { topic, operation: 'Changed', source: {}, data, ...more };
}

interface Rig {
  readonly keeper: HintKeeper;
  readonly ledger: FakeLedger;
  readonly listeners: HintListener[];
  readonly asked: string[];
  readonly clock: { ms: number };
  readonly closed: () => number;
  /** From the newest subscription. */
  readonly say: (topic: string, data?: Record<string, string>, more?: Partial<CameraHint>) => void;
}

function rig(t: Test, options: Partial<HintKeeperOptions> & { ledger?: FakeLedger } = {}): Rig {
  const ledger = options.ledger ?? new FakeLedger();
  const listeners: HintListener[] = [];
  const asked: string[] = [];
  const clock = { ms: 1000 };
  let closed = 0;
  const keeper = new HintKeeper({
    watch: (_, listener) => {
      listeners.push(listener);
      return {
        close: async () => {
          closed += 1;
        },
      };
    },
    askAgain: (id) => asked.push(id),
    now: () => monoMs(clock.ms),
    log: silentLog,
    ...options,
    ledger,
  });
  t.teardown(() => keeper.close());
  const say: Rig['say'] = (topic, data, more) => listeners.at(-1)?.onHint(hint(topic, data, more));
  return { keeper, ledger, listeners, asked, clock, closed: () => closed, say };
}

/** The entries in the order in which they were made: `topic state`. */
async function entered({ keeper, ledger }: Rig): Promise<string[]> {
  await keeper.close();
  return ledger.entries.map((body) =>
    body.case === 'cameraHint' ? `${body.value.topic} ${body.value.state}` : body.case,
  );
}

t.test('what matters to a recording is read from the names that cameras use; motion is not', async (t) => {
  const cases: [CameraHint, string | null][] = [
    [hint('tns1:VideoSource/GlobalSceneChange/ImagingService', { State: 'true' }), 'tamper true'],
    [hint('tns1:RuleEngine/TamperDetector/Tamper', { IsTamper: 'true' }), 'tamper true'],
    [hint('tns1:VideoSource/tnsaxis:Tampering', { channel: '7', tampering: '1' }), 'tamper true'],
    [hint(loss, { State: 'false' }), 'signal-lost false'],
    [hint(loss, { A: '0', State: 'true' }), 'signal-lost true'],
    [hint(loss, { State: 'true' }, { operation: 'Deleted' }), 'signal-lost false'],
    [hint('tns1:VideoSource/ImageTooDark/ImagingService', { State: 'true' }), 'too-dark true'],
    [hint('tns1:VideoSource/ImageTooBright/AnalyticsService', {}), 'too-bright null'],
    [hint('tns1:VideoSource/ImageTooBlurry/ImagingService', { State: 'TRUE' }), 'too-blurry true'],
    [hint('tns1:Device/HardwareFailure/StorageFailure', { Failed: 'true' }), 'storage-failure true'],
    [hint('tns1:Media/ProfileChanged'), 'settings-changed null'],
    [hint('tns1:Media/ConfigurationChanged', { State: 'true' }), 'settings-changed null'],
    [hint('tns1:Configuration/VideoSourceConfiguration/MediaService'), 'settings-changed null'],
    [hint('tns1:Configuration/Profile', {}, { operation: 'Initialized' }), null],
    [hint('tns1:VideoSource/MotionAlarm', { State: 'true' }), null],
    [hint('tns1:RuleEngine/CellMotionDetector/Motion', { IsMotion: 'true' }), null],
    [hint(''), null],
  ];
  for (const [one, expected] of cases) {
    const read = readHint(one);
    t.equal(read && `${read.word} ${read.holds}`, expected, one.topic);
  }
});

t.test('a hint is entered when it begins and when it ends, and motion never', async (t) => {
  const all = rig(t);
  all.keeper.found(camera);
  all.keeper.found(camera);
  t.equal(all.listeners.length, 1);
  all.say('tns1:VideoSource/MotionAlarm', { State: 'true' });
  all.say(loss, { State: 'false' }, { operation: 'Initialized' });
  all.say(loss, { State: 'true' }, { source: { Source: '1' } });
  all.say(loss, { State: 'true' }, { source: { Source: '1' } });
  all.say(loss, { State: 'false' }, { source: { Source: '1' } });
  t.same(await entered(all), ['signal-lost began', 'signal-lost ended']);
  t.match(all.ledger.entries[0], { value: { camera: 'hall', detail: `${loss} Source=1` } });
  t.equal(all.closed(), 1);
});

t.test('a hint of two parts of a camera holds until both are well', async (t) => {
  const all = rig(t);
  all.keeper.found(camera);
  for (const [source, state] of [
    ['1', 'true'],
    ['2', 'true'],
    ['1', 'false'],
    ['2', 'false'],
  ] as const)
    all.say(loss, { State: state }, { source: { Source: source } });
  t.same(await entered(all), ['signal-lost began', 'signal-lost ended']);
});

t.test('what the ledger says already is not entered again after a restart, and its end is', async (t) => {
  const value = { camera: 'hall', topic: 'tamper', detail: '', state: 'began' };
  const all = rig(t, { ledger: new FakeLedger([{ case: 'cameraHint', value }]) });
  all.keeper.found(camera);
  const tamper = 'tns1:RuleEngine/TamperDetector/Tamper';
  all.say(tamper, { IsTamper: 'true' }, { operation: 'Initialized' });
  all.say(tamper, { IsTamper: 'false' });
  t.same(await entered(all), ['tamper began', 'tamper ended']);
});

t.test('a storm is bounded in the ledger, counted, and its outcome told once when it is over', async (t) => {
  const all = rig(t);
  all.keeper.found(camera);
  for (let n = 0; n < 201; n += 1) {
    all.clock.ms += 10;
    all.say(loss, { State: String(n % 2 === 0) });
    all.say(`tns1:VideoSource/SignalLoss/${n}`, { State: 'false' });
    all.keeper.flush();
  }
  t.same((await entered(all)).length, hintChanges);
  const later = rig(t);
  later.keeper.found(camera);
  for (let n = 0; n < 201; n += 1) later.say(loss, { State: String(n % 2 === 0) });
  later.clock.ms += hintWindowMs;
  later.keeper.flush();
  later.keeper.flush();
  t.equal((await entered(later)).length, hintChanges + 1);
  t.match(later.ledger.entries.at(-1), {
    value: { state: 'began', detail: `${201 - hintChanges} more changes before; ${loss}` },
  });
});

t.test('changed settings are entered, and have the camera asked again each time', async (t) => {
  const all = rig(t);
  all.keeper.found(camera);
  all.say('tns1:Configuration/Profile', {}, { operation: 'Initialized' });
  t.same(all.asked, []);
  for (let n = 0; n < 10; n += 1) all.say('tns1:Media/ProfileChanged');
  t.equal(all.asked.length, 10, 'the camera keeper bounds them');
  t.same(
    await entered(all),
    Array.from({ length: hintChanges }, () => 'settings-changed told'),
  );
});

t.test('a refused login ends the listening until the camera took a login again', async (t) => {
  const all = rig(t);
  all.keeper.found(camera);
  all.listeners[0]?.onWait({ fault: 'no-reply' }, 10);
  t.equal(all.closed(), 0);
  all.listeners[0]?.onWait({ fault: 'wrong-password' }, 10);
  t.equal(all.closed(), 1);
  all.keeper.found(camera);
  t.equal(all.listeners.length, 2);
  all.listeners[0]?.onHint(hint(loss, { State: 'true' }));
  t.same(await entered(all), [], 'the old subscription says nothing any more');
});

t.test('a ledger that refuses does not end the listening', async (t) => {
  let refuse = true;
  const ledger = new FakeLedger();
  const append = ledger.append.bind(ledger);
  ledger.append = (body) =>
    refuse ? Promise.reject(new LiuhenError('HQ_MESSAGE_INVALID', { message: 'x', why: 'y' })) : append(body);
  const all = rig(t, { ledger });
  all.keeper.found(camera);
  all.say(loss, { State: 'true' });
  await new Promise((resolve) => setImmediate(resolve));
  refuse = false;
  all.say(loss, { State: 'false' });
  t.same(await entered(all), ['signal-lost ended']);
});

t.test('a simulated camera is asked, listened to, and its lost signal is in the ledger', async (t) => {
  const sim = await createSimCamera({ id: 'hall', onvifPort: 0, password: 'secret' });
  t.teardown(() => sim.close());
  const ledger = new FakeLedger();
  const keeper = new CameraKeeper({
    ledger,
    recorder: { ask: () => Promise.reject(new Error('no recorder here')) },
    resolve: resolveCamera,
    watchHints,
    cache: new UrlCache(path.join(mkdtempSync(path.join(tmpdir(), 'lh-')), 'streams.json'), silentLog),
    inUse: () => false,
    now: () => monoMs(performance.now()),
    log: silentLog,
  });
  t.teardown(() => keeper.close());
  await keeper.apply([
    {
      ...camera,
      source: { kind: 'onvif', url: sim.onvifUrl! },
      credentials: { username: 'liuhen', password: new Secret('secret') },
    },
  ]);
  await until('listening', () => sim.received.some(({ method }) => method === 'PullMessages'));
  sim.publish({ topic: 'tns1:VideoSource/MotionAlarm', source: {}, data: { State: 'true' } });
  sim.publish({ topic: loss, source: { Source: '1' }, data: { State: 'true' } });
  await until('entered', () => ledger.entries.length > 0);
  t.match(ledger.entries, [
    { case: 'cameraHint', value: { camera: 'hall', topic: 'signal-lost', state: 'began' } },
  ]);
  await keeper.close();
  t.ok(
    sim.received.some(({ method }) => method === 'Unsubscribe'),
    'it is told goodbye',
  );
});
