// Keeps one recorder alive: adopts one that still answers on its socket, otherwise starts one, and starts it
// again when it dies. It is a process of its own group, so that neither Ctrl-C nor our death ends it (P8).
import { spawn } from 'node:child_process';
import { monotonicTime, sleep } from '../../config/clock.ts';
import type { Log } from '../../config/log.ts';
import { recorderProtocol, type RecorderStatus } from '../recording/recorder-protocol.ts';
import { connectChannel, type ChannelClient } from '../link/local-channel.ts';
import { backOffMs, recorderBackOff, type BackOffLimits } from './back-off.ts';

/** A recorder that has not opened its socket by then is ended and started again. */
export const recorderStartMs = 10_000;
/** Sealing nothing, it has only to end its parts. */
export const recorderQuitMs = 5000;
export const recorderAnswerMs = 3000;
const connectEveryMs = 50;

export interface RecorderChild {
  /** True when it answers `status` in time. */
  answers(): Promise<boolean>;
  /** Asks it to quit; SIGKILL when it does not. Resolves when it is gone. */
  quit(): Promise<void>;
  readonly pid: number | undefined;
}

export interface RecorderChildOptions {
  /** Program and arguments after `node`. */
  readonly command: readonly string[];
  readonly socket: string;
  readonly log: Log;
  readonly limits?: BackOffLimits;
}

/** Begins at once and goes on until `quit`. */
export function keepRecorder({
  command,
  socket,
  log,
  limits = recorderBackOff,
}: RecorderChildOptions): RecorderChild {
  let client: ChannelClient | undefined;
  let pid: number | undefined;
  const stopping = new AbortController();
  const running = keep();

  async function keep(): Promise<void> {
    let deaths = 0;
    client = await connect(socket);
    if (client) {
      pid = await pidOf(client);
      log.info('adopted the recorder that is running', { pid });
    }
    while (!stopping.signal.aborted) {
      const since = monotonicTime();
      if (client) await client.closed;
      else await runOnce();
      client = undefined;
      pid = undefined;
      if (stopping.signal.aborted) return;
      deaths = monotonicTime() - since > limits.healthyMs ? 1 : deaths + 1;
      const afterMs = backOffMs(deaths, limits);
      log.error('the recorder is gone; it is started again', { afterMs });
      await sleep(afterMs, stopping.signal);
      // Another one may hold the folder by now; it is the one to use.
      if (!stopping.signal.aborted) client = await connect(socket);
    }
  }

  /** Starts a recorder and stays until it has ended. */
  async function runOnce(): Promise<void> {
    const child = spawn(process.execPath, [...command], {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    const gone = new AbortController();
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        log.error('the recorder cannot be started', { error });
        resolve();
      });
      child.once('exit', (code, signal) => {
        log[stopping.signal.aborted ? 'info' : 'warn']('the recorder ended', { code, signal });
        resolve();
      });
    }).then(() => gone.abort());
    pid = child.pid;
    // Connected again when the connection is cut: the process is what counts, and it alone is waited for.
    while (!gone.signal.aborted) {
      const deadline = monotonicTime() + recorderStartMs;
      client = await connect(socket);
      while (!gone.signal.aborted && client === undefined && monotonicTime() < deadline) {
        await sleep(connectEveryMs, gone.signal);
        client = await connect(socket);
      }
      if (gone.signal.aborted) break;
      if (client === undefined) {
        log.error('the recorder did not open its socket in time', { socket, afterMs: recorderStartMs });
        child.kill('SIGKILL');
        break;
      }
      log.info('the recorder is running', { pid });
      await Promise.race([client.closed, ended]);
      if (!gone.signal.aborted) await sleep(connectEveryMs, gone.signal);
    }
    await ended;
    client?.close();
  }

  return {
    get pid() {
      return pid;
    },
    answers: async () => {
      if (!client) return false;
      return client.ask('status', null, recorderAnswerMs).then(
        () => true,
        () => false, // no answer is the answer
      );
    },
    quit: async () => {
      stopping.abort();
      const asked = client;
      const victim = pid;
      if (asked) {
        await asked.ask('quit', null, recorderQuitMs).catch((error: unknown) => {
          // It may close the socket before its answer is read; the wait below tells whether it is gone.
          log.debug('the recorder did not answer quit', { error });
        });
        await Promise.race([asked.closed, sleep(recorderQuitMs)]);
      }
      if (victim !== undefined && isAlive(victim)) {
        const deadline = monotonicTime() + recorderQuitMs;
        while (isAlive(victim) && monotonicTime() < deadline) await sleep(connectEveryMs);
        if (isAlive(victim)) {
          log.error('the recorder did not quit; it is ended by force', { pid: victim });
          process.kill(victim, 'SIGKILL');
        }
      }
      asked?.close();
      await running;
    },
  };
}

async function connect(socket: string): Promise<ChannelClient | undefined> {
  try {
    return await connectChannel(socket, recorderProtocol);
  } catch {
    return undefined; // nobody listens (yet): the caller decides what that means
  }
}

async function pidOf(client: ChannelClient): Promise<number | undefined> {
  try {
    return ((await client.ask('status', null, recorderAnswerMs)) as RecorderStatus).pid;
  } catch {
    return undefined; // it will be found out by the next `answers`
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone
  }
}
