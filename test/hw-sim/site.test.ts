import t from 'tap';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createServer } from 'node:net';
import path from 'node:path';
import { sleep } from '../../config/clock.ts';
import { parseYaml } from '../../config/yaml.ts';
import { Panel } from '../../device-drivers/panel/panel.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { siteControl } from '../../hw-sim/control-client.ts';
import { faults } from '../../hw-sim/faults.ts';
import { panelPins } from '../../hw-sim/panel/sim-panel.ts';
import { readSiteFile } from '../../hw-sim/site-file.ts';
import { startSite } from '../../hw-sim/site.ts';

async function siteFile(text: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'sim-site-')), 'site.yaml');
  await writeFile(file, text);
  return file;
}

t.test('another process unplugs a camera over the control port, and plugs it in again', async (t) => {
  const file = await siteFile(
    'control: 0\ncameras:\n  - { id: one, rtsp: 0, onvif: 0, video: h264, audio: pcma }\n',
  );
  const site = await startSite(file, {});
  t.teardown(() => site.close());
  const control = siteControl(site.controlPort);
  t.match(await control.cameras(), [{ id: 'one', behaviours: [], onvifUrl: /^http:/ }]);
  t.match(await control.lay('one', 'unplug', { forMs: 60_000 }), { behaviours: ['unplug'] });
  t.match(await control.lift('one', 'unplug'), { behaviours: [] });
  t.match(await control.camera('one', { after: 4, limit: 10 }), { framesSent: [], more: false });
});

t.test('another process presses a panel over the control port, and sees its lamp', async (t) => {
  const site = await startSite(await siteFile('panels:\n  - { id: talk, port: 0 }\n'), {});
  const control = siteControl(site.controlPort);
  const [told] = await control.panels();
  t.match(told, { id: 'talk', address: /^tcp:/, lamp: false, clients: 0, buttonDown: false, doorOpen: true });
  const panel = new Panel({ address: told?.address ?? '', pins: panelPins });
  t.teardown(async () => {
    panel.close();
    await site.close();
  });
  const heard: string[] = [];
  panel.events.on('button', ({ down }) => heard.push(down ? 'down' : 'up'));
  await panel.open();
  const { status } = panel;
  t.equal(status.connected, true);
  await until(async () => panel.status.doorOpen === true);
  t.match(await control.act('talk', 'press', { forMs: 60_000 }), { buttonDown: true, clients: 1 });
  await until(async () => heard.includes('down'));
  t.match(await control.act('talk', 'release'), { buttonDown: false });
  await until(async () => heard.includes('up'));
  await control.act('talk', 'press');
  await until(async () => heard.length === 4);
  t.match(await control.panel('talk'), { buttonDown: false }, 'a finger is off by itself');
  panel.lamp(true);
  await until(async () => (await control.panel('talk')).lamp);
  t.equal((await control.panel('talk')).lampChanges, 1);
  await control.act('talk', 'door-close');
  await control.act('talk', 'temperature', { value: 30 });
  await control.act('talk', 'humidity', { value: 80 });
  await until(async () => panel.status.temperatureC === 30 && panel.status.humidityPct === 80);
  await until(async () => panel.status.doorOpen === false);
  await control.act('talk', 'unplug');
  await until(async () => !panel.status.connected);
  await control.act('talk', 'plug');
  await control.act('talk', 'plug');
  await panel.open();
});

t.test('what the simulator refuses is a named error that says why', async (t) => {
  const site = await startSite(await siteFile('cameras: [{ id: one }]\npanels: [{ id: two }]\n'), {});
  t.teardown(() => site.close());
  const control = siteControl(site.controlPort);
  const refused = async (work: Promise<unknown>, why: RegExp): Promise<void> => {
    await t.rejects(work, { code: 'SIM_CONTROL_FAILED', message: why });
  };
  await refused(control.lay('two', 'stall'), /no camera two/);
  await refused(control.lay('one', 'no-such' as 'stall'), /there are unplug/);
  await refused(control.lay('one', 'stall', { forMs: -1 }), /forMs/);
  await refused(control.panel('one'), /no panel one/);
  await refused(control.act('two', 'kick' as 'press'), /there are press/);
  await refused(control.act('two', 'press', { forMs: -1 }), /forMs/);
  await refused(control.act('two', 'temperature'), /from -40 to 125/);
  await refused(control.camera('one', { limit: 100_000 }), /limit/);
  await site.close();
  await refused(control.cameras(), /GET/);
});

t.test('a site that cannot be read is one named error', async (t) => {
  await t.rejects(startSite('/nonexistent/site.yaml', {}), { code: 'SIM_SITE_FAULTY' });
});

t.test('every fault of a site file is told with its line and what is allowed', async (t) => {
  const text = `control: high
cameras:
  - { id: one, rtsp: 18001, video: mpeg2 }
  - id: one
    rtsp: 18001
    sound: aac
panels:
  - { id: one, port: 18001 }
  - { id: one, colour: red }
`;
  let message = '';
  try {
    readSiteFile(text);
  } catch (error) {
    message = (error as Error).message;
  }
  t.strictSame(message.split('\n').toSorted(), [
    'line 1: control must be a port from 0 (any) to 65535',
    'line 3: video must be one of h264, h264-b-frames, h264-small, h265',
    'line 4: the id one is there twice',
    'line 5: the port 18001 is there twice',
    'line 6: sound is unknown; allowed are id, rtsp, onvif, discovery, video, audio, auth, serial, mac',
    'line 8: the port 18001 is there twice',
    'line 9: colour is unknown; allowed are id, port',
    'line 9: the id one is there twice',
  ]);
});

t.test(
  'a camera whose port was taken meanwhile comes back when the port is free, and says why it waits',
  async (t) => {
    const camera = await createSimCamera({ id: 'one', onvifPort: 0 });
    t.teardown(() => camera.close());
    const plug = camera.use(faults.unplug());
    const intruder = createServer();
    await until(
      () =>
        new Promise<boolean>((resolve) => {
          intruder.once('error', () => resolve(false));
          intruder.listen(camera.onvifPort!, '127.0.0.1', () => resolve(true));
        }),
    );
    plug();
    await until(() => camera.problem !== null);
    t.match(camera.problem, /EADDRINUSE/);
    await new Promise((resolve) => intruder.close(resolve));
    await until(() => camera.problem === null);
    t.equal((await fetch(`http://127.0.0.1:${camera.onvifPort}/snapshot.jpg`)).status, 401);
  },
);

t.test('the example site simulates the cameras of the example settings, at the same addresses', async (t) => {
  const text = (file: string): Promise<string> => readFile(file, 'utf8');
  const simulated = readSiteFile(await text('hw-sim/site.example.yaml')).cameras;
  const settings = parseYaml(await text('config/site.example.yaml')).value as {
    cameras: { id: string; onvif?: string; rtsp?: string }[];
  };
  for (const { id, onvif, rtsp } of settings.cameras) {
    const spec = simulated.find((each) => each.id === id);
    const address = new URL(onvif ?? rtsp ?? '');
    t.equal(Number(address.port), onvif === undefined ? spec?.rtspPort : spec?.onvifPort, id);
  }
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
