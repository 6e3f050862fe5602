// CRC-32C (Castagnoli; RFC 3720 §12.1, test patterns §B.4), the check of a dock frame.
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let rest = index;
  // 0x82f63b78 is the polynomial 0x1edc6f41, mirrored.
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  return rest;
});

/** Of `bytes` from `from` up to `to`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let rest = 0xffffffff;
  for (let at = from; at < to; at += 1)
    rest = (rest >>> 8) ^ (table[(rest ^ (bytes[at] ?? 0)) & 0xff] as number);
  return ~rest >>> 0;
}
