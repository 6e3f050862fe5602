// Odd cameras are normal too: another host, another clock, another way to log in; each gives its stream all the same, or
// says what it lacks.
import t, { type Test } from 'tap';
import { Camera, maxSnapshotBytes } from '../../device-drivers/camera/camera.ts';
import { cameraResolver } from '../../device-drivers/camera/resolve-camera.ts';
import {
  badOnvifCamera,
  honest,
  password,
  services,
  soapFault,
  type Answer,
  type BadCameraOptions,
} from './bad-onvif-camera.ts';
import {
  saidNoPassword,
  exchangeTimeoutMs,
  said,
  settings,
  failure,
  only,
  reset,
  status,
} from './onvif-attempts.ts';

async function found(t: Test, answer: Answer, options: BadCameraOptions = {}, profile?: string) {
  const bad = await badOnvifCamera(t, answer, options);
  const camera = new Camera({ settings: settings(bad.url, { profile }), exchangeTimeoutMs });
  camera.events.on('status', (each) => said.push(each));
  t.teardown(() => camera.close());
  const { url, profile: chosen, skewMs } = await camera.open();
  return { url, token: chosen.token, skewMs, bad, camera };
}

const byMedia2 = { url: 'rtsp://127.0.0.1/two?a=1&b=2', token: '007' };
const byMedia1 = { url: 'rtsp://127.0.0.1:8554/one', token: '00' };

t.test('services and streams announced on another host are asked for on the camera itself', async (t) => {
  const { bad, ...stream } = await found(t, honest);
  t.match(stream, byMedia2);
  t.ok(bad.calls.some(({ path }) => path === '/onvif/media2'));
});

for (const [what, base, paths] of [
  ['127.0.0.1', 'http://127.0.0.1:1', undefined],
  ['no path', 'http://192.0.2.77', []],
  ['a path that looks like a host', 'http://192.0.2.77', ['//192.0.2.78/x', '//192.0.2.78/x']],
  ['no URL at all', 'onvif', []],
] as const) {
  t.test(`a service announced at ${what} is asked for on the camera itself`, async (t) => {
    const reply = `<GetServicesResponse>${services(base, paths && [...paths])}</GetServicesResponse>`;
    t.match(
      await found(
        t,
        only('GetServices', () => reply),
      ),
      byMedia2,
    );
  });
}

for (const [what, spoil] of [
  ['answers with a fault', () => soapFault('ter:ActionNotSupported')],
  ['crashes the connection', reset],
  ['answers 500', status(500)],
  ['answers garbage', status(200, '\u0000\u0001<x')],
  ['does not answer', () => undefined],
  ['has no profiles', () => '<GetProfilesResponse/>'],
] as const) {
  t.test(`a Media2 that ${what} is left for Media1`, async (t) => {
    t.match(await found(t, (call) => (call.media2 ? spoil(call) : honest(call))), byMedia1);
  });
}

t.test('a Media2 that failed once is not asked again', async (t) => {
  const bad = await badOnvifCamera(t, (call) => (call.media2 ? reset(call) : honest(call)));
  const resolve = cameraResolver();
  const { signal } = new AbortController();
  await resolve(settings(bad.url), signal);
  await resolve(settings(bad.url), signal);
  t.equal(bad.calls.filter(({ media2 }) => media2).length, 1);
});

t.test('a camera without GetServices is asked for its capabilities', async (t) => {
  t.match(
    await found(
      t,
      only('GetServices', () => soapFault('ter:ActionNotSupported')),
    ),
    byMedia1,
  );
});

t.test('a token that looks like a number comes back as it was given', async (t) => {
  const { bad } = await found(t, honest, {}, '007');
  const asked = bad.calls.find(({ operation }) => operation === 'GetStreamUri');
  t.match(asked?.body, '<ProfileToken>007</ProfileToken>');
});

for (const hours of [-9, 0, 30]) {
  t.test(`a clock ${hours} hours off does not spoil the login`, async (t) => {
    const skew = hours * 3_600_000;
    const { skewMs, ...stream } = await found(t, (call) => honest(call, skew), {
      login: 'token',
      skewMs: () => skew,
    });
    t.match(stream, byMedia2);
    t.ok(Math.abs((skewMs ?? Infinity) - skew) < 2000, `${skewMs}`);
  });
}

t.test('a clock that moves in mid attempt is measured again, once', async (t) => {
  let skew = 0;
  const { bad, ...stream } = await found(
    t,
    (call) => {
      const xml = honest(call, skew);
      if (call.operation === 'GetSystemDateAndTime') skew = 7_200_000;
      return xml;
    },
    { login: 'token', skewMs: () => skew },
  );
  t.match(stream, byMedia2);
  t.equal(bad.calls.filter(({ operation }) => operation === 'GetSystemDateAndTime').length, 2);
});

for (const login of ['token', 'digest'] as const) {
  t.test(`a wrong password costs exactly one try (${login})`, async (t) => {
    const bad = await badOnvifCamera(t, honest, { login });
    const camera = new Camera({ settings: settings(bad.url, { secret: `${password}!` }) });
    t.equal((await failure(camera)).fault, 'wrong-password');
    t.equal(camera.status.health, 'up-without-login');
    t.equal(bad.logins, 1);
  });
}

for (const login of ['token', 'digest'] as const) {
  t.test(`a wrong password that shows only at Media2 is not tried at Media1 too (${login})`, async (t) => {
    const open = ['GetDeviceInformation', 'GetNetworkInterfaces'];
    const bad = await badOnvifCamera(t, honest, { login, open });
    const camera = new Camera({ settings: settings(bad.url, { secret: 'not it' }) });
    t.equal((await failure(camera)).fault, 'wrong-password');
    t.equal(bad.logins, 1);
  });
}

t.test('a camera whose nonces are good for one request is no wrong password', async (t) => {
  t.match(await found(t, honest, { login: 'digest', onceNonces: true }), byMedia2);
});

t.test('an operation above the level of the user is forbidden, not a wrong password', async (t) => {
  const bad = await badOnvifCamera(
    t,
    only('GetProfiles', () => soapFault('ter:NotAuthorized')),
    { login: 'digest' },
  );
  t.equal((await failure(new Camera({ settings: settings(bad.url) }))).fault, 'forbidden');
});

t.test('the pinned certificate is taken, and another one gets not a byte', async (t) => {
  const bad = await badOnvifCamera(t, honest, { tls: 'camera', login: 'digest' });
  const open = new Camera({ settings: settings(bad.url) });
  t.teardown(() => open.close());
  const { identity } = await open.open();
  const fingerprint256 = identity.fingerprint256 ?? '';
  t.match(fingerprint256, /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const pinned = new Camera({
    settings: settings(bad.url, { fingerprint256: fingerprint256.toLowerCase() }),
  });
  t.match(await pinned.open(), { health: 'up-with-login' });
  await pinned.close();
  const other = await badOnvifCamera(t, honest, { tls: 'other' });
  const fooled = new Camera({ settings: settings(other.url, { fingerprint256 }) });
  t.equal((await failure(fooled)).fault, 'changed-identity');
  t.equal(other.calls.length, 0);
});

t.test('another serial number where the first one was pinned is a changed identity', async (t) => {
  const { camera } = await found(t, honest);
  const { identity } = camera.status;
  const swapped = await badOnvifCamera(
    t,
    only('GetDeviceInformation', (call) => honest(call).replace('0042', '0043')),
  );
  const next = new Camera({ settings: settings(swapped.url), pinned: identity ?? undefined });
  t.equal((await failure(next)).fault, 'changed-identity');
});

for (const [what, spoil] of [
  ['too large', ({ response }) => void response.end(Buffer.alloc(maxSnapshotBytes + 1, 0xff))],
  ['empty', status(200)],
  ['a web page', status(200, '<html/>')],
  ['not there', status(404)],
] as const satisfies readonly (readonly [string, Answer])[]) {
  t.test(`a picture that is ${what} is a bad reply`, async (t) => {
    const { camera } = await found(t, (call) => (call.path === '/picture' ? spoil(call) : honest(call)));
    await t.rejects(camera.snapshot(), { code: 'CAMERA_HTTP', details: { fault: 'bad-reply' } });
  });
}

t.test('no error, status or log line of all these holds the password', (t) => {
  saidNoPassword(t, 20);
  t.end();
});
