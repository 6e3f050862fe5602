// Keeps every camera of the settings warm in the recorder (P2): finds its stream address, tells the recorder,
// tells it again after either changed, and enters what changed into the ledger, bounded. How a camera is asked
// is device-drivers' business; what is recorded of it is the session's.
import { sleep, type MonoMs } from '../../config/clock.ts';
import { errorLine } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { differenceOf, type DeviceIdentity } from '../../device-drivers/camera/device-identity.ts';
import type { CameraStatus, RecorderStatus } from '../recording/recorder-protocol.ts';
import type { LedgerPort } from '../sessions/ledger-port.ts';
import type { RecorderPort } from '../sessions/recorder-link.ts';
import { ChangeLimiter } from './change-limiter.ts';
import { HintKeeper, type WatchHints } from './hint-keeper.ts';
import { UrlCache, withoutUserInfo } from './url-cache.ts';

/** Milliseconds until a camera that could be asked is asked again. */
export const askAgainMs = 300_000;
/** Milliseconds until one that could not be asked is asked again. */
export const retryAskMs = 15_000;
/** The same after a wrong password: one try a minute never adds up to a locked account. */
export const retryLoginMs = 60_000;
/**
 * Milliseconds between two questions at least when a camera says that its settings changed; doubled each time that
 * it says so again before askAgainMs are over, so that a camera which says so all the time is asked as any other.
 */
export const askSoonestMs = 10_000;
/** A clock skew that moved by less than this many milliseconds is not news. */
export const skewStepMs = 2000;

export interface ResolvedCamera {
  /** rtsp:// of the stream. */
  readonly url: string;
  /** Serial, model and firmware in one line; '' where the camera does not tell. */
  readonly identity: string;
  /** What tells it from another one; null where it was not asked. */
  readonly device: DeviceIdentity | null;
  /** Camera clock minus box clock, ms; null where the camera does not tell. */
  readonly skewMs: number | null;
  /** Ends when the text of the settings is on the picture (null), or why it is not. Never rejects. */
  readonly osd: Promise<Error | null>;
}

/** Asks a camera with an ONVIF address once; rejects with a LiuhenError. */
export type ResolveCamera = (camera: CameraSettings, signal: AbortSignal) => Promise<ResolvedCamera>;

export interface CameraKeeperOptions {
  readonly recorder: RecorderPort;
  readonly ledger: LedgerPort;
  readonly resolve: ResolveCamera;
  readonly cache: UrlCache;
  /** True while an open session records the camera: its settings then wait. */
  readonly inUse: (camera: string) => boolean;
  /** Absent: nobody listens to what the cameras say of themselves. */
  readonly watchHints?: WatchHints;
  readonly now: () => MonoMs;
  readonly log: Log;
}

interface Seen {
  readonly state: string;
  readonly fault: string;
  readonly detail: string;
}

interface Kept {
  settings: CameraSettings;
  url: string | null;
  identity: string;
  /** The log has heard why the picture does not show the wanted text. */
  osdTold: boolean;
  /** Aborted when the camera is dropped or its settings change. */
  ending: AbortController;
  asking: Promise<void>;
  /** Aborted to ask sooner. */
  hurry: AbortController;
  /** The recorder has this address since it was connected. */
  warm: boolean;
  readonly changes: ChangeLimiter<Seen>;
  readonly skews: ChangeLimiter<number>;
}

export class CameraKeeper {
  readonly #options: CameraKeeperOptions;
  readonly #kept = new Map<string, Kept>();
  #wanted: readonly CameraSettings[] = [];
  readonly #hints: HintKeeper | undefined;
  #recorderThere = false;
  #settling: Promise<void> = Promise.resolve();

  constructor(options: CameraKeeperOptions) {
    this.#options = options;
    const { watchHints, ledger, now, log } = options;
    this.#hints =
      watchHints &&
      new HintKeeper({ watch: watchHints, ledger, askAgain: (camera) => this.askAgain(camera), now, log });
  }

  /**
   * Takes over the cameras of the settings. New ones are warmed, dropped ones released, changed ones
   * reconnected; one that an open session records is left as it is until `settle` finds it free.
   */
  async apply(cameras: readonly CameraSettings[]): Promise<void> {
    this.#wanted = cameras;
    await this.settle();
  }

  /** Applies what was waiting for a session to end, and tells which bursts are over. Cheap when nothing waits. */
  settle(): Promise<void> {
    this.#hints?.flush();
    // One at a time: two that end the same camera would also end the one that came after it.
    this.#settling = this.#settling.then(() => this.#settleOnce());
    return this.#settling;
  }

  async #settleOnce(): Promise<void> {
    const { inUse } = this.#options;
    for (const [id, kept] of this.#kept) {
      const wanted = this.#wanted.find((each) => each.id === id);
      if (inUse(id) || (wanted && sameCamera(wanted, kept.settings))) continue;
      await this.#end(kept);
      this.#kept.delete(id);
      if (!wanted) await this.#release(id);
    }
    for (const settings of this.#wanted) if (!this.#kept.has(settings.id)) this.#begin(settings);
  }

  /** The recorder is connected, perhaps a new one: every known address is told again. */
  recorderBack(): void {
    this.#recorderThere = true;
    for (const kept of this.#kept.values()) void this.#warm(kept);
  }

  /** Asks a camera again at once, or as soon as askSoonestMs allow; not sooner after a wrong password. */
  askAgain(camera: string): void {
    this.#kept.get(camera)?.hurry.abort();
  }

  recorderGone(): void {
    this.#recorderThere = false;
    for (const kept of this.#kept.values()) kept.warm = false;
  }

  /** Enters what the recorder's status shows that the ledger has not. */
  async onStatus(status: RecorderStatus): Promise<void> {
    for (const camera of status.cameras) {
      const kept = this.#kept.get(camera.camera);
      if (!kept) continue;
      await this.#enterState(kept, camera);
      if (camera.skewMs !== null) await this.#enterSkew(kept, camera.skewMs);
      // A request that failed in between is made up for.
      if (!kept.warm) await this.#warm(kept);
    }
  }

  /** Stops asking. The recorder keeps its cameras: it stands alone (P8). Safe twice. */
  async close(): Promise<void> {
    this.#wanted = [];
    await this.#settling;
    await Promise.all([...this.#kept.values()].map((kept) => this.#end(kept)));
    this.#kept.clear();
    await this.#hints?.close();
  }

  #begin(settings: CameraSettings): void {
    const { ledger, cache } = this.#options;
    const known = ledger.fold.cameras.get(settings.id);
    const told = known && known.state !== '' ? known : undefined;
    const kept: Kept = {
      settings,
      url:
        settings.source.kind === 'rtsp'
          ? settings.source.url
          : (cache.get(settings.id, sourceKey(settings)) ?? null),
      identity: '',
      osdTold: false,
      ending: new AbortController(),
      asking: Promise.resolve(),
      hurry: new AbortController(),
      warm: false,
      changes: new ChangeLimiter<Seen>((a, b) => a.state === b.state && a.fault === b.fault, told),
      skews: new ChangeLimiter<number>((a, b) => Math.abs(a - b) < skewStepMs, known?.skewMs ?? 0),
    };
    this.#kept.set(settings.id, kept);
    void this.#warm(kept);
    if (settings.source.kind === 'onvif') kept.asking = this.#askOn(kept);
  }

  async #end(kept: Kept): Promise<void> {
    kept.ending.abort();
    kept.hurry.abort();
    await kept.asking;
    this.#hints?.drop(kept.settings.id);
  }

  /** Asks a camera for its stream address again and again until it is dropped. */
  async #askOn(kept: Kept): Promise<void> {
    const { signal } = kept.ending;
    const { resolve, cache, log } = this.#options;
    const camera = kept.settings.id;
    let failing = false;
    let soonestMs = askSoonestMs;
    while (!signal.aborted) {
      let wait = askAgainMs;
      soonestMs = kept.hurry.signal.aborted ? Math.min(2 * soonestMs, askAgainMs) : askSoonestMs;
      // From here on, because what changes during the question may be missing from its answer.
      kept.hurry = new AbortController();
      try {
        const found = await resolve(kept.settings, signal);
        if (signal.aborted) return;
        failing = false;
        const url = withoutUserInfo(found.url);
        const before = cache.device(camera);
        const swap = before && found.device ? differenceOf(before, found.device) : null;
        if (swap) await this.#enterSwap(kept, swap, found.identity);
        else if (kept.identity !== '' && found.identity !== kept.identity)
          log.info('camera tells another firmware or name', { camera, identity: found.identity });
        if (url !== kept.url || swap) kept.warm = false;
        kept.url = url;
        kept.identity = found.identity;
        await cache.set(camera, sourceKey(kept.settings), url, found.device);
        await this.#warm(kept);
        if (found.skewMs !== null) await this.#enterSkew(kept, found.skewMs);
        if (!signal.aborted) this.#hints?.found(kept.settings);
        await this.#tellOsd(kept, found.osd);
      } catch (error) {
        const details =
          error instanceof Error && 'details' in error ? (error.details as { fault?: unknown }) : {};
        wait = details.fault === 'wrong-password' ? retryLoginMs : retryAskMs;
        if (!failing && !signal.aborted)
          log.warn('camera does not tell its stream', { camera, error: error as Error });
        failing = true;
        // Without an address the recorder has nothing to say of it: the ledger hears it from here.
        if (kept.url === null && !signal.aborted) {
          const fault = typeof details.fault === 'string' ? details.fault : 'unreachable';
          await this.#enterChange(kept, { state: 'waiting', fault, detail: errorLine(error) });
        }
      }
      if (wait === retryLoginMs) {
        await sleep(wait, signal);
        continue;
      }
      await sleep(Math.min(soonestMs, wait), signal);
      await sleep(wait - soonestMs, kept.hurry.signal);
    }
  }

  async #tellOsd(kept: Kept, osd: Promise<Error | null>): Promise<void> {
    const error = await osd;
    // Dropped meanwhile: that the question was broken off says nothing of the picture.
    if (kept.ending.signal.aborted) return;
    if (error && !kept.osdTold)
      this.#options.log.warn('the text of the settings is not on the picture', {
        camera: kept.settings.id,
        error,
      });
    kept.osdTold = error !== null;
  }

  async #warm(kept: Kept): Promise<void> {
    const { settings, url } = kept;
    if (url === null || kept.warm || !this.#recorderThere || kept.ending.signal.aborted) return;
    kept.warm = true;
    const { credentials } = settings;
    try {
      await this.#options.recorder.ask('warm', {
        camera: settings.id,
        url,
        transport: settings.transport,
        requiredTracks: settings.requiredTracks,
        ...(credentials ? { username: credentials.username, password: credentials.password.reveal() } : {}),
      });
    } catch (error) {
      kept.warm = false;
      this.#options.log.warn('recorder did not take the camera; it is told again', {
        camera: settings.id,
        error: error as Error,
      });
    }
  }

  async #release(camera: string): Promise<void> {
    if (!this.#recorderThere) return;
    try {
      await this.#options.recorder.ask('release', { camera });
    } catch (error) {
      this.#options.log.warn('recorder did not release the camera', { camera, error: error as Error });
    }
  }

  async #enterState(kept: Kept, camera: CameraStatus): Promise<void> {
    // Connecting is on the way to one of the other two; entering it would double every outage.
    if (camera.state === 'connecting') return;
    const fault = camera.state === 'waiting' ? (camera.fault ?? '') : '';
    await this.#enterChange(kept, {
      state: camera.state,
      fault,
      detail: fault === '' ? '' : (camera.faultText ?? ''),
    });
  }

  /** It is recorded all the same: a swapped camera is for people to judge, and its picture is evidence too. */
  async #enterSwap(
    kept: Kept,
    swap: { what: string; old: string; seen: string },
    identity: string,
  ): Promise<void> {
    const { ledger, log } = this.#options;
    const camera = kept.settings.id;
    log.warn('another device answers for this camera', { camera, identity, what: swap.what, was: swap.old });
    const state = ledger.fold.cameras.get(camera)?.state || 'connecting';
    const detail = `${swap.what} was ${swap.old}, is ${swap.seen}; ${identity}`;
    await this.#enterChange(kept, { state, fault: 'changed-identity', detail });
  }

  async #enterChange(kept: Kept, seen: Seen): Promise<void> {
    const passed = kept.changes.offer(seen, this.#options.now());
    if (!passed) return;
    const { state, fault, detail } = passed.value;
    const count = passed.suppressed === 0 ? '' : `${passed.suppressed} more changes before; `;
    await this.#append({
      case: 'cameraChanged',
      value: { camera: kept.settings.id, state, fault, detail: `${count}${detail}` },
    });
  }

  async #enterSkew(kept: Kept, skewMs: number): Promise<void> {
    const passed = kept.skews.offer(Math.round(skewMs), this.#options.now());
    if (passed) {
      await this.#append({
        case: 'cameraClockSkew',
        value: { camera: kept.settings.id, skewMs: passed.value },
      });
    }
  }

  async #append(body: Parameters<LedgerPort['append']>[0]): Promise<void> {
    try {
      await this.#options.ledger.append(body);
    } catch (error) {
      this.#options.log.error('camera change not in the ledger', { what: body.case, error: error as Error });
    }
  }
}

/** What an address was resolved from: another one makes a kept address void. */
export function sourceKey({ source }: CameraSettings): string {
  return source.kind === 'onvif' ? `${source.url} ${source.profile ?? ''}` : source.url;
}

function sameCamera(a: CameraSettings, b: CameraSettings): boolean {
  return cameraKey(a) === cameraKey(b);
}

function cameraKey({ source, transport, requiredTracks, credentials }: CameraSettings): string {
  const login = credentials ? [credentials.username, credentials.password.reveal()] : [];
  return JSON.stringify([source, transport, requiredTracks, login]);
}
