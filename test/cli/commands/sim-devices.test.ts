// `liuhen sim dock` and its like, against a simulated site.
import t, { type Test } from 'tap';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSite } from '../../../hw-sim/site.ts';
import { liuhen } from '../run-program.ts';

async function site(t: Test) {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  const file = path.join(folder, 'site.yaml');
  await writeFile(
    file,
    'docks: [{ id: office, slots: 2 }]\nbodyCams: [{ id: cam-a, serial: A, clips: [{ seconds: 1 }] }]\npanels: [{ id: talk }]\n',
  );
  const running = await startSite(file, {});
  t.teardown(async () => {
    await running.close();
    await rm(folder, { recursive: true });
  });
  const sim = (...words: readonly string[]) =>
    liuhen('sim', ...words, '--control', String(running.controlPort));
  return { running, sim };
}

t.test('a body-cam is docked, records and is pulled from the command line, in both languages', async (t) => {
  const { running, sim } = await site(t);
  const slots = running.docks.get('office')?.slots ?? [];
  const device = running.bodyCams.get('cam-a');
  t.match((await sim('dock', 'cam-a', '--slot', '1')).out, /^ {2}1 {2}cam-a {2}off$/m);
  t.equal(slots[1]?.device, device);
  t.match((await sim('dock', 'cam-a')).out, /^ {2}0 {2}cam-a/m, 'the first empty slot of the first dock');
  t.match(
    (await sim('record', 'cam-a', '--bytes', '50000', '--case', 'X-1')).out,
    /office\/0 {2}2 clips, 0 erased/,
  );
  t.match(device?.clips[1], { sizeBytes: 50_000, caseMark: 'X-1' });
  t.match((await sim('devices', '--lang', 'zh')).out, /2 段，已删 0 段/);
  t.match(JSON.parse((await sim('pull', 'cam-a', '--json')).out), { docked: null });
  t.equal(slots[0]?.device, null);
});

t.test('faults and acts are told by name, laid on with their options and taken off', async (t) => {
  const { running, sim } = await site(t);
  t.match((await sim('fault', 'cam-a', 'wrongHash', '--set', 'clip=MOV_0001')).out, /wrongHash/);
  t.same(running.bodyCams.get('cam-a')?.behaviours, ['wrongHash']);
  await sim('fault', 'cam-a', 'wrongHash', '--off');
  t.same(running.bodyCams.get('cam-a')?.behaviours, []);
  await sim('fault', 'office', 'lostAck', '--set', 'times=3', 'call=eraseClip', '--for-ms', '60000');
  t.same(running.docks.get('office')?.behaviours, ['lostAck']);
  t.match((await sim('fault', 'office')).out, /^noise: Bytes/m);
  t.match((await sim('act', 'office', 'unplug')).out, /unplugged/);
  t.match(JSON.parse((await sim('act', 'talk', 'press', '--for-ms', '60000')).out), { buttonDown: true });
});

t.test('what cannot be done is told with the exit code for it', async (t) => {
  const { running, sim } = await site(t);
  t.match(await sim('act', 'office', 'kick'), { code: 1, err: /there are dock, pull/ });
  t.match(await sim('fault', 'cam-a', 'silent', '--set', 'nothing'), { code: 1, err: /no option=value/ });
  t.match(await sim('dock', 'nobody'), { code: 1, err: /there are cam-a/ });
  t.match(await liuhen('sim'), { code: 2, err: /SIM_SITE_MISSING/ });
  await running.close();
  t.match(await sim('devices'), { code: 4, err: /SIM_CONTROL_FAILED/ });
});
