// What one slot's work has in its hands: the parts of the gateway that it acts through, and what was learnt of a docking.
// What is done with them is slot-work.ts's.
import type { Moment } from '../../../config/clock.ts';
import type { Log } from '../../../config/log.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import type { SlotRef } from '../../../protocols/dock/messages.ts';
import type { SignText } from '../../gateway-feature.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { CardClip } from './card-listing.ts';
import type { ClipToCopy } from '../copying/clip-copy.ts';
import type { ClipDisk } from '../copying/clip-disk.ts';
import type { ClipClass, ClipPlace } from './clip-entry.ts';
import type { CopyOutcome } from '../copying/clip-outcome.ts';
import type { TrueTimes } from './clip-times.ts';
import type { ReceiptBody, ReceiptOf } from './custody-receipt.ts';
import type { DeviceLookUp, DeviceOfficer, FoundDevice } from '../devices/device-register.ts';
import type { DeviceFacts } from './device-talk.ts';
import type { OffloadBook, SafeClip } from './offload-book.ts';
import type { KernelPlaces } from '../copying/volume-reader.ts';

/** A clip of a docking, as rules and views ask about it. */
export interface DockedClip {
  readonly place: ClipPlace;
  readonly clip: CardClip;
  readonly times: TrueTimes;
  readonly officer: DeviceOfficer | null;
}

export interface SlotParts {
  readonly dockId: string;
  readonly room: string;
  readonly dock: Pick<Dock, 'ask' | 'chunkBytes'>;
  /** Cards that come through frames, by their roots. */
  readonly frames: Map<string, ClipDisk>;
  readonly lookUp: DeviceLookUp;
  readonly book: OffloadBook;
  /** `done` once, unless it is dropped. `too-many`: it is not taken; `waits`: taken, and the store is full. */
  readonly copy: (
    clip: ClipToCopy,
    store: string,
    done: (outcome: CopyOutcome) => void,
  ) => 'taken' | 'waits' | 'too-many';
  /** Resolves when nothing of that volume is read any more. */
  readonly drop: (root: string) => Promise<void>;
  /** Rejects when the ledger does not take it. */
  readonly append: (body: BodycamBody) => Promise<{ readonly seq: number }>;
  /** Kept and tried until the ledger takes it. */
  readonly appendSure: (body: BodycamBody) => void;
  readonly classify: (clip: DockedClip) => ClipClass;
  readonly due: (clip: DockedClip) => { readonly dueWallMs: number; readonly article: string };
  /** What is on the device, once its card is listed. */
  readonly listed: (serial: string, clips: readonly DockedClip[]) => void;
  /** When the oldest clip of it ended that is not in the store; 0: all of it is. */
  readonly oldestUnsaved: (serial: string) => number;
  /** Whether two slots have a device with this serial number. */
  readonly isDouble: (serial: string) => boolean;
  /** Ends the reading of each of them. */
  readonly stopDoubles: (serial: string) => void;
  readonly sign: SignText;
  readonly gateway: string;
  readonly timezone: string;
  readonly storeFolder: string;
  readonly storeIsThere: () => Promise<boolean>;
  /** Default measureEveryMs of custody-dock.ts. */
  readonly measureEveryMs?: number;
  /** Default settleMs of custody-dock.ts. */
  readonly settleMs?: number;
  readonly places?: KernelPlaces;
  readonly now: () => Moment;
  readonly log: Log;
}

/** One insertion: what was learnt of the device since. */
export interface Docking {
  readonly ref: SlotRef;
  readonly ending: AbortController;
  serial: string;
  found: FoundDevice | null;
  facts: DeviceFacts | null;
  /** Whom the device itself names. */
  deviceOfficer: string;
  readonly clips: Map<string, DockedClip>;
  readonly outcomes: Map<string, CopyOutcome>;
  readonly safe: Map<string, SafeClip>;
  readonly roots: Set<string>;
  /** Clips for which there was no room even to begin. */
  readonly unbegun: Set<string>;
  receipt: string;
  /** Written, and not in the ledger yet. */
  page: { readonly body: ReceiptBody; readonly of: ReceiptOf } | null;
  fullTold: boolean;
  diskMode: boolean;
}

export function newDocking(ref: SlotRef, roots: Iterable<string>): Docking {
  return {
    ref,
    ending: new AbortController(),
    serial: '',
    found: null,
    facts: null,
    deviceOfficer: '',
    clips: new Map(),
    outcomes: new Map(),
    safe: new Map(),
    roots: new Set(roots),
    unbegun: new Set(),
    receipt: '',
    page: null,
    fullTold: false,
    diskMode: false,
  };
}
