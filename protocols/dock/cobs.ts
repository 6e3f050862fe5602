// COBS: bytes without a zero among them (Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions
// on Networking 7(2), 1999). The decoder is in frame-reader.ts, because it works on bytes as they come.

/** Longest run after one code byte, with that byte. */
export const cobsBlockBytes = 255;

/** Writes `bytes` coded to `out` from `at` on and gives the end. `out` needs one byte more for each 254 begun, and one. */
export function writeCobs(bytes: Uint8Array, out: Uint8Array, at: number): number {
  let code = at;
  let end = at + 1;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] as number;
    if (byte !== 0) {
      out[end] = byte;
      end += 1;
      if (end - code < cobsBlockBytes) continue;
      // A full block stands for no zero; at the very end nothing more is needed (the paper's shorter form).
      out[code] = cobsBlockBytes;
      if (index === bytes.length - 1) return end;
    } else out[code] = end - code;
    code = end;
    end += 1;
  }
  out[code] = end - code;
  return end;
}
