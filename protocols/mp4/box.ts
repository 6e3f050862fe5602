// Boxes of ISO/IEC 14496-12: a length, four letters, a body. What stands in a body is left to the neighbours.

/** A box (§4.2) around `bodies`. */
export function box(type: string, ...bodies: readonly Uint8Array[]): Buffer {
  let length = 8;
  for (const body of bodies) length += body.length;
  const out = Buffer.allocUnsafe(length);
  out.writeUInt32BE(length, 0);
  out.write(type, 4, 'latin1');
  let at = 8;
  for (const body of bodies) {
    out.set(body, at);
    at += body.length;
  }
  return out;
}

/** A box with a version and 24 bits of flags (§4.2). */
export function fullBox(
  type: string,
  version: number,
  flags: number,
  ...bodies: readonly Uint8Array[]
): Buffer {
  return box(type, u32(((version << 24) | flags) >>> 0), ...bodies);
}

export function u16(...values: readonly number[]): Buffer {
  const out = Buffer.allocUnsafe(values.length * 2);
  values.forEach((value, index) => out.writeUInt16BE(value, index * 2));
  return out;
}

export function u32(...values: readonly number[]): Buffer {
  const out = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => out.writeUInt32BE(value, index * 4));
  return out;
}

export function bytes(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}
