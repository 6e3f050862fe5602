// One camera of the recorder: keeps its stream open, its last key frame warm, and hands frames to whoever records.
import { monotonicTime, sleep } from '../../config/clock.ts';
import { errorLine } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type {
  MediaStream,
  PacketLoss,
  SenderReport,
  StreamEnd,
  StreamFault,
  StreamListener,
} from '../../device-drivers/camera/media-stream.ts';
import { superviseStream, type Supervision } from '../../device-drivers/supervisor.ts';
import type { AudioTrack, Frame, Track } from '../../protocols/media/track.ts';
import { addG711, levelDb, type LevelSum } from '../../protocols/media/g711-level.ts';
import { canDescribe } from '../../protocols/mp4/sample-entries.ts';
import type { CameraRecording } from './camera-recording.ts';
import { ContentWatch } from './content-watch.ts';
import { HeldFrame } from './held-frame.ts';
import type {
  At,
  CameraStatus,
  CameraStreamState,
  Degradation,
  TrackKind,
  WarmRequest,
} from './recorder-protocol.ts';
import { StreamClock } from './stream-clock.ts';
import { WarmBuffer } from './warm-buffer.ts';

export const drainMs = 1000;

export type OpenStream = (request: WarmRequest, listener: StreamListener) => MediaStream;

interface Counter {
  frames: number;
  bytes: number;
  packetsLost: number;
  lastFrameMonoMs: number | null;
}

export class CameraInput implements StreamListener {
  readonly request: WarmRequest;
  readonly #openStream: OpenStream;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #onDegraded: (camera: string, kind: TrackKind, what: Degradation, holds: boolean) => void;
  readonly #warm = new WarmBuffer();
  readonly #watch: ContentWatch;
  readonly #sinks = new Set<CameraRecording>();
  readonly #counters: Record<TrackKind, Counter> = { video: newCounter(), audio: newCounter() };
  #supervision: Supervision | null = null;
  #stream: MediaStream | null = null;
  #state: CameraStreamState = 'connecting';
  #fault: { fault: StreamFault; text: string } | null = null;
  #nextTry: number | null = null;
  #tracks: readonly Track[] = [];
  #audio: AudioTrack | null = null;
  #clock: StreamClock | null = null;
  #seenKey = false;
  /** A picture since the last key frame is missing or damaged. */
  #torn = false;
  #last: At | null = null;
  #sound: LevelSum = { power: 0, samples: 0 };
  /** Of the second before the last tick. */
  #soundDb: number | null = null;

  constructor(
    request: WarmRequest,
    openStream: OpenStream,
    log: Log,
    onChange: () => void,
    onDegraded: (camera: string, kind: TrackKind, what: Degradation, holds: boolean) => void,
  ) {
    this.request = request;
    this.#openStream = openStream;
    this.#log = log;
    this.#onChange = onChange;
    this.#onDegraded = onDegraded;
    this.#watch = new ContentWatch(
      request.requiredTracks.includes('audio'),
      monotonicTime(),
      (kind, what, holds) => {
        this.#onDegraded(request.camera, kind, what, holds);
        this.#onChange();
      },
    );
  }

  open(): void {
    this.#supervision ??= superviseStream({
      attempt: () => {
        this.#state = 'connecting';
        this.#nextTry = null;
        this.#stream = this.#openStream(this.request, this);
        return this.#stream;
      },
      onOpen: () => this.#onOpen(),
      onWait: (end, waitMs) => this.#onWait(end, waitMs),
    });
  }

  async close(): Promise<void> {
    await this.#supervision?.close();
    this.#sinks.clear();
    this.#warm.clear();
  }

  /** Begins to feed `sink`, from the key frame at or before `monoMs`. Answers when its first frame arrived; null when cold. */
  attach(sink: CameraRecording, monoMs: number): At | null {
    this.#sinks.add(sink);
    if (this.#clock) sink.onTracks(this.#tracks, this.#clock);
    const frames = this.#warm.take(monoMs, this.#lead);
    const first = frames[0]?.frame;
    for (const held of frames) sink.onFrame(held);
    for (const what of [...this.#watch.degraded('video'), ...this.#watch.degraded('audio')]) {
      this.#onDegraded(
        this.request.camera,
        what === 'no-sound' || what === 'sound-silent' ? 'audio' : 'video',
        what,
        true,
      );
    }
    return first ? { wallMs: first.arrivalWallMs, monoMs: first.arrivalMonoMs } : null;
  }

  detach(sink: CameraRecording): void {
    this.#sinks.delete(sink);
  }

  /** Takes what the kernel holds; gives up after a second. */
  async drain(): Promise<void> {
    if (this.#stream && this.#state === 'playing') await Promise.race([this.#stream.drain(), sleep(drainMs)]);
  }

  /** When the newest frame of the leading track arrived; null before the first. */
  get last(): At | null {
    return this.#last;
  }

  tick(): void {
    this.#watch.tick(monotonicTime(), this.#state === 'playing');
    this.#soundDb = levelDb(this.#sound);
    this.#sound = { power: 0, samples: 0 };
  }

  get status(): CameraStatus {
    return {
      camera: this.request.camera,
      state: this.#state,
      ...(this.#fault ? { fault: this.#fault.fault, faultText: this.#fault.text } : {}),
      ...(this.#nextTry === null ? {} : { nextTryMonoMs: this.#nextTry }),
      ...(this.#stream?.transport && this.#state === 'playing' ? { transport: this.#stream.transport } : {}),
      tracks: this.#tracks.map((track) => ({
        kind: track.kind,
        codec: track.codec,
        ...(track.kind === 'video' ? { width: track.width, height: track.height } : {}),
        ...this.#counters[track.kind],
        ...(track.kind === 'audio' && this.#soundDb !== null ? { levelDb: this.#soundDb } : {}),
        degraded: this.#watch.degraded(track.kind),
      })),
      skewMs: this.#clock?.skewMs ?? null,
    };
  }

  onTracks(tracks: readonly Track[]): void {
    this.#tracks = tracks;
    this.#audio = tracks.find((track) => track.kind === 'audio') ?? null;
    this.#clock = new StreamClock(tracks);
    this.#seenKey = false;
    this.#torn = false;
    this.#warm.clear();
    this.#watch.onTracks(tracks, monotonicTime());
    for (const sink of this.#sinks) sink.onTracks(tracks, this.#clock);
    this.#onChange();
  }

  onFrame(frame: Frame): void {
    if (
      frame.kind === this.#lead &&
      frame.key &&
      this.#tracks.some((track) => track.kind === frame.kind && canDescribe(track))
    ) {
      this.#seenKey ||= frame.whole;
    }
    // Pictures lean on each other: behind a loss none is what the camera saw until the next key frame.
    if (frame.kind === 'audio' && frame.whole) {
      this.#watch.onFrame(frame);
      if (this.#audio) addG711(this.#sound, frame.data, this.#audio.codec);
    } else if (frame.kind === 'video')
      this.#torn = !frame.whole || (!frame.key && (this.#torn || frame.lostBefore > 0));
    // What is not whole, or has no key frame before it, cannot be decoded: it is no recording (P1).
    if (!frame.whole || !this.#seenKey) {
      const at = { wallMs: frame.arrivalWallMs, monoMs: frame.arrivalMonoMs };
      for (const sink of this.#sinks)
        if (frame.whole) sink.onSkipped(frame.kind);
        else sink.onDamaged(frame.kind, at);
      frame.release();
      return;
    }
    const decodable = frame.kind !== 'video' || (!this.#torn && this.#watch.keysCome(frame.arrivalMonoMs));
    const counter = this.#counters[frame.kind];
    counter.bytes += frame.data.length;
    if (decodable) {
      counter.frames += 1;
      counter.lastFrameMonoMs = frame.arrivalMonoMs;
    }
    if (frame.kind === this.#lead) this.#last = { wallMs: frame.arrivalWallMs, monoMs: frame.arrivalMonoMs };
    if (frame.kind === 'video') this.#watch.onFrame(frame, decodable);
    this.#clock?.onFrame(frame);
    const held = new HeldFrame(frame, decodable);
    for (const sink of this.#sinks) sink.onFrame(held.hold());
    this.#warm.push(held, this.#lead);
  }

  onLoss(loss: PacketLoss): void {
    this.#counters[loss.kind].packetsLost += loss.packets;
    for (const sink of this.#sinks) sink.onLoss(loss);
  }

  onSenderReport(report: SenderReport): void {
    this.#clock?.onReport(report);
  }

  get #lead(): TrackKind {
    return this.#tracks.length === 0 || this.#tracks.some(({ kind }) => kind === 'video') ? 'video' : 'audio';
  }

  #onOpen(): void {
    this.#state = 'playing';
    this.#fault = null;
    this.#nextTry = null;
    this.#log.info('camera stream plays', { camera: this.request.camera });
    this.#onChange();
  }

  #onWait(end: StreamEnd, waitMs: number): void {
    const fault = end.fault === 'asked' ? 'closed' : end.fault;
    const text = end.error ? errorLine(end.error) : fault;
    this.#state = 'waiting';
    this.#fault = { fault, text };
    this.#nextTry = monotonicTime() + waitMs;
    this.#seenKey = false;
    this.#warm.clear();
    for (const sink of this.#sinks) sink.onDown(fault, this.#last);
    this.#log.warn('camera stream down', { camera: this.request.camera, fault, text, waitMs });
    this.#onChange();
  }
}

function newCounter(): Counter {
  return { frames: 0, bytes: 0, packetsLost: 0, lastFrameMonoMs: null };
}
