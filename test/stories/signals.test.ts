// What the signals to `liuhen run`, and a second one beside it, do to a recording: by real processes and the
// numbers inside the frames. The stories share one site, each with a session of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { at, closed, morePictures, opened, unsealed, verified } from './session-steps.ts';
import { hqCaughtUp, isOurs, openSite, recording, roomOf, type Site } from './site.ts';

t.setTimeout(120_000);

const site = await openSite(t);
// A camera that the settings do not know at first; it stays for the stories behind the one that adds it.
const third = await createSimCamera({ id: 'third' });
t.teardown(() => third.close());
await site.startGateway();

t.test('a second `liuhen run` on the data folder is refused, and the first one goes on', async (t) => {
  const session = await opened(site);
  const before = await site.processes();
  const second = await site.liuhen('run', '--config', site.config);
  t.equal(second.code, 1);
  t.match(second.err, /^RUN_ALREADY: /);
  t.match(second.err, `(process ${before.supervisor})`, 'it says which process has the folder');
  await morePictures(site, 25);
  t.same(await site.processes(), before, 'the same three processes');
  await closed(site);
  await isWhole(t, site, session.folder);
});

t.test(
  'SIGHUP: faulty settings are refused by line, good ones taken, and neither costs a frame',
  async (t) => {
    const good = readFileSync(site.config, 'utf8');
    const session = await opened(site);
    const { supervisor } = await site.processes();

    // Faulty in one line, while another line would take a camera away: nothing of it may apply.
    const line = good.split('\n').findIndex((each) => each.startsWith('policy:')) + 1;
    const faulty = good.replace('officers: 2', 'officers: many').replace('[left, right]', '[left]');
    writeFileSync(site.config, faulty);
    process.kill(supervisor, 'SIGHUP');
    const refused = await site.logged(/settings not applied/);
    t.match(refused, 'SETTINGS_FAULTY');
    t.match(refused, `site.yaml:${line}: policy.officers:`, 'it names line and setting');
    await morePictures(site, 25);
    const unchanged = await site.ask('status', null);
    t.equal(roomOf(unchanged).tracks.length, 4, 'the room still has both cameras');

    const better = good
      .replace('[left, right]', '[left, right, third]')
      .replace(/\n$/, `\n  - { id: third, rtsp: "${third.rtspUrl}", credentials: room }\n`);
    writeFileSync(site.config, better);
    process.kill(supervisor, 'SIGHUP');
    await site.until('the third camera is warm', ({ cameras }) =>
      cameras.some(({ camera, warm }) => camera === 'third' && warm),
    );
    await morePictures(site, 25);
    await closed(site);
    await isWhole(t, site, session.folder);

    const next = await opened(site);
    await morePictures(site, 10);
    await closed(site);
    await isWhole(t, site, next.folder, ['left', 'right', 'third']);
  },
);

t.test('SIGTERM: the session is closed, everything is sealed, and the next start begins idle', async (t) => {
  const session = await opened(site);
  await morePictures(site, 25);
  const { supervisor, recorder, control } = await site.processes();
  const asked = Date.now();
  t.equal(await site.endGateway(), 0);
  for (const pid of [supervisor, recorder, control]) t.notOk(isOurs(pid, site.folder), `${pid} has ended`);
  await isWhole(t, site, session.folder);
  for (const camera of ['left', 'right']) {
    const stamps = await stampsOfCamera(session.folder, camera);
    t.ok((stamps.at(-1)?.wallMs ?? 0) >= asked - 100, `${camera} has the picture of the moment of asking`);
  }
  t.equal((await site.liuhen('session', 'status', ...at(site))).code, 4, 'nobody answers any more');

  await site.startGateway();
  const view = await site.ask('status', null);
  t.equal(roomOf(view).state, 'idle', 'it was closed, not interrupted');
  t.equal(roomOf(view).session, null);
  const { box, hq } = await hqCaughtUp(site);
  t.equal(hq, box);
  const next = await opened(site);
  t.not(next.session, session.session);
  t.ok(recording(await site.ask('status', null)));
  t.equal(await site.endGateway(), 0);
  t.same(unsealed(next.folder), []);
});

/** A closed session in which nothing is missing. */
async function isWhole(
  t: Test,
  site: Site,
  folder: string,
  cameras: readonly string[] = ['left', 'right'],
): Promise<void> {
  const report = await verified(site, folder);
  t.same(
    { code: report.code, verdict: report.verdict, findings: report.findings, gaps: report.gaps },
    { code: 0, verdict: 'holds', findings: [], gaps: [] },
  );
  t.same(unsealed(folder), []);
  for (const camera of cameras) {
    const stamps = await stampsOfCamera(folder, camera);
    t.ok(stamps.length > 0, `${camera} has pictures`);
    t.same(holes(stamps), [], `${camera} misses nothing`);
  }
}
