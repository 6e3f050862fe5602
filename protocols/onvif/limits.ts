// What an ONVIF peer may make us hold. Each is far above what an honest camera sends.

/** Characters of one SOAP reply: the largest honest ones, long profile lists, are near 200 thousand. */
export const maxEnvelopeChars = 1024 * 1024;
/** Elements inside each other: a profile list reaches about twelve. */
export const maxDepth = 64;
/** Profiles of one camera: many-channel recorders reach a few hundred. */
export const maxProfiles = 512;
/** Bytes of one discovery answer: no UDP datagram is longer. */
export const maxDatagramBytes = 65_535;
/** Devices in one discovery answer: one is usual, a proxy may tell several. */
export const maxMatches = 64;
/** Service addresses of one discovered device: one for each address and scheme. */
export const maxServiceAddresses = 16;
/** Characters of one word of a discovery answer: an address, a scope, an endpoint. */
export const maxWordChars = 512;
