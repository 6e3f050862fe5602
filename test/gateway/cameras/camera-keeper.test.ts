import sinon from 'sinon';
import t from 'tap';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import type { HintListener } from '../../../device-drivers/camera/watch-hints.ts';
import { askAgainMs, askSoonestMs } from '../../../gateway/cameras/camera-keeper.ts';
import { limitChanges, limitWindowMs } from '../../../gateway/cameras/change-limiter.ts';
import { UrlCache, withoutUserInfo } from '../../../gateway/cameras/url-cache.ts';
import type { CameraStatus } from '../../../gateway/recording/recorder-protocol.ts';
import { FakeLedger, until } from '../sessions/fakes.ts';

import { device, found, onvif, rtsp, setUp, status } from './keeper-rig.ts';

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

t.test('a wrong password is tried once a minute, a camera that is away four times', async (t) => {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  t.teardown(() => clock.restore());
  for (const [fault, tries] of [
    ['wrong-password', 10],
    ['unreachable', 40],
  ] as const) {
    let asked = 0;
    const { keeper } = setUp({
      resolve: () => {
        asked += 1;
        return Promise.reject(new LiuhenError('CHANNEL_REFUSED', { message: 'no', fault }));
      },
    });
    await keeper.apply([onvif]);
    await clock.tickAsync(10 * 60_000 - 1);
    t.equal(asked, tries, `${fault} in ten minutes`);
    await keeper.close();
  }
});

t.test(
  'another device behind the address is in the ledger, also when it was swapped during a restart',
  async (t) => {
    const first = setUp();
    await first.keeper.apply([onvif]);
    await until('kept', () => new UrlCache(first.file, silentLog).device('o')?.serial === 'SN1');
    await first.keeper.close();
    t.same(
      first.ledger.entries.filter(({ case: what }) => what === 'cameraChanged'),
      [],
    );

    const second = setUp({
      file: first.file,
      resolve: () => Promise.resolve({ ...found, identity: 'B 2', device: { ...device, serial: 'SN2' } }),
    });
    t.teardown(() => second.keeper.close());
    second.keeper.recorderBack();
    await second.keeper.apply([onvif]);
    await until('entered', () => second.ledger.entries.some(({ case: what }) => what === 'cameraChanged'));
    t.match(second.ledger.entries, [
      { value: { camera: 'o', fault: 'changed-identity', detail: 'serial was SN1, is SN2; B 2' } },
    ]);
    await until('it is recorded all the same', () => second.warmed.length > 0);
  },
);

t.test('a new firmware, or a MAC address that is told for the first time, is no other device', async (t) => {
  const first = setUp({ resolve: () => Promise.resolve({ ...found, device: { ...device, mac: '' } }) });
  await first.keeper.apply([onvif]);
  await until('kept', () => new UrlCache(first.file, silentLog).device('o') !== null);
  await first.keeper.close();
  const second = setUp({
    file: first.file,
    resolve: () => Promise.resolve({ ...found, identity: 'A 1, firmware 2' }),
  });
  t.teardown(() => second.keeper.close());
  await second.keeper.apply([onvif]);
  await until('asked', () => new UrlCache(first.file, silentLog).device('o')?.mac === device.mac);
  t.same(
    second.ledger.entries.filter(({ case: what }) => what === 'cameraChanged'),
    [],
  );
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

t.test(
  'why a text is not on the picture is logged once, and nothing of the stream waits for it',
  async (t) => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    t.teardown(() => clock.restore());
    const warned: string[] = [];
    const answers = [new Error('hung'), new Error('hung'), null, new Error('full'), new Error('full')];
    let end: (fault: Error | null) => void = () => undefined;
    const cache = Object.assign(new UrlCache(path.join(tmpdir(), 'lh-none'), silentLog), {
      set: () => Promise.resolve(),
    });
    const { keeper, warmed } = setUp({
      cache,
      log: { ...silentLog, warn: (text, fields) => warned.push(`${text}: ${String(fields?.['error'])}`) },
      resolve: () =>
        Promise.resolve({
          ...found,
          osd: new Promise((resolve) => {
            end = resolve;
          }),
        }),
    });
    keeper.recorderBack();
    await keeper.apply([onvif]);
    await clock.tickAsync(0);
    t.equal(warmed.length, 1, 'recorded while the camera still thinks about the text');
    for (const answer of answers) {
      end(answer);
      await clock.tickAsync(askAgainMs);
    }
    t.match(warned, [/not on the picture: Error: hung/, /not on the picture: Error: full/]);
    t.equal(warned.length, 2);
    const closing = keeper.close();
    end(new Error('broken off'));
    await closing;
    t.equal(warned.length, 2, 'that it was broken off says nothing of the picture');
  },
);

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
