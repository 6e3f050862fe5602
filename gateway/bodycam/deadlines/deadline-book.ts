// Which body-cams may hold footage that is not in the store, from when it is, and what was said of it: a fold over the
// ledger, and beside it the lists that devices gave of their clips. Deadlines are deadline-plan.ts's.
import type { LedgerBody } from '../../sessions/ledger-port.ts';
import type { FoldEntry } from '../../sessions/session-fold.ts';
import { earliestWallMs } from '../custody/clip-times.ts';
import type { DeviceOfficer } from '../devices/device-register.ts';
import {
  clear,
  footageOf,
  newKept,
  owes,
  type Footage,
  type Kept,
  type Late,
  type Missed,
  type Remote,
  type Said,
} from './deadline-record.ts';

/** Devices that are remembered: as many as a register may hold. Beyond, first one that owes nothing is forgotten. */
export const maxBookedDevices = 2000;
/** Of one device, the newest misses and reminders that are remembered. */
export const maxSaid = 24;
/** Declarations of remote work that are remembered. */
export const maxRemote = 2000;

/** Of one device, clips that are in the store and still on it; a card has fewer. */
export const maxStored = 20_000;
/** Characters of a clip's name, as ClipOffloaded has it. */
const maxClipName = 300;

/** A clip by the list of its device. */
export interface ListedClip {
  /** The device's own name for it, and its size, as in ClipOffloaded. */
  readonly clip: string;
  readonly bytes: number;
  /** When it ended, by the box's clock. */
  readonly endWallMs: number;
  /** False: the device's clock was wrong in a way that nobody knows. */
  readonly certain: boolean;
}

export interface BookedDevice {
  readonly serial: string;
  readonly device: string;
  readonly officer: DeviceOfficer | null;
  /** Where it was docked last; empty before. */
  readonly dock: string;
  readonly docked: boolean;
  readonly footage: Footage;
  readonly late: Late | null;
  readonly said: readonly Said[];
  readonly missed: readonly Missed[];
  readonly remote: Remote | null;
}

export class DeadlineBook {
  readonly #devices = new Map<string, Kept>();
  /** By the agency's number. */
  readonly #remote = new Map<string, Remote>();
  #undated = false;

  /** Those of which something is not in the store, or has to be said. */
  *outstanding(): Generator<BookedDevice> {
    for (const kept of this.#devices.values()) {
      if (kept.late !== null || kept.said.length > 0 || owes(kept)) yield this.#booked(kept);
    }
  }

  /** Null for one that was neither issued nor docked. */
  find(serial: string): BookedDevice | null {
    const kept = this.#devices.get(serial);
    return kept ? this.#booked(kept) : null;
  }

  remote(device: string): Remote | null {
    return this.#remote.get(device) ?? null;
  }

  /**
   * All that a docked device lists. What is in the store from an earlier docking counts for nothing, and each ClipOffloaded
   * takes one away. Ends are held between the last time that everything of it was in the store and `nowWallMs`: a device's clock may be off by
   * years.
   */
  listed(serial: string, clips: readonly ListedClip[], nowWallMs: number): void {
    const kept = this.#keep(serial);
    const from = Math.min(kept.clearedWallMs ?? 0, nowWallMs);
    kept.clips = new Map(
      clips
        .map((each) => ({ ...each, clip: each.clip.slice(0, maxClipName) }))
        .filter(({ clip, bytes }) => kept.stored.get(clip) !== bytes)
        .map(({ clip, endWallMs, certain }) => [
          clip,
          Math.min(certain ? endWallMs : Math.max(endWallMs, from), nowWallMs),
        ]),
    );
    kept.unlisted = null;
    kept.outWallMs = null;
    if (kept.clips.size === 0) clear(kept, nowWallMs);
  }

  apply({ body, wallMs }: FoldEntry): void {
    if (this.#undated && wallMs !== undefined && wallMs >= earliestWallMs) this.#date(wallMs);
    switch (body.case) {
      case 'boxStarted':
        // What stood in a slot may have been taken out meanwhile; what is still there is docked anew.
        for (const kept of this.#devices.values()) {
          if (kept.dockedWallMs === null) continue;
          kept.dockedWallMs = null;
          if (kept.issuedWallMs !== null) kept.outWallMs ??= wallMs ?? kept.issuedWallMs;
        }
        return;
      case 'deviceDocked':
        if (body.value.standing === 'ours') this.#docked(body.value);
        return;
      case 'deviceUndocked':
        this.#undocked(body.value, wallMs);
        return;
      case 'clipOffloaded':
        this.#saved(body.value, wallMs);
        return;
      case 'clipErased':
        this.#devices.get(body.value.serial)?.stored.delete(body.value.clip.slice(0, maxClipName));
        return;
      case 'custodyTrouble': {
        const { serial, what, clip } = body.value;
        if (what === 'gone-before') this.#devices.get(serial)?.stored.delete(clip.slice(0, maxClipName));
        return;
      }
      case 'deviceIssued': {
        const { serial, device, officer, at } = body.value;
        const kept = this.#keep(serial, device, officer);
        kept.issuedWallMs = at.wallMs;
        this.#undated ||= at.wallMs < earliestWallMs;
        if (kept.dockedWallMs === null) kept.outWallMs ??= at.wallMs;
        return;
      }
      case 'deviceReturned': {
        // Given back is not stored: what may be on it is due until a dock has seen it.
        const { serial, how, at } = body.value;
        const kept = this.#devices.get(serial);
        if (!kept) return;
        kept.issuedWallMs = null;
        // Pulled out again before its return was entered: it did not go out in anybody's hands.
        if (how === 'docked' && kept.outWallMs !== null && kept.outWallMs > at.wallMs) kept.outWallMs = null;
        return;
      }
      case 'offloadReminded': {
        const { serial, to, dueWallMs, device, officer } = body.value;
        const kept = this.#keep(serial, device, officer);
        kept.said = [...kept.said, { to, dueWallMs, wallMs: wallMs ?? dueWallMs }].slice(-maxSaid);
        // Everything is in the store: nothing of it has to be remembered to be said once.
        if (dueWallMs === 0) kept.said = [];
        return;
      }
      case 'offloadMissed': {
        const { serial, dueWallMs, recordedToWallMs, device, officer } = body.value;
        const kept = this.#keep(serial, device, officer);
        const missed = { dueWallMs, recordedToWallMs, wallMs: wallMs ?? dueWallMs };
        kept.missed = [...kept.missed, missed].slice(-maxSaid);
        if (kept.late !== null && kept.late.recordedToWallMs <= recordedToWallMs) kept.late = null;
        return;
      }
      case 'remoteWorkDeclared': {
        const { device, fromWallMs, returnedWallMs } = body.value;
        this.#remote.delete(device);
        this.#remote.set(device, { fromWallMs, returnedWallMs: returnedWallMs || null });
        const [oldest] = this.#remote.keys();
        if (this.#remote.size > maxRemote && oldest !== undefined) this.#remote.delete(oldest);
        return;
      }
      default:
    }
  }

  /** What went out while the box did not know the year went out at the first time that it knew. */
  #date(wallMs: number): void {
    this.#undated = false;
    for (const kept of this.#devices.values()) {
      if (kept.issuedWallMs !== null && kept.issuedWallMs < earliestWallMs) kept.issuedWallMs = wallMs;
      if (kept.outWallMs !== null && kept.outWallMs < earliestWallMs) kept.outWallMs = wallMs;
    }
  }

  #docked(value: Value<'deviceDocked'>): void {
    const { serial, device, officer, dock, slot, at, clipCount } = value;
    const kept = this.#keep(serial, device, officer);
    kept.dock = dock;
    kept.slot = slot;
    kept.dockedWallMs = at.wallMs;
    const remote = this.#remote.get(device);
    // Who stands at the dock has come back, whether or not he has said so.
    if (remote?.returnedWallMs === null) this.#remote.set(device, { ...remote, returnedWallMs: at.wallMs });
    if (clipCount === 0) {
      clear(kept, at.wallMs);
      return;
    }
    if (kept.clips !== null && kept.clips.size > 0) return;
    const estimate = kept.unlisted?.estimate ?? true;
    const oldestWallMs =
      kept.unlisted?.oldestWallMs ?? kept.outWallMs ?? Math.min(kept.clearedWallMs ?? at.wallMs, at.wallMs);
    kept.clips = null;
    kept.unlisted = { clips: clipCount, oldestWallMs, estimate };
  }

  #undocked(value: Value<'deviceUndocked'>, wallMs?: number): void {
    const { serial, dock, slot, clipsLeft, oldestWallMs } = value;
    const kept = this.#devices.get(serial);
    // Another with the same serial number, of which nothing was read.
    if (!kept || kept.dockedWallMs === null || kept.dock !== dock || kept.slot !== slot) return;
    const { dockedWallMs, issuedWallMs } = kept;
    const now = wallMs ?? dockedWallMs;
    kept.dockedWallMs = null;
    if (oldestWallMs === 0) clear(kept, now);
    else if (kept.clips === null) {
      // Taken out before it was listed: then that age is an estimate still.
      const { unlisted } = kept;
      const estimate = unlisted?.estimate === true && unlisted.oldestWallMs === oldestWallMs;
      kept.unlisted = { clips: Math.max(1, clipsLeft), oldestWallMs, estimate };
    }
    // It goes out again in the same hands: issued in the dock, or never given back.
    if (issuedWallMs !== null) kept.outWallMs ??= issuedWallMs >= dockedWallMs ? issuedWallMs : now;
  }

  #saved(value: Value<'clipOffloaded'>, wallMs?: number): void {
    const { serial, device, officer, clip, bytes, endWallMs, dueWallMs, dueArticle: article } = value;
    const kept = this.#keep(serial, device, officer);
    const savedWallMs = wallMs ?? endWallMs;
    kept.stored.set(clip, bytes);
    const [oldest] = kept.stored.keys();
    if (kept.stored.size > maxStored && oldest !== undefined) kept.stored.delete(oldest);
    if (
      dueWallMs !== 0 &&
      savedWallMs > dueWallMs &&
      !isMissed(kept.missed, endWallMs, dueWallMs, savedWallMs)
    ) {
      const before = kept.late;
      kept.late = {
        dueWallMs: Math.min(before?.dueWallMs ?? dueWallMs, dueWallMs),
        article,
        recordedToWallMs: Math.max(before?.recordedToWallMs ?? endWallMs, endWallMs),
        clipCount: (before?.clipCount ?? 0) + 1,
        savedWallMs,
      };
    }
    if (kept.clips !== null) {
      // One that was not listed takes none away.
      if (kept.clips.delete(clip) && kept.clips.size === 0) clear(kept, savedWallMs);
    } else if (kept.unlisted !== null) {
      const clips = kept.unlisted.clips - 1;
      if (clips > 0) kept.unlisted = { ...kept.unlisted, clips };
      else clear(kept, savedWallMs);
    }
  }

  #booked(kept: Kept): BookedDevice {
    const { serial, device, officer, dock, late, said, missed } = kept;
    const docked = kept.dockedWallMs !== null;
    const remote = this.#remote.get(device) ?? null;
    return { serial, device, officer, dock, docked, footage: footageOf(kept), late, said, missed, remote };
  }

  #keep(serial: string, device = '', officer: DeviceOfficer | null = null): Kept {
    const found = this.#devices.get(serial);
    const named = officer !== null && officer.name + officer.certificate !== '' ? officer : null;
    if (found) {
      if (device !== '') found.device = device;
      found.officer = named ?? found.officer;
      return found;
    }
    const kept = newKept(serial, device, named);
    this.#devices.set(serial, kept);
    if (this.#devices.size > maxBookedDevices) this.#forgetOne(serial);
    return kept;
  }

  #forgetOne(but: string): void {
    let first: string | undefined;
    for (const [serial, kept] of this.#devices) {
      if (serial === but) continue;
      first ??= serial;
      if (owes(kept) || kept.late !== null || kept.issuedWallMs !== null) continue;
      first = serial;
      break;
    }
    if (first !== undefined) this.#devices.delete(first);
  }
}

/** When the oldest of it ended; 0 where there is none. For DeviceUndocked. */
export function oldestOf({ endsWallMs }: Footage): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const end of endsWallMs) oldest = Math.min(oldest, end);
  return Number.isFinite(oldest) ? oldest : 0;
}

/**
 * Whether an entry already says that this was missed: it stands for what was recorded until then, and was made when this
 * was due. One that was made later than now is the word of a clock that was wrong.
 */
export function isMissed(
  missed: readonly Missed[],
  endWallMs: number,
  dueWallMs: number,
  nowWallMs: number,
): boolean {
  return missed.some(
    (each) =>
      each.recordedToWallMs >= endWallMs &&
      each.wallMs >= dueWallMs &&
      each.wallMs <= nowWallMs + clockSlackMs,
  );
}

/** A clock that was set back by less is still the same clock, in milliseconds. */
export const clockSlackMs = 60_000;

type Value<Case extends LedgerBody['case']> = Extract<LedgerBody, { case: Case }>['value'];
