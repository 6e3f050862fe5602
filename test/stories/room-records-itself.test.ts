// The product as a room knows it: real processes, real sockets, and what is in the files by the numbers inside them.
import { existsSync } from 'node:fs';
import t from 'tap';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { fault } from '../../hw-sim/faults.ts';
import {
  aroundTheHole,
  at,
  closed,
  closeWords,
  gapIsTheHole,
  morePictures,
  opened,
  openWords,
  verified,
} from './session-steps.ts';
import { address, hqCaughtUp, openSite, recording, roomOf } from './site.ts';

t.setTimeout(120_000);

t.test(
  'A2, P1, P2: a session from its opening to its end is in the files, frame by frame, and at headquarters',
  async (t) => {
    const site = await openSite(t);
    await site.startGateway();
    const refused = await site.liuhen(
      'session',
      'open',
      '--room',
      'talk',
      '--kind',
      'interview',
      ...at(site),
    );
    t.equal(refused.code, 1, 'I3: without officers it is refused');
    t.match(refused.out, /SESSION_OFFICERS_MISSING/);
    t.match((await site.liuhen(...closeWords, ...at(site))).out, /SESSION_NOT_OPEN/);

    const session = await opened(site);
    t.match((await site.liuhen(...openWords, ...at(site))).out, /SESSION_ALREADY_OPEN/);
    await morePictures(site, 50);
    const closing = await closed(site);
    for (const camera of ['left', 'right']) {
      const stamps = await stampsOfCamera(session.folder, camera);
      t.same(holes(stamps), [], `${camera} misses nothing`);
      t.ok((stamps[0]?.wallMs ?? Infinity) <= session.openedWallMs, `${camera} begins before the opening`);
      t.ok((stamps.at(-1)?.wallMs ?? 0) >= closing, `${camera} has the picture of the closing`);
    }
    t.equal((await site.liuhen('verify', session.folder)).code, 0);
    const { box, hq } = await hqCaughtUp(site);
    t.equal(hq, box, 'P5: the same chain');
    t.equal(await site.endGateway(), 0);
  },
);

t.test('P8: kill -9 of control, and ten seconds without it, cost not one frame', async (t) => {
  const site = await openSite(t);
  await site.startGateway();
  const session = await opened(site);
  const { control, recorder } = await site.processes();
  process.kill(control, 'SIGKILL');
  await site.until('another control answers', (view) => recording(view) && view.epoch > 1);
  const after = await site.processes();
  t.equal(after.recorder, recorder, 'the recorder is the same process');
  t.not(after.control, control);
  // A control that hangs: nobody answers, the recorder goes on.
  process.kill(after.control, 'SIGSTOP');
  // Should the story fail in between: a stopped process can be ended by nothing but SIGKILL. Gone is well, too.
  t.teardown(() => {
    if (existsSync(`/proc/${after.control}`)) process.kill(after.control, 'SIGCONT');
  });
  const left = site.cameras[0];
  const sent = (): number => left?.framesSent.at(-1)?.frame ?? 0;
  const until = sent() + 250;
  while (sent() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(after.control, 'SIGCONT');
  await site.until('it records', recording);
  const closing = await closed(site);
  for (const camera of ['left', 'right']) {
    const stamps = await stampsOfCamera(session.folder, camera);
    t.ok(stamps.length >= 250);
    t.same(holes(stamps), [], `${camera} misses nothing`);
    t.ok((stamps[0]?.wallMs ?? Infinity) <= session.openedWallMs, `${camera} begins before the opening`);
    t.ok((stamps.at(-1)?.wallMs ?? 0) >= closing, `${camera} has the picture of the closing`);
  }
  t.match(await verified(site, session.folder), { code: 0, gaps: [] });
});

t.test(
  'P3, P4: kill -9 of everything, then start: the session goes on, and what is missing is a record',
  async (t) => {
    const site = await openSite(t);
    await site.startGateway();
    const session = await opened(site);
    await morePictures(site, 25);
    const { supervisor, control, recorder } = await site.processes();
    const killed = Date.now();
    for (const pid of [supervisor, recorder, control]) process.kill(pid, 'SIGKILL');
    await site.startGateway();
    const view = await site.until('it records again', recording);
    t.equal(roomOf(view).session, session.session, 'the same session');
    await morePictures(site, 10);
    await closed(site);
    const { code, gaps } = await verified(site, session.folder);
    t.equal(code, 0);
    for (const camera of ['left', 'right']) {
      const stamps = await stampsOfCamera(session.folder, camera);
      const { before } = aroundTheHole(stamps);
      t.ok(before.wallMs >= killed - 1000, `${camera} lost at most a second before the kill`);
      gapIsTheHole(t, gaps, { camera, cause: 'recorder-died', stamps });
    }
    const { box, hq } = await hqCaughtUp(site);
    t.equal(hq, box);
  },
);

t.test(
  'P4, P5: a camera unplugged and a broker away are records, and nothing is lost by either',
  async (t) => {
    const site = await openSite(t, 'pcma');
    await site.startGateway();
    const session = await opened(site);
    await site.killBroker();
    await site.until('the uplink is down', (view) => !view.uplink.connected);
    const [left] = site.cameras;
    const plug = left?.use(fault('unplug'));
    const view = await site.until('the room notices', (v) => !recording(v));
    t.ok(['degraded', 'interrupted'].includes(roomOf(view).state));
    plug?.();
    await site.until('it records again', recording);
    await site.liuhen('session', 'mark', '--room', 'talk', '--label', 'signing', ...at(site));
    await closed(site);
    await site.startBroker();
    const { box, hq, seq } = await hqCaughtUp(site);
    t.equal(hq, box);
    const entries = await site.hq.entries(address);
    t.equal(entries.length, seq, 'in order and without doubles');
    const { code, gaps } = await verified(site, session.folder);
    t.equal(code, 0);
    t.equal(gaps.length, 1, 'one gap, of the one camera');
    const stamps = await stampsOfCamera(session.folder, 'left');
    gapIsTheHole(t, gaps, { camera: 'left', cause: 'closed', stamps });
    t.same(holes(await stampsOfCamera(session.folder, 'right')), []);
  },
);
