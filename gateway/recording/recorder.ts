// The recorder (P8): cameras kept warm, sessions recorded, facts journalled. A class without a socket, so that
// it can be tested in one process; recorder-server.ts gives it one.
import { monotonicTime, wallTime } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import { CameraInput, type OpenStream } from './camera-input.ts';
import type { RecordingShared } from './camera-recording-options.ts';
import { DiskWatch } from './disk-watch.ts';
import type { RecordingDisk } from './recording-disk.ts';
import { RecordingSession } from './recording-session.ts';
import { readJournalPage } from './read-journal.ts';
import type {
  Degradation,
  JournalAnswer,
  JournalRecord,
  JournalRequest,
  RecorderStatus,
  StartAnswer,
  StartRequest,
  StopAnswer,
  StopRequest,
  TrackKind,
  WarmRequest,
} from './recorder-protocol.ts';

export const tickMs = 250;
/** The wall clock may drift from the monotonic one by this much in a second before it counts as a step. */
export const clockStepMs = 500;
export const maxCameras = 64;
export const maxSessions = 64;
export const minPartMs = 250;
export const maxPartMs = 1000;
/** The least that `auto` chooses: what one read of a socket brings, so that each read ends in a part (README). */
export const autoPartMs = 370;
/** With `auto` a part is this many times as long as a sync takes: a twentieth of the time is spent syncing. */
export const syncShare = 20;

export interface RecorderOptions {
  readonly openStream: OpenStream;
  readonly disk: RecordingDisk;
  readonly log: Log;
  /** 250 to 1000 ms, or chosen from the disk's sync latency. */
  readonly partMs: number | 'auto';
  readonly segmentMs: number;
  /** Bytes that stay free, so that what is open can be sealed and told. */
  readonly reserveBytes: number;
  /** Where recordings will go: the disk below it is watched while nothing is recorded. */
  readonly recordingsFolder?: string;
  onStatus?(status: RecorderStatus): void;
  onJournal?(session: string, record: JournalRecord): void;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #cameras = new Map<string, CameraInput>();
  /** Connections that are being closed, by camera. */
  readonly #closing = new Map<string, Promise<void>>();
  readonly #sessions = new Map<string, RecordingSession>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #shared: RecordingShared;
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #wallMinusMono = wallTime() - monotonicTime();
  readonly #diskWatch: DiskWatch;
  #told = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { disk, log, recordingsFolder = null } = options;
    this.#diskWatch = new DiskWatch(disk, recordingsFolder, log, () => this.#tellSoon());
    this.#shared = {
      disk: options.disk,
      segmentMs: options.segmentMs,
      partMs: () => this.#partMs(),
      hasRoom: () => (this.#diskWatch.freeBytes ?? Infinity) >= options.reserveBytes,
      onSynced: (milliseconds) => this.#diskWatch.synced(milliseconds),
      onDiskError: () => this.#diskWatch.failed(),
    };
  }

  /** Begins to watch. */
  open(): void {
    this.#timer ??= setInterval(() => this.#tick(), tickMs);
  }

  /** Keeps a camera connected. The same request again changes nothing; another one reconnects. */
  async warm(request: WarmRequest): Promise<null> {
    const before = this.#cameras.get(request.camera);
    if (before && JSON.stringify(before.request) === JSON.stringify(request)) return null;
    if (!before && this.#cameras.size >= maxCameras)
      throw new LiuhenError('RECORDER_REQUEST', { request: 'warm', why: `at most ${maxCameras} cameras` });
    const { openStream, log } = this.#options;
    const input = new CameraInput(
      request,
      openStream,
      log,
      () => this.#tellSoon(),
      (...what) => this.#onDegraded(...what),
    );
    this.#cameras.set(request.camera, input);
    await this.#closed(request.camera, before);
    // Asked for otherwise, or released, meanwhile: that order holds.
    if (this.#cameras.get(request.camera) !== input) return null;
    for (const session of this.#sessions.values()) session.reattach(request.camera, before, input);
    input.open();
    return null;
  }

  async release(camera: string): Promise<null> {
    const input = this.#cameras.get(camera);
    this.#cameras.delete(camera);
    await this.#closed(camera, input);
    for (const session of this.#sessions.values()) session.detach(camera, input);
    return null;
  }

  /** Resolves when nothing of the camera is connected any more, whatever was asked before: one may be all it takes. */
  async #closed(camera: string, input: CameraInput | undefined): Promise<void> {
    const before = this.#closing.get(camera) ?? Promise.resolve();
    const closing = before.then(() => input?.close());
    this.#closing.set(camera, closing);
    await closing;
    if (this.#closing.get(camera) === closing) this.#closing.delete(camera);
  }

  /** Throws CAMERA_NOT_WARM for a camera that was never asked for. */
  async start(request: StartRequest): Promise<StartAnswer> {
    const { session } = request;
    if (this.#sessions.has(session) || this.#starting.has(session)) {
      await this.#starting.get(session);
      return { alreadyRunning: true };
    }
    if (this.#sessions.size + this.#starting.size >= maxSessions)
      throw new LiuhenError('RECORDER_REQUEST', { request: 'start', why: `at most ${maxSessions} sessions` });
    for (const { camera } of request.cameras)
      if (!this.#cameras.has(camera)) throw new LiuhenError('CAMERA_NOT_WARM', { camera });
    const starting = this.#begin(request);
    this.#starting.set(session, starting);
    try {
      await starting;
    } finally {
      this.#starting.delete(session);
    }
    this.#tellSoon();
    return { alreadyRunning: false };
  }

  async #begin(request: StartRequest): Promise<void> {
    const { session, folder } = request;
    const opened = await RecordingSession.open(request, this.#shared, this.#options.log, (record) =>
      this.#options.onJournal?.(session, record),
    );
    await this.#diskWatch.look(folder);
    this.#sessions.set(session, opened);
    opened.begin((camera) => this.#cameras.get(camera));
  }

  /** Throws SESSION_NOT_RECORDING. Answers when every file is sealed and the journal synced. */
  async stop({ session, closedWallMs, closedMonoMs }: StopRequest): Promise<StopAnswer> {
    await this.#starting.get(session)?.catch(() => undefined); // told to who asked for it
    const running = this.#sessions.get(session);
    if (!running) throw new LiuhenError('SESSION_NOT_RECORDING', { session });
    const lastRecord = await running.stop({ wallMs: closedWallMs, monoMs: closedMonoMs });
    this.#sessions.delete(session);
    this.#tellSoon();
    return { lastRecord };
  }

  async journal({ folder, after, limit }: JournalRequest): Promise<JournalAnswer> {
    return { records: await readJournalPage(folder, after, limit) };
  }

  status(): RecorderStatus {
    return {
      pid: process.pid,
      monoMs: monotonicTime(),
      cameras: [...this.#cameras.values()].map((camera) => camera.status),
      sessions: [...this.#sessions.values()].map((session) => session.status),
      disk: {
        freeBytes: this.#diskWatch.freeBytes,
        syncMs: this.#diskWatch.syncMs,
        writable: this.#diskWatch.writable,
      },
    };
  }

  /** Ends parts, not sessions: they can be taken up again. Safe twice. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.allSettled(this.#starting.values());
    await Promise.all([...this.#sessions.values()].map((session) => session.suspend()));
    this.#sessions.clear();
    await Promise.all([...this.#cameras.values()].map((camera) => camera.close()));
    this.#cameras.clear();
  }

  #partMs(): number {
    const { partMs } = this.#options;
    const wanted = partMs === 'auto' ? Math.max(autoPartMs, this.#diskWatch.syncMs * syncShare) : partMs;
    return Math.min(maxPartMs, Math.max(minPartMs, wanted));
  }

  #tick(): void {
    this.#ticks += 1;
    for (const session of this.#sessions.values()) session.tick();
    if (this.#ticks % 4 === 0) {
      this.#compareClocks();
      for (const camera of this.#cameras.values()) camera.tick();
    }
    const [session] = this.#sessions.values();
    this.#diskWatch.tick(monotonicTime(), session?.folder);
    if (this.#ticks % 2 === 0) this.#options.onStatus?.(this.status());
  }

  #compareClocks(): void {
    const difference = wallTime() - monotonicTime();
    const deltaMs = Math.round(difference - this.#wallMinusMono);
    this.#wallMinusMono = difference;
    if (Math.abs(deltaMs) < clockStepMs) return;
    this.#options.log.warn('the wall clock stepped', { deltaMs });
    for (const session of this.#sessions.values()) session.onClockStep(deltaMs);
  }

  #onDegraded(camera: string, kind: TrackKind, what: Degradation, holds: boolean): void {
    for (const session of this.#sessions.values()) session.onDegraded(camera, kind, what, holds);
  }

  /** Changes of one moment are told once. */
  #tellSoon(): void {
    if (this.#told) return;
    this.#told = true;
    setImmediate(() => {
      this.#told = false;
      this.#options.onStatus?.(this.status());
    });
  }
}
