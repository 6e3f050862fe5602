// The contract between the command line and the control process: what may be asked over control.sock, and the
// view of the gateway that `session status`, the demo's table and, later, the pages read.
import type { RecordingDuty } from '../../config/policy/policy-schema.ts';
import type { SessionKind } from '../../config/settings-types.ts';
import type { UplinkState } from '../uplink/delivery.ts';
import type { BodycamView } from '../bodycam/bodycam-view.ts';
import type { DeviceRequests } from '../bodycam/devices/device-requests.ts';
import type { DockRequests } from '../bodycam/docks/dock-requests.ts';
import type { DeadlineRequests } from '../bodycam/deadlines/deadline-requests.ts';
import type { ClipRequests } from '../bodycam/clips/clip-requests.ts';
import type { CheckVerdict } from '../before-use/before-use-rules.ts';
import type { Degradation, TrackKind } from '../recording/recorder-protocol.ts';
import type { RoomStateName, RoomTrack } from './room-state.ts';
import type { OpenRequest, SessionOfficer } from './session-request.ts';

/** Raised with every change that an older other end would misread. */
export const controlProtocol = 1;

export interface OpenAnswer {
  readonly session: string;
  readonly room: string;
  readonly kind: SessionKind;
  /** How far the rules have it recorded; null where they are silent: then only the request makes it record. */
  readonly duty: RecordingDuty | null;
  readonly article: string;
  /** Below the data folder. */
  readonly folder: string;
  /** What an urgent start still owes (E7). */
  readonly debts: readonly { readonly debt: string; readonly article: string; readonly dueWallMs: number }[];
  /** What the look at the room before it came to; absent while nobody looks. */
  readonly check?: CheckVerdict;
}

/** Looks at a room and opens nothing (D1–D3). */
export interface CheckRequest {
  readonly room?: string;
  readonly by?: string;
}
export interface CheckAnswer extends CheckVerdict {
  readonly room: string;
  readonly wallMs: number;
  /** The policy pack by which it was judged. */
  readonly pack: string;
  /** Its ledger entry; null where the last one of the day says the same. */
  readonly seq: number | null;
  /** The one before in the ledger. */
  readonly last: { readonly wallMs: number; readonly session: string; readonly passed: boolean } | null;
}

export interface CloseRequest {
  /** One of the two. */
  readonly room?: string;
  readonly session?: string;
  readonly by?: string;
  readonly reason?: string;
}
export interface CloseAnswer {
  readonly session: string;
  readonly room: string;
  readonly folder: string;
  readonly segments: number;
  readonly gaps: number;
  readonly bytes: number;
}

/** A key moment (I4). */
export interface MarkRequest {
  readonly room?: string;
  readonly session?: string;
  readonly label?: string;
  readonly text?: string;
  readonly by?: string;
}
export interface MarkAnswer {
  readonly session: string;
  readonly seq: number;
}

/** Gives what an urgent start owes (E7). */
export interface SettleRequest {
  readonly session?: string;
  readonly debt?: string;
  /** The case number, for the debt `case-number`. */
  readonly with?: string;
  /** For the debt `officers`. */
  readonly officers?: readonly SessionOfficer[];
  readonly by?: string;
}
export interface SettleAnswer {
  readonly session: string;
  readonly debt: string;
  readonly seq: number;
}

/** What the people in a room are told (B1-B4), for its screen. */
export interface RoomNotice {
  readonly what: 'notice' | 'preamble' | 'interruption';
  readonly text: string;
  readonly sinceWallMs: number;
  /** `standing`: the room is idle, and its pack has people told beforehand; `shown`: it could not be spoken. */
  readonly state: 'standing' | 'waiting' | 'speaking' | 'spoken' | 'shown';
}

/** An officer's word that the matter is interrupted, or that it cannot go on (C3, C4). */
export interface InterruptRequest {
  readonly room?: string;
  readonly session?: string;
  readonly cause?: string;
  readonly text?: string;
  readonly cannotGoOn?: boolean;
  readonly by?: string;
}
export interface InterruptAnswer {
  readonly session: string;
  readonly room: string;
  readonly cause: string;
  readonly seq: number;
  /** Empty where the pack is silent. */
  readonly article: string;
  /** The pack names no causes: those that any pack names were offered. */
  readonly packSilent: boolean;
  /** What is owed now. */
  readonly debts: readonly { readonly debt: string; readonly article: string; readonly dueWallMs: number }[];
  /** Of these at least something has to be recorded by other means (C5). */
  readonly keySteps: readonly string[];
}

export interface ResumeRequest {
  readonly room?: string;
  readonly session?: string;
  readonly cause?: string;
  readonly text?: string;
  /** The cause was said aloud in the recording. */
  readonly spoken?: boolean;
  readonly by?: string;
}
export interface ResumeAnswer {
  readonly session: string;
  readonly room: string;
  readonly cause: string;
  readonly seq: number;
  readonly article: string;
  readonly packSilent: boolean;
}

/** Of a matter that is interrupted now; the recorder goes on if it can. */
export interface RoomInterruption {
  /** `cause-asked`: there are pictures again, and a resume with the cause is waited for. */
  readonly state: 'interrupted' | 'cause-asked';
  readonly how: 'detected' | 'declared';
  readonly cause: string;
  readonly sinceWallMs: number;
  /** That may be named. */
  readonly causes: readonly string[];
  readonly packSilent: boolean;
  /** That has the cause stated; empty where the pack is silent. */
  readonly article: string;
}

/** What `session open` takes, and when: 'YYYY-MM-DDTHH:MM' at the site, or ISO 8601 with its offset. */
export interface BookRequest extends Omit<OpenRequest, 'urgent'> {
  readonly from?: string;
  readonly to?: string;
  /** Closed at `to` when nobody has marked anything in it; otherwise people close. */
  readonly endsItself?: boolean;
}
export interface UnbookRequest {
  readonly booking?: string;
  readonly by?: string;
}
export interface BookingView {
  readonly booking: string;
  readonly room: string;
  readonly kind: string;
  readonly caseNumber: string;
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly endsItself: boolean;
  readonly by: string;
  /** Of the pack's demands, what it opens without, and owes then. Only in the answer to `book`. */
  readonly missing?: readonly string[];
  /** `due`: its time has come, and the room is not free. */
  readonly state: 'waiting' | 'due' | 'open' | 'over';
  /** Empty before it opens. */
  readonly session: string;
}

export interface RoomView {
  readonly room: string;
  readonly name: string;
  readonly kind: string;
  readonly state: RoomStateName;
  readonly why: string;
  readonly session: string | null;
  readonly sessionKind: string | null;
  readonly openedWallMs: number | null;
  readonly folder: string | null;
  /** Gaps recorded in this session so far. */
  readonly gaps: number;
  readonly tracks: readonly RoomTrack[];
  /** In the order in which they are told; none where the rules are silent. */
  readonly notices?: readonly RoomNotice[];
  readonly interruption?: RoomInterruption | null;
  /** Null where the room has none. */
  readonly panel?: RoomPanelView | null;
}

/** What a room's panel tells; what it reads is null while it is away, and where no sensor is wired. */
export interface RoomPanelView {
  readonly connected: boolean;
  readonly door: 'open' | 'closed' | null;
  readonly temperatureC: number | null;
  /** Relative humidity. */
  readonly humidityPct: number | null;
}

export interface CameraView {
  readonly camera: string;
  /** Of the stream: connecting, playing, waiting; `unknown` without a recorder. */
  readonly state: string;
  /** A decodable frame waits in memory (P2): a session may open without missing its start. */
  readonly warm: boolean;
  readonly fault: string;
  readonly rooms: readonly string[];
  /** Level of its sound over the last second, dBFS; null where it cannot be told (G.711 only). */
  readonly soundDb?: number | null;
  /** What it sends, whether or not somebody records it. */
  readonly tracks?: readonly CameraTrackView[];
  /** What it says of itself now, by the topics of CameraHint: never a proof. */
  readonly hints?: readonly string[];
}

export interface CameraTrackView {
  readonly kind: TrackKind;
  /** Of the last decodable frame that arrived, in milliseconds; null before the first. */
  readonly ageMs: number | null;
  /** Since the recorder began. */
  readonly bytes: number;
  readonly degraded: readonly Degradation[];
}

export interface DebtView {
  readonly session: string;
  readonly debt: string;
  readonly article: string;
  readonly dueWallMs: number;
  readonly missed: boolean;
}

export interface GatewayView {
  readonly agency: string;
  readonly site: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly wallMs: number;
  readonly ledger: { readonly seq: number; readonly headHex: string };
  /** `receivedSeq`: headquarters has everything up to there, by its own receipt. */
  readonly uplink: {
    readonly connected: boolean;
    readonly receivedSeq: number;
    readonly state: UplinkState;
  };
  readonly recorder: { readonly connected: boolean; readonly pid: number | null };
  readonly disk: { readonly freeBytes: number; readonly writable: boolean } | null;
  readonly rooms: readonly RoomView[];
  readonly cameras: readonly CameraView[];
  /** Those that are due first; at most maxShownDebts. */
  readonly debts: readonly DebtView[];
  /** How many there are in all. */
  readonly debtCount: number;
  /** Docks, body-cams and their deadlines; absent where no feature tells of them. */
  readonly bodycams?: BodycamView;
}

/** Debts that one view shows: an answer over the control socket ends at 1 MiB. */
export const maxShownDebts = 500;

export interface ControlRequests extends DeviceRequests, DeadlineRequests, DockRequests, ClipRequests {
  readonly open: { readonly body: OpenRequest; readonly answer: OpenAnswer };
  readonly close: { readonly body: CloseRequest; readonly answer: CloseAnswer };
  readonly mark: { readonly body: MarkRequest; readonly answer: MarkAnswer };
  readonly settle: { readonly body: SettleRequest; readonly answer: SettleAnswer };
  readonly interrupt: { readonly body: InterruptRequest; readonly answer: InterruptAnswer };
  readonly resume: { readonly body: ResumeRequest; readonly answer: ResumeAnswer };
  readonly status: { readonly body: null; readonly answer: GatewayView };
  readonly book: { readonly body: BookRequest; readonly answer: BookingView };
  readonly unbook: { readonly body: UnbookRequest; readonly answer: BookingView };
  readonly check: { readonly body: CheckRequest; readonly answer: CheckAnswer };
  readonly bookings: { readonly body: { readonly room?: string }; readonly answer: readonly BookingView[] };
}

/** Those that features answer; the others are control's own. */
export const featureRequestNames = [
  'interrupt',
  'resume',
  'book',
  'unbook',
  'bookings',
  'check',
  'issue',
  'return',
  'report',
  'maintain',
  'devices',
  'device-history',
  'deadlines',
  'remote-work',
  'remote-return',
  'docks',
  'dock-health',
  'dock-firmware',
  'clips',
  'clip-class',
  'field-book',
  'field-unbook',
  'field-bookings',
] as const satisfies readonly (keyof ControlRequests)[];

export const controlRequestNames = [
  'open',
  'close',
  'mark',
  'settle',
  'status',
  ...featureRequestNames,
] as const;
