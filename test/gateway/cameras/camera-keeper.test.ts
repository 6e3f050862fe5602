import sinon from 'sinon';
import t from 'tap';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monoMs } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import type { CameraSettings } from '../../../config/settings-types.ts';
import type { HintListener } from '../../../device-drivers/camera/watch-hints.ts';
import {
  askAgainMs,
  askSoonestMs,
  CameraKeeper,
  type CameraKeeperOptions,
} from '../../../gateway/cameras/camera-keeper.ts';
import { limitChanges, limitWindowMs } from '../../../gateway/cameras/change-limiter.ts';
import { UrlCache, withoutUserInfo } from '../../../gateway/cameras/url-cache.ts';
import type {
  CameraStatus,
  RecorderRequests,
  RecorderStatus,
  WarmRequest,
} from '../../../gateway/recording/recorder-protocol.ts';
import { FakeLedger, until } from '../sessions/fakes.ts';

const rtsp: CameraSettings = {
  id: 'r',
  source: { kind: 'rtsp', url: 'rtsp://10.0.0.1/s' },
  transport: 'tcp',
  requiredTracks: ['video'],
  credentials: { username: 'u', password: new Secret('p') },
};
const onvif: CameraSettings = {
  id: 'o',
  source: { kind: 'onvif', url: 'http://10.0.0.2/onvif' },
  transport: 'auto',
  requiredTracks: ['video', 'audio'],
};
const found = { url: 'rtsp://admin:hunter2@10.0.0.2:554/live', identity: 'A 1', skewMs: 0 };

function setUp(options: Partial<CameraKeeperOptions> & { file?: string; ledger?: FakeLedger } = {}): {
  keeper: CameraKeeper;
  ledger: FakeLedger;
  warmed: WarmRequest[];
  released: string[];
  clock: { ms: number };
  file: string;
} {
  const file = options.file ?? path.join(mkdtempSync(path.join(tmpdir(), 'liuhen-cam-')), 'streams.json');
  const ledger = options.ledger ?? new FakeLedger();
  const warmed: WarmRequest[] = [];
  const released: string[] = [];
  const clock = { ms: 1000 };
  const keeper = new CameraKeeper({
    ledger,
    recorder: {
      ask: async (name, body) => {
        if (name === 'warm') warmed.push(body as WarmRequest);
        if (name === 'release') released.push((body as { camera: string }).camera);
        return null as RecorderRequests[typeof name]['answer'];
      },
    },
    resolve: () => Promise.resolve(found),
    cache: new UrlCache(file, silentLog),
    inUse: () => false,
    now: () => monoMs(clock.ms),
    log: silentLog,
    ...options,
  });
  return { keeper, ledger, warmed, released, clock, file };
}

const status = (camera: Partial<CameraStatus>): RecorderStatus => ({
  pid: 1,
  monoMs: 0,
  cameras: [{ camera: 'r', state: 'playing', tracks: [], skewMs: null, ...camera }],
  sessions: [],
  disk: { freeBytes: 1, syncMs: 1, writable: true },
});

t.test(
  'P2: a camera by RTSP is warm as soon as the recorder is there, and again after it died',
  async (t) => {
    const { keeper, warmed } = setUp();
    t.teardown(() => keeper.close());
    await keeper.apply([rtsp]);
    t.equal(warmed.length, 0);
    keeper.recorderBack();
    t.same(warmed, [
      {
        camera: 'r',
        url: 'rtsp://10.0.0.1/s',
        transport: 'tcp',
        requiredTracks: ['video'],
        username: 'u',
        password: 'p',
      },
    ]);
    keeper.recorderGone();
    keeper.recorderBack();
    t.equal(warmed.length, 2);
  },
);

t.test('a camera by ONVIF is asked for its stream; the address is kept without credentials', async (t) => {
  const { keeper, warmed, file } = setUp();
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([onvif]);
  await until('warm', () => warmed.length === 1);
  t.equal(warmed[0]?.url, 'rtsp://10.0.0.2:554/live');
  const text = readFileSync(file, 'utf8');
  t.match(text, '10.0.0.2:554/live');
  t.notMatch(text, /hunter2|admin/);
  t.equal(statSync(file).mode & 0o777, 0o600);
});

t.test('P2: after a restart the kept address is warm before the camera answers', async (t) => {
  const first = setUp();
  first.keeper.recorderBack();
  await first.keeper.apply([onvif]);
  await until('warm', () => first.warmed.length === 1);
  await first.keeper.close();

  const { keeper, warmed } = setUp({
    file: first.file,
    resolve: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('never answered')), { once: true });
      }),
  });
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([onvif]);
  t.equal(warmed[0]?.url, 'rtsp://10.0.0.2:554/live');
  const moved = { ...onvif, source: { kind: 'onvif', url: 'http://10.0.0.9/onvif' } } as const;
  await keeper.apply([moved]);
  t.equal(warmed.length, 1, 'an address of another source is not used');
});

t.test('another stream address or another device behind it is told to the recorder', async (t) => {
  let answer = found;
  const asks: (() => void)[] = [];
  const { keeper, warmed } = setUp({
    resolve: () => new Promise((resolve) => asks.push(() => resolve(answer))),
  });
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([onvif]);
  asks.shift()?.();
  await until('warm', () => warmed.length === 1);
  answer = { ...found, url: 'rtsp://10.0.0.2/other' };
  // Changed credentials begin a new asking, which finds the new address.
  await keeper.apply([{ ...onvif, credentials: { username: 'n', password: new Secret('q') } }]);
  await until('asked again', () => asks.length === 1);
  asks.shift()?.();
  await until('the new address', () => warmed.at(-1)?.url === 'rtsp://10.0.0.2/other');
  t.equal(warmed.at(-1)?.username, 'n');
});

t.test('a camera that does not tell its stream is in the ledger with its fault, once', async (t) => {
  let asked = 0;
  const { keeper, ledger } = setUp({
    resolve: () => {
      asked += 1;
      return Promise.reject(
        Object.assign(new LiuhenError('CHANNEL_REFUSED', { message: 'no', fault: 'wrong-password' })),
      );
    },
  });
  t.teardown(() => keeper.close());
  await keeper.apply([onvif]);
  await until('entered', () => ledger.entries.length === 1);
  t.match(ledger.entries, [
    { case: 'cameraChanged', value: { camera: 'o', state: 'waiting', fault: 'wrong-password' } },
  ]);
  t.equal(asked, 1, 'one try per interval');
});

t.test('a camera that says its settings changed is asked again at once, and not in a circle', async (t) => {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  t.teardown(() => clock.restore());
  let asked = 0;
  let fault = '';
  const listeners: HintListener[] = [];
  // Disks have a clock of their own, which is not faked.
  const cache = Object.assign(new UrlCache(path.join(tmpdir(), 'lh-none'), silentLog), {
    set: () => Promise.resolve(),
  });
  const { keeper, warmed } = setUp({
    cache,
    watchHints: (_, listener) => {
      listeners.push(listener);
      return { close: () => Promise.resolve() };
    },
    resolve: () => {
      asked += 1;
      if (fault !== '') return Promise.reject(new LiuhenError('CHANNEL_REFUSED', { message: 'no', fault }));
      return Promise.resolve({ ...found, url: `rtsp://10.0.0.2/${asked}` });
    },
  });
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([onvif]);
  await clock.tickAsync(2 * askSoonestMs);
  t.equal(asked, 1);
  const changed = { topic: 'tns1:Media/ProfileChanged', operation: 'Changed', source: {}, data: {} };
  listeners[0]?.onHint(changed);
  await clock.tickAsync(0);
  t.equal(asked, 2, 'at once');
  t.equal(warmed.at(-1)?.url, 'rtsp://10.0.0.2/2', 'and the recorder is told');
  const seconds = (2 + 4 + 8 + 16) * (askSoonestMs / 1000);
  for (let second = 0; second < seconds; second += 1) {
    listeners[0]?.onHint(changed);
    await clock.tickAsync(1000);
  }
  t.equal(asked, 2 + 4, 'each time after twice as long');
  await clock.tickAsync(2 * askAgainMs);
  const quiet = asked;
  listeners[0]?.onHint(changed);
  await clock.tickAsync(askSoonestMs);
  t.equal(asked, quiet + 1, 'at once again after a quiet time');
  fault = 'wrong-password';
  listeners[0]?.onHint(changed);
  await clock.tickAsync(2 * askSoonestMs);
  const before = asked;
  for (let second = 0; second < 60; second += 1) {
    listeners[0]?.onHint(changed);
    await clock.tickAsync(1000);
  }
  t.ok(asked - before <= 1, 'a wrong password is not tried more often for it');
  t.equal(listeners.length, 1);
});

t.test('a dropped camera is released, a changed one warmed anew, an unchanged one left alone', async (t) => {
  const { keeper, warmed, released } = setUp();
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([rtsp, { ...rtsp, id: 's' }]);
  await keeper.apply([{ ...rtsp }, { ...rtsp, id: 's', transport: 'udp' }]);
  t.same(
    warmed.map(({ camera, transport }) => [camera, transport]),
    [
      ['r', 'tcp'],
      ['s', 'tcp'],
      ['s', 'udp'],
    ],
  );
  await keeper.apply([rtsp]);
  t.same(released, ['s']);
});

t.test('a camera that an open session records waits for its end', async (t) => {
  let used = true;
  const { keeper, warmed, released } = setUp({ inUse: () => used });
  t.teardown(() => keeper.close());
  keeper.recorderBack();
  await keeper.apply([rtsp]);
  await keeper.apply([]);
  t.same(released, []);
  used = false;
  await keeper.settle();
  t.same(released, ['r']);
  t.equal(warmed.length, 1);
});

t.test('only changes of a camera are entered, and connecting is none', async (t) => {
  const { keeper, ledger } = setUp();
  t.teardown(() => keeper.close());
  await keeper.apply([rtsp]);
  for (const camera of [
    { state: 'connecting' },
    { state: 'playing' },
    { state: 'playing' },
    { state: 'waiting', fault: 'unreachable', faultText: 'no route' },
    { state: 'connecting', fault: 'unreachable' },
    { state: 'waiting', fault: 'unreachable' },
    { state: 'playing' },
  ] satisfies Partial<CameraStatus>[]) {
    await keeper.onStatus(status(camera));
  }
  t.same(
    ledger.entries.map((body) => (body.case === 'cameraChanged' ? [body.value.state, body.value.fault] : [])),
    [
      ['playing', ''],
      ['waiting', 'unreachable'],
      ['playing', ''],
    ],
  );
});

t.test('what the ledger says already is not entered again after a restart', async (t) => {
  const value = { camera: 'r', state: 'playing', fault: '', detail: '' };
  const ledger = new FakeLedger([{ case: 'cameraChanged', value }]);
  const { keeper } = setUp({ ledger });
  t.teardown(() => keeper.close());
  await keeper.apply([rtsp]);
  await keeper.onStatus(status({ state: 'playing' }));
  t.equal(ledger.entries.length, 1);
});

t.test('a flapping camera is bounded in the ledger, and the count is told', async (t) => {
  const { keeper, ledger, clock } = setUp();
  t.teardown(() => keeper.close());
  await keeper.apply([rtsp]);
  for (let n = 0; n < 100; n += 1) {
    clock.ms += 100;
    await keeper.onStatus(status(n % 2 === 0 ? { state: 'playing' } : { state: 'waiting', fault: 'closed' }));
  }
  t.equal(ledger.entries.length, limitChanges);
  clock.ms += limitWindowMs;
  await keeper.onStatus(status({ state: 'waiting', fault: 'closed' }));
  t.match(ledger.entries.at(-1), {
    value: { state: 'waiting', detail: `${100 - limitChanges} more changes before; ` },
  });
});

t.test('a skew of the camera clock is entered when it moves, not while it trembles', async (t) => {
  const { keeper, ledger } = setUp();
  t.teardown(() => keeper.close());
  await keeper.apply([rtsp]);
  for (const skewMs of [5, 400, 7_200_000.4, 7_200_300, 0])
    await keeper.onStatus(status({ state: 'connecting', skewMs }));
  t.same(
    ledger.entries.map((body) => (body.case === 'cameraClockSkew' ? body.value.skewMs : null)),
    [7_200_000, 0],
  );
});

t.test('a cache that is not usable is an empty one', async (t) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'liuhen-cam-')), 'streams.json');
  for (const text of ['', '{', 'null', '[]', '{"o":null}', '{"o":{"source":"x","url":"no url"}}']) {
    writeFileSync(file, text);
    t.equal(new UrlCache(file, silentLog).get('o', 'x'), undefined, text);
  }
});

t.test('user info is taken off an address', async (t) => {
  t.equal(withoutUserInfo('rtsp://a:b@h:8554/p?x=1'), 'rtsp://h:8554/p?x=1');
});
