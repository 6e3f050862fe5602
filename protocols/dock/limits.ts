// Every number of the dock protocol that both ends have to share; dock.h and the tables of SPEC.md are made from them.
// Times are the host's to keep: nothing here has a clock.

/** Versions of the messages that this host speaks; chosen at hello. */
export const minProtocolVersion = 1;
export const maxProtocolVersion = 1;
/** The version byte of hello, of its reply and of a refusal of it: their layout never changes. */
export const helloVersion = 1;

/** Version, type, sequence number (two bytes). */
export const frameHeaderBytes = 4;
/** CRC-32C. */
export const frameCheckBytes = 4;
export const maxPayloadBytes = 4096;
/** What every end can take: 32 slots, or one clip of a list, always fit. */
export const minPayloadBytes = 1024;
/** Before COBS. */
export const maxFrameBytes = frameHeaderBytes + maxPayloadBytes + frameCheckBytes;
/** With COBS's overhead of at most one byte in 254 and one more, without the delimiter. */
export const maxEncodedBytes = maxFrameBytes + Math.ceil(maxFrameBytes / 254);

export const frameTypes = { request: 1, reply: 2, error: 3, event: 4 } as const;
export type FrameType = keyof typeof frameTypes;

/** Sequence numbers: hello has 0, then 1 … 65535, and 1 again. */
export const helloSequence = 0;
export const maxSequence = 65_535;

/** What the host waits for a reply before it sends the same bytes again, in milliseconds: the first wait, and the longest (each is twice the one before). */
export const firstReplyWaitMs = 500;
export const longestReplyWaitMs = 4_000;
/** How often a request is sent in all. */
export const maxSends = 5;
/** What a dock takes at most for a call; what takes longer is answered BUSY. */
export const maxCallMs = 400;
/** What a dock may ask for with BUSY, at most, and how often in a row the host grants it. */
export const maxRetryAfterMs = 5_000;
export const maxBusyReplies = 20;
/** A dock that was asked for nothing for so long may end the session. */
export const sessionIdleMs = 60_000;
/** The host asks for the slots at least so often; events only make it sooner. */
export const slotPollMs = 5_000;

export const maxSlots = 32;
export const maxTextBytes = 64;
export const maxPathBytes = 128;
/** Clips of one reply. */
export const maxClipsPerReply = 8;
/** Clips of one device that the host lists. */
export const maxClips = 10_000;
/** Bytes of a clip or of a firmware image in one chunk, besides being at most the payload less `chunkOverheadBytes`. */
export const maxChunkBytes = 2048;
export const chunkOverheadBytes = 64;
/** Least charge, in percent, for a body-cam's firmware update. */
export const minUpdateBatteryPct = 30;
export const maxImageBytes = 16 * 1024 * 1024;
/** Of a manifest: with its signature it fits into the smallest payload. */
export const maxManifestBytes = 512;
/** Ed25519 (RFC 8032). */
export const signatureBytes = 64;
/** Before the manifest in the file of an image (SPEC.md annex A). */
export const firmwareFileHeaderBytes = 16;

/** Bits of DockHealthReply.faults. */
export const dockFaults = { supply: 1, temperature: 2, flash: 4, usbHub: 8, clock: 16 } as const;
