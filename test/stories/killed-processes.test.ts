// One of the three processes killed with -9 in mid session: what is lost is a gap record, and who was not killed
// goes on. By real processes and the numbers inside the frames; the stories share one site.
import t from 'tap';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { aroundTheHole, closed, gapIsTheHole, morePictures, opened, verified } from './session-steps.ts';
import { hqCaughtUp, isOurs, openSite, recording, roomOf } from './site.ts';

t.setTimeout(120_000);

/**
 * From the kill to the next picture in a file, in milliseconds: a new process, its cameras' connections and the
 * wait for a key frame take about one second, and a loaded machine has as much again and a half.
 */
/** Against never: how soon it is on a machine with nothing else to do is measured by hand. */
const backMs = 10_000;

const site = await openSite(t);
await site.startGateway();

t.test(
  'P3, P4: kill -9 of the recorder alone: back within seconds, and one gap holds what is missing',
  async (t) => {
    const session = await opened(site);
    await morePictures(site, 25);
    const before = await site.processes();
    const killed = Date.now();
    process.kill(before.recorder, 'SIGKILL');
    await site.until(
      'another recorder records',
      (view) => view.recorder.pid !== null && view.recorder.pid !== before.recorder && recording(view),
    );
    const after = await site.processes();
    t.equal(after.supervisor, before.supervisor);
    t.equal(after.control, before.control, 'control is the same process');
    await morePictures(site, 10);
    const open = await verified(site, session.folder);
    t.match(open, { code: 3, verdict: 'open', findings: [] }, 'what was written before the kill is right');
    await closed(site);

    const { code, gaps } = await verified(site, session.folder);
    t.equal(code, 0);
    for (const camera of ['left', 'right']) {
      const stamps = await stampsOfCamera(session.folder, camera);
      const hole = aroundTheHole(stamps);
      t.ok(hole.before.wallMs >= killed - 1000, `${camera} lost at most a second before the kill`);
      const awayMs = hole.after.wallMs - killed;
      t.ok(awayMs <= backMs, `${camera} has pictures again after ${awayMs.toFixed(0)} ms`);
      gapIsTheHole(t, gaps, { camera, cause: 'recorder-died', stamps });
    }
  },
);

t.test('P8: kill -9 of the supervisor: the recorder goes on alone, and the next one adopts it', async (t) => {
  const session = await opened(site);
  await morePictures(site, 25);
  const before = await site.processes();
  process.kill(before.supervisor, 'SIGKILL');
  while (isOurs(before.control, site.folder)) await new Promise((resolve) => setTimeout(resolve, 20));
  t.pass('control has ended by itself');
  t.ok(isOurs(before.recorder, site.folder), 'the recorder has not');
  const [left] = site.cameras;
  const sent = (): number => left?.framesSent.at(-1)?.frame ?? 0;
  const alone = sent() + 25;
  while (sent() < alone) await new Promise((resolve) => setTimeout(resolve, 20));

  await site.startGateway();
  const view = await site.until('it records', recording);
  t.equal(roomOf(view).session, session.session, 'the same session');
  const after = await site.processes();
  t.not(after.supervisor, before.supervisor);
  t.equal(after.recorder, before.recorder, 'the same recorder');
  t.match(await site.logged(/adopted the recorder/), `"pid":${before.recorder}`);
  await morePictures(site, 10);
  await closed(site);
  t.match(await verified(site, session.folder), { code: 0, findings: [], gaps: [] });
  for (const camera of ['left', 'right']) {
    t.same(holes(await stampsOfCamera(session.folder, camera)), [], `${camera} misses nothing`);
  }
  const { box, hq } = await hqCaughtUp(site);
  t.equal(hq, box);
  t.equal(await site.endGateway(), 0);
  t.notOk(isOurs(after.recorder, site.folder), 'the adopted recorder ends with the one that adopted it');
});
