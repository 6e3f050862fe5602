// What one camera's recording is given: its place in the session, and what all recordings share.
import type { Log } from '../../config/log.ts';
import type { GapNumbers } from './gap-book.ts';
import type { Journal } from './journal.ts';
import type { RecordingDisk } from './recording-disk.ts';
import type { TrackKind } from './recorder-protocol.ts';

/** What the cameras of a recorder share. */
export interface RecordingShared {
  readonly disk: RecordingDisk;
  readonly segmentMs: number;
  partMs(): number;
  /** False while less than the reserve is free. */
  hasRoom(): boolean;
  onSynced(milliseconds: number): void;
  onDiskError(error: unknown): void;
}

export interface CameraRecordingOptions {
  readonly camera: string;
  readonly folder: string;
  readonly requiredTracks: readonly TrackKind[];
  readonly journal: Journal;
  readonly gaps: GapNumbers;
  /** The number of the first segment file. */
  readonly firstSegment: number;
  readonly shared: RecordingShared;
  readonly log: Log;
}
