// Bad cameras are normal: each ends in its named fault within its stated time, or gives its stream all the same.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { errorLine, isLiuhenError } from '../../config/errors.ts';
import { createLog } from '../../config/log.ts';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera, maxSnapshotBytes } from '../../device-drivers/camera/camera.ts';
import { maxReplyBytes } from '../../device-drivers/camera/http-exchange.ts';
import { cameraResolver } from '../../device-drivers/camera/resolve-camera.ts';
import {
  badOnvifCamera,
  honest,
  password,
  services,
  soap,
  soapFault,
  username,
  type Answer,
  type BadCameraOptions,
  type Call,
} from './bad-onvif-camera.ts';

/** For one exchange in these tests. */
const exchangeTimeoutMs = 300;
/** Everything that a driver said in this file: no word of it may hold the password. */
const said: unknown[] = [];

function settings(
  url: string,
  more: { secret?: string; fingerprint256?: string; profile?: string } = {},
): CameraSettings {
  const { secret = password, ...source } = more;
  return {
    id: 'hall',
    source: { kind: 'onvif', url, ...source },
    credentials: { username, password: new Secret(secret) },
    transport: 'auto',
    requiredTracks: ['video'],
  };
}

async function failure(camera: Camera): Promise<{ fault: unknown; tookMs: number }> {
  camera.events.on('status', (status) => said.push(status));
  const began = monotonicTime();
  try {
    await camera.open();
  } catch (error) {
    said.push(error);
    if (!isLiuhenError(error)) throw error;
    return { fault: error.details['fault'], tookMs: monotonicTime() - began };
  } finally {
    await camera.close();
  }
  return { fault: 'none', tookMs: monotonicTime() - began };
}

const only =
  (operation: string, spoil: (call: Call) => string | undefined): Answer =>
  (call) =>
    call.operation === operation ? spoil(call) : honest(call);

/** Writes without end, as fast as the client reads. */
function pour(socket: Socket): undefined {
  const more = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'a')));
  };
  socket.on('drain', more);
  more();
}

function trickle({ response }: Call): undefined {
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

function endless({ response }: Call): undefined {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
  };
  response.on('drain', more);
  more();
}

const status =
  (code: number, body = ''): Answer =>
  ({ response }) => {
    response.writeHead(code).end(body);
    return undefined;
  };

const reset: Answer = ({ request }) => {
  request.socket.resetAndDestroy();
  return undefined;
};

const rows: { name: string; fault: string; health: string; withinMs: number; answer: Answer }[] = [
  {
    name: 'a reply that trickles byte by byte past its time is no reply',
    fault: 'no-reply',
    health: 'up-without-login',
    withinMs: 1000,
    answer: only('GetDeviceInformation', trickle),
  },
  {
    name: 'a camera that takes the question and says nothing is no reply',
    fault: 'no-reply',
    health: 'reachable',
    withinMs: 1000,
    answer: () => undefined,
  },
  {
    name: 'a reply that never ends is over a limit',
    fault: 'bad-reply',
    health: 'up-without-login',
    withinMs: 1000,
    answer: only('GetDeviceInformation', endless),
  },
  {
    name: 'a reply of megabytes is over a limit',
    fault: 'bad-reply',
    health: 'up-without-login',
    withinMs: 1000,
    answer: only('GetDeviceInformation', () => 'x'.repeat(maxReplyBytes * 3)),
  },
  {
    name: 'a head of megabytes is over a limit',
    fault: 'bad-reply',
    health: 'reachable',
    withinMs: 1000,
    answer: ({ request }) => {
      request.socket.write('HTTP/1.1 200 OK\r\nX-Long: ');
      return pour(request.socket);
    },
  },
  {
    name: 'a camera that answers 500 to everything is reachable and no more',
    fault: 'bad-reply',
    health: 'reachable',
    withinMs: 1000,
    answer: status(500, 'Internal Server Error'),
  },
  {
    name: 'a web page instead of SOAP is a bad reply',
    fault: 'bad-reply',
    health: 'reachable',
    withinMs: 1000,
    answer: status(200, '<html><body>hello<br></body></html>'),
  },
  {
    name: 'a reply with a document type is a bad reply',
    fault: 'bad-reply',
    health: 'up-without-login',
    withinMs: 1000,
    answer: only('GetDeviceInformation', ({ response }) => {
      response.end(`<!DOCTYPE a [<!ENTITY b "bbbb">]>${soap('<a>&b;</a>')}`);
      return undefined;
    }),
  },
  {
    name: 'a camera that resets every connection is named closed',
    fault: 'closed',
    health: 'reachable',
    withinMs: 1000,
    answer: reset,
  },
  {
    name: 'a camera with no profile to record has no video',
    fault: 'no-video',
    health: 'up-with-login',
    withinMs: 1000,
    answer: only('GetProfiles', () => '<GetProfilesResponse/>'),
  },
];

for (const { name, fault, health, withinMs, answer } of rows) {
  t.test(name, async (t) => {
    const bad = await badOnvifCamera(t, answer);
    const camera = new Camera({ settings: settings(bad.url), exchangeTimeoutMs });
    const found = await failure(camera);
    t.equal(found.fault, fault);
    t.equal(camera.status.health, health);
    t.ok(found.tookMs < withinMs, `${found.tookMs} ms`);
  });
}

t.test('a camera that answers each question just in time still ends with the whole attempt', async (t) => {
  // The delay is what is wrong with this camera, not a wait of the test.
  const bad = await badOnvifCamera(t, (call) => {
    setTimeout(() => call.response.end(soap(honest(call))), (exchangeTimeoutMs * 2) / 3);
    return undefined;
  });
  const camera = new Camera({ settings: settings(bad.url), exchangeTimeoutMs, openTimeoutMs: 500 });
  const { fault, tookMs } = await failure(camera);
  t.equal(fault, 'no-reply');
  t.ok(tookMs < 1000, `${tookMs} ms`);
  t.ok(bad.calls.length > 1, 'the first answers were in time');
});

t.test('closing during an attempt ends it at once', async (t) => {
  const bad = await badOnvifCamera(t, () => undefined);
  const camera = new Camera({ settings: settings(bad.url) });
  const attempt = failure(camera);
  const began = monotonicTime();
  await camera.close();
  t.equal((await attempt).fault, 'asked');
  t.ok(monotonicTime() - began < 500);
});

t.test('a redirect to another host is never followed', async (t) => {
  const elsewhere = await badOnvifCamera(t, honest);
  const bad = await badOnvifCamera(t, ({ response }) => {
    response.writeHead(302, { location: elsewhere.url }).end();
    return undefined;
  });
  t.equal((await failure(new Camera({ settings: settings(bad.url) }))).fault, 'bad-reply');
  t.equal(elsewhere.calls.length, 0);
});

t.test('something that does not speak HTTP is a bad reply', async (t) => {
  const server = createTcpServer((socket) =>
    socket
      .on('error', () => socket.destroy())
      .resume()
      .end('SSH-2.0-x\r\n'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const camera = new Camera({ settings: settings(`http://127.0.0.1:${port}/`) });
  t.equal((await failure(camera)).fault, 'bad-reply');
  t.equal(camera.status.health, 'reachable');
});

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
  const folder = mkdtempSync(join(tmpdir(), 'liuhen-log-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  const fd = openSync(file, 'w');
  const log = createLog({ name: 'test', level: 'debug', fd });
  for (const each of said) log.error('said', { each, error: each, line: errorLine(each) });
  closeSync(fd);
  const all = readFileSync(file, 'utf8') + inspect(said, { depth: 20, showHidden: true });
  t.ok(said.length > 20);
  t.notMatch(all, 'geheim');
  t.notMatch(all, 'UsernameToken');
  t.notMatch(all, /authorization/i);
  t.end();
});
