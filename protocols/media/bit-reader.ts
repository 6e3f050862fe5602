// Reads bits and Exp-Golomb numbers out of a NAL unit's payload (ITU-T H.264 §7.2, §9.1; the same in H.265).
import { LiuhenError } from '../../config/errors.ts';

/** The NAL unit without its emulation prevention bytes (ITU-T H.264 §7.4.1, H.265 §7.4.2). */
export function rawBytes(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Throws LiuhenError MEDIA_PARAMETER_SET when it is asked for more than there is. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, fromByte = 0) {
    this.#bytes = bytes;
    this.#at = fromByte * 8;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new LiuhenError('MEDIA_PARAMETER_SET', { why: 'it ends too early' });
    return (byte >> (7 - (this.#at++ & 7))) & 1;
  }

  /** At most 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.bit();
    return value;
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#bytes.length * 8) {
      throw new LiuhenError('MEDIA_PARAMETER_SET', { why: 'it ends too early' });
    }
  }

  /** ue(v) */
  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 32) throw new LiuhenError('MEDIA_PARAMETER_SET', { why: 'a number has more than 32 bits' });
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v) */
  se(): number {
    const value = this.ue();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}
