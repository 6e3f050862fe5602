// Texts and rendering of a picture, on the simulator's imaging and media services, which outside clients accept.
import t, { type Test } from 'tap';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera } from '../../device-drivers/camera/camera.ts';
import { resolveCamera } from '../../device-drivers/camera/resolve-camera.ts';
import { createSimCamera, type SimCamera } from '../../hw-sim/camera/sim-camera.ts';
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
      t.equal(await picture.showText('询问室 <1>'), before.length === 0 ? 'made' : 'changed');
      const sent = sim.received.length;
      t.equal(await picture.showText('询问室 <1>'), 'there');
      t.equal(sim.received.length, sent + 1, 'only asked');
      t.equal(await picture.showText('听证室'), 'changed');
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
  t.equal(found.osdFault, null);
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
  t.ok(found.osdFault);
});
