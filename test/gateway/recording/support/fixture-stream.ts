// A live stream made from files of ffmpeg: the recorder's other end, without a camera or a socket.
import { readFileSync } from 'node:fs';
import type {
  MediaStream,
  StreamEnd,
  StreamFault,
  StreamListener,
} from '../../../../device-drivers/camera/media-stream.ts';
import type { TrackKind } from '../../../../gateway/recording/recorder-protocol.ts';
import { BlockPool, FrameArena } from '../../../../protocols/media/frame-arena.ts';
import type { AudioTrack, Frame, Track, VideoTrack } from '../../../../protocols/media/track.ts';

const folder = new URL('../../../fixtures/media/', import.meta.url);
export const times = JSON.parse(readFileSync(new URL('bframes-160x120.times.json', folder), 'utf8')) as [
  number,
  number,
][];

interface Unit {
  readonly nals: readonly Buffer[];
  readonly key: boolean;
}

function splitVideo(): { units: Unit[]; sps: Buffer; pps: Buffer } {
  const bytes = readFileSync(new URL('bframes-160x120.h264', folder));
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex'))
    starts.push(at + 3);
  const nals = starts.map((start, index) => {
    let end = index + 1 < starts.length ? (starts[index + 1] ?? 0) - 3 : bytes.length;
    while (bytes[end - 1] === 0) end--;
    return bytes.subarray(start, end);
  });
  const units: Unit[] = [];
  let sei: Buffer[] = [];
  let sps: Buffer = Buffer.alloc(0);
  let pps: Buffer = Buffer.alloc(0);
  for (const nal of nals) {
    const type = (nal[0] ?? 0) & 31;
    if (type === 7) sps = nal;
    else if (type === 8) pps = nal;
    else if (type === 6) sei.push(nal);
    else if (type === 1 || type === 5) {
      units.push({ nals: [...sei, nal], key: type === 5 });
      sei = [];
    }
  }
  return { units, sps, pps };
}

function splitAudio(): Buffer[] {
  const bytes = readFileSync(new URL('sine-16000.aac', folder));
  const frames: Buffer[] = [];
  for (let at = 0; at + 7 <= bytes.length; ) {
    const length =
      (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
    frames.push(bytes.subarray(at + 7, at + length));
    at += length;
  }
  return frames;
}

const video = splitVideo();
export const audioUnits = splitAudio();
export const videoUnits = video.units;
export const videoTrack: VideoTrack = {
  kind: 'video',
  codec: 'h264',
  clockRate: 90000,
  parameterSets: { vps: [], sps: [video.sps], pps: [video.pps] },
  width: 160,
  height: 120,
  reorderDepth: 2,
};
export const audioTrack: AudioTrack = {
  kind: 'audio',
  codec: 'aac',
  clockRate: 16000,
  sampleRate: 16000,
  channels: 1,
  config: Buffer.from('1408', 'hex'),
};

/** Plays the material by hand: `play(ms)` hands over what that many milliseconds of it bring. */
export class FixtureStream implements MediaStream {
  readonly ended: Promise<StreamEnd>;
  readonly held = new Set<Frame>();
  readonly #listener: StreamListener;
  readonly #tracks: readonly Track[];
  readonly #pool = new BlockPool();
  readonly #arenas = { video: new FrameArena(this.#pool), audio: new FrameArena(this.#pool) };
  #end: (end: StreamEnd) => void = () => undefined;
  #video = 0;
  #audio = 0;
  #mediaMs = 0;
  /** Sound comes this many milliseconds behind its picture. */
  soundLateMs = 0;
  /** Each picture carries this many bytes of padding. */
  padBytes = 0;
  /** Packets missing before the next picture. */
  lostBefore = 0;
  /** Nobody wants it any more. */
  closed = false;
  /** The next picture is damaged, though no packet of it is missing. */
  damaged = false;
  /** Arrival of media time 0. */
  readonly zeroMonoMs: number;
  readonly zeroWallMs: number;

  constructor(
    listener: StreamListener,
    zeroMonoMs: number,
    zeroWallMs: number,
    tracks: readonly Track[] = [videoTrack, audioTrack],
  ) {
    this.#listener = listener;
    this.#tracks = tracks;
    this.zeroMonoMs = zeroMonoMs;
    this.zeroWallMs = zeroWallMs;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async open(): Promise<readonly Track[]> {
    this.#listener.onTracks(this.#tracks);
    return this.#tracks;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#end({ fault: 'asked' });
  }

  fail(fault: StreamFault): void {
    this.#end({ fault });
  }

  async drain(): Promise<void> {}

  announce(tracks: readonly Track[]): void {
    this.#listener.onTracks(tracks);
  }

  lose(packets: number, atMonoMs: number, kind: TrackKind = 'video'): void {
    this.#listener.onLoss({
      kind,
      packets,
      cause: 'lost-packets',
      atMonoMs,
      atWallMs: this.zeroWallMs + atMonoMs - this.zeroMonoMs,
    });
  }

  /** Sender reports: both tracks began at the same moment. */
  report(): void {
    for (const [kind, rtpTime] of [
      ['video', 1000],
      ['audio', 555],
    ] as const)
      this.#listener.onSenderReport({
        kind,
        rtpTime,
        senderWallMs: this.zeroWallMs,
        arrivalMonoMs: this.zeroMonoMs,
        arrivalWallMs: this.zeroWallMs,
      });
  }

  play(milliseconds: number): void {
    this.#mediaMs += milliseconds;
    for (;;) {
      const has = (kind: string): boolean => this.#tracks.some((track) => track.kind === kind);
      const videoMs = has('video') ? this.#video * 40 : Infinity;
      const audioMs = has('audio') ? this.#audio * 64 + this.soundLateMs : Infinity;
      if (Math.min(videoMs, audioMs) >= this.#mediaMs) return;
      if (videoMs <= audioMs) this.#sendVideo(videoMs);
      else this.#sendAudio(audioMs);
    }
  }

  #sendVideo(ms: number): void {
    const index = this.#video++;
    const loop = Math.floor(index / videoUnits.length);
    const unit = videoUnits[index % videoUnits.length] as Unit;
    const [present] = times[index % videoUnits.length] as [number, number];
    const arena = this.#arenas.video;
    // Filler data (ITU-T H.264 §7.3.2.7) makes pictures large.
    const filler = this.padBytes > 0 ? [Buffer.alloc(this.padBytes, 0xff).fill(0x0c, 0, 1)] : [];
    for (const nal of [...unit.nals, ...filler]) {
      const at = arena.reserveLength();
      arena.append(nal);
      arena.writeLength(at, nal.length);
    }
    this.#send('video', arena, present + loop * 270_000 + 1000, unit.key, ms);
  }

  #sendAudio(ms: number): void {
    const index = this.#audio++;
    const arena = this.#arenas.audio;
    arena.append(audioUnits[index % audioUnits.length] as Buffer);
    this.#send('audio', arena, index * 1024 + 555, true, ms);
  }

  #send(kind: 'video' | 'audio', arena: FrameArena, rtpTime: number, key: boolean, ms: number): void {
    const whole = arena.finish();
    const { data } = whole;
    const frame: Frame = {
      kind,
      data,
      rtpTime,
      key,
      lostBefore: kind === 'video' ? this.lostBefore : 0,
      whole: kind === 'audio' || !this.damaged,
      arrivalMonoMs: this.zeroMonoMs + ms,
      arrivalWallMs: this.zeroWallMs + ms,
      release: () => {
        if (!this.held.delete(frame)) throw new Error('a frame was released twice');
        whole.release();
      },
    };
    this.held.add(frame);
    if (kind === 'video') {
      this.lostBefore = 0;
      this.damaged = false;
    }
    this.#listener.onFrame(frame);
  }
}
