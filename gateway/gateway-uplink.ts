// Holds the broker and the uplink of a gateway: connects them, tries again, ends them, one after the other. What is
// sent, and when, is gateway.ts's and the uplink's own.
import { monotonicTime } from '../config/clock.ts';
import type { Log } from '../config/log.ts';
import type { Closable, UplinkPort } from './gateway-ports.ts';
import { Turns } from './sessions/turns.ts';

/** Milliseconds until a broker that cannot be started, or settings that it refuses, are tried again. */
export const uplinkRetryMs = 10_000;

export interface UplinkKeeperOptions {
  readonly startBroker: () => Promise<Closable | null>;
  readonly openUplink: () => Promise<UplinkPort>;
  readonly log: Log;
}

export class UplinkKeeper {
  readonly #options: UplinkKeeperOptions;
  readonly #turns = new Turns();
  #broker: Closable | null = null;
  #port: UplinkPort | null = null;
  #triedMs = Number.NEGATIVE_INFINITY;

  constructor(options: UplinkKeeperOptions) {
    this.#options = options;
  }

  /** Null while there is none. */
  get port(): UplinkPort | null {
    return this.#port;
  }

  /** A port that is taken or a file that is missing must not keep a room from recording: it never rejects. */
  connect(): Promise<void> {
    return this.#turns.inTurn(() => this.#connect());
  }

  /** Tries again when there is none and `uplinkRetryMs` are over. */
  async retry(): Promise<void> {
    if (this.#port === null && monotonicTime() - this.#triedMs >= uplinkRetryMs) await this.connect();
  }

  /** Ends both; `connect` begins anew. */
  close(): Promise<void> {
    return this.#turns.inTurn(async () => {
      const [port, broker] = [this.#port, this.#broker];
      this.#port = null;
      this.#broker = null;
      await port?.close();
      await broker?.close();
    });
  }

  async #connect(): Promise<void> {
    // Whoever asked before us has connected it: two at once would take the broker from each other without end.
    if (this.#port !== null) return;
    const { startBroker, openUplink, log } = this.#options;
    this.#triedMs = monotonicTime();
    try {
      this.#broker ??= await startBroker();
      this.#port = await openUplink();
    } catch (error) {
      log.error('headquarters cannot be connected; it is tried again', { error: error as Error });
    }
  }
}
