import t from 'tap';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSite } from '../../hw-sim/site.ts';

t.test('another process unplugs a camera over the control port, and plugs it in again', async (t) => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'sim-site-')), 'site.yaml');
  await writeFile(file, 'control: 0\ncameras:\n  - { id: one, rtsp: 0, video: h264, audio: pcma }\n');
  const site = await startSite(file, {});
  t.teardown(() => site.close());
  const url = `http://127.0.0.1:${site.controlPort}/cameras/one`;
  const on = await fetch(`${url}/faults`, { method: 'POST', body: '{"fault":"unplug"}' });
  t.match(await on.json(), { behaviours: ['unplug'] });
  const off = await fetch(`${url}/faults/unplug`, { method: 'DELETE' });
  t.match(await off.json(), { behaviours: [] });
  t.equal((await fetch(`${url}/faults`, { method: 'POST', body: '{"fault":"no-such"}' })).status, 400);
});

t.test('a site that cannot be read is one named error', async (t) => {
  await t.rejects(startSite('/nonexistent/site.yaml', {}), { code: 'SIM_SITE_FAULTY' });
});
