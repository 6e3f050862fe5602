// What nearly every story does with a session: open it, wait for pictures, close it, and read what is in its files.
// Where the site comes from is site.ts's.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { GatewayView } from '../../gateway/sessions/control-protocol.ts';
import type { FrameStamp } from '../../protocols/media/frame-stamp.ts';
import { officers, recording, roomOf, type Site } from './site.ts';

export const openWords = ['session', 'open', '--room', 'talk', '--kind', 'interview', ...officers];
export const closeWords = ['session', 'close', '--room', 'talk'];

/** The frame rate of the simulated cameras. */
export const frameMs = 40;

export interface OpenedSession {
  readonly folder: string;
  readonly session: string;
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
  const openedWallMs = Date.now();
  const { code, out, err } = await site.liuhen(...openWords, ...at(site));
  if (code !== 0) throw new Error(`open: ${code} ${out}${err}`);
  const { folder, session } = JSON.parse(out) as { folder: string; session: string };
  await site.until('it records', recording);
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
