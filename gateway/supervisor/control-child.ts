// Keeps the control process alive and talks to it over Node's IPC channel. Unlike the recorder it never
// outlives us: its end of the channel closes when we die, and it ends by itself (parent-link.ts).
import { spawn, type ChildProcess } from 'node:child_process';
import { monotonicTime, sleep } from '../../config/clock.ts';
import type { Log } from '../../config/log.ts';
import { backOffMs, controlBackOff, type BackOffLimits } from './back-off.ts';
import { isFromChild, type ToChild } from './child-messages.ts';

export const controlAnswerMs = 5000;
/** Closing the uplink and the ledger takes this long at most; then it is ended by force. */
export const controlStopMs = 20_000;

export interface ControlChild {
  /** True when its main loop answers a ping in time. */
  answers(): Promise<boolean>;
  reload(): void;
  /** Ends one that hangs, by force: it is started again, and the recorder goes on. */
  endByForce(): void;
  /** Asks it to seal and end; SIGKILL after `controlStopMs`. Resolves when it is gone. */
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ControlChildOptions {
  /** Program and arguments after `node`. */
  readonly command: readonly string[];
  readonly log: Log;
  /** Called each time a control process says that it is ready. */
  onReady(): void;
  readonly limits?: BackOffLimits;
  readonly stopMs?: number;
}

/** Begins at once and goes on until `stop`. */
export function keepControl(options: ControlChildOptions): ControlChild {
  const { log, limits = controlBackOff } = options;
  let child: ChildProcess | undefined;
  let nextPing = 1;
  const pings = new Map<number, () => void>();
  const stopping = new AbortController();
  const running = keep();

  async function keep(): Promise<void> {
    let deaths = 0;
    while (!stopping.signal.aborted) {
      const since = monotonicTime();
      await runOnce();
      if (stopping.signal.aborted) return;
      deaths = monotonicTime() - since > limits.healthyMs ? 1 : deaths + 1;
      const afterMs = backOffMs(deaths, limits);
      log.error('control is gone; it is started again, the recorder goes on', { afterMs });
      await sleep(afterMs, stopping.signal);
    }
  }

  async function runOnce(): Promise<void> {
    const started = spawn(process.execPath, [...options.command], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Its own group: Ctrl-C reaches us alone, and we end it in order.
      detached: true,
    });
    child = started;
    started.on('message', (message: unknown) => {
      if (!isFromChild(message)) log.warn('control sent a message that is not in the contract');
      else if (message.kind === 'ready') options.onReady();
      else {
        pings.get(message.n)?.();
        pings.delete(message.n);
      }
    });
    await new Promise<void>((resolve) => {
      started.once('error', (error) => {
        log.error('control cannot be started or told', { error });
        if (started.pid === undefined) resolve();
      });
      started.once('exit', (code, signal) => {
        log[stopping.signal.aborted ? 'info' : 'warn']('control ended', { code, signal });
        resolve();
      });
    });
    child = undefined;
  }

  function tell(message: ToChild): void {
    // A failed send means that it is ending; 'exit' says so and is acted upon.
    if (child?.connected) child.send(message, () => undefined);
  }

  return {
    get pid() {
      return child?.pid;
    },
    answers: () =>
      new Promise((resolve) => {
        const n = nextPing++;
        const timer = setTimeout(() => {
          pings.delete(n);
          resolve(false);
        }, controlAnswerMs);
        pings.set(n, () => {
          clearTimeout(timer);
          resolve(true);
        });
        tell({ kind: 'ping', n });
      }),
    reload: () => tell({ kind: 'reload' }),
    endByForce: () => {
      child?.kill('SIGKILL');
    },
    stop: async () => {
      stopping.abort();
      tell({ kind: 'stop' });
      const victim = child;
      const timer = setTimeout(() => {
        log.error('control did not end; it is ended by force', { pid: victim?.pid });
        victim?.kill('SIGKILL');
      }, options.stopMs ?? controlStopMs);
      await running;
      clearTimeout(timer);
    },
  };
}
