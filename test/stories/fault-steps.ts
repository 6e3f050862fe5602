// What the stories about faults share: the gaps and words of a session as headquarters has them, and the holes in a
// camera's files held against what the simulator sent. Opening and closing is session-steps.ts's.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { IndexEntry } from '../../gateway/recording/index-line.ts';
import { indexSuffix } from '../../gateway/recording/segment-writer.ts';
import type { RoomTrack } from '../../gateway/sessions/room-state.ts';
import type { SimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { stampsInFile } from '../../hw-sim/stamps-in-file.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';
import type { FrameStamp } from '../../protocols/media/frame-stamp.ts';
import type { GatewayView } from '../../gateway/sessions/control-protocol.ts';
import { address, hqCaughtUp, roomOf, type Site } from './site.ts';

/** The simulated cameras take a picture so often, in milliseconds. */
const frameMs = 40;
/** On a loaded machine a picture may be this late, in milliseconds. */
const arrivalMs = 250;

export interface Hole {
  readonly before: FrameStamp;
  readonly after: FrameStamp;
}

/** The bodies of one case that headquarters has of a session, in order. */
export async function toldAtHq<
  Case extends 'segmentOpened' | 'gapOpened' | 'gapClosed' | 'trackDegraded' | 'trackRestored',
>(site: Site, session: string, what: Case): Promise<Bodies[Case][]> {
  await hqCaughtUp(site);
  const entries = await site.hq.entries(address);
  return entries.flatMap(({ body }) => {
    const told = decodeBody(body);
    if (told?.case !== what) return [];
    const value = told.value as Bodies[Case];
    return value.session === session ? [value] : [];
  });
}

/** The pictures of each of a camera's files, in the order of the files. */
export async function stampsOfFiles(
  folder: string,
  camera: string,
): Promise<readonly { readonly file: string; readonly stamps: readonly FrameStamp[] }[]> {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${camera}-`) && name.endsWith('.mp4'));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const file = path.join(folder, name);
      return { file, stamps: await stampsInFile(file) };
    }),
  );
}

/** The index lines of a camera's files, in order. */
export function indexLines(folder: string, camera: string): IndexEntry[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(camera) && name.endsWith(indexSuffix))
    .toSorted()
    .flatMap((name) => readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as IndexEntry);
}

/** The places where picture numbers do not follow one another; a number that comes twice is one, too. */
export function holesIn(stamps: readonly FrameStamp[]): Hole[] {
  return stamps.flatMap((after, index) => {
    const before = stamps[index - 1];
    return before !== undefined && after.frame !== before.frame + 1 ? [{ before, after }] : [];
  });
}

/** The number of the newest picture that the camera sent; -1 before the first. */
export function lastSent(camera: SimCamera): number {
  return camera.framesSent.at(-1)?.frame ?? -1;
}

/** The first key picture at or behind `frame` that the camera sent. */
export function keyFrom(camera: SimCamera, frame: number): number {
  const found = camera.framesSent.find((sent) => sent.key && sent.frame >= frame);
  if (found === undefined) throw new Error(`${camera.id} sent no key picture from ${frame} on`);
  return found.frame;
}

/** Until the camera has sent `count` more pictures. */
export async function sentMore(camera: SimCamera, count: number): Promise<void> {
  const until = lastSent(camera) + count;
  while (lastSent(camera) < until) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** What the room says of a track, e.g. `recording` or `gap:stalled`. */
export function trackState(view: GatewayView, camera: string, kind: RoomTrack['kind']): string {
  return roomOf(view).tracks.find((track) => track.camera === camera && track.kind === kind)?.state ?? 'none';
}

/** Until the room says this of a track; meanwhile the room must have left `recording` (P1). */
export async function untilTrack(
  t: Test,
  site: Site,
  { camera, kind, state }: { camera: string; kind: RoomTrack['kind']; state: string },
): Promise<void> {
  const view = await site.until(
    `${camera}/${kind} is ${state}`,
    (seen) => trackState(seen, camera, kind) === state,
  );
  const { state: room, why } = roomOf(view);
  t.ok(['degraded', 'interrupted'].includes(room), `the room is ${room}, not recording, for ${state}`);
  t.match(why, `${camera}/${kind} ${state}`, 'and says why');
}

/** Holes by the numbers of the pictures on either side. */
export function numbers(holes: readonly Hole[]): readonly (readonly [before: number, after: number])[] {
  return holes.map(({ before, after }) => [before.frame, after.frame]);
}

/** The gap begins with the picture before the hole and ends with the one behind it, by the monotonic clock. */
export function gapSpans(t: Test, gap: Bodies['gapClosed'] | undefined, { before, after }: Hole): void {
  const name = `${gap?.camera} ${gap?.track} ${gap?.cause}`;
  near(t, gap?.from, before.monoMs, `${name} begins with the last picture`);
  near(t, gap?.to, after.monoMs, `${name} ends with the next picture`);
}

/**
 * The box takes a picture's arrival, the stamp its taking: between the two lies the way through the machine. Of sound a
 * packet from before the picture may be the first or the last one.
 */
function near(t: Test, at: Bodies['gapClosed']['from'] | undefined, stampMs: number, what: string): void {
  const lateMs = Number(at?.monoUs) / 1000 - stampMs;
  t.ok(lateMs >= -2 * frameMs && lateMs <= arrivalMs, `${what} (${lateMs.toFixed(1)} ms after it)`);
}
