// The bytes to a panel: over a serial port or TCP, as firmata-io wants a transport. Only whole, well-formed messages
// come through, so that a line full of noise costs no memory. One honest attempt; trying again is the supervisor's.
import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import { LiuhenError } from '../../config/errors.ts';
import { encodeFirmata, FirmataReader } from '../../protocols/firmata/message.ts';

/** StandardFirmata.ino: Firmata.begin(57600). */
export const panelBaudRate = 57_600;

/** `serial:/dev/ttyACM0` or `tcp://host:port`. */
export type PanelAddress =
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Throws PANEL_ADDRESS. */
export function readPanelAddress(address: string): PanelAddress {
  const serial = /^serial:(\/.{1,255})$/.exec(address)?.[1];
  if (serial !== undefined) return { kind: 'serial', path: serial };
  const [, host, port] = /^tcp:\/\/([\w.-]{1,253}|\[[0-9a-f:]+\]):(\d{1,5})$/i.exec(address) ?? [];
  if (host === undefined || port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new LiuhenError('PANEL_ADDRESS', { address });
  return { kind: 'tcp', host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** What firmata-io asks of a transport. 'close' comes once, with what went wrong where something did. */
export class PanelLink extends EventEmitter<{ open: []; data: [Buffer]; close: [Error?]; error: [Error] }> {
  readonly #stream: Duplex;
  #closed = false;

  constructor(stream: Duplex) {
    super();
    this.#stream = stream;
    const reader = new FirmataReader('board');
    stream.on('data', (bytes: Buffer) => {
      for (const message of reader.push(bytes)) this.emit('data', encodeFirmata(message));
    });
    // Both may come, and 'close' twice from a serial port: whoever listens hears it once.
    stream.on('error', (error: Error) => this.#end(error));
    stream.on('close', () => this.#end());
  }

  write(bytes: Uint8Array, done?: () => void): void {
    if (!this.#closed) this.#stream.write(bytes, done);
  }

  /** Safe twice. */
  close(): void {
    this.#end();
  }

  #end(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    // A late error of a stream that is gone must not end the process.
    this.#stream.on('error', () => undefined);
    this.#stream.destroy();
    this.emit('close', error);
  }
}

/** Connects within `withinMs`. Throws PANEL_UNREACHABLE. */
export async function openPanelLink(
  address: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<PanelLink> {
  const parsed = readPanelAddress(address);
  const stream =
    parsed.kind === 'tcp'
      ? connect({ host: parsed.host, port: parsed.port, noDelay: true })
      : new SerialPort({ path: parsed.path, baudRate: panelBaudRate });
  const opened = parsed.kind === 'tcp' ? 'connect' : 'open';
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      stream.removeListener('error', settle);
      stream.removeListener(opened, settle);
      if (error === undefined) {
        resolve(new PanelLink(stream));
        return;
      }
      stream.on('error', () => undefined);
      stream.destroy();
      reject(new LiuhenError('PANEL_UNREACHABLE', { address, why: error.message }, { cause: error }));
    };
    const abort = (): void => settle(new Error('closed'));
    const timer = setTimeout(() => settle(new Error(`no connection within ${withinMs} ms`)), withinMs);
    signal.addEventListener('abort', abort, { once: true });
    stream.once('error', settle);
    stream.once(opened, () => settle());
    if (signal.aborted) abort();
  });
}
