// Cuts audio files of outside encoders into the frames a camera sends: AAC from ADTS, Opus from Ogg.

export interface AacFile {
  readonly frames: readonly Buffer[];
  readonly sampleRate: number;
  readonly channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
  readonly config: Buffer;
}

const aacRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000];

/** Raw AAC frames out of an ADTS stream (ISO/IEC 14496-3 §1.A.2.2). Throws on a lost sync word. */
export function splitAdts(bytes: Buffer): AacFile {
  const frames: Buffer[] = [];
  let config = Buffer.alloc(2);
  let sampleRate = 0;
  let channels = 0;
  for (let at = 0; at + 7 <= bytes.length; ) {
    if ((bytes.readUInt16BE(at) & 0xfff6) !== 0xfff0) throw new Error(`no ADTS sync word at byte ${at}`);
    const headerBytes = bytes[at + 1]! & 1 ? 7 : 9;
    const objectType = (bytes[at + 2]! >> 6) + 1;
    const rateIndex = (bytes[at + 2]! >> 2) & 15;
    channels = ((bytes[at + 2]! & 1) << 2) | (bytes[at + 3]! >> 6);
    sampleRate = aacRates[rateIndex] ?? 0;
    const length = ((bytes[at + 3]! & 3) << 11) | (bytes[at + 4]! << 3) | (bytes[at + 5]! >> 5);
    if (length <= headerBytes) throw new Error(`an ADTS frame of ${length} bytes at byte ${at}`);
    config = Buffer.from([(objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3)]);
    frames.push(bytes.subarray(at + headerBytes, at + length));
    at += length;
  }
  return { frames, sampleRate, channels, config };
}

/** Opus packets out of an Ogg stream (RFC 3533 §6), the two header packets (RFC 7845 §5) left out. */
export function splitOggOpus(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let open: Buffer[] = [];
  for (let at = 0; at + 27 <= bytes.length; ) {
    if (bytes.toString('latin1', at, at + 4) !== 'OggS') throw new Error(`no Ogg page at byte ${at}`);
    const segments = bytes[at + 26]!;
    let data = at + 27 + segments;
    for (let index = 0; index < segments; index++) {
      const length = bytes[at + 27 + index]!;
      open.push(bytes.subarray(data, data + length));
      data += length;
      if (length < 255) {
        packets.push(Buffer.concat(open));
        open = [];
      }
    }
    at = data;
  }
  return packets.slice(2);
}
