// Bad cameras are normal: each ends in its named fault within its stated time, or gives its stream all the same.
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import t from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { Camera } from '../../device-drivers/camera/camera.ts';
import { maxReplyBytes } from '../../device-drivers/camera/http-exchange.ts';
import { badOnvifCamera, honest, soap, type Answer, type Call } from './bad-onvif-camera.ts';
import {
  saidNoPassword,
  exchangeTimeoutMs,
  settings,
  failure,
  only,
  reset,
  status,
} from './onvif-attempts.ts';

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

t.test('no error, status or log line of all these holds the password', (t) => {
  saidNoPassword(t, 20);
  t.end();
});
