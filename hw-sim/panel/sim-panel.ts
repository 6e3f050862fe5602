// A simulated panel: an Arduino with StandardFirmata on a TCP port, with a button, a door contact, a lamp, a buzzer
// and sensors of temperature and humidity on its pins. It fakes the wire and nothing above: the real driver talks to it.
import type { Socket } from 'node:net';
import { monotonicTime, type MonoMs } from '../../config/clock.ts';
import {
  encodeFirmata,
  FirmataReader,
  septets,
  sysexCommands,
  textData,
  pinModes,
  type FirmataMessage,
} from '../../protocols/firmata/message.ts';
import { Ring } from '../camera/behaviour.ts';
import { TcpPlug } from '../tcp-plug.ts';

/** Where the parts are wired; the same as config/site.example.yaml's panel. */
export const panelPins = { button: 2, door: 3, lamp: 13, buzzer: 8, temperature: 14, humidity: 15 } as const;
/** An Arduino Uno: digital pins 0 to 13, then A0 to A5. */
const pinCount = 20;
const firstAnalogPin = 14;
/** A TMP36 at 22.5 °C, and a HIH-4030 at 45 %. */
export const usualTemperature = 148;
export const usualHumidity = 449;
/** Output changes that are remembered. */
export const maxRemembered = 1000;

export interface PinChange {
  readonly pin: number;
  readonly high: boolean;
  readonly monoMs: MonoMs;
}

export interface SimPanel {
  readonly port: number;
  /** `tcp://127.0.0.1:port`. */
  readonly address: string;
  /** Presses and holds the button, until `release`. */
  press(): void;
  release(): void;
  door(open: boolean): void;
  /** Volts at the sensor, 0 to 1023 as the board's converter gives them. */
  temperature(raw: number): void;
  humidity(raw: number): void;
  readonly lamp: boolean;
  readonly buzzer: boolean;
  /** How often the lamp has changed since the board was made. */
  readonly lampChanges: number;
  readonly inputs: { readonly buttonDown: boolean; readonly doorOpen: boolean };
  /** Changes of outputs, oldest first. */
  readonly changes: readonly PinChange[];
  /** Messages that came from the host. */
  readonly received: readonly FirmataMessage[];
  readonly clients: number;
  /** Cuts the cable: the connection is reset and none is taken. */
  unplug(): void;
  /** Plugs it in again: a board that has just booted, with its outputs off. Nothing happens when it is plugged in. */
  plug(): Promise<void>;
  /** Bytes on the line that belong to nothing. */
  junk(bytes: Uint8Array): void;
  /** Takes what comes and says nothing more, as a board that hangs. */
  hang(): void;
  close(): Promise<void>;
}

/** Listens on `host` (default 127.0.0.1) and `port` (default any). Rejects when the port is taken. */
export async function createSimPanel({ host = '127.0.0.1', port = 0 } = {}): Promise<SimPanel> {
  const board = new Board();
  const cable = new TcpPlug(host, port, (socket) => board.attach(socket));
  await cable.plug();
  return {
    get port() {
      return cable.port;
    },
    get address() {
      return cable.address;
    },
    press: () => board.setInput(panelPins.button, false),
    release: () => board.setInput(panelPins.button, true),
    door: (open) => board.setInput(panelPins.door, open),
    temperature: (raw) => board.setAnalog(panelPins.temperature, raw),
    humidity: (raw) => board.setAnalog(panelPins.humidity, raw),
    get lamp() {
      return board.output(panelPins.lamp);
    },
    get buzzer() {
      return board.output(panelPins.buzzer);
    },
    get lampChanges() {
      return board.changesOf(panelPins.lamp);
    },
    get inputs() {
      return { buttonDown: !board.input(panelPins.button), doorOpen: board.input(panelPins.door) };
    },
    get changes() {
      return board.changes.list();
    },
    get received() {
      return board.received.list();
    },
    get clients() {
      return cable.sockets.size;
    },
    unplug: () => cable.unplug(),
    plug: async () => {
      if (cable.plugged) return;
      board.reboot();
      await cable.plug();
    },
    junk: (bytes) => {
      for (const socket of cable.sockets) socket.write(bytes);
    },
    hang: () => board.hang(),
    close: () => cable.close(),
  };
}

/** What the firmware does with messages (StandardFirmata.ino of Firmata 2.5). */
class Board {
  readonly changes = new Ring<PinChange>(maxRemembered);
  readonly received = new Ring<FirmataMessage>(maxRemembered);
  /** Levels from outside; a pull-up holds what is not pressed high. */
  readonly #inputs: boolean[] = perPin(true);
  readonly #analog: number[] = perPin(0);
  #outputs: boolean[] = perPin(false);
  readonly #changed: number[] = perPin(0);
  #modes: number[] = perPin(pinModes.input);
  #reported = new Set<number>();
  #reportedAnalog = new Set<number>();
  #hung = false;
  #send: (message: FirmataMessage) => void = () => undefined;

  constructor() {
    this.#analog[panelPins.temperature] = usualTemperature;
    this.#analog[panelPins.humidity] = usualHumidity;
  }

  attach(socket: Socket): void {
    const reader = new FirmataReader('host');
    this.#send = (message) => {
      if (!this.#hung) socket.write(encodeFirmata(message));
    };
    // The bootloader is left and the sketch begins: it tells its version of itself.
    this.#boot();
    this.#version();
    this.#firmware();
    socket.on('data', (bytes) => {
      for (const message of reader.push(bytes)) this.#take(message);
    });
  }

  setInput(pin: number, high: boolean): void {
    this.#inputs[pin] = high;
    this.#reportPort(pin >> 3);
  }

  setAnalog(pin: number, raw: number): void {
    this.#analog[pin] = raw;
    this.#reportAnalog(pin - firstAnalogPin);
  }

  output(pin: number): boolean {
    return this.#outputs[pin] ?? false;
  }

  input(pin: number): boolean {
    return this.#inputs[pin] ?? true;
  }

  changesOf(pin: number): number {
    return this.#changed[pin] ?? 0;
  }

  hang(): void {
    this.#hung = true;
  }

  reboot(): void {
    this.#hung = false;
    this.#boot();
  }

  #boot(): void {
    this.#outputs.forEach((high, pin) => {
      if (high) this.#write(pin, false);
    });
    this.#modes = perPin(pinModes.input);
    this.#reported = new Set();
    this.#reportedAnalog = new Set();
  }

  #take(message: FirmataMessage): void {
    this.received.push(message);
    switch (message.what) {
      case 'version-query':
        return this.#version();
      case 'reset':
        return this.#boot();
      case 'pin-mode':
        this.#modes[message.pin] = message.mode;
        return;
      case 'digital':
        for (let bit = 0; bit < 8; bit += 1) {
          const pin = message.port * 8 + bit;
          if (this.#modes[pin] === pinModes.output) this.#write(pin, ((message.bits >> bit) & 1) === 1);
        }
        return;
      case 'digital-pin':
        if (this.#modes[message.pin] === pinModes.output) this.#write(message.pin, message.high);
        return;
      case 'report-digital':
        if (message.on) this.#reported.add(message.port);
        else this.#reported.delete(message.port);
        // outputPort(port, value, forceSend = true): the first report is the state, no edge.
        return this.#reportPort(message.port);
      case 'report-analog':
        if (message.on) this.#reportedAnalog.add(message.pin);
        else this.#reportedAnalog.delete(message.pin);
        return this.#reportAnalog(message.pin);
      case 'sysex':
        return this.#sysex(message.command);
      default:
        return;
    }
  }

  #write(pin: number, high: boolean): void {
    if (this.#outputs[pin] === high) return;
    this.#outputs[pin] = high;
    this.#changed[pin] = this.changesOf(pin) + 1;
    this.changes.push({ pin, high, monoMs: monotonicTime() });
  }

  #sysex(command: number): void {
    if (command === sysexCommands.firmware) this.#firmware();
    if (command === sysexCommands.capabilityQuery) {
      const data = Array.from({ length: pinCount }, (_, pin) => {
        if (pin < 2) return [0x7f]; // the serial line itself
        const digital = [pinModes.input, 1, pinModes.pullup, 1, pinModes.output, 1];
        return pin < firstAnalogPin ? [...digital, 0x7f] : [...digital, pinModes.analog, 10, 0x7f];
      }).flat();
      this.#send({ what: 'sysex', command: sysexCommands.capability, data });
    }
    if (command === sysexCommands.analogMappingQuery) {
      const data = Array.from({ length: pinCount }, (_, pin) =>
        pin < firstAnalogPin ? 0x7f : pin - firstAnalogPin,
      );
      this.#send({ what: 'sysex', command: sysexCommands.analogMapping, data });
    }
  }

  #version(): void {
    this.#send({ what: 'version', major: 2, minor: 5 });
  }

  #firmware(): void {
    const data = [2, 5, ...textData('StandardFirmata.ino')];
    this.#send({ what: 'sysex', command: sysexCommands.firmware, data });
  }

  #reportPort(port: number): void {
    if (!this.#reported.has(port)) return;
    let bits = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const pin = port * 8 + bit;
      const mode = this.#modes[pin];
      const high =
        mode === pinModes.output ? this.#outputs[pin] : mode === pinModes.pullup && this.#inputs[pin];
      if (high) bits |= 1 << bit;
    }
    this.#send({ what: 'digital', port, bits });
  }

  #reportAnalog(channel: number): void {
    if (!this.#reportedAnalog.has(channel)) return;
    const raw = this.#analog[channel + firstAnalogPin] ?? 0;
    septets(raw);
    this.#send({ what: 'analog', pin: channel, value: raw });
  }
}

function perPin<T>(value: T): T[] {
  return Array.from({ length: pinCount }, () => value);
}
