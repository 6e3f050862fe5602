// Texts and rendering of a picture, on the simulator's imaging and media services, which outside clients accept.
import t, { type Test } from 'tap';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera } from '../../device-drivers/camera/camera.ts';
import { resolveCamera } from '../../device-drivers/camera/resolve-camera.ts';
import { createSimCamera, type SimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { until } from '../gateway/sessions/fakes.ts';
import { faults } from '../../hw-sim/faults.ts';

async function simulated(t: Test): Promise<SimCamera> {
  const sim = await createSimCamera({ id: 'hall', onvifPort: 0, password: 'p' });
  t.teardown(() => sim.close());
  return sim;
}

function settings(sim: SimCamera, osdText?: string): CameraSettings {
  return {
    id: 'hall',
    source: {
      kind: 'onvif',
      url: `http://127.0.0.1:${sim.onvifPort}/onvif/device_service`,
      ...(osdText === undefined ? {} : { osdText }),
    },
    credentials: { username: 'liuhen', password: new Secret('p') },
    transport: 'auto',
    requiredTracks: ['video'],
  };
}

async function opened(t: Test, sim: SimCamera): Promise<Camera> {
  const camera = new Camera({ settings: settings(sim) });
  t.teardown(() => camera.close());
  await camera.open();
  return camera;
}

for (const broken of [null, 'media2Crash'] as const)
  t.test(
    `a text is put on the picture once, changed once, and left alone (${broken ?? 'media2'})`,
    async (t) => {
      const sim = await simulated(t);
      if (broken) sim.use(faults[broken]());
      const picture = (await opened(t, sim)).picture();
      const words = async (): Promise<(string | null)[]> => (await picture.texts()).map(({ text }) => text);
      const before = await words();
      t.equal((await picture.showText('询问室 <1>')).did, before.length === 0 ? 'made' : 'changed');
      const sent = sim.received.length;
      t.same(await picture.showText('询问室 <1>'), { did: 'nothing', shown: '询问室 <1>' });
      t.equal(sim.received.length, sent + 1, 'only asked');
      t.same(await picture.showText('听证室'), { did: 'changed', shown: '听证室' });
      t.same(await words(), ['听证室']);
    },
  );

t.test('rendering is read, set within what the camera offers, and nothing else is sent', async (t) => {
  const sim = await simulated(t);
  const picture = (await opened(t, sim)).picture();
  t.match(await picture.imaging(), { brightness: 50, irCutFilter: 'AUTO', exposure: null });
  t.match(await picture.setImaging({ brightness: 30, irCutFilter: 'OFF' }), {
    brightness: 30,
    contrast: 50,
    irCutFilter: 'OFF',
  });
  for (const [change, why] of [
    [{ brightness: 101 }, /0 to 100, not 101/],
    [{ exposure: 'MANUAL' }, /exposure may be nothing/],
  ] as const)
    await t.rejects(picture.setImaging(change), { code: 'CAMERA_PICTURE', message: why });
  t.match(await picture.imaging(), { brightness: 30 }, 'as it was');
});

t.test('the text of the settings is shown when the camera is asked for its stream', async (t) => {
  const sim = await simulated(t);
  const found = await resolveCamera(settings(sim, '信访接待室'), new AbortController().signal);
  t.equal(await found.osd, null);
  t.same(sim.osdTexts, ['信访接待室']);
});

t.test('a camera that cannot show it is recorded all the same, and says why', async (t) => {
  const sim = await simulated(t);
  const camera = new Camera({ settings: settings(sim) });
  t.teardown(() => camera.close());
  t.throws(() => camera.picture(), /not open/);
  sim.use({
    name: 'no texts',
    soap: async ({ operation }, next) => (/OSD/.test(operation) ? null : next()),
  });
  const found = await resolveCamera(settings(sim, 'x'), new AbortController().signal);
  t.match(found.url, /^rtsp:/);
  t.ok(await found.osd);
});

t.test(
  'the stream is told at once also when the camera hangs on its texts, and the hanging ends',
  async (t) => {
    const sim = await simulated(t);
    let asked = false;
    sim.use({
      name: 'hangs on texts',
      soap: ({ operation }, next) => {
        if (!operation.includes('OSD')) return next();
        asked = true;
        return new Promise(() => undefined);
      },
    });
    const ending = new AbortController();
    const found = await resolveCamera(settings(sim, 'x'), ending.signal);
    t.match(found.url, /^rtsp:/);
    await until('the texts were asked for', () => asked);
    ending.abort();
    t.ok(await found.osd, 'ended with the signal, long before any time is over');
  },
);

t.test(
  'a camera that makes something else of a text is told so once, and not written to again',
  async (t) => {
    const sim = await simulated(t);
    let written = 0;
    sim.use({
      name: 'short texts',
      soap: async ({ operation }, next) => {
        if (/^(Set|Create)OSD$/.test(operation)) written += 1;
        const reply = await next();
        if (reply === null || operation !== 'GetOSDs') return reply;
        return { ...reply, body: reply.body.replace(/(PlainText>[^<]{4})[^<]*/, '$1') };
      },
    });
    const wanted = settings(sim, '信访接待室一');
    for (let round = 0; round < 3; round += 1) {
      const { osd } = await resolveCamera(wanted, new AbortController().signal);
      t.match(await osd, { code: 'CAMERA_PICTURE', message: /"信访接待" instead of "信访接待室一"/ });
    }
    t.equal(written, 1);
  },
);

t.test('garbage for texts is a fault with its code, and no imaging service another', async (t) => {
  const sim = await simulated(t);
  sim.use({
    name: 'garbage',
    soap: async ({ operation }, next) => (/OSD/.test(operation) ? { status: 200, body: '<a' } : next()),
  });
  const { osd } = await resolveCamera(settings(sim, 'x'), new AbortController().signal);
  t.match(await osd, { code: 'ONVIF_REPLY_UNREADABLE' });
  sim.use({
    name: 'no imaging',
    soap: async ({ operation }, next) => {
      const reply = await next();
      if (reply === null || operation !== 'GetServices') return reply;
      return { ...reply, body: reply.body.replaceAll('ver20/imaging', 'ver20/other') };
    },
  });
  const picture = (await opened(t, sim)).picture();
  await t.rejects(picture.imaging(), { code: 'CAMERA_PICTURE', message: /no imaging service/ });
});
