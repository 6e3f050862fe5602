// The simulated camera's ONVIF side, held against clients that others wrote: npm `onvif` and `node-onvif`.
import t, { type Test } from 'tap';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { createSimCamera, type SimCamera, type SimCameraSpec } from '../../hw-sim/camera/sim-camera.ts';

const require = createRequire(import.meta.url);

interface Cam {
  defaultProfile: { videoEncoderConfiguration: { encoding: string; resolution: { width: number } } };
  [method: string]: unknown;
}
type CamClass = new (options: object, done: (this: Cam, error: Error | null) => void) => Cam;
const { Cam } = require('onvif') as { Cam: CamClass };

interface NodeOnvifDevice {
  init(): Promise<{ SerialNumber: string }>;
  getUdpStreamUrl(): string;
  getProfileList(): { token: string; snapshot: string; video: { encoder: { resolution: object } } }[];
}
const { OnvifDevice } = require('node-onvif') as {
  OnvifDevice: new (options: object) => NodeOnvifDevice;
};

async function camera(t: Test, spec: Partial<SimCameraSpec> = {}): Promise<SimCamera> {
  const camera = await createSimCamera({ id: 'hall', onvifPort: 0, password: "secret &'x", ...spec });
  t.teardown(() => camera.close());
  return camera;
}

function connect(sim: SimCamera, options: object = {}): Promise<Cam> {
  return new Promise((resolve, reject) => {
    new Cam(
      {
        hostname: '127.0.0.1',
        port: sim.onvifPort,
        username: 'liuhen',
        password: "secret &'x",
        timeout: 5000,
        ...options,
      },
      function (error) {
        if (error) reject(error);
        else resolve(this);
      },
    );
  });
}

function call<Result>(cam: Cam, method: string, options?: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Result): void => {
      if (error) reject(error);
      else resolve(result);
    };
    const act = cam[method] as (...parameters: unknown[]) => void;
    if (options) act.call(cam, options, done);
    else act.call(cam, done);
  });
}

t.test('the npm client onvif reads device, profiles and addresses, by Media2', async (t) => {
  const sim = await camera(t, { video: 'h265', mac: '02:00:00:00:00:01' });
  const cam = await connect(sim);
  t.match(await call(cam, 'getDeviceInformation'), { serialNumber: 'SIM-hall', manufacturer: 'Liuhen' });
  t.match(cam.defaultProfile.videoEncoderConfiguration, { encoding: 'H265', resolution: { width: 640 } });
  t.match(await call(cam, 'getStreamUri', { protocol: 'RTSP' }), { uri: sim.rtspUrl });
  t.match(await call(cam, 'getSnapshotUri'), { uri: `http://127.0.0.1:${sim.onvifPort}/snapshot.jpg` });
  t.match(await call(cam, 'getNetworkInterfaces'), [{ info: { hwAddress: '02:00:00:00:00:01' } }]);
});

t.test('the npm client onvif logs in by HTTP digest too', async (t) => {
  const sim = await camera(t);
  const cam = await connect(sim, { useWSSecurity: false });
  t.match(await call(cam, 'getDeviceInformation'), { serialNumber: 'SIM-hall' });
});

t.test('the npm client onvif is refused with a wrong password', async (t) => {
  const sim = await camera(t);
  const cam = await connect(sim, { password: 'wrong' });
  await t.rejects(call(cam, 'getDeviceInformation'), /login is not right|NotAuthorized/);
});

t.test('the npm client onvif subscribes, pulls an event, renews and unsubscribes', async (t) => {
  const sim = await camera(t);
  const cam = await connect(sim);
  await call(cam, 'createPullPointSubscription');
  const pulled = call<object>(cam, 'pullMessages', { messageLimit: 5 });
  sim.publish({
    topic: 'tns1:VideoSource/MotionAlarm',
    source: { Source: 'VideoSource_1' },
    data: { State: 'true' },
  });
  t.match(await pulled, {
    notificationMessage: {
      topic: { _: 'tns1:VideoSource/MotionAlarm' },
      message: { message: { data: { simpleItem: { $: { Name: 'State', Value: true } } } } },
    },
  });
  t.match(await call(cam, 'renew', {}), { terminationTime: Date });
  await call(cam, 'unsubscribe');
  await t.rejects(call(cam, 'pullMessages', { messageLimit: 1 }));
});

t.test('the npm client onvif reads and sets the imaging', async (t) => {
  const sim = await camera(t);
  const cam = await connect(sim);
  await call(cam, 'setImagingSettings', { brightness: 70 });
  t.match(await call(cam, 'getImagingSettings', {}), { brightness: 70, contrast: 50 });
});

t.test('node-onvif initialises, through Media1 alone', async (t) => {
  const sim = await camera(t);
  const device = new OnvifDevice({ xaddr: sim.onvifUrl, user: 'liuhen', pass: "secret &'x" });
  t.match(await device.init(), { SerialNumber: 'SIM-hall' });
  t.equal(device.getUdpStreamUrl(), sim.rtspUrl);
  t.match(device.getProfileList(), [
    {
      token: '007',
      snapshot: `http://127.0.0.1:${sim.onvifPort}/snapshot.jpg`,
      video: { encoder: { resolution: { width: 640, height: 360 } } },
    },
  ]);
});

t.test('a snapshot is a JPEG behind digest', async (t) => {
  const sim = await camera(t);
  const url = `http://127.0.0.1:${sim.onvifPort}/snapshot.jpg`;
  const refused = await fetch(url);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  t.equal(refused.status, 401);
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const signed = (uri: string): RequestInit => ({
    headers: {
      authorization: `Digest username="liuhen", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${md5(`${md5(`liuhen:${realm}:secret &'x`)}:${nonce}:${md5(`GET:${uri}`)}`)}"`,
    },
  });
  const picture = await fetch(url, signed('/snapshot.jpg'));
  t.equal(picture.headers.get('content-type'), 'image/jpeg');
  t.equal(Buffer.from(await picture.arrayBuffer()).toString('hex', 0, 3), 'ffd8ff');
  t.equal((await fetch(url, signed('/other.jpg'))).status, 401, 'what was signed is what is asked');
});
