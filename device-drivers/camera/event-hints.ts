// What one camera tells of itself by pull-point events: an open is one honest attempt at a subscription, which is
// renewed until something ends it. Hints only: nothing that has to be true may rest on them. Trying again is
// watch-hints.ts's, and what a topic means is the callers'.
import { EventEmitter } from 'node:events';
import { monotonicTime, sleep } from '../../config/clock.ts';
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { deviceRequests, readInformation } from '../../protocols/onvif/device.ts';
import {
  createPullPointRequest,
  eventsNamespace,
  pullMessagesRequest,
  pullPointHeader,
  readPull,
  readRenewed,
  readSubscription,
  readUnsubscribed,
  renewRequest,
  unsubscribeRequest,
  type OnvifEvent,
  type PullPoint,
} from '../../protocols/onvif/events.ts';
import { exchangeTimeoutMs, fault } from './http-exchange.ts';
import type { StreamEnd, StreamFault } from './media-stream.ts';
import { OnvifClient } from './onvif-client.ts';

/** Milliseconds for one whole attempt, however many exchanges it takes. */
export const subscribeTimeoutMs = 20_000;
/** Milliseconds that a subscription is asked for; it is renewed after half of what is granted. */
export const subscriptionMs = 120_000;
/** Milliseconds that a camera must grant at least; one that grants less is renewed as if it had. */
export const leastSubscriptionMs = 4_000;
/** Milliseconds that one pull asks the camera to wait for an event. */
export const pullWaitMs = 20_000;
/** Milliseconds between the beginnings of two pulls at least: with maxPulledEvents this bounds a flood. */
export const pullSpacingMs = 1_000;
/** The same after a camera that does not wait: it answered early and with nothing. */
export const idleSpacingMs = 5_000;
/** Bytes of one answer: a hundred honest events are near a hundred thousand. */
export const maxPullBytes = 256 * 1024;
/** Characters of a topic, and of each name and value. */
export const maxHintChars = 128;
/** Milliseconds for saying goodbye to a pull point. */
export const unsubscribeTimeoutMs = 1_000;

/** One event, every text of it short and without line ends. */
export interface CameraHint {
  readonly topic: string;
  /** 'Initialized', 'Changed', 'Deleted'; '' for what is no property. */
  readonly operation: string;
  readonly source: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
}

/** 'no-service': the camera has no pull points, and asking again soon is pointless. */
export type HintState = 'closed' | 'opening' | 'subscribed' | 'no-service' | 'failed';

export interface HintStatus {
  readonly state: HintState;
  /** Why it failed, a StreamFault; null when it did not. */
  readonly fault: string | null;
  readonly pulls: number;
  readonly renewals: number;
  readonly hints: number;
  /** Events over the limit of one pull, counted and not read. */
  readonly cut: number;
}

export interface EventHintsOptions {
  readonly settings: CameraSettings;
  /** Milliseconds, for tests; the defaults are the constants above and exchangeTimeoutMs. */
  readonly exchangeTimeoutMs?: number;
  readonly subscribeTimeoutMs?: number;
  readonly subscriptionMs?: number;
  readonly pullWaitMs?: number;
  readonly pullSpacingMs?: number;
}

const faults: ReadonlySet<string> = new Set<StreamFault>([
  'unreachable',
  'wrong-password',
  'forbidden',
  'busy',
  'not-found',
  'bad-reply',
  'no-reply',
  'closed',
]);
/** Faults after which the camera hears no goodbye, or must not be asked once more. */
const noGoodbye: ReadonlySet<string> = new Set(['unreachable', 'no-reply', 'wrong-password']);

export class EventHints {
  /** 'hint' for each event, in order; 'status' whenever the state or the fault has changed. */
  readonly events = new EventEmitter<{ hint: [CameraHint]; status: [HintStatus] }>();
  /** Settles once, when a subscription that was open has ended. Never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #options: EventHintsOptions;
  readonly #client: OnvifClient;
  readonly #ending = new AbortController();
  #settle: ((end: StreamEnd) => void) | null = null;
  #status: HintStatus = { state: 'closed', fault: null, pulls: 0, renewals: 0, hints: 0, cut: 0 };
  #opening: Promise<void> | null = null;
  #pulling: Promise<void> = Promise.resolve();

  /** Throws CAMERA_EVENTS for a camera that is known by its RTSP address alone. */
  constructor(options: EventHintsOptions) {
    const { source, id, credentials } = options.settings;
    if (source.kind !== 'onvif') throw noEvents(id, 'it has no ONVIF address');
    this.#options = options;
    this.#client = new OnvifClient({
      url: source.url,
      credentials,
      fingerprint256: source.fingerprint256,
      timeoutMs: options.exchangeTimeoutMs,
      signal: this.#ending.signal,
    });
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get status(): HintStatus {
    return this.#status;
  }

  /**
   * One attempt, at most subscribeTimeoutMs: clock, login, event service, subscription. Throws CAMERA_HTTP,
   * ONVIF_* or CAMERA_EVENTS, each with a `fault`. A second call throws CAMERA_HTTP 'closed': an object is one attempt.
   */
  async open(): Promise<void> {
    const again = this.#opening !== null || this.#ending.signal.aborted;
    if (again) throw fault(this.#client.device, 'closed', 'an attempt is not made twice');
    const limitMs = this.#options.subscribeTimeoutMs ?? subscribeTimeoutMs;
    const timer = setTimeout(
      () =>
        this.#ending.abort(fault(this.#client.device, 'no-reply', `no subscription within ${limitMs} ms`)),
      limitMs,
    );
    const attempt = this.#subscribe().finally(() => clearTimeout(timer));
    // close() waits for the attempt; what went wrong is told to whoever called open().
    this.#opening = attempt.catch(() => undefined);
    return attempt;
  }

  /** Ends the subscription, and tells the camera when it still listens. Safe twice and during open(). */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#opening;
    await this.#pulling;
    this.#settle?.({ fault: 'asked' });
    // Why it failed stays to be read.
    if (this.#status.fault === null) this.#tell({ state: 'closed' });
  }

  async #subscribe(): Promise<void> {
    const client = this.#client;
    this.#tell({ state: 'opening' });
    try {
      await client.measureClock();
      // A question that every user may ask: one who may not see events is then told from a wrong password.
      await client.call(client.device, deviceRequests.information, readInformation);
      const address = await client.serviceAddress(eventsNamespace);
      if (address === undefined) throw noEvents(client.device.host, 'it names no event service');
      const lastsS = Math.max(1, Math.round(this.#askedMs / 1000));
      const point = await client.call(address, createPullPointRequest(lastsS), readSubscription, {
        maxBytes: maxPullBytes,
      });
      this.#tell({ state: 'subscribed' });
      this.#pulling = this.#stay(point);
    } catch (error) {
      const named = isNotSupported(error)
        ? noEvents(client.device.host, 'it does not know pull points', error)
        : error;
      this.#tell({
        state: isLiuhenError(named, 'CAMERA_EVENTS') ? 'no-service' : 'failed',
        fault: faultOf(named),
      });
      throw named;
    }
  }

  /** Pulls and renews until something ends it; then says goodbye. Never rejects. */
  async #stay(point: PullPoint): Promise<void> {
    let end: StreamEnd;
    try {
      await this.#pullOn(point);
      end = { fault: 'asked' };
    } catch (error) {
      end = this.#ending.signal.aborted
        ? { fault: 'asked' }
        : { fault: faultOf(error), error: error instanceof Error ? error : new Error(String(error)) };
    }
    // Cameras have few pull points: one that is left behind is in the way of the next.
    if (!noGoodbye.has(end.fault)) await this.#unsubscribe(point);
    if (end.fault !== 'asked') this.#tell({ state: 'failed', fault: end.fault });
    this.#settle?.(end);
  }

  async #pullOn(point: PullPoint): Promise<void> {
    const { signal } = this.#ending;
    const client = this.#client;
    const address = client.onOwnHost(point.address);
    const answerMs = this.#options.exchangeTimeoutMs ?? exchangeTimeoutMs;
    let lastsMs = this.#granted(point.lastsMs);
    let renewMs = monotonicTime() + lastsMs / 2;
    while (!signal.aborted) {
      if (monotonicTime() >= renewMs) {
        lastsMs = this.#granted(await this.#renew(point, address));
        renewMs = monotonicTime() + lastsMs / 2;
      }
      // The pull that is waiting when half the time is over must leave time for the renewal.
      const waitS = Math.max(
        1,
        Math.floor(Math.min(this.#options.pullWaitMs ?? pullWaitMs, lastsMs / 4) / 1000),
      );
      const beganMs = monotonicTime();
      const { events, cut } = await client.call(address, pullMessagesRequest(waitS), readPull, {
        header: pullPointHeader('pull', point),
        timeoutMs: waitS * 1000 + answerMs,
        maxBytes: maxPullBytes,
      });
      const { pulls, hints, cut: before } = this.#status;
      this.#count({ pulls: pulls + 1, hints: hints + events.length, cut: before + cut });
      for (const event of events) if (!signal.aborted) this.events.emit('hint', short(event));
      const tookMs = monotonicTime() - beganMs;
      const early = events.length === 0 && tookMs < waitS * 500;
      const spacingMs = this.#options.pullSpacingMs ?? (early ? idleSpacingMs : pullSpacingMs);
      if (tookMs < spacingMs) await sleep(spacingMs - tookMs, signal);
    }
  }

  async #renew(point: PullPoint, address: URL): Promise<number | null> {
    try {
      const lastsS = Math.max(1, Math.round(this.#askedMs / 1000));
      const lastsMs = await this.#client.call(address, renewRequest(lastsS), readRenewed, {
        header: pullPointHeader('renew', point),
        maxBytes: maxPullBytes,
      });
      this.#count({ renewals: this.#status.renewals + 1 });
      return lastsMs;
    } catch (error) {
      // Many forget pull points or cannot renew them: that is an end like any other, and the next one is made soon.
      if (!isLiuhenError(error, 'ONVIF_FAULT')) throw error;
      throw new LiuhenError(
        'CAMERA_EVENTS',
        { host: address.host, fault: 'closed', why: 'it does not renew the subscription' },
        { cause: error },
      );
    }
  }

  async #unsubscribe(point: PullPoint): Promise<void> {
    try {
      await this.#client.call(this.#client.onOwnHost(point.address), unsubscribeRequest(), readUnsubscribed, {
        header: pullPointHeader('unsubscribe', point),
        timeoutMs: unsubscribeTimeoutMs,
        maxBytes: maxPullBytes,
        // The client's own has ended by now.
        signal: new AbortController().signal,
      });
    } catch (error) {
      // It runs out by itself.
      if (!isLiuhenError(error)) throw error;
    }
  }

  get #askedMs(): number {
    return this.#options.subscriptionMs ?? subscriptionMs;
  }

  #granted(lastsMs: number | null): number {
    // More than was asked is not waited for: a clock may be wrong in between.
    return Math.max(leastSubscriptionMs, Math.min(lastsMs ?? this.#askedMs, this.#askedMs));
  }

  #count(counts: Partial<HintStatus>): void {
    this.#status = { ...this.#status, ...counts };
  }

  #tell(change: Pick<HintStatus, 'state'> & Partial<HintStatus>): void {
    const old = this.#status;
    this.#status = { ...old, ...change };
    const same = old.state === this.#status.state && old.fault === this.#status.fault;
    if (!same) this.events.emit('status', this.#status);
  }
}

function noEvents(host: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('CAMERA_EVENTS', { host, fault: 'not-found', why }, { cause });
}

/** ONVIF Core §5.8.2.3: the operation is optional, and not there. */
function isNotSupported(error: unknown): boolean {
  return (
    isLiuhenError(error, 'ONVIF_FAULT') &&
    /\b(?:ActionNotSupported|OptionalActionNotImplemented|UnknownAction)\b/.test(
      String(error.details['subcode']),
    )
  );
}

function faultOf(error: unknown): StreamFault {
  const name = isLiuhenError(error) ? String(error.details['fault']) : '';
  return faults.has(name) ? (name as StreamFault) : 'bad-reply';
}

function short({ topic, operation, source, data }: OnvifEvent): CameraHint {
  return {
    topic: oneLine(topic),
    operation: oneLine(operation),
    source: record(source),
    data: record(data),
  };
}

function record(items: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...items].map(([name, value]) => [oneLine(name), oneLine(value)]));
}

/** What a camera sends goes into logs and the ledger: one short line, whatever it is. */
function oneLine(text: string): string {
  return text
    .slice(0, 4 * maxHintChars)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, maxHintChars)
    .trim();
}
