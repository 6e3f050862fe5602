// G.711 tones computed from the standard's tables (ITU-T G.711 §3, tables 1a and 2a): no file is needed.

/** One sample of -32768…32767 as A-law, even bits inverted as the standard sends them. */
export function toALaw(sample: number): number {
  const positive = sample >= 0;
  const magnitude = Math.min(positive ? sample : -sample - 1, 32767) >> 3; // 12 bits and sign: table 1a
  let code: number;
  if (magnitude < 32) code = magnitude >> 1;
  else {
    const exponent = 31 - Math.clz32(magnitude) - 4;
    code = (exponent << 4) | ((magnitude >> exponent) & 15);
  }
  return (code ^ 0x55) | (positive ? 0x80 : 0);
}

/** One sample of -32768…32767 as µ-law, all bits inverted. */
export function toMuLaw(sample: number): number {
  const positive = sample >= 0;
  const magnitude = Math.min(Math.abs(sample), 32635) + 132; // bias 33, on a 14 bit scale: table 2a
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const code = (exponent << 4) | ((magnitude >> (exponent + 3)) & 15);
  return ~(code | (positive ? 0 : 0x80)) & 0xff;
}

/** Half a second of a 440 Hz tone at 8000 Hz: a whole number of waves, so that it loops without a click. */
export function g711Tone(law: 'pcma' | 'pcmu', amplitude = 8000): Buffer {
  const encode = law === 'pcma' ? toALaw : toMuLaw;
  return Buffer.from(
    Array.from({ length: 4000 }, (_, n) =>
      encode(Math.round(amplitude * Math.sin((2 * Math.PI * 440 * n) / 8000))),
    ),
  );
}
