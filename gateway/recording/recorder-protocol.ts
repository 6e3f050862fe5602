// The contract between control and the recorder (P8): what may be asked, what is told, and the journal that
// survives either of them. Control decides, the recorder records; neither waits for the other.
import type { StreamFault, Transport } from '../../device-drivers/camera/media-stream.ts';

/** Raised with every change that an older other end would misread. */
export const recorderProtocol = 1;

export type TrackKind = 'video' | 'audio';

// ---- requests -----------------------------------------------------------------------------------------

/** Keep a camera connected and its last key frame in memory. The same camera with other values reconnects. */
export interface WarmRequest {
  readonly camera: string;
  /** rtsp:// without user info. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly transport: Transport | 'auto';
  readonly requiredTracks: readonly TrackKind[];
}

export interface ReleaseRequest {
  readonly camera: string;
}

export type ResumeCause = 'recorder-died' | 'box-restarted';

/** Record these cameras into `folder`. Asking again for a session that runs is not an error: it says so. */
export interface StartRequest {
  readonly session: string;
  readonly room: string;
  /** Absolute; made when missing. */
  readonly folder: string;
  readonly cameras: readonly { readonly camera: string; readonly requiredTracks: readonly TrackKind[] }[];
  readonly openedWallMs: number;
  readonly openedMonoMs: number;
  /** Set when a session that was open before is taken up again: files are recovered, the gap is recorded. */
  readonly resume?: ResumeCause;
}

export interface StartAnswer {
  readonly alreadyRunning: boolean;
}

export interface StopRequest {
  readonly session: string;
  readonly closedWallMs: number;
  readonly closedMonoMs: number;
}

/** Answered after every file is sealed and the journal is synced. */
export interface StopAnswer {
  /** The number of the last journal record. */
  readonly lastRecord: number;
}

/** Journal records of a running or stopped session from disk, at most `limit`. */
export interface JournalRequest {
  readonly session: string;
  readonly folder: string;
  readonly after: number;
  readonly limit: number;
}
export interface JournalAnswer {
  readonly records: readonly JournalRecord[];
}

export interface RecorderRequests {
  readonly warm: { readonly body: WarmRequest; readonly answer: null };
  readonly release: { readonly body: ReleaseRequest; readonly answer: null };
  readonly start: { readonly body: StartRequest; readonly answer: StartAnswer };
  readonly stop: { readonly body: StopRequest; readonly answer: StopAnswer };
  readonly status: { readonly body: null; readonly answer: RecorderStatus };
  readonly journal: { readonly body: JournalRequest; readonly answer: JournalAnswer };
  /** Ends the process: seals nothing that is open for a session, so that it can be taken up again. */
  readonly quit: { readonly body: null; readonly answer: null };
}

// ---- what is told -------------------------------------------------------------------------------------

export type CameraStreamState = 'connecting' | 'playing' | 'waiting';

export interface TrackStatus {
  readonly kind: TrackKind;
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  /** Since the process began; frames are decodable ones only. */
  readonly frames: number;
  readonly bytes: number;
  readonly packetsLost: number;
  /** CLOCK_MONOTONIC ms of the last decodable frame that arrived; null before the first. */
  readonly lastFrameMonoMs: number | null;
  /** Level of the sound over the last second, dBFS; absent where no table decodes it (G.711 only). */
  readonly levelDb?: number;
  /** Named degradations that hold now. */
  readonly degraded: readonly Degradation[];
}

export interface CameraStatus {
  readonly camera: string;
  readonly state: CameraStreamState;
  /** Why it waits; set when state is 'waiting', and kept while it connects again. */
  readonly fault?: StreamFault;
  readonly faultText?: string;
  /** CLOCK_MONOTONIC ms of the next try. */
  readonly nextTryMonoMs?: number;
  readonly transport?: Transport;
  readonly tracks: readonly TrackStatus[];
  /** Camera clock minus box clock from sender reports, ms; null without reports. */
  readonly skewMs: number | null;
}

/** P1 is derived from these: what of each track is synced to disk, and how old it is. */
export interface RecordingTrackStatus {
  readonly camera: string;
  readonly kind: TrackKind;
  readonly required: boolean;
  readonly frames: number;
  readonly bytes: number;
  /** CLOCK_MONOTONIC ms at which the newest frame that is synced to disk arrived; null when none is. */
  readonly durableMonoMs: number | null;
  /** The cause while a gap is open. */
  readonly gap: GapCause | null;
  readonly gaps: number;
}

export interface SessionStatus {
  readonly session: string;
  readonly room: string;
  readonly folder: string;
  readonly stopping: boolean;
  readonly lastRecord: number;
  readonly tracks: readonly RecordingTrackStatus[];
}

export interface RecorderStatus {
  readonly pid: number;
  readonly monoMs: number;
  readonly cameras: readonly CameraStatus[];
  readonly sessions: readonly SessionStatus[];
  /** `freeBytes` is null until the disk has answered once. */
  readonly disk: { readonly freeBytes: number | null; readonly syncMs: number; readonly writable: boolean };
}

export interface RecorderEvents {
  /** Twice a second, and at once when a state changes. */
  readonly status: RecorderStatus;
  /** A journal record that is synced. Missed ones are asked for with `journal`. */
  readonly journal: { readonly session: string; readonly record: JournalRecord };
}

// ---- the journal: one JSON line each in <folder>/journal.jsonl, numbered from 1 without gaps -----------

export interface At {
  readonly wallMs: number;
  /** CLOCK_MONOTONIC ms of the boot in which it was written. */
  readonly monoMs: number;
}

export type GapCause =
  | StreamFault
  | 'lost-packets'
  | 'junk-between-frames'
  | 'new-ssrc'
  | 'stamp-jump'
  | 'frame-too-large'
  | 'changed-tracks' // what describes the stream changed between two key frames
  | 'no-sound'
  | 'no-decodable-frame'
  | 'disk-full'
  | 'disk-error'
  | 'disk-slow'
  | 'recorder-died'
  | 'box-restarted'
  | 'not-warm'; // the camera was not delivering when the session opened

export type Degradation =
  | 'no-decodable-frame'
  | 'picture-frozen'
  | 'sound-silent'
  | 'no-sound'
  | 'parameter-sets-lost'
  | 'bit-rate-fallen';

export type JournalFact =
  | { readonly type: 'started'; readonly room: string; readonly cameras: readonly string[] }
  | {
      readonly type: 'segment-opened';
      readonly camera: string;
      readonly file: string;
      readonly tracks: readonly { kind: TrackKind; codec: string; width?: number; height?: number }[];
      /** When the first frame of the file was captured, as well as the box can tell. */
      readonly first: At;
    }
  | {
      readonly type: 'segment-sealed';
      readonly camera: string;
      readonly file: string;
      readonly bytes: number;
      readonly parts: number;
      readonly frames: { readonly video: number; readonly audio: number };
      readonly first: At;
      readonly last: At;
      /** Hex SHA-256 over the parts' hashes, RFC 6962 §2.1. */
      readonly merkleRoot: string;
      /** Hex; the chained hash in the last index line. */
      readonly chainHead: string;
      /** Set when the file was closed by recovery after a crash, with the bytes that were cut off. */
      readonly recovered?: { readonly cutBytes: number };
    }
  | {
      /** A gap begins. It stays open until `gap-closed` with the same `gap`. */
      readonly type: 'gap-opened';
      readonly gap: number;
      readonly camera: string;
      readonly track: TrackKind | 'all';
      readonly cause: GapCause;
      readonly from: At;
      readonly detail?: string;
    }
  | {
      readonly type: 'gap-closed';
      readonly gap: number;
      readonly camera: string;
      readonly track: TrackKind | 'all';
      readonly cause: GapCause;
      readonly from: At;
      readonly to: At;
      readonly lostPackets?: number;
      /** True when the session ended with the gap still open. */
      readonly unrecovered?: boolean;
    }
  | {
      readonly type: 'degraded' | 'restored';
      readonly camera: string;
      readonly track: TrackKind;
      readonly what: Degradation;
    }
  | { readonly type: 'clock-stepped'; readonly deltaMs: number }
  | { readonly type: 'resumed'; readonly cause: ResumeCause }
  | {
      /** Facts of this session that found no room while the disk took no writes. */
      readonly type: 'records-dropped';
      readonly count: number;
      /** When the first and the last of them came. */
      readonly from: At;
      readonly to: At;
    }
  | { readonly type: 'stopped' };

export type JournalRecord = { readonly n: number; readonly at: At } & JournalFact;
