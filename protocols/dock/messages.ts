// The messages of dock.proto as values: 64-bit integers are bigint, enums are words, one-of is `{ case, value }`.
// codec.ts turns them into bytes and back. Absent scalars are their proto3 defaults.

/** A slot with what is in it; insertion 0 is an empty slot. */
export interface SlotRef {
  readonly slot: number;
  readonly insertion: number;
}
interface AtSlot {
  readonly at: SlotRef;
}

/** By number, as in ErrorCode of dock.proto. */
export const refusalWords = [
  'no-error',
  'bad-request',
  'unknown-request',
  'version-unsupported',
  'no-session',
  'out-of-sequence',
  'busy',
  'not-supported',
  'no-such-slot',
  'slot-empty',
  'device-changed',
  'device-silent',
  'disk-mode-on',
  'no-such-clip',
  'clip-mismatch',
  'range',
  'read-failed',
  'erase-failed',
  'battery-low',
  'image-signature',
  'image-model',
  'image-downgrade',
  'image-offset',
  'image-incomplete',
  'image-hash',
  'flash-failed',
  'internal',
] as const;
/** 'unknown': a newer dock's. */
export type RefusalWord = (typeof refusalWords)[number] | 'unknown';
export const lampWords = ['off', 'on', 'slow', 'fast'] as const;
export type LampWord = (typeof lampWords)[number];
export const targetWords = ['dock', 'body-cam'] as const;
export const stepWords = ['receiving', 'whole', 'restarting'] as const;

export interface FirmwareName {
  readonly name: string;
  /** A higher one is newer. */
  readonly build: number;
}
export interface SlotState extends AtSlot {
  readonly locked: boolean;
  readonly lamp: LampWord;
  readonly diskMode: boolean;
}
export interface Clip {
  readonly id: string;
  readonly sizeBytes: bigint;
  /** By the device's clock. */
  readonly beginWallMs: bigint;
  readonly endWallMs: bigint;
  /** Empty where the device makes none. */
  readonly sha256: Uint8Array;
  readonly caseMark: string;
  readonly path: string;
}
export interface FirmwareManifest {
  readonly target: (typeof targetWords)[number];
  readonly model: string;
  readonly name: string;
  readonly build: number;
  readonly sizeBytes: bigint;
  readonly sha256: Uint8Array;
}
export interface FirmwareProgress {
  readonly nextOffsetBytes: bigint;
  readonly step: (typeof stepWords)[number];
}
type Nothing = Readonly<Record<string, never>>;
interface ClockTold {
  readonly wallMs: bigint;
}

/** What is asked and what is answered, by call. */
export interface Calls {
  hello: {
    ask: {
      readonly session: number;
      readonly minVersion: number;
      readonly maxVersion: number;
      readonly maxPayloadBytes: number;
    };
    reply: {
      readonly session: number;
      readonly version: number;
      readonly maxPayloadBytes: number;
      readonly boot: number;
      /** Sequence number of the event that was told last; 0 for none. */
      readonly lastEvent: number;
    };
  };
  identify: {
    ask: Nothing;
    reply: {
      readonly vendor: string;
      readonly model: string;
      readonly serial: string;
      readonly slots: number;
      readonly firmware?: FirmwareName;
    };
  };
  listSlots: { ask: Nothing; reply: { readonly slots: readonly SlotState[] } };
  deviceInfo: {
    ask: AtSlot;
    reply: {
      readonly vendor: string;
      readonly model: string;
      readonly serial: string;
      readonly officerNumber: string;
      readonly officerName: string;
      readonly unit: string;
      readonly firmware: string;
    };
  };
  battery: { ask: AtSlot; reply: { readonly percent: number; readonly charging: boolean } };
  storage: {
    ask: AtSlot;
    reply: { readonly totalBytes: bigint; readonly freeBytes: bigint; readonly clips: number };
  };
  clockRead: { ask: AtSlot; reply: ClockTold };
  clockSet: { ask: AtSlot & ClockTold; reply: ClockTold };
  diskMode: {
    ask: AtSlot & { readonly on: boolean };
    reply: { readonly on: boolean; readonly volumeSerial: string };
  };
  listClips: {
    ask: AtSlot & { readonly from: number };
    reply: { readonly clips: readonly Clip[]; readonly total: number };
  };
  readClip: {
    ask: AtSlot & { readonly id: string; readonly offsetBytes: bigint; readonly maxBytes: number };
    reply: { readonly offsetBytes: bigint; readonly data: Uint8Array; readonly last: boolean };
  };
  eraseClip: {
    ask: AtSlot & { readonly id: string; readonly sizeBytes: bigint; readonly sha256: Uint8Array };
    reply: Nothing;
  };
  slotLock: { ask: { readonly slot: number; readonly locked: boolean }; reply: SlotState };
  slotLamp: { ask: { readonly slot: number; readonly lamp: LampWord }; reply: SlotState };
  firmwareVersion: { ask: Nothing; reply: FirmwareName };
  firmwareBegin: {
    ask: { readonly manifest: Uint8Array; readonly signature: Uint8Array; readonly at?: SlotRef };
    reply: FirmwareProgress;
  };
  firmwareChunk: {
    ask: { readonly offsetBytes: bigint; readonly data: Uint8Array };
    reply: FirmwareProgress;
  };
  firmwareApply: { ask: Nothing; reply: FirmwareProgress };
  dockHealth: {
    ask: Nothing;
    reply: {
      readonly uptimeS: number;
      readonly temperatureC: number;
      readonly supplyMv: number;
      readonly framesReceived: number;
      readonly framesBad: number;
      /** Bits of dockFaults. */
      readonly faults: number;
    };
  };
}
export type CallName = keyof Calls;
export type Ask<Name extends CallName> = Calls[Name]['ask'];
export type ReplyTo<Name extends CallName> = Calls[Name]['reply'];

export type DockRequest = {
  [Name in CallName]: { readonly case: Name; readonly value: Ask<Name> };
}[CallName];
export type DockReply = {
  [Name in CallName]: { readonly case: Name; readonly value: ReplyTo<Name> };
}[CallName];

export interface Refusal {
  readonly code: RefusalWord;
  readonly text: string;
  readonly retryAfterMs: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly expected: bigint;
}

export type DockEvent =
  | { readonly case: 'booted'; readonly value: { readonly boot: number } }
  | { readonly case: 'inserted' | 'removed'; readonly value: AtSlot };
