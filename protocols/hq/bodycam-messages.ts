// The entries about body-cams of liuhen.proto as values, part of the bodies of messages.ts. What each field says stands in
// the contract.
import type { MomentMessage } from './messages.ts';

export interface OfficerMessage {
  readonly name: string;
  readonly certificate: string;
}
export interface CheckItemMessage {
  readonly item: string;
  readonly device: string;
  readonly result: string;
  readonly finding: string;
  readonly detail: string;
  readonly article: string;
}

/** By the name of the case. */
export interface BodycamBodies {
  dockChanged: {
    readonly dock: string;
    readonly room: string;
    readonly state: string;
    readonly detail: string;
  };
  deviceDocked: {
    readonly dock: string;
    readonly room: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly standing: string;
    readonly at: MomentMessage;
    readonly officer: OfficerMessage;
    readonly unit: string;
    readonly deviceOfficer: string;
    readonly batteryPercent: number;
    readonly totalBytes: bigint;
    readonly freeBytes: bigint;
    readonly clipCount: number;
    readonly clockOffsetMs: bigint;
    readonly clockWithinMs: number;
    readonly clockSet: boolean;
  };
  deviceUndocked: {
    readonly dock: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly outcome: string;
    readonly clipsLeft: number;
    readonly oldestWallMs: bigint;
  };
  clipOffloaded: {
    readonly dock: string;
    readonly room: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly officer: OfficerMessage;
    readonly unit: string;
    readonly clip: string;
    readonly path: string;
    readonly file: string;
    readonly bytes: bigint;
    readonly sha256: Uint8Array;
    readonly deviceSha256: Uint8Array;
    readonly beginDeviceMs: bigint;
    readonly endDeviceMs: bigint;
    readonly beginWallMs: bigint;
    readonly endWallMs: bigint;
    readonly clockOffsetMs: bigint;
    readonly timeCertain: boolean;
    readonly caseMark: string;
    readonly matter: string;
    readonly caseNumber: string;
    readonly caseName: string;
    readonly party: string;
    readonly classedBy: string;
    readonly article: string;
    readonly why: string;
    readonly cardReread: string;
    readonly storeReread: string;
    readonly content: string;
    readonly dueWallMs: bigint;
    readonly dueArticle: string;
  };
  custodyReceipt: {
    readonly receipt: string;
    readonly dock: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly officer: OfficerMessage;
    readonly at: MomentMessage;
    readonly clipCount: number;
    readonly bytes: bigint;
    readonly filesSha256: Uint8Array;
    readonly fromSeq: bigint;
    readonly uptoSeq: bigint;
    readonly signature: Uint8Array;
    readonly keySha256: Uint8Array;
  };
  clipErased: {
    readonly dock: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly clip: string;
    readonly sha256: Uint8Array;
    readonly receipt: string;
  };
  custodyTrouble: {
    readonly dock: string;
    readonly room: string;
    readonly slot: number;
    readonly serial: string;
    readonly device: string;
    readonly clip: string;
    readonly what: string;
    readonly detail: string;
  };
  clipClassed: {
    readonly device: string;
    readonly sha256: Uint8Array;
    readonly file: string;
    readonly matter: string;
    readonly caseNumber: string;
    readonly caseName: string;
    readonly party: string;
    readonly officer: OfficerMessage;
    readonly by: string;
    readonly why: string;
    readonly article: string;
  };
  offloadReminded: {
    readonly device: string;
    readonly serial: string;
    readonly officer: OfficerMessage;
    readonly to: string;
    readonly dueWallMs: bigint;
    readonly article: string;
    readonly reason: string;
  };
  offloadMissed: {
    readonly device: string;
    readonly serial: string;
    readonly officer: OfficerMessage;
    readonly dueWallMs: bigint;
    readonly article: string;
    readonly reason: string;
    readonly recordedToWallMs: bigint;
    readonly clipCount: number;
  };
  remoteWorkDeclared: {
    readonly device: string;
    readonly by: string;
    readonly why: string;
    readonly fromWallMs: bigint;
    readonly returnedWallMs: bigint;
    readonly article: string;
  };
  deviceIssued: {
    readonly device: string;
    readonly serial: string;
    readonly officer: OfficerMessage;
    readonly by: string;
    readonly at: MomentMessage;
    readonly dock: string;
    readonly slot: number;
    readonly batteryPercent: number;
    readonly freeBytes: bigint;
    readonly items: readonly CheckItemMessage[];
    readonly matter: string;
    readonly caseNumber: string;
    readonly caseName: string;
    readonly parties: readonly string[];
    readonly article: string;
  };
  deviceReturned: {
    readonly device: string;
    readonly serial: string;
    readonly officer: OfficerMessage;
    readonly by: string;
    readonly at: MomentMessage;
    readonly dock: string;
    readonly slot: number;
    readonly how: string;
  };
  deviceReported: {
    readonly device: string;
    readonly serial: string;
    readonly what: string;
    readonly detail: string;
    readonly by: string;
    readonly at: MomentMessage;
    readonly article: string;
  };
  deviceMaintained: {
    readonly device: string;
    readonly serial: string;
    readonly what: string;
    readonly provider: string;
    readonly outcome: string;
    readonly by: string;
    readonly at: MomentMessage;
    readonly article: string;
  };
  fieldBooked: {
    readonly booking: string;
    readonly device: string;
    readonly officers: readonly OfficerMessage[];
    readonly matter: string;
    readonly caseNumber: string;
    readonly caseName: string;
    readonly parties: readonly string[];
    readonly fromWallMs: bigint;
    readonly toWallMs: bigint;
    readonly by: string;
  };
  fieldUnbooked: {
    readonly booking: string;
    readonly by: string;
    readonly why: string;
  };
}
