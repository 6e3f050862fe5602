// Discovery over real UDP on loopback: against the simulator, and against a responder that misbehaves.
import t from 'tap';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { discover } from '../../device-drivers/discovery/discover.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';

const messageIdOf = (probe: string): string => /MessageID[^>]*>([^<]+)</.exec(probe)?.[1] ?? '';

const answerTo = (probe: string, endpoint: string, url: string): string =>
  `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Header><RelatesTo>${messageIdOf(probe)}</RelatesTo></e:Header><e:Body><ProbeMatches><ProbeMatch><EndpointReference><Address>${endpoint}</Address></EndpointReference><XAddrs>${url}</XAddrs></ProbeMatch></ProbeMatches></e:Body></e:Envelope>`;

/** Answers each datagram with what `answers` makes of it; keeps the probes that came. */
async function responder(
  t: Pick<typeof import('tap').t, 'teardown'>,
  answers: (probe: string) => readonly (string | Buffer)[],
) {
  const socket = createSocket('udp4');
  const probes: string[] = [];
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    probes.push(bytes.toString());
    for (const answer of answers(bytes.toString())) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  t.teardown(() => socket.close());
  return { target: { host: '127.0.0.1', port: socket.address().port }, probes };
}

t.test('a simulated camera answers a directed probe, once', async (t) => {
  const camera = await createSimCamera({ id: 'one', onvifPort: 0, discoveryPort: 0 });
  t.teardown(() => camera.close());
  const result = await discover({
    timeoutMs: 600,
    targets: [{ host: '127.0.0.1', port: camera.discoveryPort ?? 0 }],
  });
  t.equal(result.devices.length, 1);
  t.equal(result.devices[0]?.address, '127.0.0.1');
  t.strictSame(result.devices[0]?.services, [{ url: camera.onvifUrl, foreignHost: false }]);
  t.equal(result.unreadable, 0);
});

t.test('one Probe is sent twice with one id, and two answers are one device', async (t) => {
  const peer = await responder(t, (probe) => [answerTo(probe, 'urn:uuid:1', 'http://127.0.0.1/onvif')]);
  const result = await discover({ timeoutMs: 600, targets: [peer.target] });
  t.equal(peer.probes.length, 2);
  t.equal(peer.probes[0], peer.probes[1]);
  t.equal(result.devices.length, 1);
});

t.test('junk and answers to others are counted, and the device among them is found', async (t) => {
  const peer = await responder(t, (probe) => [
    Buffer.alloc(2000, 0xff),
    answerTo('<MessageID>urn:uuid:other</MessageID>', 'urn:uuid:9', 'http://127.0.0.1/'),
    answerTo(probe, 'urn:uuid:1', 'http://192.0.2.1/onvif'),
  ]);
  const result = await discover({ timeoutMs: 600, targets: [peer.target] });
  t.equal(result.unreadable, 4);
  t.strictSame(result.devices, [
    {
      endpoint: 'urn:uuid:1',
      address: '127.0.0.1',
      name: '',
      hardware: '',
      services: [{ url: 'http://192.0.2.1/onvif', foreignHost: true }],
    },
  ]);
});

t.test('an abort ends the search with what was found', async (t) => {
  const end = new AbortController();
  const peer = await responder(t, (probe) => {
    setImmediate(() => end.abort());
    return [answerTo(probe, 'urn:uuid:1', 'http://127.0.0.1/')];
  });
  const startedMs = performance.now();
  await discover({ timeoutMs: 60_000, targets: [peer.target], signal: end.signal });
  t.ok(performance.now() - startedMs < 10_000);
});

t.test('an interface that is not there is a named error', async (t) => {
  await t.rejects(discover({ timeoutMs: 100, interfaceName: 'none0' }), { code: 'DISCOVERY_NETWORK' });
});
