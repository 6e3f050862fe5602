// What can come of copying a clip. Each is a state that a person and a program can act on; none loses what is safe.
// What is done about it (try again, tell somebody) is up to who asked.

/**
 * - `verified`: in the store under its own name, synced, and read a second time from the card and from the store.
 * - `pulled-out`: the volume has gone. Put in again, it goes on where it was.
 * - `read-error`: the card could not be read at an offset, or ended before its length.
 * - `too-slow`: the card gave no answer in time.
 * - `changed-while-copied`: the file is not, or no longer, what the scan saw.
 * - `not-a-file`: there is no ordinary file of that path on the volume.
 * - `disk-full`: the store has no room, or less than is kept for recording.
 * - `write-error`: the store could not be written or read.
 * - `card-differs`: the card gave other bytes the second time.
 * - `device-differs`: the card gave the same bytes twice, but not those that the device has the hash of.
 * - `store-differs`: the store gave back other bytes than were written.
 * - `gave-up`: so many copies that differ lie in the store already that no further one is made.
 * - `stopped`: told to.
 */
export type CopyState =
  | 'verified'
  | 'pulled-out'
  | 'read-error'
  | 'too-slow'
  | 'changed-while-copied'
  | 'not-a-file'
  | 'disk-full'
  | 'write-error'
  | 'card-differs'
  | 'device-differs'
  | 'store-differs'
  | 'gave-up'
  | 'stopped';

export interface CopyOutcome {
  readonly state: CopyState;
  /** Bytes of the clip that are on disk in the store and need not be copied again. */
  readonly safeBytes: number;
  /** Of those, what an earlier attempt had left. */
  readonly resumedFrom: number;
  /** The file in the store; null unless `verified`. */
  readonly file: string | null;
  /** SHA-256 of the whole clip, hex; null unless `verified`. */
  readonly sha256: string | null;
  /** Where the second look read from; null unless `verified`. `memory`: the page cache may have answered. */
  readonly reread: { readonly card: Reread; readonly store: Reread } | null;
  /** Names the error for logs: the system's code or a few words. Never the name of a file. */
  readonly why: string | null;
}

export type Reread = 'disk' | 'memory';
