// Our camera driver against the simulator's ONVIF side, which outside clients accept (test/hw-sim).
import t, { type Test } from 'tap';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera, type CameraStatus } from '../../device-drivers/camera/camera.ts';
import { resolveCamera } from '../../device-drivers/camera/resolve-camera.ts';
import { createSimCamera, type SimCamera, type SimCameraSpec } from '../../hw-sim/camera/sim-camera.ts';
import { faults } from '../../hw-sim/faults.ts';

const password = "secret &'x";

async function simulated(t: Test, spec: Partial<SimCameraSpec> = {}): Promise<SimCamera> {
  const sim = await createSimCamera({ id: 'hall', onvifPort: 0, password, ...spec });
  t.teardown(() => sim.close());
  return sim;
}

function settings(sim: SimCamera, secret = password): CameraSettings {
  return {
    id: 'hall',
    source: { kind: 'onvif', url: `http://127.0.0.1:${sim.onvifPort}/onvif/device_service` },
    credentials: { username: 'liuhen', password: new Secret(secret) },
    transport: 'auto',
    requiredTracks: ['video'],
  };
}

for (const auth of ['digest', 'digest-sha256'] as const) {
  t.test(`a camera tells its stream, its name and its clock (${auth})`, async (t) => {
    const sim = await simulated(t, { auth, serial: '0042' });
    const found = await resolveCamera(settings(sim), new AbortController().signal);
    t.equal(found.url, `rtsp://127.0.0.1:${sim.rtspPort}/stream`);
    t.match(found.identity, /^0042, /);
    t.ok(Math.abs(found.skewMs ?? Infinity) < 2000);
  });
}

t.test('a still picture is fetched, and a closed camera gives none', async (t) => {
  const sim = await simulated(t);
  const camera = new Camera({ settings: settings(sim) });
  t.teardown(() => camera.close());
  await camera.open();
  const picture = await camera.snapshot();
  t.equal(picture.readUInt16BE(0), 0xffd8);
  await camera.close();
  await camera.close();
  await t.rejects(camera.snapshot(), { code: 'CAMERA_HTTP', details: { fault: 'closed' } });
});

t.test('a clock that is hours off is measured, and is no reason to refuse the login', async (t) => {
  const sim = await simulated(t);
  sim.use(faults.skewedClock({ byMs: -7 * 3_600_000 }));
  const { skewMs } = await resolveCamera(settings(sim), new AbortController().signal);
  t.ok(Math.abs((skewMs ?? 0) + 7 * 3_600_000) < 2000);
});

t.test('another serial number or MAC is told as a changed identity', async (t) => {
  const sim = await simulated(t, { serial: 'A1' });
  const first = new Camera({ settings: settings(sim) });
  const { identity } = await first.open();
  await first.close();
  t.match(identity, { serial: 'A1', mac: /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/ });
  for (const pinned of [
    { ...identity, serial: 'B2' },
    { ...identity, serial: '', mac: '02:00:00:00:00:99' },
  ]) {
    const camera = new Camera({ settings: settings(sim), pinned });
    const told: CameraStatus[] = [];
    camera.events.on('status', (status) => told.push(status));
    await t.rejects(camera.open(), { code: 'CAMERA_CHANGED' });
    t.match(told, [{ fault: 'changed-identity' }]);
    await camera.close();
  }
});

t.test('the health is named on every rung', async (t) => {
  const sim = await simulated(t);
  const good = new Camera({ settings: settings(sim) });
  t.match(await good.open(), { health: 'up-with-login', fault: null, profile: { token: '007' } });
  await good.close();
  const wrong = new Camera({ settings: settings(sim, 'not it') });
  await t.rejects(wrong.open(), { code: 'CAMERA_HTTP', details: { fault: 'wrong-password' } });
  t.match(wrong.status, { health: 'up-without-login', fault: 'wrong-password' });
  await wrong.close();
  const gone = settings(sim);
  await sim.close();
  const unplugged = new Camera({ settings: gone });
  await t.rejects(unplugged.open(), { code: 'CAMERA_HTTP', details: { fault: 'unreachable' } });
  t.match(unplugged.status, { health: 'unreachable', fault: 'unreachable' });
  await unplugged.close();
});
