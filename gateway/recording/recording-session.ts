// One session on disk: its folder, its journal and a recording for each camera.
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { CameraInput } from './camera-input.ts';
import { CameraRecording } from './camera-recording.ts';
import type { RecordingShared } from './camera-recording-options.ts';
import { nowAt } from './segment.ts';
import { Journal } from './journal.ts';
import { interruptedGaps } from './interrupted-gaps.ts';
import { nextSegment, recoverSegments } from './recover-segments.ts';
import type {
  At,
  Degradation,
  JournalRecord,
  SessionStatus,
  StartRequest,
  TrackKind,
} from './recorder-protocol.ts';

/** How long a closing waits for the journal on a disk that refuses it, in milliseconds. */
export const journalPatienceMs = 10_000;

export class RecordingSession {
  readonly #request: StartRequest;
  readonly #journal: Journal;
  readonly #recordings: ReadonlyMap<string, CameraRecording>;
  /** Per camera, the last moment that was on disk before a crash. */
  readonly #before: ReadonlyMap<string, At>;
  readonly #degraded = new Set<string>();
  #inputs: (camera: string) => CameraInput | undefined = () => undefined;
  #stopping: Promise<number> | null = null;
  #stoppedTold = false;

  private constructor(
    request: StartRequest,
    journal: Journal,
    recordings: ReadonlyMap<string, CameraRecording>,
    before: ReadonlyMap<string, At>,
  ) {
    this.#request = request;
    this.#journal = journal;
    this.#recordings = recordings;
    this.#before = before;
  }

  /** Makes or takes up the folder; with `resume` (or a journal that is there) its files are recovered first. */
  static async open(
    request: StartRequest,
    shared: RecordingShared,
    log: Log,
    onJournal: (record: JournalRecord) => void,
  ): Promise<RecordingSession> {
    const { disk } = shared;
    const { folder } = request;
    await disk.makeFolder(folder);
    const { journal, past } = await Journal.open(disk, folder, onJournal, log);
    const before = new Map<string, At>();
    let nextGap = 1;
    for (const record of past) if (record.type === 'gap-opened') nextGap = Math.max(nextGap, record.gap + 1);
    if (past.length > 0 || request.resume) {
      const facts = await recoverSegments(disk, folder, past);
      for (const fact of facts) journal.append(fact, nowAt());
      const { closed, from } = interruptedGaps(past, facts);
      for (const [camera, at] of from) before.set(camera, at);
      for (const fact of closed) journal.append(fact, nowAt());
    }
    const files = await disk.list(folder);
    const gaps = { next: nextGap };
    const recordings = new Map(
      request.cameras.map(({ camera, requiredTracks }) => [
        camera,
        new CameraRecording({
          camera,
          folder,
          requiredTracks,
          journal,
          gaps,
          firstSegment: nextSegment(files, camera),
          shared,
          log,
        }),
      ]),
    );
    // A journal that is there means an interruption, whoever asks: what its open gaps end with has to go on.
    const resume = request.resume ?? (past.length > 0 ? 'recorder-died' : null);
    const asked = resume ? { ...request, resume } : request;
    return new RecordingSession(asked, journal, recordings, before);
  }

  /** Attaches the cameras: from here on frames are written. */
  begin(inputs: (camera: string) => CameraInput | undefined): void {
    this.#inputs = inputs;
    const { room, resume, openedWallMs, openedMonoMs } = this.#request;
    this.#journal.append(
      resume
        ? { type: 'resumed', cause: resume }
        : { type: 'started', room, cameras: [...this.#recordings.keys()] },
      nowAt(),
    );
    const opened = { wallMs: openedWallMs, monoMs: openedMonoMs };
    for (const [camera, recording] of this.#recordings) {
      if (resume) recording.openGap(resume, this.#before.get(camera) ?? opened);
      const first = inputs(camera)?.attach(recording, openedMonoMs) ?? null;
      if (!resume && (!first || first.monoMs > openedMonoMs)) recording.openGap('not-warm', opened);
    }
  }

  /** A camera was asked for with other values. */
  reattach(camera: string, before: CameraInput | undefined, input: CameraInput): void {
    const recording = this.#recordings.get(camera);
    if (!recording || this.#stopping) return;
    this.detach(camera, before);
    input.attach(recording, 0);
  }

  /** A camera is given up while it is recorded: what came is sealed, and what is missing from now on is a gap. */
  detach(camera: string, before: CameraInput | undefined): void {
    const recording = this.#recordings.get(camera);
    if (!recording || this.#stopping) return;
    before?.detach(recording);
    recording.onDown('closed', before?.last ?? null);
  }

  onDegraded(camera: string, track: TrackKind, what: Degradation, holds: boolean): void {
    const key = `${camera} ${what}`;
    if (!this.#recordings.has(camera) || this.#degraded.has(key) === holds) return;
    if (holds) this.#degraded.add(key);
    else this.#degraded.delete(key);
    this.#journal.append({ type: holds ? 'degraded' : 'restored', camera, track, what }, nowAt());
    if (!holds || (what !== 'no-sound' && what !== 'no-decodable-frame')) return;
    const { openedWallMs, openedMonoMs } = this.#request;
    const opened = { wallMs: openedWallMs, monoMs: openedMonoMs };
    this.#recordings.get(camera)?.onMissing(track, what, opened);
  }

  onClockStep(deltaMs: number): void {
    this.#journal.append({ type: 'clock-stepped', deltaMs }, nowAt());
    for (const recording of this.#recordings.values()) recording.rotateSoon();
  }

  tick(): void {
    for (const recording of this.#recordings.values()) recording.tick();
  }

  /** Takes what has arrived up to the closing, seals, and answers the number of the last record. */
  stop(closed: At): Promise<number> {
    this.#stopping ??= this.#stop(closed);
    return this.#stopping;
  }

  async #stop(closed: At): Promise<number> {
    const each = [...this.#recordings];
    const sealed = await Promise.all(
      each.map(async ([camera, recording]) => {
        const input = this.#inputs(camera);
        // What the kernel holds was sent before the closing; later frames are not the session's.
        recording.closeAt(closed.monoMs);
        await input?.drain();
        input?.detach(recording);
        return recording.finish(closed);
      }),
    );
    if (sealed.includes(false)) {
      // Not closed while a file is not final: control asks again, and each time it is tried again.
      this.#stopping = null;
      throw new LiuhenError('RECORDER_SEAL_WAITS', { session: this.#request.session });
    }
    if (!this.#stoppedTold) this.#journal.append({ type: 'stopped' }, nowAt());
    this.#stoppedTold = true;
    if (!(await this.#journal.flushed(journalPatienceMs))) {
      // The disk takes nothing: control asks again, and until then nothing is said to be closed.
      this.#stopping = null;
      throw new LiuhenError('RECORDER_JOURNAL_WAITS', { session: this.#request.session });
    }
    const { last } = this.#journal;
    await this.#journal.close();
    return last;
  }

  /** Ends without sealing, so that the session can be taken up again. */
  async suspend(): Promise<void> {
    if (this.#stopping) {
      await this.#stopping;
      return;
    }
    for (const [camera, recording] of this.#recordings) {
      this.#inputs(camera)?.detach(recording);
      await recording.suspend();
    }
    await this.#journal.close();
  }

  get folder(): string {
    return this.#request.folder;
  }

  get status(): SessionStatus {
    const { session, room, folder } = this.#request;
    return {
      session,
      room,
      folder,
      stopping: this.#stopping !== null,
      lastRecord: this.#journal.last,
      tracks: [...this.#recordings.values()].flatMap((recording) => recording.status),
    };
  }
}
