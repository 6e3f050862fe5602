// Firmata's messages as bytes and values, both ways (Firmata protocol 2.5, protocol.md). What a board does with them is
// the board's; the driver's side in production is firmata-io's.
import { LiuhenError } from '../../config/errors.ts';

/** Data bytes of one system exclusive message; StandardFirmata takes 64 (MAX_DATA_BYTES), and a capability response of a large board is about 700. */
export const maxSysexBytes = 1024;
/** Pins 0 to 127 (seven bits). */
export const maxPins = 128;

/** "Set pin mode", and what a capability response offers. */
export const pinModes = { input: 0, output: 1, analog: 2, pwm: 3, servo: 4, i2c: 6, pullup: 11 } as const;

const commands = {
  digital: 0x90,
  reportAnalog: 0xc0,
  reportDigital: 0xd0,
  analog: 0xe0,
  sysex: 0xf0,
  pinMode: 0xf4,
  digitalPin: 0xf5,
  endSysex: 0xf7,
  version: 0xf9,
  reset: 0xff,
} as const;
export const sysexCommands = {
  analogMappingQuery: 0x69,
  analogMapping: 0x6a,
  capabilityQuery: 0x6b,
  capability: 0x6c,
  pinStateQuery: 0x6d,
  pinState: 0x6e,
  extendedAnalog: 0x6f,
  string: 0x71,
  firmware: 0x79,
  samplingInterval: 0x7a,
} as const;

export type FirmataMessage =
  /** Eight pins of a port, one bit each. */
  | { readonly what: 'digital'; readonly port: number; readonly bits: number }
  /** 14 bits. */
  | { readonly what: 'analog'; readonly pin: number; readonly value: number }
  | { readonly what: 'report-analog'; readonly pin: number; readonly on: boolean }
  | { readonly what: 'report-digital'; readonly port: number; readonly on: boolean }
  | { readonly what: 'pin-mode'; readonly pin: number; readonly mode: number }
  | { readonly what: 'digital-pin'; readonly pin: number; readonly high: boolean }
  | { readonly what: 'version-query' }
  | { readonly what: 'version'; readonly major: number; readonly minor: number }
  | { readonly what: 'reset' }
  /** `data` without the command byte; each byte has seven bits. */
  | { readonly what: 'sysex'; readonly command: number; readonly data: readonly number[] };

/** The bytes of a message. Throws FIRMATA_VALUE for what does not fit into its bits. */
export function encodeFirmata(message: FirmataMessage): Buffer {
  switch (message.what) {
    case 'digital':
      return Buffer.from([commands.digital | nibble(message.port), ...septets(message.bits)]);
    case 'analog':
      return Buffer.from([commands.analog | nibble(message.pin), ...septets(message.value)]);
    case 'report-analog':
      return Buffer.from([commands.reportAnalog | nibble(message.pin), message.on ? 1 : 0]);
    case 'report-digital':
      return Buffer.from([commands.reportDigital | nibble(message.port), message.on ? 1 : 0]);
    case 'pin-mode':
      return Buffer.from([commands.pinMode, septet(message.pin), septet(message.mode)]);
    case 'digital-pin':
      return Buffer.from([commands.digitalPin, septet(message.pin), message.high ? 1 : 0]);
    case 'version-query':
      return Buffer.from([commands.version]);
    case 'version':
      return Buffer.from([commands.version, septet(message.major), septet(message.minor)]);
    case 'reset':
      return Buffer.from([commands.reset]);
    case 'sysex':
      if (message.data.length > maxSysexBytes) throw tooLarge('sysex', message.data.length);
      return Buffer.from([
        commands.sysex,
        septet(message.command),
        ...message.data.map(septet),
        commands.endSysex,
      ]);
  }
}

/**
 * Takes bytes as they come and gives whole messages. `from` is who sends: a board tells its version, a host asks for
 * it, with the same byte. What makes no sense is passed over and counted, as boards do: the next command byte begins
 * anew, so a line that lost bytes recovers by itself.
 */
export class FirmataReader {
  readonly #from: 'host' | 'board';
  #command = 0;
  #data: number[] = [];
  #skipped = 0;

  constructor(from: 'host' | 'board') {
    this.#from = from;
  }

  /** Bytes that belonged to no message. */
  get skipped(): number {
    return this.#skipped;
  }

  push(bytes: Uint8Array): readonly FirmataMessage[] {
    const messages: FirmataMessage[] = [];
    for (const byte of bytes) {
      const message = this.#take(byte);
      if (message) messages.push(message);
    }
    return messages;
  }

  #take(byte: number): FirmataMessage | null {
    if (byte === commands.endSysex && this.#command === commands.sysex) {
      const [command, ...data] = this.#data;
      this.#forget();
      return command === undefined ? null : { what: 'sysex', command, data };
    }
    if (byte >= 0x80) {
      this.#skipped += this.#command === 0 ? 0 : 1 + this.#data.length;
      this.#forget();
      if (byte === commands.reset) return { what: 'reset' };
      if (byte === commands.version && this.#from === 'host') return { what: 'version-query' };
      if (dataLength(byte) === 0) this.#skipped += 1;
      else this.#command = byte;
      return null;
    }
    if (this.#command === 0) {
      this.#skipped += 1;
      return null;
    }
    this.#data.push(byte);
    if (this.#command === commands.sysex) {
      if (this.#data.length > maxSysexBytes + 1) {
        this.#skipped += 1 + this.#data.length;
        this.#forget();
      }
      return null;
    }
    if (this.#data.length < dataLength(this.#command)) return null;
    const message = decode(this.#command, this.#data);
    this.#forget();
    return message;
  }

  #forget(): void {
    this.#command = 0;
    this.#data = [];
  }
}

/** Seven bits each, least significant first: how values of 14 bits, and text, travel. */
export function septets(value: number): [number, number] {
  if (!Number.isInteger(value) || value < 0 || value > 0x3fff) throw tooLarge('value', value);
  return [value & 0x7f, value >> 7];
}

/** The data of a sysex text: two septets a character code unit (Firmata, STRING_DATA). */
export function textData(text: string): number[] {
  return Array.from(Buffer.from(text, 'latin1')).flatMap((byte) => septets(byte));
}

/** The text of such data; what is left over at the end is dropped. */
export function readTextData(data: readonly number[]): string {
  const bytes: number[] = [];
  for (let at = 0; at + 1 < data.length; at += 2)
    bytes.push(((data[at] ?? 0) | ((data[at + 1] ?? 0) << 7)) & 0xff);
  return Buffer.from(bytes).toString('latin1');
}

/** How many data bytes follow a command; 0 for what is none, and for sysex, which ends itself, any number. */
function dataLength(command: number): number {
  switch (command & 0xf0) {
    case commands.digital:
    case commands.analog:
      return 2;
    case commands.reportAnalog:
    case commands.reportDigital:
      return 1;
    default:
      break;
  }
  switch (command) {
    case commands.pinMode:
    case commands.digitalPin:
    case commands.version:
      return 2;
    case commands.sysex:
      return Number.POSITIVE_INFINITY;
    default:
      return 0;
  }
}

function decode(command: number, [first = 0, second = 0]: readonly number[]): FirmataMessage {
  const low = command & 0x0f;
  switch (command & 0xf0) {
    case commands.digital:
      return { what: 'digital', port: low, bits: (first | (second << 7)) & 0xff };
    case commands.analog:
      return { what: 'analog', pin: low, value: first | (second << 7) };
    case commands.reportAnalog:
      return { what: 'report-analog', pin: low, on: first !== 0 };
    case commands.reportDigital:
      return { what: 'report-digital', port: low, on: first !== 0 };
    default:
      break;
  }
  if (command === commands.pinMode) return { what: 'pin-mode', pin: first, mode: second };
  if (command === commands.digitalPin) return { what: 'digital-pin', pin: first, high: second !== 0 };
  return { what: 'version', major: first, minor: second };
}

function nibble(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 15) throw tooLarge('port or pin', value);
  return value;
}

function septet(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0x7f) throw tooLarge('value', value);
  return value;
}

function tooLarge(what: string, value: number): LiuhenError {
  return new LiuhenError('FIRMATA_VALUE', { what, value });
}
