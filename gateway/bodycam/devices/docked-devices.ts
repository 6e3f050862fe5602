// What a dock tells of a device that is in it now. Who speaks to docks implements it; the issue of devices only asks.

export interface DockedDevice {
  readonly dock: string;
  /** From 0. */
  readonly slot: number;
  /** Null where the device did not answer it. */
  readonly batteryPct: number | null;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** Clips on its card that are not in the store, or not erased yet; null where nobody knows. */
  readonly clips: number | null;
}

export interface DockedDevices {
  /**
   * Asks the device with this serial number now; null where it is in no dock that answers. May reject, and may take
   * long: who asks gives up after a time of its own.
   */
  look(serial: string): Promise<DockedDevice | null>;
}

/** A box without docks. */
export const noDocks: DockedDevices = { look: () => Promise.resolve(null) };
