// What an ONVIF peer may make us hold. Each is far above what an honest camera sends.

/** Characters of one SOAP reply: the largest honest ones, long profile lists, are near 200 thousand. */
export const maxEnvelopeChars = 1024 * 1024;
/** Elements inside each other: a profile list reaches about twelve. */
export const maxDepth = 64;
/** Profiles of one camera: many-channel recorders reach a few hundred. */
export const maxProfiles = 512;
