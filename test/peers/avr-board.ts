// An emulated Arduino Uno (ATmega328P with timers, USART, ports and converter) whose serial line is a TCP port, as a
// board on a serial server. It runs machine code as it comes; what is on the pins is panel-bench.ts's.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  adcConfig,
  AVRADC,
  avrInstruction,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  CPU,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
} from 'avr8js';
import { monotonicTime } from '../../config/clock.ts';

/** An Uno's crystal. */
const cyclesPerMs = 16_000;
/** Milliseconds of the board's time that are run in one go at most: a machine that is busy has a slower board, and the driver its turn. */
const sliceMs = 2;
/** Bytes on their way to the board at most: an hour of what the driver says. */
const maxWaitingBytes = 64 * 1024;
const flashBytes = 32 * 1024;
const volts = 5;

export interface AvrBoard {
  readonly address: string;
  /** As the sketch drives it; false while the pin is an input. */
  output(pin: number): boolean;
  /** A level from outside, on digital pins. */
  input(pin: number, high: boolean): void;
  /** 0 to 1023. */
  analog(channel: number, raw: number): void;
  /** The line is reset, and none is taken. */
  unplug(this: void): void;
  /** The board boots, and its line is taken again at the same port. */
  plug(this: void): Promise<void>;
  close(this: void): Promise<void>;
}

/**
 * Boots `program` (flash from address 0) and listens on 127.0.0.1. Each connection resets it, as DTR does. `wires` lead
 * from an output pin to an input pin.
 */
export async function openAvrBoard(
  program: Uint8Array,
  wires: readonly (readonly [number, number])[] = [],
): Promise<AvrBoard> {
  const levels = new Map<number, boolean>();
  const volt = new Map<number, number>();
  let chip = boot();
  let socket: Socket | null = null;
  let waiting: number[] = [];
  let server: Server | null = null;
  let port = 0;
  let atMs = monotonicTime();
  const step = setInterval(() => {
    const now = monotonicTime();
    const until = chip.cpu.cycles + Math.min(now - atMs, sliceMs) * cyclesPerMs;
    atMs = now;
    while (chip.cpu.cycles < until) {
      avrInstruction(chip.cpu);
      chip.cpu.tick();
      if (waiting.length > 0 && chip.usart.rxEnable && chip.usart.writeByte(waiting[0] ?? 0) === true)
        waiting.shift();
    }
    for (const [from, to] of wires) {
      const driven = wire(chip.ports, from).pinState(bitOf(from));
      wire(chip.ports, to).setPin(bitOf(to), driven === PinState.High);
    }
  }, 1);

  function boot() {
    const flash = new Uint16Array(flashBytes / 2);
    new Uint8Array(flash.buffer).set(program);
    const cpu = new CPU(flash);
    const timers = [timer0Config, timer1Config, timer2Config].map((config) => new AVRTimer(cpu, config));
    const ports = {
      b: new AVRIOPort(cpu, portBConfig),
      c: new AVRIOPort(cpu, portCConfig),
      d: new AVRIOPort(cpu, portDConfig),
    };
    const adc = new AVRADC(cpu, adcConfig);
    const usart = new AVRUSART(cpu, usart0Config, cyclesPerMs * 1000);
    usart.onByteTransmit = (byte) => void socket?.write(Uint8Array.of(byte));
    const made = { cpu, timers, ports, adc, usart };
    for (const [pin, high] of levels) wire(made.ports, pin).setPin(bitOf(pin), high);
    for (const [channel, value] of volt) adc.channelValues[channel] = value;
    return made;
  }

  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const listening = createServer({ noDelay: true }, (line) => {
        socket?.destroy();
        socket = line;
        waiting = [];
        chip = boot();
        line.on('error', () => undefined);
        line.once('close', () => {
          if (socket === line) socket = null;
        });
        line.on('data', (bytes: Buffer) => {
          if (waiting.length + bytes.length > maxWaitingBytes) line.destroy();
          else waiting.push(...bytes);
        });
      });
      server = listening;
      listening.once('error', reject);
      listening.listen(port, '127.0.0.1', () => {
        port = (listening.address() as AddressInfo).port;
        resolve();
      });
    });
  const unplug = (): void => {
    server?.close();
    server = null;
    socket?.resetAndDestroy();
    socket = null;
  };
  await listen();
  return {
    get address() {
      return `tcp://127.0.0.1:${port}`;
    },
    output: (pin) => wire(chip.ports, pin).pinState(bitOf(pin)) === PinState.High,
    input: (pin, high) => {
      levels.set(pin, high);
      wire(chip.ports, pin).setPin(bitOf(pin), high);
    },
    analog: (channel, raw) => {
      volt.set(channel, (raw * volts) / 1024);
      chip.adc.channelValues[channel] = (raw * volts) / 1024;
    },
    unplug,
    plug: async () => {
      chip = boot();
      await listen();
    },
    close: async () => {
      clearInterval(step);
      const closing = server;
      unplug();
      if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
  };
}

/** variants/standard/pins_arduino.h: D0 to D7 are port D, D8 to D13 port B, A0 to A5 (14 to 19) port C. */
function wire(ports: { b: AVRIOPort; c: AVRIOPort; d: AVRIOPort }, pin: number): AVRIOPort {
  if (pin < 8) return ports.d;
  return pin < 14 ? ports.b : ports.c;
}

function bitOf(pin: number): number {
  if (pin < 8) return pin;
  return pin < 14 ? pin - 8 : pin - 14;
}
