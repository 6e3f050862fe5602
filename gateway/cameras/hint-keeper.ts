// Listens to what the cameras say of themselves, enters what matters to a recording into the ledger, bounded, and
// has a camera asked again whose settings changed. Hints only: nothing here reaches the recorder.
import type { MonoMs } from '../../config/clock.ts';
import type { CameraHintWord } from '../../config/dictionary.ts';
import type { Log } from '../../config/log.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import type { CameraHint } from '../../device-drivers/camera/event-hints.ts';
import type { HintListener } from '../../device-drivers/camera/watch-hints.ts';
import type { LedgerBody, LedgerPort } from '../sessions/ledger-port.ts';
import { ChangeLimiter, type PassedChange } from './change-limiter.ts';
import { readHint, type ReadHint } from './hint-topics.ts';

/** Entries of one topic of one camera that pass within `hintWindowMs`; what is over is counted and told once. */
export const hintChanges = 4;
/** Milliseconds of CLOCK_MONOTONIC. */
export const hintWindowMs = 600_000;
/** Parts of one camera of which a state is kept, for each topic; more count as the last of them. */
export const maxHintSources = 16;

/** Subscribes to a camera's events again and again until closed. */
export type WatchHints = (camera: CameraSettings, listener: HintListener) => { close(): Promise<void> };

export interface HintKeeperOptions {
  readonly watch: WatchHints;
  readonly ledger: LedgerPort;
  /** The camera says that its settings changed. */
  readonly askAgain: (camera: string) => void;
  readonly now: () => MonoMs;
  readonly log: Log;
}

interface Said {
  readonly holds: boolean;
  /** Counts what has no state; 0 for a topic with a state. */
  readonly times: number;
  readonly from: string;
}

interface Topic {
  readonly word: CameraHintWord;
  readonly limiter: ChangeLimiter<Said>;
  /** Parts of the camera for which it holds. */
  readonly holding: Set<string>;
  newest: Said;
}

interface Watched {
  watch: { close(): Promise<void> } | null;
  /** Told of in the log last. */
  fault: string | null;
  readonly topics: Map<string, Topic>;
}

export class HintKeeper {
  readonly #options: HintKeeperOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #closing = new Set<Promise<void>>();
  #entering: Promise<void> = Promise.resolve();

  constructor(options: HintKeeperOptions) {
    this.#options = options;
  }

  /** The camera answered and took the login: it is listened to from now on. Cheap when it is already. */
  found(settings: CameraSettings): void {
    const { id } = settings;
    const watched = this.#watched.get(id) ?? { watch: null, fault: null, topics: new Map<string, Topic>() };
    this.#watched.set(id, watched);
    if (watched.watch !== null) return;
    const watch = this.#options.watch(settings, {
      onHint: (hint) => {
        if (watched.watch === watch) this.#onHint(id, watched, hint);
      },
      onSubscribed: () => this.#options.log.debug('camera tells its events', { camera: id }),
      onWait: ({ fault, error }, delayMs) => {
        if (fault !== watched.fault)
          this.#options.log.info('no events from the camera; recording does not need them', {
            camera: id,
            fault,
            delayMs,
            error,
          });
        watched.fault = fault;
        // Its stream tries the same login. It is listened to again when the login was seen to be good.
        if (fault === 'wrong-password' && watched.watch === watch) this.#stop(watched);
      },
    });
    watched.watch = watch;
  }

  /** Stops listening to a camera; nobody waits for its goodbye. Safe for one that is not listened to. */
  drop(camera: string): void {
    const watched = this.#watched.get(camera);
    this.#watched.delete(camera);
    if (watched) this.#stop(watched);
  }

  /** Stops listening, and resolves when the last goodbye is said and the last entry made. */
  async close(): Promise<void> {
    for (const camera of this.#watched.keys()) this.drop(camera);
    await Promise.all(this.#closing);
    await this.#entering;
  }

  /** Tells the outcome of bursts that are over. Cheap; called with every look at the box. */
  flush(): void {
    for (const [camera, { topics }] of this.#watched)
      for (const topic of topics.values()) if (topic.limiter.waiting) this.#offer(camera, topic);
  }

  #stop(watched: Watched): void {
    const { watch } = watched;
    watched.watch = null;
    if (watch === null) return;
    const closing = watch.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #onHint(camera: string, watched: Watched, hint: CameraHint): void {
    const read = readHint(hint);
    if (read === null) {
      this.#options.log.debug('camera event', { camera, topic: hint.topic, operation: hint.operation });
      return;
    }
    const topic = this.#topic(camera, watched, read);
    const { holding } = topic;
    if (read.holds !== null) {
      const from = holding.has(read.from) || holding.size < maxHintSources ? read.from : 'other parts';
      if (read.holds) holding.add(from);
      else holding.delete(from);
    }
    const times = topic.newest.times + (read.holds === null ? 1 : 0);
    topic.newest = { holds: holding.size > 0, times, from: read.from };
    this.#offer(camera, topic);
    if (read.word === 'settings-changed') this.#options.askAgain(camera);
  }

  #topic(camera: string, { topics }: Watched, { word, holds }: ReadHint): Topic {
    // Bounded by our own words, whatever topics a camera makes up.
    const key = `${word} ${holds === null ? 'told' : 'state'}`;
    const known = topics.get(key);
    if (known) return known;
    const held = this.#options.ledger.fold.cameras.get(camera)?.hints.includes(word) ?? false;
    const told: Said = { holds: holds !== null && held, times: 0, from: '' };
    const topic: Topic = {
      word,
      limiter: new ChangeLimiter<Said>((a, b) => a.holds === b.holds && a.times === b.times, told, {
        changes: hintChanges,
        windowMs: hintWindowMs,
      }),
      holding: new Set(),
      newest: told,
    };
    topics.set(key, topic);
    return topic;
  }

  #offer(camera: string, topic: Topic): void {
    const passed = topic.limiter.offer(topic.newest, this.#options.now());
    if (passed) this.#enter(camera, topic.word, passed);
  }

  #enter(camera: string, word: CameraHintWord, { value, suppressed }: PassedChange<Said>): void {
    const state = value.times > 0 ? 'told' : value.holds ? 'began' : 'ended';
    const count = suppressed === 0 ? '' : `${suppressed} more changes before; `;
    const body = { camera, topic: word, detail: `${count}${value.from}`, state };
    // In order; no more wait than the limiters let through.
    this.#entering = this.#append(this.#entering, { case: 'cameraHint', value: body });
  }

  async #append(before: Promise<void>, body: LedgerBody & { case: 'cameraHint' }): Promise<void> {
    await before;
    try {
      await this.#options.ledger.append(body);
    } catch (error) {
      const { camera, topic } = body.value;
      this.#options.log.error('camera hint not in the ledger', { camera, topic, error: error as Error });
    }
  }
}
