// AAC (RFC 3640 §3.2, modes AAC-hbr and AAC-lbr), G.711 (RFC 3551 §4.5.14) and Opus (RFC 7587 §4.2) payloads to
// frames as MP4 stores them.
import type { ArenaFrame, FrameArena } from '../media/frame-arena.ts';

export interface AudioSink {
  /** With `whole` false it is sound that cannot be read, though no packet of it is missing; it has no bytes then. */
  audioFrame(bytes: ArenaFrame, stamp: number, whole: boolean): void;
  tooLarge(): void;
}

/** How the AU headers of an mpeg4-generic stream are built, from fmtp (RFC 3640 §4.1). */
export interface AacLayout {
  readonly sizeLength: number;
  readonly indexLength: number;
  readonly indexDeltaLength: number;
  /** Samples per access unit: 1024, or 960 where the AudioSpecificConfig says so. */
  readonly samplesPerFrame: number;
}

/** More access units than this in one packet are not believed. */
export const maxAccessUnitsPerPacket = 64;

export class AudioDepacketiser {
  readonly #arena: FrameArena;
  readonly #sink: AudioSink;
  readonly #aac: AacLayout | null;
  #fragmentSize = 0;
  #fragmentStamp = 0;

  constructor(aac: AacLayout | null, arena: FrameArena, sink: AudioSink) {
    this.#aac = aac;
    this.#arena = arena;
    this.#sink = sink;
  }

  push(bytes: Buffer, from: number, to: number, stamp: number, lost: boolean): void {
    if (this.#aac !== null) this.#pushAac(bytes, from, to, stamp, lost, this.#aac);
    else if (to > from) this.#emit(bytes, from, to, stamp);
  }

  reset(): void {
    this.#arena.abandon();
    this.#fragmentSize = 0;
  }

  /** What came is no sound: it is missing as a lost packet is. */
  #damaged(stamp: number): void {
    this.reset();
    this.#sink.audioFrame(this.#arena.finish(), stamp, false);
  }

  #emit(bytes: Buffer, from: number, to: number, stamp: number): void {
    if (!this.#arena.append(bytes, from, to)) {
      this.#sink.tooLarge();
      return;
    }
    this.#sink.audioFrame(this.#arena.finish(), stamp, true);
  }

  #pushAac(bytes: Buffer, from: number, to: number, stamp: number, lost: boolean, layout: AacLayout): void {
    if (lost) this.reset();
    else if (this.#fragmentSize > 0 && stamp !== this.#fragmentStamp) this.#damaged(this.#fragmentStamp);
    if (to === from) return;
    if (to - from < 2) return this.#damaged(stamp);
    const headerBits = bytes.readUInt16BE(from);
    const headers = from + 2;
    const data = headers + ((headerBits + 7) >> 3);
    if (data > to) return this.#damaged(stamp);
    let bit = headers * 8;
    const end = bit + headerBits;
    let at = data;
    for (let unit = 0; unit < maxAccessUnitsPerPacket; unit += 1) {
      const indexBits = unit === 0 ? layout.indexLength : layout.indexDeltaLength;
      if (bit + layout.sizeLength + indexBits > end) return unit === 0 ? this.#damaged(stamp) : undefined;
      const size = readBits(bytes, bit, layout.sizeLength);
      bit += layout.sizeLength + indexBits;
      if (unit === 0 && (this.#fragmentSize > 0 || size > to - at)) {
        this.#fragment(bytes, at, to, size, stamp);
        return;
      }
      if (size === 0) return;
      if (at + size > to) return this.#damaged(stamp);
      this.#emit(bytes, at, at + size, stamp + unit * layout.samplesPerFrame);
      at += size;
    }
    if (at < to) this.#damaged(stamp);
  }

  /** An access unit over several packets: each repeats the whole size (RFC 3640 §3.2.3.1). */
  #fragment(bytes: Buffer, from: number, to: number, size: number, stamp: number): void {
    this.#fragmentSize = size;
    this.#fragmentStamp = stamp;
    if (!this.#arena.append(bytes, from, to)) {
      this.#fragmentSize = 0;
      this.#sink.tooLarge();
      return;
    }
    if (this.#arena.length < size) return;
    const whole = this.#arena.length === size;
    this.#fragmentSize = 0;
    if (whole) this.#sink.audioFrame(this.#arena.finish(), stamp, true);
    else this.#damaged(stamp);
  }
}

function readBits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i += 1)
    value = value * 2 + ((bytes[(at + i) >> 3]! >> (7 - ((at + i) & 7))) & 1);
  return value;
}
