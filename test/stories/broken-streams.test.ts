// Streams that lose, stall, stutter and begin anew, over TCP and UDP: every fault is a gap with its cause, bounds and
// count, and the files hold exactly the pictures that the simulator got through. The faults share one session.
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { fault } from '../../hw-sim/faults.ts';
import { stampsOfCamera } from '../../demo/check-frames.ts';
import type { SimCamera } from '../../hw-sim/camera/sim-camera.ts';
import type { FrameStamp } from '../../protocols/media/frame-stamp.ts';
import { closed, morePictures, opened, verified } from './session-steps.ts';
import {
  gapSpans,
  holesIn,
  keyFrom,
  lastSent,
  sentMore,
  stampsOfFiles,
  toldAtHq,
  numbers,
  indexLines,
  untilTrack,
} from './fault-steps.ts';
import { openSite, recording } from './site.ts';

t.setTimeout(120_000);

t.test(
  'P4: loss over TCP and UDP, stall, junk, new SSRC, stamp jump and wrap: all in the gaps',
  async (t) => {
    const site = await openSite(t);
    const [left, right] = site.cameras;
    if (left === undefined || right === undefined) throw new Error('no cameras');
    const settings = readFileSync(site.config, 'utf8');
    writeFileSync(site.config, settings.replace('rtsp: ', 'transport: udp, rtsp: '));
    await site.startGateway();
    const session = await opened(site);
    await morePictures(site, 25);

    // ---- packets are lost
    const lossFrom = { left: lastSent(left), right: lastSent(right) };
    const noLoss = [
      left.use(fault('packetLoss', { every: 7 })),
      right.use(fault('packetLoss', { every: 11 })),
    ];
    await untilTrack(t, site, { camera: 'left', kind: 'video', state: 'gap:lost-packets' });
    await untilTrack(t, site, { camera: 'right', kind: 'video', state: 'gap:lost-packets' });
    await sentMore(left, 40);
    for (const off of noLoss) off();
    const lossEnd = { left: lastSent(left), right: lastSent(right) };
    await site.until('both record again', recording);

    // ---- junk stands between the frames of one, the other stalls
    const junk = fault('junk');
    /** The last whole picture before each piece of junk. */
    const junkBehind: number[] = [];
    const noJunk = left.use({
      ...junk,
      junk: () => {
        junkBehind.push(lastSent(left));
        return junk.junk?.() ?? null;
      },
    });
    const stalledFrom = lastSent(right);
    const noStall = right.use(fault('stall'));
    await untilTrack(t, site, { camera: 'left', kind: 'video', state: 'gap:junk-between-frames' });
    noJunk();
    const junkFrom = junkBehind[0] ?? -1;
    // What stands behind junk may be torn, wherever between two pictures the junk was.
    const junkEnd = (junkBehind.at(-1) ?? -1) + 1;
    await untilTrack(t, site, { camera: 'right', kind: 'video', state: 'gap:stalled' });
    noStall();
    await site.until('both record again', recording);

    // ---- one begins anew, the stamps of the other jump to two seconds before they wrap
    const anewFrom = lastSent(left);
    left.use(fault('newSsrc'));
    right.use(fault('noSenderReports'));
    const jumpFrom = lastSent(right);
    const ticksToWrap = 2 ** 32 - (right.framesSent.at(-1)?.timestamp ?? 0);
    right.use(fault('stampJump', { byMs: ticksToWrap / 90 - 4000 }));
    await sentMore(right, 5);
    const stampBefore = right.framesSent.at(-1)?.timestamp ?? 0;
    await site.until(
      'both record again',
      (view) => recording(view) && (right.framesSent.at(-1)?.timestamp ?? 0) < stampBefore,
    );
    await morePictures(site, 25);
    await closed(site);

    t.match(await verified(site, session.folder), { code: 0, findings: [] });
    const gaps = await toldAtHq(site, session.session, 'gapClosed');
    const gapOf = (camera: SimCamera, track: string, cause: string): (typeof gaps)[number] | undefined => {
      const found = gaps.filter(
        (gap) => gap.camera === camera.id && gap.track === track && gap.cause === cause,
      );
      t.equal(found.length, 1, `${camera.id} ${track}: one gap ${cause}`);
      return found[0];
    };
    for (const [camera, from, end] of [
      [left, lossFrom.left, lossEnd.left],
      [right, lossFrom.right, lossEnd.right],
    ] as const) {
      const stamps = await stampsOfCamera(session.folder, camera.id);
      const at = (frame: number): FrameStamp => stampOf(stamps, frame);
      const torn = new Set(camera.droppedPackets.map(({ frame }) => frame));
      t.ok(torn.size > 5, `${camera.id}: ${torn.size} pictures are torn`);
      const missing = missingIn(stamps);
      t.same(
        missing.filter((frame) => frame > from && frame <= end),
        [...torn],
        `${camera.id}: just the torn pictures are not in the files`,
      );
      const lost = gapOf(camera, 'video', 'lost-packets');
      t.equal(Number(lost?.lostPackets), camera.droppedPackets.length, 'as many as were dropped');
      const [first = -1] = torn;
      gapSpans(t, lost, { before: at(first - 1), after: at(keyFrom(camera, Math.max(...torn) + 1)) });
    }

    const leftStamps = await stampsOfCamera(session.folder, 'left');
    const leftHoles = holesIn(leftStamps).filter(({ before }) => before.frame > lossEnd.left);
    const anewKey = keyFrom(left, anewFrom + 1);
    t.same(numbers(leftHoles), [
      [junkFrom, junkEnd + 1],
      [anewFrom, anewKey],
    ]);
    gapSpans(t, gapOf(left, 'video', 'junk-between-frames'), {
      before: stampOf(leftStamps, junkFrom),
      after: stampOf(leftStamps, keyFrom(left, junkEnd + 1)),
    });
    const anew = { before: stampOf(leftStamps, anewFrom), after: stampOf(leftStamps, anewKey) };
    gapSpans(t, gapOf(left, 'video', 'new-ssrc'), anew);
    gapSpans(t, gapOf(left, 'audio', 'new-ssrc'), anew);

    const rightStamps = await stampsOfCamera(session.folder, 'right');
    const rightHoles = holesIn(rightStamps).filter(({ before }) => before.frame > lossEnd.right);
    const [stalled, jumped] = rightHoles;
    const jumpKey = keyFrom(right, jumpFrom + 1);
    if (stalled === undefined || jumped === undefined) throw new Error(`${rightHoles.length} holes`);
    const backKey = keyFrom(right, stalled.after.frame);
    t.same(numbers(rightHoles), [
      [stalledFrom, backKey],
      [jumpFrom, jumpKey],
    ]);
    gapSpans(t, gapOf(right, 'all', 'stalled'), stalled);
    gapSpans(t, gapOf(right, 'video', 'stamp-jump'), jumped);
    gapSpans(t, gapOf(right, 'audio', 'stamp-jump'), jumped);
    t.equal(gaps.length, 8, 'no gap beside these');

    // Each run of stamps has a file of its own; the one with the wrap in it goes on in step with the pictures.
    const files = await stampsOfFiles(session.folder, 'right');
    t.equal(files.length, 3);
    const wrapped = files[2]?.stamps ?? [];
    const frames = (wrapped.at(-1)?.frame ?? 0) - (wrapped[0]?.frame ?? 0) + 1;
    t.equal(wrapped[0]?.frame, jumpKey);
    const lines = indexLines(session.folder, 'right-0003');
    const lastMs = lines.at(-1)?.mediaMs[1] ?? 0;
    t.ok(Math.abs(lastMs - frames * 40) <= 40, `${frames} pictures last ${lastMs} ms`);
  },
);

function stampOf(stamps: readonly FrameStamp[], frame: number): FrameStamp {
  const found = stamps.find((stamp) => stamp.frame === frame);
  if (found === undefined) throw new Error(`picture ${frame} is not in the files`);
  return found;
}

/** The numbers between the first and the last picture that are not there. */
function missingIn(stamps: readonly FrameStamp[]): number[] {
  return holesIn(stamps).flatMap(({ before, after }) =>
    Array.from({ length: after.frame - before.frame - 1 }, (_, n) => before.frame + 1 + n),
  );
}
