// The whole product on a disk of 16 MB that fills up in mid session and gets room again. The disk is a tmpfs, so this
// runs as root or, by `unshare -Urm`, in a user's own namespace; where neither may mount, it fails and says so.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { sleep } from '../../config/clock.ts';
import { gapSpans, holesIn, stampsOfFiles, toldAtHq } from '../stories/fault-steps.ts';
import { closed, morePictures, opened, verified } from '../stories/session-steps.ts';
import { hqCaughtUp, openSite, recording, roomOf, type Site } from '../stories/site.ts';

const ownNamespace = 'LIUHEN_PEER_NAMESPACE';
const diskBytes = 16 * 1024 * 1024;

if (process.geteuid?.() !== 0 && process.env[ownNamespace] === undefined) {
  // The same file again, as root of a namespace of its own: what it prints is this file's result.
  const again = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)];
  const { status, error } = spawnSync('unshare', ['-Urm', ...again], {
    stdio: 'inherit',
    env: { ...process.env, [ownNamespace]: '1' },
  });
  if (error !== undefined || status === null || status !== 0)
    t.fail(`not root, and unshare -Urm did not come through: ${error?.message ?? `exit ${status}`}`);
} else {
  t.setTimeout(120_000);
  t.test(
    'P1, P4: the disk fills and gets room again: what is whole is sealed, what is missing is a gap',
    story,
  );
}

async function story(t: Test): Promise<void> {
  const site = await openSite(t);
  mkdirSync(site.dataFolder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', site.dataFolder]);
  t.teardown(async () => {
    await site.endGateway();
    execFileSync('umount', ['-l', site.dataFolder]);
  });
  const settings = readFileSync(site.config, 'utf8');
  writeFileSync(site.config, settings.replace('reserve: 16MiB', 'reserve: 1MiB'));
  await site.startGateway();
  const session = await opened(site);
  await morePictures(site, 25);
  const before = await site.processes();

  const ballast = path.join(site.dataFolder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(Math.max(0, freeBytes(site) - 200 * 1024), 1));
  const full = await site.until('the room says that it does not record', (view) => !recording(view));
  t.ok(
    ['degraded', 'interrupted'].includes(roomOf(full).state),
    `${roomOf(full).state}: ${roomOf(full).why}`,
  );
  const interrupted = await site.until('nothing is recorded', (view) => roomOf(view).state === 'interrupted');
  t.match(roomOf(interrupted).why, /disk/);
  await sleep(3000);
  t.equal(roomOf(await site.ask('status', null)).state, 'interrupted', 'and stays so');
  const gaps = await toldAtHq(site, session.session, 'gapOpened');
  t.same(gaps.map(({ camera, track, cause }) => `${camera} ${track} ${cause}`).toSorted(), [
    'left all disk-full',
    'right all disk-full',
  ]);

  rmSync(ballast);
  await site.until('it goes on by itself', recording);
  await morePictures(site, 25);
  t.same(await site.processes(), before, 'no process has crashed');
  await closed(site);
  await hqCaughtUp(site);
  t.match(await verified(site, session.folder), { code: 0, findings: [] });
  const ended = await toldAtHq(site, session.session, 'gapClosed');
  t.equal(ended.length, 2);
  for (const camera of ['left', 'right']) {
    const files = await stampsOfFiles(session.folder, camera);
    t.equal(files.length, 2, `${camera}: a file before and one after`);
    const [hole, ...more] = holesIn(files.flatMap(({ stamps }) => stamps));
    t.same(more, []);
    const gap = ended.find((each) => each.camera === camera);
    t.equal(gap?.cause, 'disk-full');
    if (hole === undefined) throw new Error(`${camera} has no hole`);
    gapSpans(t, gap, hole);
  }
  t.equal(await site.endGateway(), 0);
}

function freeBytes(site: Site): number {
  const { bavail, bsize } = statfsSync(site.dataFolder);
  return bavail * bsize;
}
