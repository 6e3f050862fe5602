// What a fault may change: hooks laid over a simulated camera, the newest first. A hook that is absent leaves
// things as they are. The faults themselves are in hw-sim/faults.ts.
import type { AudioClip, VideoClip } from '../media/clips.ts';

/** What the device is at this moment. Behaviours see the facts below them and answer changed ones. */
export interface Facts {
  readonly make: string;
  readonly model: string;
  readonly firmware: string;
  readonly serial: string;
  readonly mac: string;
  readonly name: string;
  readonly username: string;
  readonly password: string;
  /** How far the camera's clock is ahead of true time, in milliseconds. */
  readonly clockSkewMs: number;
  readonly video: VideoClip;
  readonly audio: AudioClip | null;
  readonly senderReports: boolean;
  readonly sessionTimeoutS: number;
  /** What ONVIF announces as its own host and port; empty = the address the client used. */
  readonly announcedHost: string;
}

export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface RtspReply {
  status: number;
  reason: string;
  headers: [name: string, value: string][];
  body: string;
}

export interface MediaItem {
  readonly kind: 'video' | 'audio';
  /** Video only: a key picture. */
  readonly key: boolean;
  /** NAL units, or one audio frame. */
  readonly units: readonly Buffer[];
}

/** A bare handle on a connection, for behaviours that break it. */
export interface Wire {
  write(bytes: Buffer | string): void;
  reset(): void;
  readonly closed: boolean;
}

export interface SoapCall {
  /** Local name of the body's element. */
  readonly operation: string;
  readonly namespace: string;
}

export interface SoapReply {
  status: number;
  body: string;
}

export interface Behaviour {
  readonly name: string;
  facts?(below: Facts): Facts;
  /** Answers a request; `next` gives the reply of what lies below. Null: no answer at all. */
  rtsp?(request: RtspRequest, next: () => RtspReply | null): RtspReply | null;
  /** Takes the sending of a reply's bytes into its own hands; answers true when it did. */
  send?(bytes: Buffer, wire: Wire): boolean;
  /** Answers an ONVIF call. Null: the connection is reset instead. */
  soap?(call: SoapCall, next: () => Promise<SoapReply | null>): Promise<SoapReply | null>;
  /** Changes a frame; null sends nothing in its place. */
  media?(item: MediaItem): MediaItem | null;
  /** True: this packet is never sent. */
  drop?(kind: 'video' | 'audio', sequence: number): boolean;
  /** Bytes put between two interleaved frames. */
  junk?(): Buffer | null;
  /** When it is laid on and when it is taken off. */
  on?(camera: Breakable): void;
  off?(camera: Breakable): void;
}

/** What a behaviour may do to a camera beyond answering. */
export interface Breakable {
  /** Resets every connection and refuses new ones. */
  unplug(): void;
  /** Listens again, as after a boot: new SSRCs, sequence numbers and stamps. */
  plug(): void;
  resetConnections(): void;
  /** Every nonce is stale from now on. */
  forgetNonces(): void;
  /** New SSRC, with sequence numbers and stamps from anew. */
  newSource(): void;
  /** Moves the stamps by so many milliseconds, without a word. */
  jumpStamps(byMs: number): void;
}

/** The longest a camera keeps of anything it was sent or has sent. */
export const maxReceivedEntries = 1000;
export const maxSentEntries = 30_000;

/** A list that forgets its oldest. */
export class Ring<Item> {
  readonly #limit: number;
  #items: Item[] = [];
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(item: Item): void {
    this.#items.push(item);
    this.#total += 1;
    // Cut seldom: a shift per item would move the whole list each time.
    if (this.#items.length >= this.#limit * 2) this.#items = this.#items.slice(-this.#limit);
  }

  /** What is remembered, oldest first. */
  list(): readonly Item[] {
    return this.#items.slice(-this.#limit);
  }

  /** How many there ever were. */
  get total(): number {
    return this.#total;
  }
}
