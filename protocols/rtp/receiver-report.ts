// The receiver report that keeps a camera sending (RFC 3550 §6.4.2), with the CNAME that every compound needs (§6.5.1).

export interface ReceptionState {
  readonly ownSsrc: number;
  readonly senderSsrc: number;
  readonly packetsLost: number;
  readonly highestSequence: number;
  /** Middle 32 bits of the last sender report's NTP stamp; 0 when none came. */
  readonly lastReport: number;
  /** Since it came, in 1/65536 s. */
  readonly sinceLastReport: number;
}

export function encodeReceiverReport(state: ReceptionState): Buffer {
  const out = Buffer.alloc(32 + 20);
  out[0] = 0x81;
  out[1] = 201;
  out.writeUInt16BE(7, 2);
  out.writeUInt32BE(state.ownSsrc >>> 0, 4);
  out.writeUInt32BE(state.senderSsrc >>> 0, 8);
  out.writeUInt32BE(Math.min(state.packetsLost, 0x7fffff), 12);
  out.writeUInt32BE(state.highestSequence >>> 0, 16);
  out.writeUInt32BE(state.lastReport >>> 0, 24);
  out.writeUInt32BE(Math.min(state.sinceLastReport, 0xffffffff) >>> 0, 28);
  out[32] = 0x81;
  out[33] = 202;
  out.writeUInt16BE(4, 34);
  out.writeUInt32BE(state.ownSsrc >>> 0, 36);
  out[40] = 1;
  out[41] = 6;
  out.write('liuhen', 42, 'latin1');
  return out;
}
