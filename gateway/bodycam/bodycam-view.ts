// What of docks, body-cams and deadlines stands in the gateway's view: for the room screen, the command line, and
// headquarters. Types only; each feature adds its part.

/** One slot of a dock. */
export interface SlotView {
  /** From 0. */
  readonly slot: number;
  /** As SlotState's of custody-machine.ts. */
  readonly at: string;
  /** The agency's number; empty for a device that is not in the register. */
  readonly device: string;
  readonly serial: string;
  readonly officer: string;
  /** A code: why it was refused, has failed, or is held up; empty otherwise. */
  readonly why: string;
  readonly clips: {
    readonly all: number;
    /** In the store, proven, and in the ledger. */
    readonly safe: number;
    readonly erased: number;
    /** Stay on the device, because something stood in the way. */
    readonly kept: number;
  };
  /** Until it is done, as far as is known; null otherwise. */
  readonly secondsLeft: number | null;
  /** Null while it was not asked. */
  readonly batteryPct: number | null;
  /** Of its card; null or absent while it was not asked. */
  readonly freeBytes?: number | null;
}

export interface DockView {
  readonly dock: string;
  readonly room: string;
  /** As DockState of device-drivers/dock. */
  readonly state: string;
  readonly slots: readonly SlotView[];
}

/** Footage that has to be in the store by a time (E1-E3). */
export interface OffloadView {
  readonly device: string;
  readonly serial: string;
  /** Of the dock where it was last, or of all docks; empty where that cannot be told. */
  readonly room: string;
  readonly officer: string;
  /** Null: the rules are silent, or a return has not been declared. */
  readonly dueWallMs: number | null;
  /** Empty where the rules are silent. */
  readonly article: string;
  /** Whom it has come to, or that it was missed. */
  readonly step: 'in-time' | 'officer' | 'unit-head' | 'headquarters' | 'missed';
  /** `out`: nobody knows yet what is on it; `remote`: declared work from which nobody can store in time. */
  readonly where: 'docked' | 'out' | 'remote';
  /** Clips on the device, as far as is known. */
  readonly clips: number;
}

/** A body-cam that must not be used (D5), or is not there. */
export interface StoppedDeviceView {
  readonly device: string;
  /** fault, out-of-use, retired, stolen or lost. */
  readonly what: string;
  readonly sinceWallMs: number;
  /** Empty where the rules are silent. */
  readonly article: string;
}

export interface BodycamView {
  readonly docks: readonly DockView[];
  /** The first that is due first; at most maxShownOffloads. */
  readonly offloads: readonly OffloadView[];
  readonly offloadCount: number;
  /** Clips in the store of which nobody knows the matter (A12). */
  readonly unclassed: number;
  /** At most maxShownStopped; absent where no feature tells of them. */
  readonly stopped?: readonly StoppedDeviceView[];
  /** The same by the room of the dock that they came through; absent where no feature tells. */
  readonly unclassedByRoom?: Readonly<Record<string, number>>;
}

/** Deadlines that one view shows: an answer over the control socket ends at 1 MiB. */
export const maxShownOffloads = 200;
/** Devices out of use that one view shows. */
export const maxShownStopped = 100;

export const noBodycams: BodycamView = { docks: [], offloads: [], offloadCount: 0, unclassed: 0 };
