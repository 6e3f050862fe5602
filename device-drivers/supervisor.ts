// Keeps one stream open: an honest attempt, then another after a wait that fits the fault, without end.
import { monotonicTime, sleep } from '../config/clock.ts';
import { isLiuhenError } from '../config/errors.ts';
import type { MediaStream, StreamEnd, StreamFault } from './camera/media-stream.ts';

export type RetryWaits = Readonly<Record<StreamFault, { readonly first: number; readonly longest: number }>>;
/** Waits in milliseconds: the first, and the longest; each failure doubles the wait. */
export const retryWaits: RetryWaits = {
  // A refused connection costs nobody anything, and a camera that was unplugged is back at any moment.
  unreachable: { first: 250, longest: 1_000 },
  closed: { first: 300, longest: 5_000 },
  stalled: { first: 300, longest: 5_000 },
  'no-reply': { first: 1_000, longest: 10_000 },
  'bad-reply': { first: 1_000, longest: 15_000 },
  // One client only, or out of resources: asking more often makes it worse.
  busy: { first: 10_000, longest: 30_000 },
  // Cameras lock accounts after some wrong tries: one a minute never adds up to a lock-out storm.
  'wrong-password': { first: 60_000, longest: 60_000 },
  forbidden: { first: 60_000, longest: 60_000 },
  'not-found': { first: 10_000, longest: 30_000 },
  'no-video': { first: 10_000, longest: 30_000 },
};
/** A stream that lasted this long had recovered: the waits begin anew. */
export const recoveredAfterMs = 10_000;

/** What is kept open, as far as that needs: a MediaStream, or anything else that opens, ends and is closed. */
export interface Attempt extends Pick<MediaStream, 'close' | 'ended'> {
  open(): Promise<unknown>;
}

export interface SupervisionOptions {
  attempt(): Attempt;
  onOpen(): void;
  onWait(end: StreamEnd, delayMs: number): void;
  /** 0 to 1; chosen at random outside tests. */
  readonly jitter?: () => number;
  /** Default retryWaits and recoveredAfterMs. */
  readonly waits?: RetryWaits;
  readonly recoveredAfterMs?: number;
}

export interface Supervision {
  /** Ends the stream and tries no more. Safe twice. */
  close(): Promise<void>;
}

export function superviseStream(options: SupervisionOptions): Supervision {
  const ending = new AbortController();
  const jitter = options.jitter ?? Math.random;
  const recoveredMs = options.recoveredAfterMs ?? recoveredAfterMs;
  const table = options.waits ?? retryWaits;
  let stream: Attempt | null = null;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      let openedMs: number | null = null;
      let end: StreamEnd;
      try {
        stream = options.attempt();
        await stream.open();
        openedMs = monotonicTime();
        options.onOpen();
        end = await stream.ended;
      } catch (error) {
        end = { fault: faultOf(error), error: error instanceof Error ? error : new Error(String(error)) };
        await stream?.close();
      }
      if (ending.signal.aborted) break;
      if (openedMs !== null && monotonicTime() - openedMs > recoveredMs) failures = 0;
      const waits = table[end.fault === 'asked' ? 'closed' : end.fault];
      const delayMs = Math.round(
        Math.min(waits.longest, waits.first * 2 ** failures) * (0.8 + 0.4 * jitter()),
      );
      failures = Math.min(failures + 1, 10);
      options.onWait(end, delayMs);
      await sleep(delayMs, ending.signal);
    }
  };
  const running = run();
  return {
    close: async () => {
      ending.abort();
      await stream?.close();
      await running;
    },
  };
}

function faultOf(error: unknown): StreamFault {
  const fault = isLiuhenError(error) ? error.details['fault'] : undefined;
  return typeof fault === 'string' && fault in retryWaits ? (fault as StreamFault) : 'unreachable';
}
