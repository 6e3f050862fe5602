// Makes a device in its slot a disk, finds its volume by the serial number, and lists what is on it: what the device
// lists of itself beside what its card has. Copying is clip-copy.ts's.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { sleep } from '../../../config/clock.ts';
import { isLiuhenError } from '../../../config/errors.ts';
import { listAllClips } from '../../../device-drivers/dock/dock-clips.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import type { Clip, SlotRef } from '../../../protocols/dock/messages.ts';
import { scanClips, type ScannedClip } from '../copying/clip-scan.ts';
import { heldMs } from './clip-times.ts';
import type { Volume } from '../copying/volume-finder.ts';
import { readVolumes, type KernelPlaces } from '../copying/volume-reader.ts';

/** Milliseconds that a volume may take to appear: a body-cam starts again as a disk, and somebody mounts it. */
export const volumeWaitMs = 30_000;
/** Milliseconds between two looks. */
export const volumeLookMs = 250;

/** A file on the card. */
export interface CardClip {
  /** The device's name for it, or `file:` and a hash of its path. */
  readonly id: string;
  readonly root: string;
  readonly path: Buffer;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** What the device lists of it; null for a file that it does not list. */
  readonly listed: Clip | null;
  /** By the device's clock. */
  readonly beginDeviceMs: number;
  readonly endDeviceMs: number;
  /** What its boxes tell; `other`: none of MP4's family; `unread`: not looked into on the device. */
  readonly content: 'whole' | 'broken' | 'other' | 'unread';
}

export type CardListing =
  | {
      readonly state: 'listed';
      readonly clips: readonly CardClip[];
      /** Listed by the device, and not on its card. */
      readonly missing: readonly Clip[];
      /** Of these, those of whose path there is no file at all: their footage is nowhere else. */
      readonly unseen: readonly Clip[];
      /** Folders or files that could not be listed: there may be more. */
      readonly faults: number;
      /** Mounted so that others can write to it. */
      readonly writable: boolean;
    }
  | {
      /** It cannot become a disk: what it lists comes through frames. */
      readonly state: 'frames';
      readonly listed: readonly Clip[];
    }
  | {
      readonly state: 'fault';
      readonly why: 'no-volume' | 'not-mounted' | 'several-disks' | 'other-volume' | 'stopped';
    };

export interface CardWays {
  readonly dock: Pick<Dock, 'ask'>;
  readonly at: SlotRef;
  /** Of the device, as it said before it was a disk. */
  readonly serial: string;
  /** Absent: the kernel's own lists. */
  readonly places?: KernelPlaces;
  readonly signal: AbortSignal;
  readonly waitMs?: number;
}

/** Rejects as Dock.ask, and when the kernel's lists cannot be read. */
export async function listCard(ways: CardWays): Promise<CardListing> {
  const { dock, at, signal } = ways;
  // Once it is a disk it may not list any more.
  const listed = await listAllClips(dock, at, signal);
  const serial = await becomeDisk(dock, at);
  if (serial === null) return { state: 'frames', listed };
  // Another's volume: its clips would be stored as this one's, and this one's erased for them.
  if (serial !== ways.serial) return { state: 'fault', why: 'other-volume' };
  const found = await volumesOf(serial, ways);
  if (typeof found === 'string') return { state: 'fault', why: found };
  const files: { readonly root: string; readonly volume: number; readonly file: ScannedClip }[] = [];
  let faults = 0;
  for (const [volume, { point: root }] of found.entries()) {
    const scan = await scanClips(root, signal);
    if (signal.aborted) return { state: 'fault', why: 'stopped' };
    faults += scan.faults.length;
    for (const file of scan.clips) files.push({ root, volume, file });
  }
  const matched = matchClips(
    listed,
    files.map(({ file }) => file.path),
  );
  const clips = files.map(({ root, volume, file }, index) =>
    cardClip(root, volume, file, matched[index] ?? null),
  );
  const seen = new Set(matched);
  const missing = listed.filter((clip) => !seen.has(clip));
  const there = new Set(files.map(({ file }) => foldedPath(file.path)));
  return {
    state: 'listed',
    clips,
    missing,
    unseen: missing.filter(
      // One without a path may be any of the files that are there.
      ({ path: at }) => at !== '' && !there.has(foldedPath(Buffer.from(at))),
    ),
    faults,
    writable: found.some(({ writableBy }) => writableBy !== 'nobody'),
  };
}

/** The serial number of its volume; null for a device that cannot become a disk. */
async function becomeDisk(dock: Pick<Dock, 'ask'>, at: SlotRef): Promise<string | null> {
  try {
    return (await dock.ask('diskMode', { at, on: true })).volumeSerial;
  } catch (error) {
    if (isLiuhenError(error, 'DOCK_REFUSED') && error.details['refusal'] === 'not-supported') return null;
    throw error;
  }
}

async function volumesOf(
  serial: string,
  { places, signal, waitMs = volumeWaitMs }: CardWays,
): Promise<readonly Volume[] | Extract<CardListing, { state: 'fault' }>['why']> {
  for (let waited = 0; ; waited += volumeLookMs) {
    const search = await readVolumes(serial, places);
    if (search.state === 'found') return search.volumes;
    if (search.state === 'several-disks') return search.state;
    if (waited >= waitMs) return search.state === 'no-disk' ? 'no-volume' : 'not-mounted';
    await sleep(volumeLookMs, signal);
    if (signal.aborted) return 'stopped';
  }
}

function cardClip(root: string, volume: number, file: ScannedClip, listed: Clip | null): CardClip {
  const { path: raw, bytes, modifiedMs, boxes } = file;
  const made = boxes?.createdMs ?? null;
  const content = contentOf(file);
  const common = { root, path: raw, bytes, modifiedMs, listed, content } as const;
  if (listed !== null)
    return {
      ...common,
      id: listed.id,
      beginDeviceMs: heldMs(Number(listed.beginWallMs)),
      endDeviceMs: heldMs(Number(listed.endWallMs)),
    };
  // A file is changed last when its recording ends.
  const begin = made ?? modifiedMs - (boxes?.durationMs ?? 0);
  const end = made === null ? modifiedMs : made + (boxes?.durationMs ?? 0);
  return {
    ...common,
    // Longer than any name that a device can list; the same path may be on two volumes of it.
    id: `file:${createHash('sha256')
      .update(volume === 0 ? '' : `${volume}:`)
      .update(raw)
      .digest('hex')}`,
    beginDeviceMs: heldMs(begin),
    endDeviceMs: heldMs(end),
  };
}

/** A word for what is in a file. */
export function contentOf({ boxes, unread }: ScannedClip): CardClip['content'] {
  if (unread !== null) return 'unread';
  return boxes === null ? 'other' : boxes.fault === null ? 'whole' : 'broken';
}

/** What a device without a volume lists, each as a file by the path that it names, or by its id. */
export function frameClips(root: string, listed: readonly Clip[]): readonly CardClip[] {
  const ids = onlyOnes(listed.map((clip) => [clip.id, clip]));
  const paths = onlyOnes(listed.map((clip) => [clip.path, clip]));
  return [...ids.values()].map((clip) => ({
    id: clip.id,
    root,
    path: Buffer.from(clip.path !== '' && paths.has(clip.path) ? clip.path : clip.id),
    bytes: Number(clip.sizeBytes),
    modifiedMs: Number(clip.endWallMs),
    listed: clip,
    beginDeviceMs: heldMs(Number(clip.beginWallMs)),
    endDeviceMs: heldMs(Number(clip.endWallMs)),
    content: 'unread',
  }));
}

/**
 * For each path what the device lists of it, or null: the very path, or, FAT having no case, the only one that differs
 * in nothing else. What a device lists twice by one name or path is nobody's, and neither is a path that is on two of its
 * volumes: the wrong one would be erased.
 */
export function matchClips(listed: readonly Clip[], paths: readonly Buffer[]): readonly (Clip | null)[] {
  const byExact = onlyOnes(listed.map((clip) => [plainPath(Buffer.from(clip.path)), clip]));
  const byFolded = onlyOnes(listed.map((clip) => [foldedPath(Buffer.from(clip.path)), clip]));
  const ids = onlyOnes(listed.map((clip) => [clip.id, clip]));
  const filesByFolded = onlyOnes(paths.map((raw) => [foldedPath(raw), raw]));
  const filesByExact = onlyOnes(paths.map((raw) => [plainPath(raw), raw]));
  const exact = paths.map((raw) =>
    filesByExact.has(plainPath(raw)) ? (byExact.get(plainPath(raw)) ?? null) : null,
  );
  const taken = new Set(exact);
  return paths.map((raw, index) => {
    const folded = filesByFolded.has(foldedPath(raw)) ? byFolded.get(foldedPath(raw)) : undefined;
    const clip = exact[index] ?? (folded && !taken.has(folded) ? folded : null);
    return clip !== null && ids.has(clip.id) ? clip : null;
  });
}

/** Without the names that come twice. */
function onlyOnes<T>(rows: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  const twice = new Set<string>();
  for (const [name, value] of rows) {
    if (all.has(name)) twice.add(name);
    all.set(name, value);
  }
  for (const name of twice) all.delete(name);
  return all;
}

function plainPath(raw: Buffer): string {
  return path.posix.normalize(raw.toString('latin1')).replace(/^\//, '');
}

function foldedPath(raw: Buffer): string {
  return plainPath(raw).toLowerCase();
}
