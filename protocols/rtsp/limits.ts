// What an RTSP peer may make us hold. Cameras in the wild send headers without end and descriptions of
// megabytes; every one of these is far above what an honest camera sends.

/** Bytes of one message's first line and headers together. */
export const maxHeaderBytes = 16 * 1024;
/** Header lines in one message. */
export const maxHeaderCount = 100;
/** Bytes of one message's body: an SDP description is 300 to 2000 bytes. */
export const maxBodyBytes = 64 * 1024;
/** Payload bytes of an interleaved frame: its length field has 16 bits (RFC 2326 §10.12). */
export const maxInterleavedBytes = 65535;
/** The most that can be left over between two reads: one message less its last byte. */
export const maxCarryBytes = Math.max(maxHeaderBytes + maxBodyBytes, maxInterleavedBytes + 4);
