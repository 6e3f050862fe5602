// What nearly every story does with a session: open it, wait for pictures, close it, and read what is in its files.
// Where the site comes from is site.ts's.
import { readEveryMs } from '../../device-drivers/camera/read-pacer.ts';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Test } from 'tap';
import type { GatewayView } from '../../gateway/sessions/control-protocol.ts';
import type { FrameStamp } from '../../protocols/media/frame-stamp.ts';
import { officers, recording, roomOf, type Site } from './site.ts';

export const openWords = ['session', 'open', '--room', 'talk', '--kind', 'interview', ...officers];
export const closeWords = ['session', 'close', '--room', 'talk'];

/** The simulated cameras take a picture so often, in milliseconds. */
const frameMs = 40;
/**
 * A picture may be taken for so late, in milliseconds: arrival is known per read, and until a stream has been read a
 * few times nothing tells where in the read a picture came. The rest is a loaded machine's.
 */
const arrivalMs = readEveryMs + 100;

export interface OpenedSession {
  readonly folder: string;
  readonly session: string;
  /** The moment of opening as the ledger has it. */
  readonly openedWallMs: number;
}

export interface Gap {
  readonly camera: string;
  readonly track: string;
  readonly cause: string;
  readonly fromWallMs: number;
  readonly toWallMs: number | null;
}

/** The words that let a command find the site's gateway and answer in JSON. */
export function at(site: Site): readonly string[] {
  return ['--json', '--socket', path.join(site.dataFolder, 'run', 'control.sock')];
}

/** Opens a session by the command line and waits until the room records. */
export async function opened(site: Site): Promise<OpenedSession> {
  const { code, out, err } = await site.liuhen(...openWords, ...at(site));
  if (code !== 0) throw new Error(`open: ${code} ${out}${err}`);
  const { folder, session } = JSON.parse(out) as { folder: string; session: string };
  const { openedWallMs } = roomOf(await site.until('it records', recording));
  if (openedWallMs === null) throw new Error('a room that records has no moment of opening');
  return { folder: path.join(site.dataFolder, folder), session, openedWallMs };
}

/** Closes the session of the room; answers the wall clock at the moment of asking. */
export async function closed(site: Site): Promise<number> {
  const closingWallMs = Date.now();
  const { code, out, err } = await site.liuhen(...closeWords, ...at(site));
  if (code !== 0) throw new Error(`close: ${code} ${out}${err}`);
  return closingWallMs;
}

function pictures(view: GatewayView): number {
  const videos = roomOf(view).tracks.filter((track) => track.kind === 'video');
  return Math.min(...videos.map((track) => track.frames));
}

/** Until every video track of the room has this many more pictures on disk. */
export async function morePictures(site: Site, count: number): Promise<void> {
  let from = 0;
  await site.until('there are pictures', (view) => {
    from = pictures(view);
    return roomOf(view).tracks.length > 0;
  });
  await site.until(`${count} more pictures`, (view) => recording(view) && pictures(view) >= from + count);
}

/** `liuhen verify` of a session's folder: its exit code and its report. */
export async function verified(
  site: Site,
  folder: string,
): Promise<{ code: number | null; verdict: string; findings: unknown[]; gaps: Gap[] }> {
  const { code, out, err } = await site.liuhen('verify', '--json', folder);
  const [report] = JSON.parse(out || '[]') as { verdict: string; findings: unknown[]; gaps: Gap[] }[];
  if (report === undefined) throw new Error(`verify: ${code} ${err}`);
  return { code, ...report };
}

/** What is not sealed in a session's folder. */
export function unsealed(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.part'));
}

/** The pictures on either side of the one place where numbers are missing; throws when there is not just one. */
export function aroundTheHole(stamps: readonly FrameStamp[]): { before: FrameStamp; after: FrameStamp } {
  const found = stamps.flatMap((after, index) => {
    const before = stamps[index - 1];
    return before !== undefined && after.frame !== before.frame + 1 ? [{ before, after }] : [];
  });
  const [only, ...more] = found;
  if (only === undefined || more.length > 0) throw new Error(`${found.length} holes instead of one`);
  return only;
}

/**
 * The camera has one gap, with the cause, and its bounds are the pictures on either side of the one hole: it
 * begins behind the last picture that is there and before the first that is missing, and ends with the next one.
 */
export function gapIsTheHole(
  t: Test,
  gaps: readonly Gap[],
  { camera, cause, stamps }: { camera: string; cause: string; stamps: readonly FrameStamp[] },
): void {
  const { before, after } = aroundTheHole(stamps);
  const own = gaps.filter((gap) => gap.camera === camera);
  const [gap] = own;
  t.equal(own.length, 1, `${camera} has one gap`);
  t.equal(gap?.cause, cause, `${camera}: the cause`);
  within(t, gap?.fromWallMs, before.wallMs, `${camera}: the gap begins with the last picture`);
  within(t, gap?.toWallMs, after.wallMs, `${camera}: the gap ends with the next picture`);
}

/** The box takes a picture's arrival, the stamp its sending: between the two lies the way through the machine. */
function within(t: Test, atMs: number | null | undefined, stampMs: number, what: string): void {
  const lateMs = (atMs ?? Number.NaN) - stampMs;
  t.ok(lateMs >= -frameMs / 2 && lateMs <= arrivalMs, `${what} (${lateMs.toFixed(1)} ms after it)`);
}
