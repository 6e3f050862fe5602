// What control needs of the ledger, and nothing more, so that sessions are tested without one.
import type { BodycamBodies } from '../../protocols/hq/bodycam-messages.ts';
import type { MomentMessage } from '../../protocols/hq/messages.ts';
import type { SessionFold } from './session-fold.ts';

export interface MomentValue {
  readonly wallMs: number;
  readonly monoMs: number;
}
/** As control speaks: numbers for bigints, milliseconds of the monotonic clock. */
type Spoken<T> = T extends MomentMessage
  ? MomentValue
  : T extends bigint
    ? number
    : T extends string | number | boolean | Uint8Array
      ? T
      : { readonly [Name in keyof T]: Spoken<T[Name]> };
/** Entries about body-cams; gateway/bodycam makes them. */
export type BodycamBody = {
  [Case in keyof BodycamBodies]: { readonly case: Case; readonly value: Spoken<BodycamBodies[Case]> };
}[keyof BodycamBodies];

export type LedgerBody =
  | BodycamBody
  | { case: 'boxStarted'; value: { version: string; bootId: string; publicKeyPem: string } }
  | { case: 'boxStopped'; value: { why: string } }
  | { case: 'settingsApplied'; value: { sha256: Uint8Array; rooms: readonly string[] } }
  | {
      case: 'checkpoint';
      value: { uptoSeq: number; head: Uint8Array; signature: Uint8Array; keySha256: Uint8Array };
    }
  | { case: 'clockStepped'; value: { deltaMs: number; session: string } }
  | { case: 'recorderLost'; value: { why: string } }
  | { case: 'recorderBack'; value: { adopted: boolean } }
  | { case: 'diskChanged'; value: { state: string; freeBytes: number } }
  | { case: 'uplinkChanged'; value: { state: string; seq: number } }
  | { case: 'cameraChanged'; value: { camera: string; state: string; fault: string; detail: string } }
  | { case: 'cameraClockSkew'; value: { camera: string; skewMs: number } }
  | { case: 'cameraHint'; value: { camera: string; topic: string; detail: string; state: string } }
  | {
      case: 'sessionOpened';
      value: {
        session: string;
        room: string;
        kind: string;
        officers: readonly { name: string; certificate: string }[];
        caseNumber: string;
        caseName: string;
        parties: readonly string[];
        openedBy: string;
        urgent: boolean;
        opened: MomentValue;
        folder: string;
        cameras: readonly { camera: string; required: readonly string[] }[];
        article: string;
        stage: string;
        duty?: string;
      };
    }
  | {
      case: 'sessionRefused';
      value: { room: string; kind: string; code: string; why: string; article: string; askedBy: string };
    }
  | {
      case: 'sessionMarked';
      value: { session: string; label: string; text: string; at: MomentValue; by: string };
    }
  | {
      case: 'debtIncurred';
      value: { session: string; debt: string; what: string; article: string; dueWallMs: number };
    }
  | { case: 'debtSettled'; value: { session: string; debt: string; with: string; by: string } }
  | { case: 'debtMissed'; value: { session: string; debt: string; article: string } }
  | {
      case: 'sessionClosing';
      value: { session: string; closed: MomentValue; closedBy: string; reason: string };
    }
  | {
      case: 'sessionClosed';
      value: {
        session: string;
        lastJournalRecord: number;
        segments: number;
        gaps: number;
        bytes: number;
        filesSha256: Uint8Array;
        entryCount?: number;
        uptoSeq?: number;
      };
    }
  | {
      case: 'segmentOpened';
      value: {
        session: string;
        journal: number;
        camera: string;
        file: string;
        tracks: readonly { kind: string; codec: string; width: number; height: number }[];
        first: MomentValue;
      };
    }
  | {
      case: 'segmentSealed';
      value: {
        session: string;
        journal: number;
        camera: string;
        file: string;
        bytes: number;
        parts: number;
        videoFrames: number;
        audioFrames: number;
        first: MomentValue;
        last: MomentValue;
        merkleRoot: Uint8Array;
        chainHead: Uint8Array;
        signature: Uint8Array;
        keySha256: Uint8Array;
        recovered: boolean;
        cutBytes: number;
      };
    }
  | {
      case: 'gapOpened';
      value: {
        session: string;
        journal: number;
        gap: number;
        camera: string;
        track: string;
        cause: string;
        from: MomentValue;
        detail: string;
      };
    }
  | {
      case: 'gapClosed';
      value: {
        session: string;
        journal: number;
        gap: number;
        camera: string;
        track: string;
        cause: string;
        from: MomentValue;
        to: MomentValue;
        lostPackets: number;
        unrecovered: boolean;
      };
    }
  | {
      case: 'trackDegraded' | 'trackRestored';
      value: { session: string; journal: number; camera: string; track: string; what: string };
    }
  | { case: 'sessionResumed'; value: { session: string; journal: number; cause: string } }
  | {
      case: 'recordsDropped';
      value: { session: string; journal: number; count: number; from: MomentValue; to: MomentValue };
    }
  | {
      case: 'coverageCertified';
      value: {
        room: string;
        day: string;
        reason: string;
        expectedMs: number;
        tracks: readonly {
          camera: string;
          track: string;
          recordedMs: number;
          gapCount: number;
          gaps: readonly { fromWallMs: number; toWallMs: number; cause: string; excuse: string }[];
        }[];
        article: string;
        signature: Uint8Array;
        keySha256: Uint8Array;
      };
    }
  | { case: 'calendarMissing'; value: { year: number; known: readonly number[] } }
  | {
      case: 'noticeGiven';
      value: {
        session: string;
        what: string;
        wordingSha256: Uint8Array;
        text: string;
        words: string;
        how: string;
        by: string;
        fault: string;
        from: MomentValue;
        to: MomentValue;
        article: string;
        audible: string;
        quietDb: number;
        heardDb: number;
      };
    }
  | {
      case: 'interruptionBegan';
      value: {
        session: string;
        cause: string;
        by: string;
        how: string;
        from: MomentValue;
        article: string;
      };
    }
  | {
      case: 'interruptionEnded';
      value: {
        session: string;
        cause: string;
        text: string;
        by: string;
        to: MomentValue;
        spoken: boolean;
        article: string;
        outcome: string;
      };
    }
  | {
      case: 'checkedBeforeUse';
      value: {
        room: string;
        session: string;
        at: MomentValue;
        by: string;
        items: readonly {
          item: string;
          device: string;
          result: string;
          finding: string;
          detail: string;
          article: string;
        }[];
        mayStart: boolean;
        startArticle: string;
        urgent: boolean;
        outOfUse: readonly string[];
      };
    }
  | {
      case: 'bookingMade';
      value: {
        booking: string;
        room: string;
        kind: string;
        officers: readonly { name: string; certificate: string }[];
        caseNumber: string;
        caseName: string;
        parties: readonly string[];
        stage: string;
        fromWallMs: number;
        toWallMs: number;
        endsItself: boolean;
        by: string;
      };
    }
  | { case: 'bookingCancelled'; value: { booking: string; room: string; by: string; why: string } }
  | {
      case: 'commandTaken';
      value: {
        id: string;
        what: string;
        by: string;
        room: string;
        outcome: string;
        code: string;
        why: string;
        session: string;
        booking: string;
        issuedWallMs: number;
        expiresWallMs: number;
        commandSha256: Uint8Array;
      };
    };

/** Appends to the ledger: resolves when the entry is synced and the fold has it. */
export interface LedgerPort {
  readonly fold: SessionFold;
  readonly append: (body: LedgerBody) => Promise<{ readonly seq: number }>;
}
