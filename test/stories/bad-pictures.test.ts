// Streams that go on, and are not what the room wants: another size, a standing picture, no key pictures, silence.
// What can be recorded is, in files of five seconds that join without a seam; what is wrong is named at once (P1). They share one session.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { sleep } from '../../config/clock.ts';
import { fault } from '../../hw-sim/faults.ts';
import { closed, morePictures, opened, verified } from './session-steps.ts';
import {
  gapSpans,
  holesIn,
  keyFrom,
  lastSent,
  sentMore,
  stampsOfFiles,
  toldAtHq,
  trackState,
  untilTrack,
} from './fault-steps.ts';
import { openSite, recording, roomOf, type Site } from './site.ts';

t.setTimeout(120_000);

t.test(
  'P1, P4: another size, a standing picture, no key picture, silence: each is named, none is lost',
  async (t) => {
    const site = await openSite(t);
    const [left, right] = site.cameras;
    if (left === undefined || right === undefined) throw new Error('no cameras');
    const settings = readFileSync(site.config, 'utf8');
    writeFileSync(site.config, settings.replace('segment: 10min', 'segment: 5s'));
    await site.startGateway();
    const session = await opened(site);
    await morePictures(site, 25);

    // ---- silence on one; meanwhile the pictures of the other get another size, and then stand still
    const noSilence = right.use(fault('silentAudio'));
    const otherSizeFrom = lastSent(left);
    const ownSize = left.use(fault('changedResolution'));
    await morePictures(site, 50);
    const ownSizeFrom = lastSent(left);
    ownSize();
    await morePictures(site, 50);
    const noFreeze = left.use(fault('freeze'));
    await untilTrack(t, site, { camera: 'left', kind: 'video', state: 'degraded:picture-frozen' });
    noFreeze();
    await untilTrack(t, site, { camera: 'right', kind: 'audio', state: 'degraded:sound-silent' });
    noSilence();
    await site.until('both record again', recording);

    // ---- the camera comes back and sends no key picture: packets, and nothing that can be decoded
    const deltaFrom = lastSent(left);
    const keys = left.use(fault('deltaOnly'));
    left.use(fault('reset'));
    await untilTrack(t, site, { camera: 'left', kind: 'video', state: 'gap:closed' });
    // Packets come again: the connection stands, and what is missing is a picture to begin with.
    await site.until('it plays', (view) =>
      view.cameras.some((each) => each.camera === 'left' && each.state === 'playing'),
    );
    await untilTold(site, session.session, 'no-decodable-frame');
    const view = await site.ask('status', null);
    t.equal(roomOf(view).state, 'degraded', 'packets alone are no recording');
    t.equal(trackState(view, 'left', 'video'), 'gap:closed');
    t.equal(
      view.cameras.find(({ camera }) => camera === 'left')?.warm,
      false,
      'nothing waits in memory (P2)',
    );
    keys();
    const deltaEnd = lastSent(left);
    await site.until('both record again', recording);
    await sentMore(left, 10);
    await closed(site);

    t.match(await verified(site, session.folder), { code: 0, findings: [] });
    // The right one has every picture just once, over all its files, and each file begins with a key picture.
    const keyNumbers = new Set(
      [...left.framesSent, ...right.framesSent].filter(({ key }) => key).map(({ frame }) => frame),
    );
    const rightFiles = await stampsOfFiles(session.folder, 'right');
    t.ok(rightFiles.length >= 3, `${rightFiles.length} files of five seconds`);
    t.same(
      holesIn(rightFiles.flatMap(({ stamps }) => stamps)),
      [],
      'right misses nothing and has nothing twice',
    );
    for (const { file, stamps } of rightFiles)
      t.ok(keyNumbers.has(stamps[0]?.frame ?? -1), `${file} begins with a key picture`);

    // The left one misses what came without a key picture, and nothing else.
    const leftFiles = await stampsOfFiles(session.folder, 'left');
    const leftHoles = holesIn(leftFiles.flatMap(({ stamps }) => stamps));
    const [hole] = leftHoles;
    if (hole === undefined) throw new Error('no hole');
    t.equal(leftHoles.length, 1);
    t.equal(hole.after.frame, keyFrom(left, deltaEnd + 1), 'it ends with the first key picture');
    // What the kernel held at the reset is lost with the connection.
    t.ok(hole.before.frame <= deltaFrom && hole.before.frame > deltaFrom - 10, 'it begins with the reset');
    const gaps = await toldAtHq(site, session.session, 'gapClosed');
    t.match(gaps, [{ camera: 'left', track: 'all', cause: 'closed', unrecovered: false }]);
    t.equal(gaps.length, 1);
    gapSpans(t, gaps[0], hole);

    // No file holds pictures of two sizes, and each says its own.
    const widths = new Map(
      (await toldAtHq(site, session.session, 'segmentOpened')).map(({ file, tracks }) => [
        file,
        tracks.find(({ kind }) => kind === 'video')?.width,
      ]),
    );
    for (const { file, stamps } of leftFiles) {
      const small = stamps.filter(({ frame }) => frame > otherSizeFrom && frame <= ownSizeFrom).length;
      t.ok(small === 0 || small === stamps.length, `${file}: pictures of one size`);
      t.equal(widths.get(path.basename(file)), small === 0 ? 640 : 480, `${file}: the width`);
    }
    t.ok([...widths.values()].includes(480));

    const named = (what: 'trackDegraded' | 'trackRestored'): Promise<string[]> =>
      toldAtHq(site, session.session, what).then((all) =>
        all.map((each) => `${each.camera}/${each.track} ${each.what}`).toSorted(),
      );
    const degraded = await named('trackDegraded');
    for (const what of [
      'left/video no-decodable-frame',
      'left/video picture-frozen',
      'right/audio sound-silent',
    ])
      t.equal(degraded.filter((each) => each === what).length, 1, `${what} once`);
    t.same(await named('trackRestored'), degraded, 'and each is over');
  },
);

/** Until headquarters has heard of this degradation. */
async function untilTold(site: Site, session: string, what: string): Promise<void> {
  for (;;) {
    const told = await toldAtHq(site, session, 'trackDegraded');
    if (told.some((each) => each.what === what)) return;
    await sleep(50);
  }
}
