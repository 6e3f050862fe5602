// The second opinion: node-onvif itself over loopback, pointed at a simulated camera, and calls that overlap.
import t from 'tap';
import { createRequire } from 'node:module';
import { probeWithNodeOnvif, sharedProbe } from '../../device-drivers/discovery/node-onvif-probe.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';

t.test('node-onvif finds the simulated camera, for two callers at once', async (t) => {
  const camera = await createSimCamera({ id: 'one', onvifPort: 0, discoveryPort: 0 });
  t.teardown(() => camera.close());
  // The only way to point node-onvif at something else than the multicast group.
  const shared: unknown = createRequire(import.meta.url)('node-onvif');
  Object.assign(shared as object, { _MULTICAST_ADDRESS: '127.0.0.1', _PORT: camera.discoveryPort });
  const [first, second] = await Promise.all([probeWithNodeOnvif(), probeWithNodeOnvif()]);
  t.equal(first.length, 1);
  t.strictSame(first[0]?.serviceAddresses, [camera.onvifUrl]);
  t.strictSame(second, first);
});

t.test('a search that fails is told, and the next one starts anew', async (t) => {
  let starts = 0;
  const probe = sharedProbe(() => {
    starts += 1;
    return starts === 1 ? Promise.reject(new Error('no network')) : Promise.resolve([]);
  });
  await t.rejects(probe(), { message: 'no network' });
  t.strictSame(await probe(), []);
  t.equal(starts, 2);
});
