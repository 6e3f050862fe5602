// Clients that are not ours must accept the simulated camera: npm's onvif, and libonvif, which is behind Debian's
// onvif-util.
import { Cam, type DeviceInformation } from 'onvif';
import t, { type Test } from 'tap';
import { createSimCamera, type SimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { run } from './judge.ts';

const login = { username: 'peer', password: 'sim-5ecret' };

async function camera(
  t: Test,
): Promise<SimCamera & { readonly onvifPort: number; readonly onvifUrl: string }> {
  const made = await createSimCamera({ id: 'interview-a', onvifPort: 0, audio: 'aac', ...login });
  t.teardown(() => made.close());
  const { onvifPort, onvifUrl } = made;
  if (onvifPort === null || onvifUrl === null) throw new Error('no ONVIF');
  return { ...made, onvifPort, onvifUrl, rtspUrl: made.rtspUrl };
}

/** A call of npm's onvif as a promise. */
const ask = <T>(call: (done: (error: Error | null, data?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    call((error, data) => {
      if (error) reject(error);
      else resolve(data as T);
    });
  });

function client(port: number, password: string): Cam {
  const { username } = login;
  return new Cam({ hostname: '127.0.0.1', port, username, password, timeout: 5000, autoconnect: false });
}

t.test("npm's onvif connects, finds the profile, and is given the stream's address", async (t) => {
  const sim = await camera(t);
  const cam = client(sim.onvifPort, login.password);
  await ask((done) => cam.connect(done));
  const device = await ask<DeviceInformation>((done) => cam.getDeviceInformation(done));
  t.match(device, { manufacturer: 'Liuhen', serialNumber: 'SIM-interview-a' });
  const clock = await ask<Date>((done) => cam.getSystemDateAndTime(done));
  t.ok(Math.abs(clock.getTime() - Date.now()) < 2000, 'its clock is ours');
  const stream = await ask<{ uri: string }>((done) => cam.getStreamUri({ protocol: 'RTSP' }, done));
  t.equal(stream.uri, sim.rtspUrl);
  const snapshot = await ask<{ uri: string }>((done) => cam.getSnapshotUri({}, done));
  t.match(snapshot.uri, /^http:\/\/127\.0\.0\.1:\d+\//);
});

t.test("npm's onvif is refused with a wrong password", async (t) => {
  const sim = await camera(t);
  const cam = client(sim.onvifPort, 'wrong');
  // It connects with what needs no login and keeps the refusal of the rest to itself.
  await ask((done) => cam.connect(done));
  await t.rejects(
    ask((done) => cam.getDeviceInformation(done)),
    /login|authoriz/i,
  );
});

async function libonvif(url: string, password: string): Promise<Record<string, unknown>> {
  const script = new URL('onvif-library.py', import.meta.url).pathname;
  const { code, stdout, stderr } = await run('/usr/bin/python3', [script, url, login.username, password]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

t.test('libonvif reads the device, its profile, its picture settings and the stream address', async (t) => {
  const sim = await camera(t);
  t.match(await libonvif(sim.onvifUrl, login.password), {
    calls: {
      getTimeOffset: 0,
      getCapabilities: 0,
      getDeviceInformation: 0,
      getHostname: 0,
      getProfileToken: 0,
      getStreamUri: 0,
      getProfile: 0,
      getImagingSettings: 0,
      getNetworkInterfaces: 0,
    },
    serial_number: 'SIM-interview-a',
    host_name: 'interview-a',
    size: [640, 360],
    stream_uri: sim.rtspUrl,
    last_error: '',
  });
});

t.test('libonvif is refused with a wrong password', async (t) => {
  const sim = await camera(t);
  const { calls, last_error: error } = await libonvif(sim.onvifUrl, 'wrong');
  t.match(calls, { getTimeOffset: 0, getDeviceInformation: -1, getStreamUri: -1 });
  t.match(error, /NotAuthorized/);
});
