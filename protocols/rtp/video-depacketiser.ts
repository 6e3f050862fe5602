// H.264 (RFC 6184 §5) and H.265 (RFC 7798 §4.4) payloads to access units as MP4 stores them: NAL units each
// behind a four-byte length, written once into the arena. Parameter sets are taken out and remembered.
import type { ArenaFrame, FrameArena } from '../media/frame-arena.ts';
import type { VideoCodec } from '../media/track.ts';

/** Parameter set NAL units larger than this are not believed. */
export const maxParameterSetBytes = 16 * 1024;

export interface AccessUnit {
  readonly bytes: ArenaFrame;
  readonly stamp: number;
  readonly key: boolean;
  readonly whole: boolean;
}

export interface VideoSink {
  accessUnit(unit: AccessUnit): void;
  /** A parameter set NAL unit; the view is valid only during the call. */
  parameterSet(kind: 'vps' | 'sps' | 'pps', nal: Buffer): void;
  tooLarge(): void;
}

type NalUse = 'picture' | 'key' | 'sei' | 'vps' | 'sps' | 'pps' | 'drop' | 'end';

export class VideoDepacketiser {
  readonly #codec: VideoCodec;
  readonly #arena: FrameArena;
  readonly #sink: VideoSink;
  readonly #header: number;
  #stamp = -1;
  /** The stamp of the last unit that a marker ended. */
  #markedStamp = -1;
  /** Markers came inside a picture (some cameras mark every slice): from then on only the stamp ends a unit. */
  #markersLie = false;
  #key = false;
  #pictures = 0;
  #whole = true;
  /** Offset of the length of the fragmented NAL unit being built; -1 when none is. */
  #fragmentAt = -1;
  #fragmentSet: 'vps' | 'sps' | 'pps' | null = null;
  /** The fragmented NAL unit that passes is one that is not kept, such as filler data. */
  #passing = false;
  #setBytes: Buffer[] = [];
  #setLength = 0;

  constructor(codec: VideoCodec, arena: FrameArena, sink: VideoSink) {
    this.#codec = codec;
    this.#arena = arena;
    this.#sink = sink;
    this.#header = codec === 'h264' ? 1 : 2;
  }

  /** One packet's payload. `lost` says that packets are missing right before it. */
  push(bytes: Buffer, from: number, to: number, stamp: number, marker: boolean, lost: boolean): void {
    if (lost) this.lose();
    if (this.#stamp !== stamp) {
      this.#finish();
      this.#stamp = stamp;
    }
    if (to - from >= this.#header) {
      if (this.#codec === 'h264') this.#h264(bytes, from, to);
      else this.#h265(bytes, from, to);
    } else if (to > from) this.#whole = false;
    if (marker && !this.#markersLie && this.#pictures > 0) {
      this.#markedStamp = stamp;
      this.#finish();
    }
  }

  /** Packets are missing here: the unit being built, and the next one's start, may be torn. */
  lose(): void {
    this.#whole = false;
    this.#dropFragment();
  }

  /** Drops what is being built: the stream ended or started again. */
  reset(): void {
    this.#arena.abandon();
    this.#stamp = -1;
    this.#markedStamp = -1;
    this.#clear();
  }

  #h264(bytes: Buffer, from: number, to: number): void {
    const type = bytes[from]! & 0x1f;
    if (type >= 1 && type <= 23) this.#nal(bytes, from, to);
    else if (type === 24) this.#aggregate(bytes, from + 1, to);
    else if (type === 28) {
      if (to - from < 3) {
        this.#whole = false;
        return;
      }
      const fu = bytes[from + 1]!;
      const header = (bytes[from]! & 0xe0) | (fu & 0x1f);
      this.#fragment(bytes, from + 2, to, fu, header, -1);
    } else this.#whole = false; // STAP-B, MTAP, FU-B belong to interleaved mode, which is never asked for
  }

  #h265(bytes: Buffer, from: number, to: number): void {
    const type = (bytes[from]! >> 1) & 0x3f;
    if (type < 48) this.#nal(bytes, from, to);
    else if (type === 48) this.#aggregate(bytes, from + 2, to);
    else if (type === 49) {
      if (to - from < 4) {
        this.#whole = false;
        return;
      }
      const fu = bytes[from + 2]!;
      const header = (bytes[from]! & 0x81) | ((fu & 0x3f) << 1);
      this.#fragment(bytes, from + 3, to, fu, header, bytes[from + 1]!);
    } else this.#whole = false; // PACI (50) is never offered by cameras
  }

  #aggregate(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at + 2 <= to) {
      const length = bytes.readUInt16BE(at);
      at += 2;
      if (length < this.#header || at + length > to) {
        this.#whole = false;
        return;
      }
      this.#nal(bytes, at, at + length);
      at += length;
    }
    if (at !== to) this.#whole = false;
  }

  #nal(bytes: Buffer, from: number, to: number): void {
    this.#dropFragment();
    const use = this.#use(bytes[from]!);
    if (use === 'drop') return;
    if (use === 'vps' || use === 'sps' || use === 'pps') {
      if (to - from <= maxParameterSetBytes) this.#sink.parameterSet(use, bytes.subarray(from, to));
      return;
    }
    this.#count(use, bytes, from + this.#header);
    const at = this.#arena.reserveLength();
    if (at < 0 || !this.#arena.append(bytes, from, to)) {
      this.#tooLarge();
      return;
    }
    this.#arena.writeLength(at, to - from);
  }

  #fragment(bytes: Buffer, from: number, to: number, fu: number, first: number, second: number): void {
    if (fu & 0x80) {
      this.#dropFragment();
      const use = this.#use(first);
      this.#passing = use === 'drop';
      if (use === 'vps' || use === 'sps' || use === 'pps') {
        this.#fragmentSet = use;
        this.#setBytes = [Buffer.from(second < 0 ? [first] : [first, second])];
        this.#setLength = this.#header;
      } else if (!this.#passing) {
        this.#count(use, bytes, from);
        this.#fragmentAt = this.#arena.reserveLength();
        if (this.#fragmentAt < 0 || !this.#arena.appendByte(first)) return this.#tooLarge();
        if (second >= 0 && !this.#arena.appendByte(second)) return this.#tooLarge();
      }
    } else if (!this.#passing && this.#fragmentAt < 0 && this.#fragmentSet === null) {
      this.#whole = false; // its beginning is lost
      return;
    }
    if (this.#passing) {
      if (fu & 0x40) this.#passing = false;
      return;
    }
    if (this.#fragmentSet !== null) {
      this.#setLength += to - from;
      if (this.#setLength > maxParameterSetBytes) return this.#dropFragment();
      this.#setBytes.push(Buffer.from(bytes.subarray(from, to)));
      if (fu & 0x40) {
        this.#sink.parameterSet(this.#fragmentSet, Buffer.concat(this.#setBytes));
        this.#fragmentSet = null;
        this.#setBytes = [];
      }
      return;
    }
    if (!this.#arena.append(bytes, from, to)) return this.#tooLarge();
    if (fu & 0x40) {
      this.#arena.writeLength(this.#fragmentAt, this.#arena.length - this.#fragmentAt - 4);
      this.#fragmentAt = -1;
    }
  }

  /** `at` is where the slice header begins. */
  #count(use: NalUse, bytes: Buffer, at: number): void {
    if (use !== 'key' && use !== 'picture') return;
    // The first bit says whether the slice begins its picture: first_mb_in_slice = 0 as ue(v) (ITU-T H.264 §7.3.3),
    // first_slice_segment_in_pic_flag (ITU-T H.265 §7.3.6.1).
    if (this.#pictures === 0 && (bytes[at]! & 0x80) === 0) {
      this.#whole = false;
      if (this.#stamp === this.#markedStamp) this.#markersLie = true;
    }
    if (use === 'key') this.#key = true;
    this.#pictures += 1;
  }

  #use(header: number): NalUse {
    if (this.#codec === 'h264') {
      const type = header & 0x1f; // ITU-T H.264 Table 7-1
      if (type === 5) return 'key';
      if (type >= 1 && type <= 4) return 'picture';
      if (type === 6) return 'sei';
      if (type === 7) return 'sps';
      if (type === 8) return 'pps';
      return 'drop';
    }
    const type = (header >> 1) & 0x3f; // ITU-T H.265 Table 7-1
    if (type >= 16 && type <= 23) return 'key';
    if (type < 16) return 'picture';
    if (type === 32) return 'vps';
    if (type === 33) return 'sps';
    if (type === 34) return 'pps';
    if (type === 39 || type === 40) return 'sei';
    return 'drop';
  }

  #dropFragment(): void {
    this.#passing = false;
    if (this.#fragmentAt < 0 && this.#fragmentSet === null) return;
    if (this.#fragmentAt >= 0) {
      // A torn NAL unit stays in the unit with its true length, so that the structure holds; `whole` is false.
      this.#arena.writeLength(this.#fragmentAt, this.#arena.length - this.#fragmentAt - 4);
    }
    this.#fragmentAt = -1;
    this.#fragmentSet = null;
    this.#setBytes = [];
    this.#whole = false;
  }

  #tooLarge(): void {
    this.#arena.abandon();
    this.#clear();
    this.#whole = false;
    this.#sink.tooLarge();
  }

  #finish(): void {
    this.#dropFragment();
    const lostInside = !this.#whole;
    if (this.#arena.length > 0 && this.#pictures > 0) {
      const unit = { bytes: this.#arena.finish(), stamp: this.#stamp, key: this.#key, whole: !lostInside };
      this.#clear();
      this.#sink.accessUnit(unit);
    } else if (this.#arena.length > 0) {
      // SEI without a picture: it belongs to nothing
      this.#arena.abandon();
      this.#clear();
    }
    // A loss before the first byte of the next unit tears that unit, so `whole` is kept false only through it.
  }

  #clear(): void {
    this.#key = false;
    this.#pictures = 0;
    this.#whole = true;
    this.#fragmentAt = -1;
    this.#fragmentSet = null;
  }
}
