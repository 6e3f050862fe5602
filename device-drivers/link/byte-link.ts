// A duplex of bytes to a device: a serial port or TCP. The one door to serialport. What the bytes mean, and the error
// that a failed attempt becomes, is each driver's; trying again is the supervisor's.
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import { monotonicTime, sleep } from '../../config/clock.ts';

export type LinkAddress =
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface LinkOptions {
  /** Serial only. */
  readonly baudRate: number;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** `serial:/dev/ttyUSB0` or `tcp://host:port`; null for anything else. */
export function readLinkAddress(address: string): LinkAddress | null {
  const serial = /^serial:(\/.{1,255})$/.exec(address)?.[1];
  if (serial !== undefined) return { kind: 'serial', path: serial };
  const [, host, port] = /^tcp:\/\/([\w.-]{1,253}|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(address) ?? [];
  if (host === undefined || port === undefined || Number(port) < 1 || Number(port) > 65_535) return null;
  return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Milliseconds until a serial port that is still locked is tried again: whoever let go of it a moment ago closes it late. */
export const lockedPortWaitMs = 50;

/** One attempt. Rejects with what the system says, or for `withinMs` and `signal`; nothing is left open then. */
export async function openByteLink(address: LinkAddress, options: LinkOptions): Promise<Duplex> {
  const deadlineMs = monotonicTime() + options.withinMs;
  for (;;) {
    const leftMs = deadlineMs - monotonicTime();
    try {
      return await tryLink(address, { ...options, withinMs: Math.max(1, Math.round(leftMs)) });
    } catch (error) {
      if (!/cannot lock port/i.test((error as Error).message) || leftMs < lockedPortWaitMs) throw error;
      await sleep(lockedPortWaitMs, options.signal);
    }
  }
}

function tryLink(address: LinkAddress, { baudRate, withinMs, signal }: LinkOptions): Promise<Duplex> {
  const stream =
    address.kind === 'tcp'
      ? connect({ host: address.host, port: address.port, noDelay: true })
      : new ClosingSerialPort({ path: address.path, baudRate });
  const opened = address.kind === 'tcp' ? 'connect' : 'open';
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      stream.removeListener('error', settle);
      stream.removeListener(opened, succeed);
      if (error === undefined) {
        resolve(stream);
        return;
      }
      // A late error of a stream that nobody wants any more must not end the process.
      stream.on('error', () => undefined);
      stream.destroy();
      reject(error);
    };
    const succeed = (): void => settle();
    const abort = (): void => settle(new Error('closed'));
    const timer = setTimeout(() => settle(new Error(`no connection within ${withinMs} ms`)), withinMs);
    signal.addEventListener('abort', abort, { once: true });
    stream.once('error', settle);
    stream.once(opened, succeed);
    if (signal.aborted) abort();
  });
}

/**
 * serialport 13 has no _destroy: a port that is destroyed as any stream is stays open, and locked, until the process
 * ends. Here it is closed, also when it is only just being opened. 'close' may come twice.
 */
class ClosingSerialPort extends SerialPort {
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.isOpen) {
      this.close(() => done(error));
      return;
    }
    if (this.opening) this.once('open', () => this.close());
    done(error);
  }
}
