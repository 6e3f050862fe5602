// The head of a part: `moof` (ISO/IEC 14496-12 §8.8.4) and the first eight bytes of `mdat`. Payloads are not
// touched: the caller writes them behind this head, track after track, in the order of the samples.

export interface PartSample {
  /** Bytes. */
  readonly size: number;
  /** Ticks of the track. */
  readonly duration: number;
  /** Presentation minus decoding time in ticks; may be negative (trun version 1). */
  readonly offset: number;
  readonly key: boolean;
}

export interface PartTrack {
  /** From 1. */
  readonly id: number;
  /** Decoding time of the first sample in ticks. */
  readonly baseTime: number;
  readonly samples: readonly PartSample[];
}

const headBytes = 8 + 16; // moof, mfhd
const trafBytes = 8 + 16 + 20 + 20; // traf, tfhd, tfdt, trun without samples
// sample_depends_on 2, sync / sample_depends_on 1, non-sync (§8.8.3.1)
const keyFlags = 0x02000000;
const otherFlags = 0x01010000;

/** `moof` and the `mdat` header for `tracks`, written into one buffer. `sequence` from 1 (§8.8.5). */
export function encodePartHeader(sequence: number, tracks: readonly PartTrack[]): Buffer {
  let moof = headBytes;
  let payload = 0;
  for (const { samples } of tracks) {
    moof += trafBytes + samples.length * 16;
    for (const sample of samples) payload += sample.size;
  }
  const out = Buffer.allocUnsafe(moof + 8);
  let at = 0;
  const u32 = (value: number): void => {
    at = out.writeUInt32BE(value, at);
  };
  const head = (length: number, type: string): void => {
    u32(length);
    at += out.write(type, at, 'latin1');
  };
  head(moof, 'moof');
  head(16, 'mfhd');
  u32(0);
  u32(sequence);
  let dataOffset = moof + 8;
  for (const { id, baseTime, samples } of tracks) {
    head(trafBytes + samples.length * 16, 'traf');
    head(16, 'tfhd');
    u32(0x020000); // default-base-is-moof
    u32(id);
    head(20, 'tfdt');
    u32(0x01000000);
    at = out.writeBigUInt64BE(BigInt(baseTime), at);
    head(20 + samples.length * 16, 'trun');
    u32(0x01000f01); // version 1; data offset; duration, size, flags and composition offset of each sample
    u32(samples.length);
    u32(dataOffset);
    for (const sample of samples) {
      u32(sample.duration);
      u32(sample.size);
      u32(sample.key ? keyFlags : otherFlags);
      at = out.writeInt32BE(sample.offset, at);
      dataOffset += sample.size;
    }
  }
  head(payload + 8, 'mdat');
  return out;
}
