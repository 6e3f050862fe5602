// Puts packets of one RTP stream over UDP back in order before losses are counted (RFC 3550 §A.1). Over TCP nothing
// is out of order, and nothing of this is used. It knows only sequence numbers; what packets mean is the receiver's.
import { maxMisorder } from './sequence-tracker.ts';

/** Packets held back behind a missing one, and how far ahead a packet may be to be held. A power of two. */
export const reorderWindowPackets = 32;
/** How long a missing packet is waited for, in milliseconds. */
export const reorderWaitMs = 100;

/**
 * Gives packets on in order of sequence number, or as they come when they are late, doubled or far off. Holds at
 * most `reorderWindowPackets` packets, none of them for longer than `reorderWaitMs` if `flushOlder` is called.
 */
export class ReorderWindow {
  readonly #deliver: (packet: Buffer) => void;
  readonly #held: (Buffer | undefined)[] = Array.from<Buffer | undefined>({ length: reorderWindowPackets });
  #count = 0;
  #expected = -1;
  #ssrc = -1;
  #waitingSinceMs = 0;

  constructor(deliver: (packet: Buffer) => void) {
    this.#deliver = deliver;
  }

  /** Takes one whole RTP packet, which the window may keep; `nowMs` is a monotonic time. */
  push(packet: Buffer, nowMs: number): void {
    if (packet.length < 12) return; // no RTP header (RFC 3550 §5.1)
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    if (ssrc !== this.#ssrc) {
      this.flush();
      this.#ssrc = ssrc;
      this.#expected = sequence;
    }
    this.flushOlder(nowMs);
    let ahead = (sequence - this.#expected) & 0xffff;
    if (ahead >= 0x8000) {
      // Late or doubled: it need not wait.
      if (0x10000 - ahead <= maxMisorder) {
        this.#deliver(packet);
        return;
      }
      // A sender that began anew: what follows is put in order from here on.
      this.flush();
      this.#expected = sequence;
      ahead = 0;
    }
    if (ahead >= reorderWindowPackets) {
      this.#slideTo(sequence);
      this.#drain(nowMs);
      ahead = (sequence - this.#expected) & 0xffff;
    }
    if (ahead > 0) {
      const slot = sequence % reorderWindowPackets;
      if (this.#held[slot] !== undefined) return; // a double of one that waits
      if (this.#count === 0) this.#waitingSinceMs = nowMs;
      this.#held[slot] = packet;
      this.#count += 1;
      return;
    }
    this.#pass(packet);
    this.#drain(nowMs);
  }

  /** Gives up on what has been missing for `reorderWaitMs`: what waits behind it goes on. */
  flushOlder(nowMs: number): void {
    if (this.#count > 0 && nowMs - this.#waitingSinceMs >= reorderWaitMs) this.flush();
  }

  /** Gives on all that is held, in order. */
  flush(): void {
    while (this.#count > 0) {
      const packet = this.#take();
      if (packet === undefined) this.#expected = (this.#expected + 1) & 0xffff;
      else this.#pass(packet);
    }
  }

  /** Gives up on the longest missing until `sequence` has a place; after a leap nothing before it is waited for. */
  #slideTo(sequence: number): void {
    while (this.#count > 0 && ((sequence - this.#expected) & 0xffff) >= reorderWindowPackets) {
      const packet = this.#take();
      if (packet === undefined) this.#expected = (this.#expected + 1) & 0xffff;
      else this.#pass(packet);
    }
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead >= 2 * reorderWindowPackets) this.#expected = sequence;
    else if (ahead >= reorderWindowPackets) this.#expected = (sequence - reorderWindowPackets + 1) & 0xffff;
  }

  #drain(nowMs: number): void {
    for (let packet = this.#take(); packet !== undefined; packet = this.#take()) this.#pass(packet);
    this.#waitingSinceMs = nowMs;
  }

  #pass(packet: Buffer): void {
    this.#expected = (packet.readUInt16BE(2) + 1) & 0xffff;
    this.#deliver(packet);
  }

  #take(): Buffer | undefined {
    const slot = this.#expected % reorderWindowPackets;
    const packet = this.#held[slot];
    if (packet === undefined) return undefined;
    this.#held[slot] = undefined;
    this.#count -= 1;
    return packet;
  }
}
