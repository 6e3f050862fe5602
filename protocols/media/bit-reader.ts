// Reads a raw byte sequence payload bit by bit: NAL units with their emulation prevention bytes taken out,
// and the Exp-Golomb codes of ITU-T H.264 §9.1 and H.265 §9.2. Reading past the end throws.

export class BitReaderEnd extends Error {}

/** The payload of a NAL unit behind its header, without emulation prevention bytes (H.264 §7.4.1, H.265 §7.4.2). */
export function unescapeNal(nal: Uint8Array, headerBytes: number): Uint8Array {
  const out = new Uint8Array(Math.max(0, nal.length - headerBytes));
  let used = 0;
  let zeros = 0;
  for (let index = headerBytes; index < nal.length; index += 1) {
    const byte = nal[index] as number;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[used++] = byte;
  }
  return out.subarray(0, used);
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#bit;
  }

  /** u(count), 0 to 32 bits. */
  bits(count: number): number {
    if (count > this.bitsLeft) throw new BitReaderEnd('it ends too early');
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      const byte = this.#bytes[this.#bit >>> 3] as number;
      value = value * 2 + ((byte >>> (7 - (this.#bit & 7))) & 1);
      this.#bit += 1;
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  skip(count: number): void {
    if (count > this.bitsLeft) throw new BitReaderEnd('it ends too early');
    this.#bit += count;
  }

  /** ue(v): up to 32 leading zeros. */
  ue(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      zeros += 1;
      if (zeros > 32) throw new BitReaderEnd('a number of more than 32 bits');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v). */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
