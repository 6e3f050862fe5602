// What is kept of one body-cam for its deadline, and what that comes to. What the ledger does to it is deadline-book.ts's.
import type { DeviceOfficer } from '../devices/device-register.ts';

/** What stands in the ledger of a deadline. */
export interface Said {
  /** Empty: only headquarters' countdown. */
  readonly to: string;
  readonly dueWallMs: number;
  readonly wallMs: number;
}
export interface Missed {
  readonly dueWallMs: number;
  readonly recordedToWallMs: number;
  readonly wallMs: number;
}
/** Clips that came into the store after their deadline, and of which nobody has said so. */
export interface Late {
  readonly dueWallMs: number;
  readonly article: string;
  readonly recordedToWallMs: number;
  readonly clipCount: number;
  readonly savedWallMs: number;
}
export interface Remote {
  readonly fromWallMs: number;
  /** Null while nobody has come back. */
  readonly returnedWallMs: number | null;
}

/** What may be on a device and is not in the store. */
export interface Footage {
  /** When it ended, or from when on it may have been made. */
  readonly endsWallMs: readonly number[];
  /** As far as is known; 0 where nobody knows what is on it. */
  readonly clips: number;
  /** `estimate`: clips that nobody has listed since this process began, their age is the oldest possible. */
  readonly known: 'listed' | 'estimate' | 'unknown';
}

export interface Kept {
  readonly serial: string;
  device: string;
  officer: DeviceOfficer | null;
  dock: string;
  slot: number;
  dockedWallMs: number | null;
  /** Until its return. */
  issuedWallMs: number | null;
  /** From then on there may be footage that nobody has seen. */
  outWallMs: number | null;
  clearedWallMs: number | null;
  /** What it has listed and is not in the store; null before it has. */
  clips: Map<string, number> | null;
  /** By the ledger alone. */
  unlisted: { readonly clips: number; readonly oldestWallMs: number; readonly estimate: boolean } | null;
  /** Clips in the store that it may still have, with their sizes. */
  readonly stored: Map<string, number>;
  late: Late | null;
  said: readonly Said[];
  missed: readonly Missed[];
}

const none: Footage = { endsWallMs: [], clips: 0, known: 'unknown' };

export function clear(kept: Kept, atWallMs: number): void {
  kept.clips = null;
  kept.unlisted = null;
  kept.outWallMs = null;
  kept.clearedWallMs = atWallMs;
}

export function owes({ clips, unlisted, outWallMs }: Kept): boolean {
  return (clips !== null && clips.size > 0) || unlisted !== null || outWallMs !== null;
}

export function footageOf({ clips, unlisted, outWallMs }: Kept): Footage {
  if (clips !== null && clips.size > 0)
    return { endsWallMs: [...clips.values()], clips: clips.size, known: 'listed' };
  if (unlisted !== null) {
    const known = unlisted.estimate ? 'estimate' : 'listed';
    return { endsWallMs: [unlisted.oldestWallMs], clips: unlisted.clips, known };
  }
  return outWallMs === null ? none : { endsWallMs: [outWallMs], clips: 0, known: 'unknown' };
}

/** Of a device that nobody has heard of before. */
export function newKept(serial: string, device: string, officer: DeviceOfficer | null): Kept {
  return {
    serial,
    device,
    officer,
    dock: '',
    slot: 0,
    dockedWallMs: null,
    issuedWallMs: null,
    outWallMs: null,
    clearedWallMs: null,
    clips: null,
    unlisted: null,
    stored: new Map(),
    late: null,
    said: [],
    missed: [],
  };
}
