// Says READY, WATCHDOG and STOPPING to systemd, through the program `systemd-notify` (sd_notify(3)), because
// Node cannot send on a datagram Unix socket. Does nothing where NOTIFY_SOCKET is not set.
import { execFile } from 'node:child_process';
import type { Environment } from '../../config/credentials.ts';
import type { Log } from '../../config/log.ts';

export const notifyTimeoutMs = 5000;

export interface Systemd {
  /** False where nobody listens. */
  readonly present: boolean;
  /** Half of WATCHDOG_USEC in ms (sd_watchdog_enabled(3)); null without a watchdog for this process. */
  readonly watchdogMs: number | null;
  /** Sends `READY=1`, `WATCHDOG=1`, `STOPPING=1` or the like. Never rejects: a failure is a warning. */
  notify(...states: string[]): Promise<void>;
}

/** What the environment says about systemd. */
export function connectSystemd(environment: Environment, log: Log): Systemd {
  const present = Boolean(environment['NOTIFY_SOCKET']);
  const usec = Number(environment['WATCHDOG_USEC'] ?? 0);
  const forUs = !environment['WATCHDOG_PID'] || Number(environment['WATCHDOG_PID']) === process.pid;
  return {
    present,
    watchdogMs: present && forUs && usec > 0 ? usec / 2000 : null,
    notify: (...states) =>
      new Promise((resolve) => {
        if (!present) {
          resolve();
          return;
        }
        const args = [`--pid=${process.pid}`, ...states];
        const options = { env: { ...environment }, timeout: notifyTimeoutMs };
        execFile('systemd-notify', args, options, (error) => {
          if (error) log.warn('systemd could not be told', { states: states.join(' '), error });
          resolve();
        });
      }),
  };
}
