// What a track is and what a frame is: the words that RTP, MP4, the recorder and the simulator share.

export type VideoCodec = 'h264' | 'h265';
export type AudioCodec = 'aac' | 'pcma' | 'pcmu' | 'opus';

/** Parameter sets as bare NAL units (no start code, no length). Empty until seen, out of band or in band. */
export interface ParameterSets {
  /** H.265 only (ITU-T H.265 §7.3.2.1). */
  readonly vps: readonly Uint8Array[];
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
}

export interface VideoTrack {
  readonly kind: 'video';
  readonly codec: VideoCodec;
  /** Ticks per second of `Frame.rtpTime`; 90000 for both video codecs (RFC 6184 §8.2.1, RFC 7798 §7.1). */
  readonly clockRate: number;
  readonly parameterSets: ParameterSets;
  /** Pixels after cropping; 0 until the first SPS is known. */
  readonly width: number;
  readonly height: number;
  /** How many frames may precede a frame in decoding order and follow it in output order (B-frames); 0 = none. */
  readonly reorderDepth: number;
}

export interface AudioTrack {
  readonly kind: 'audio';
  readonly codec: AudioCodec;
  /** Ticks per second of `Frame.rtpTime`. */
  readonly clockRate: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) for AAC; empty otherwise. */
  readonly config: Uint8Array;
}

export type Track = VideoTrack | AudioTrack;

/**
 * One access unit as MP4 stores it: NAL units each behind a 4-byte big-endian length (parameter sets and
 * access unit delimiters taken out; SEI kept), a raw AAC frame, or a run of G.711 / Opus bytes.
 * The bytes live in a FrameArena: whoever receives a frame owns it and calls `release()` exactly once.
 */
export interface Frame {
  readonly kind: 'video' | 'audio';
  readonly data: Uint8Array;
  /** Presentation stamp in ticks of the track's clock, unwrapped to go on past 2^32 (RFC 3550 §5.1). */
  readonly rtpTime: number;
  /** Video: an IDR or other random-access picture. Audio: always true. */
  readonly key: boolean;
  /** How many RTP packets are known lost between the frame before and this one, or inside this one. */
  readonly lostBefore: number;
  /** False when a packet inside the frame was lost, so that it will not decode cleanly. */
  readonly whole: boolean;
  /** When it arrived, both clocks in milliseconds. The wall clock is that of the moment of reading. */
  readonly arrivalMonoMs: number;
  readonly arrivalWallMs: number;
  release(): void;
}
