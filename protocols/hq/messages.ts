// The messages of liuhen.proto as values: 64-bit integers are bigint, one-of is `{ case, value }`. codec.ts turns
// them into bytes and back. Absent scalars are their proto3 defaults.
import type { BodycamBodies } from './bodycam-messages.ts';

export interface Header {
  readonly gateway: string;
  readonly epoch: bigint;
  readonly seq: bigint;
  readonly wallMs: bigint;
  readonly monoUs: bigint;
  /** SHA-256 of the header before; 32 zero bytes for seq 1. */
  readonly previous: Uint8Array;
  readonly bodyHash: Uint8Array;
}

/** The two encodings exactly as stored and sent. `body` is empty in an excerpt that withholds it. */
export interface LedgerEntry {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

export interface MomentMessage {
  readonly wallMs: bigint;
  readonly monoUs: bigint;
}

interface JournalPlace {
  readonly session: string;
  readonly journal: bigint;
}
interface GapPlace extends JournalPlace {
  readonly gap: bigint;
  readonly camera: string;
  readonly track: string;
  readonly cause: string;
  readonly from: MomentMessage;
}
interface TrackChange extends JournalPlace {
  readonly camera: string;
  readonly track: string;
  readonly what: string;
}

/** The members of Body's one-of by their case. */
export interface Bodies extends BodycamBodies {
  boxStarted: { readonly version: string; readonly bootId: string; readonly publicKeyPem: string };
  boxStopped: { readonly why: string };
  settingsApplied: { readonly sha256: Uint8Array; readonly rooms: readonly string[] };
  checkpoint: CheckpointMessage;
  clockStepped: { readonly deltaMs: bigint; readonly session: string };
  recorderLost: { readonly why: string };
  recorderBack: { readonly adopted: boolean };
  diskChanged: { readonly state: string; readonly freeBytes: bigint };
  uplinkChanged: { readonly state: string; readonly seq: bigint };
  cameraChanged: {
    readonly camera: string;
    readonly state: string;
    readonly fault: string;
    readonly detail: string;
  };
  cameraClockSkew: { readonly camera: string; readonly skewMs: bigint };
  cameraHint: {
    readonly camera: string;
    readonly topic: string;
    readonly detail: string;
    readonly state: string;
  };
  sessionOpened: {
    readonly session: string;
    readonly room: string;
    readonly kind: string;
    readonly officers: readonly { readonly name: string; readonly certificate: string }[];
    readonly caseNumber: string;
    readonly caseName: string;
    readonly parties: readonly string[];
    readonly openedBy: string;
    readonly urgent: boolean;
    readonly opened: MomentMessage;
    readonly folder: string;
    readonly cameras: readonly { readonly camera: string; readonly required: readonly string[] }[];
    readonly article: string;
    readonly stage: string;
    readonly duty?: string;
  };
  sessionRefused: {
    readonly room: string;
    readonly kind: string;
    readonly code: string;
    readonly why: string;
    readonly article: string;
    readonly askedBy: string;
  };
  sessionMarked: {
    readonly session: string;
    readonly label: string;
    readonly text: string;
    readonly at: MomentMessage;
    readonly by: string;
  };
  debtIncurred: {
    readonly session: string;
    readonly debt: string;
    readonly what: string;
    readonly article: string;
    readonly dueWallMs: bigint;
  };
  debtSettled: {
    readonly session: string;
    readonly debt: string;
    readonly with: string;
    readonly by: string;
  };
  debtMissed: { readonly session: string; readonly debt: string; readonly article: string };
  sessionClosing: {
    readonly session: string;
    readonly closed: MomentMessage;
    readonly closedBy: string;
    readonly reason: string;
  };
  sessionClosed: {
    readonly session: string;
    readonly lastJournalRecord: bigint;
    readonly segments: number;
    readonly gaps: number;
    readonly bytes: bigint;
    readonly filesSha256: Uint8Array;
    readonly entryCount?: number;
    readonly uptoSeq?: bigint;
  };
  segmentOpened: JournalPlace & {
    readonly camera: string;
    readonly file: string;
    readonly tracks: readonly {
      readonly kind: string;
      readonly codec: string;
      readonly width: number;
      readonly height: number;
    }[];
    readonly first: MomentMessage;
  };
  segmentSealed: JournalPlace & {
    readonly camera: string;
    readonly file: string;
    readonly bytes: bigint;
    readonly parts: number;
    readonly videoFrames: bigint;
    readonly audioFrames: bigint;
    readonly first: MomentMessage;
    readonly last: MomentMessage;
    readonly merkleRoot: Uint8Array;
    readonly chainHead: Uint8Array;
    readonly signature: Uint8Array;
    readonly keySha256: Uint8Array;
    readonly recovered: boolean;
    readonly cutBytes: bigint;
  };
  gapOpened: GapPlace & { readonly detail: string };
  gapClosed: GapPlace & {
    readonly to: MomentMessage;
    readonly lostPackets: bigint;
    readonly unrecovered: boolean;
  };
  trackDegraded: TrackChange;
  trackRestored: TrackChange;
  sessionResumed: JournalPlace & { readonly cause: string };
  recordsDropped: JournalPlace & {
    readonly count: number;
    readonly from: MomentMessage;
    readonly to: MomentMessage;
  };
  coverageCertified: {
    readonly room: string;
    readonly day: string;
    readonly reason: string;
    readonly expectedMs: bigint;
    readonly tracks: readonly {
      readonly camera: string;
      readonly track: string;
      readonly recordedMs: bigint;
      readonly gapCount: number;
      readonly gaps: readonly {
        readonly fromWallMs: bigint;
        readonly toWallMs: bigint;
        readonly cause: string;
        readonly excuse: string;
      }[];
    }[];
    readonly article: string;
    readonly signature: Uint8Array;
    readonly keySha256: Uint8Array;
  };
  calendarMissing: { readonly year: number; readonly known: readonly number[] };
  noticeGiven: {
    readonly session: string;
    readonly what: string;
    readonly wordingSha256: Uint8Array;
    readonly text: string;
    readonly words: string;
    readonly how: string;
    readonly by: string;
    readonly fault: string;
    readonly from: MomentMessage;
    readonly to: MomentMessage;
    readonly article: string;
    readonly audible: string;
    readonly quietDb: number;
    readonly heardDb: number;
  };
  interruptionBegan: {
    readonly session: string;
    readonly cause: string;
    readonly by: string;
    readonly how: string;
    readonly from: MomentMessage;
    readonly article: string;
  };
  interruptionEnded: {
    readonly session: string;
    readonly cause: string;
    readonly text: string;
    readonly by: string;
    readonly to: MomentMessage;
    readonly spoken: boolean;
    readonly article: string;
    readonly outcome: string;
  };
  checkedBeforeUse: {
    readonly room: string;
    readonly session: string;
    readonly at: MomentMessage;
    readonly by: string;
    readonly items: readonly {
      readonly item: string;
      readonly device: string;
      readonly result: string;
      readonly finding: string;
      readonly detail: string;
      readonly article: string;
    }[];
    readonly mayStart: boolean;
    readonly startArticle: string;
    readonly urgent: boolean;
    readonly outOfUse: readonly string[];
  };
  bookingMade: {
    readonly booking: string;
    readonly room: string;
    readonly kind: string;
    readonly officers: readonly { readonly name: string; readonly certificate: string }[];
    readonly caseNumber: string;
    readonly caseName: string;
    readonly parties: readonly string[];
    readonly stage: string;
    readonly fromWallMs: bigint;
    readonly toWallMs: bigint;
    readonly endsItself: boolean;
    readonly by: string;
  };
  bookingCancelled: {
    readonly booking: string;
    readonly room: string;
    readonly by: string;
    readonly why: string;
  };
  commandTaken: {
    readonly id: string;
    readonly what: string;
    readonly by: string;
    readonly room: string;
    readonly outcome: string;
    readonly code: string;
    readonly why: string;
    readonly session: string;
    readonly booking: string;
    readonly issuedWallMs: bigint;
    readonly expiresWallMs: bigint;
    readonly commandSha256: Uint8Array;
  };
}

export type BodyCase = keyof Bodies;
/** What happened. */
export type Body = { [C in BodyCase]: { readonly case: C; readonly value: Bodies[C] } }[BodyCase];

export interface CheckpointMessage {
  readonly uptoSeq: bigint;
  readonly head: Uint8Array;
  readonly signature: Uint8Array;
  readonly keySha256: Uint8Array;
}

export interface GatewayStatus {
  readonly gateway: string;
  readonly epoch: bigint;
  readonly online: boolean;
  readonly wallMs: bigint;
  /** A status older than this says nothing. */
  readonly expiresAfterMs: number;
  readonly ledgerSeq: bigint;
  readonly ledgerHead: Uint8Array;
  readonly version: string;
}

export interface TrackState {
  readonly camera: string;
  readonly kind: string;
  readonly required: boolean;
  readonly state: string;
  readonly bytes: bigint;
  readonly frames: bigint;
  readonly gaps: number;
  readonly behindMs: number;
}

export interface RoomState {
  readonly gateway: string;
  readonly epoch: bigint;
  readonly room: string;
  readonly state: string;
  readonly why: string;
  readonly session: string;
  readonly wallMs: bigint;
  readonly tracks: readonly TrackState[];
  readonly expiresAfterMs: number;
}

export interface Receipt {
  readonly gateway: string;
  readonly epoch: bigint;
  readonly seq: bigint;
  readonly head: Uint8Array;
}
