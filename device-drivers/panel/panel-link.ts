// The bytes to a panel: over a serial port or TCP, as firmata-io wants a transport. Only whole, well-formed messages
// come through, so that a line full of noise costs no memory. One honest attempt; trying again is the supervisor's.
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { LiuhenError } from '../../config/errors.ts';
import { encodeFirmata, FirmataReader } from '../../protocols/firmata/message.ts';
import { openByteLink, readLinkAddress } from '../link/byte-link.ts';

/** StandardFirmata.ino: Firmata.begin(57600). */
export const panelBaudRate = 57_600;

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

/** Connects within `withinMs`. Throws PANEL_ADDRESS, PANEL_UNREACHABLE. */
export async function openPanelLink(
  address: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<PanelLink> {
  const parsed = readLinkAddress(address);
  if (parsed === null) throw new LiuhenError('PANEL_ADDRESS', { address });
  try {
    return new PanelLink(await openByteLink(parsed, { baudRate: panelBaudRate, withinMs, signal }));
  } catch (error) {
    throw new LiuhenError('PANEL_UNREACHABLE', { address, why: (error as Error).message }, { cause: error });
  }
}
