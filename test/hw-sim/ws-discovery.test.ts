// WS-Discovery over real UDP. The probe is not made by our own code.
import t from 'tap';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { discover } from '../../device-drivers/discovery/discover.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { faults } from '../../hw-sim/faults.ts';

const probe = (types: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
 <e:Header>
  <w:MessageID>uuid:84ede3de-7dec-11d0-c360-f01234567890</w:MessageID>
  <w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
  <w:Action a:mustUnderstand="true" xmlns:a="http://www.w3.org/2003/05/soap-envelope">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>
 </e:Header>
 <e:Body><d:Probe><d:Types>${types}</d:Types></d:Probe></e:Body>
</e:Envelope>`;

const loopback = Object.entries(networkInterfaces()).find(([, all]) =>
  all?.some(({ address }) => address === '127.0.0.1'),
)?.[0];

/** Sends texts in order and answers the first reply. */
function ask(port: number, ...texts: string[]): Promise<string> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (bytes) => {
      socket.close();
      resolve(bytes.toString());
    });
    for (const text of texts) socket.send(text, port, '127.0.0.1');
  });
}

t.test('a probe for video transmitters is answered with the address and the probe it answers', async (t) => {
  const camera = await createSimCamera({ id: 'hall', onvifPort: 0, discoveryPort: 0 });
  t.teardown(() => camera.close());
  const reply = await ask(camera.discoveryPort!, probe('dn:NetworkVideoTransmitter'));
  t.match(reply, /RelatesTo>uuid:84ede3de-7dec-11d0-c360-f01234567890</);
  t.match(reply, `XAddrs>${camera.onvifUrl}<`);
  t.match(reply, 'onvif://www.onvif.org/name/hall');
  camera.use(faults.serviceElsewhere({ host: '192.0.2.1' }));
  t.match(await ask(camera.discoveryPort!, probe('dn:NetworkVideoTransmitter')), 'http://192.0.2.1/onvif');
});

t.test('a probe for printers and a datagram that is no XML get no answer', async (t) => {
  const camera = await createSimCamera({ id: 'hall', onvifPort: 0, discoveryPort: 0 });
  t.teardown(() => camera.close());
  const reply = await ask(camera.discoveryPort!, probe('dn:Printer'), 'no XML', probe(''));
  t.match(reply, 'ProbeMatches', 'the first answer is that to the last probe');
  t.match(camera.problem, /XML|envelope/);
});

t.test('cameras on the port of the standard are found by multicast, each by itself', async (t) => {
  const ids = ['hall', 'cell'];
  for (const id of ids) {
    const camera = await createSimCamera({ id: `${id}-${process.pid}`, onvifPort: 0, discoveryPort: 3702 });
    t.teardown(() => camera.close());
  }
  const { devices } = await discover({ timeoutMs: 1000, interfaceName: loopback });
  const names = devices.map(({ name }) => name);
  // Others on this machine may answer too.
  for (const id of ids) t.ok(names.includes(`${id}-${process.pid}`), `${id} among ${names.join(', ')}`);
});
