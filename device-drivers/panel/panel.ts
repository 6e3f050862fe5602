// The panel of a room: a button, a door contact, a lamp, a buzzer and optionally sensors of temperature and humidity on
// an Arduino with StandardFirmata. Tells edges, sets outputs; what a press means and what a lamp shows is gateway/panel's.
import { EventEmitter } from 'node:events';
import FirmataIo from 'firmata-io';
import five from 'johnny-five';
import { LiuhenError } from '../../config/errors.ts';
import { Debounce } from './debounce.ts';
import { openPanelLink, type PanelLink } from './panel-link.ts';
import { celsiusOfTmp36, hih4030, relativeHumidity, type HumidityScale } from './sensors.ts';

/** Milliseconds until a board has told its version and its pins; an Uno takes up to three seconds to boot. */
export const panelOpenMs = 8000;
/** Milliseconds a contact has to keep its level before it is believed. */
export const debounceMs = 30;

/** Pins by number; a part that is not wired is absent. */
export interface PanelPins {
  readonly button: number;
  readonly lamp: number;
  readonly door?: number;
  readonly buzzer?: number;
  /** An analog pin (14 = A0) with a TMP36 (10 mV a degree, 0.5 V at zero). */
  readonly temperature?: number;
  /** An analog pin with a humidity sensor that is linear. */
  readonly humidity?: number;
}

export interface PanelOptions {
  /** `serial:/dev/ttyACM0` or `tcp://host:port`. */
  readonly address: string;
  readonly pins: PanelPins;
  /** Default: hih4030. */
  readonly humidityScale?: HumidityScale;
  /** Default panelOpenMs. */
  readonly openMs?: number;
}

export interface PanelEvents {
  /** Edges only: how the button stands when the panel is opened is no press. */
  button: [{ readonly down: boolean }];
  door: [{ readonly open: boolean }];
  /** Degrees Celsius, to a half, whenever it has changed. */
  temperature: [number];
  /** Percent relative humidity, whole, whenever it has changed. */
  humidity: [number];
  /** The panel is gone; once. */
  lost: [Error];
}

export interface PanelStatus {
  readonly connected: boolean;
  /** Name and version of the firmware; '' before it is open. */
  readonly firmware: string;
  /** Null until known. */
  readonly doorOpen: boolean | null;
  /** Null also where the sensor says what it cannot: a broken wire is no cold room. */
  readonly temperatureC: number | null;
  readonly humidityPct: number | null;
}

const nothingKnown = { doorOpen: null, temperatureC: null, humidityPct: null } as const;

export class Panel {
  readonly events = new EventEmitter<PanelEvents>();
  readonly #options: PanelOptions;
  #ending = new AbortController();
  #link: PanelLink | null = null;
  #board: five.Board | null = null;
  #contacts: Debounce[] = [];
  #status: PanelStatus = { connected: false, firmware: '', ...nothingKnown };

  constructor(options: PanelOptions) {
    this.#options = options;
  }

  get status(): PanelStatus {
    return this.#status;
  }

  /** One attempt. Throws PANEL_ADDRESS, or PANEL_UNREACHABLE, also for a pin that the board has not. */
  async open(): Promise<void> {
    const { address, openMs = panelOpenMs } = this.#options;
    this.close();
    const ending = new AbortController();
    this.#ending = ending;
    const link = await openPanelLink(address, openMs, ending.signal);
    this.#link = link;
    try {
      await this.#greet(link, openMs, ending.signal);
    } catch (error) {
      this.close();
      throw new LiuhenError(
        'PANEL_UNREACHABLE',
        { address, why: (error as Error).message },
        { cause: error },
      );
    }
  }

  /** Lets go of the line. The outputs stay as they are: a board does not know that nobody listens. Safe twice. */
  close(): void {
    this.#ending.abort();
    for (const contact of this.#contacts) contact.close();
    this.#contacts = [];
    const link = this.#link;
    this.#link = null;
    link?.removeAllListeners('close');
    link?.close();
    // johnny-five keeps every board for ever; a cable that is loose would fill the memory.
    const cached = five.Board.cache.findIndex((board) => board === this.#board);
    if (cached >= 0) five.Board.cache.splice(cached, 1);
    this.#board = null;
    this.#status = { ...this.#status, connected: false };
  }

  lamp(on: boolean): void {
    this.#write(this.#options.pins.lamp, on);
  }

  buzzer(on: boolean): void {
    this.#write(this.#options.pins.buzzer, on);
  }

  async #greet(link: PanelLink, withinMs: number, signal: AbortSignal): Promise<void> {
    const io = new FirmataIo.Firmata(link, { reportVersionTimeout: Math.min(1000, withinMs / 4) });
    // Its own errors come from the link, which tells them itself.
    io.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        clearTimeout(io.reportVersionTimeoutId);
        reject(new Error(why));
      };
      const timer = setTimeout(() => fail(`no StandardFirmata within ${withinMs} ms`), withinMs);
      signal.addEventListener('abort', () => fail('closed'), { once: true });
      link.once('close', (error) => fail(error?.message ?? 'the line was closed'));
      io.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
      link.emit('open');
    });
    const { name = '', version } = io.firmware;
    const firmware = `${name} ${version ? `${version.major}.${version.minor}` : ''}`.trim();
    link.removeAllListeners('close');
    link.once('close', (error) => this.#lost(error));
    // Only now: johnny-five's own time-out would stay behind where a board never becomes ready.
    const board = new five.Board({ io, repl: false, debug: false, sigint: false });
    this.#board = board;
    this.#status = { connected: true, firmware, ...nothingKnown };
    this.#wire(board);
  }

  #wire(board: five.Board): void {
    const { button, door, lamp, buzzer, temperature, humidity } = this.#options.pins;
    for (const [part, pin] of Object.entries(this.#options.pins))
      if ((board.io.pins[pin as number]?.supportedModes.length ?? 0) === 0)
        throw new Error(`the board has no pin ${pin as number} for the ${part}`);
    // A pull-up holds an open contact high.
    this.#contact(board, button, (high, first) => {
      if (!first) this.events.emit('button', { down: !high });
    });
    if (door !== undefined)
      this.#contact(board, door, (high) => {
        this.#status = { ...this.#status, doorOpen: high };
        this.events.emit('door', { open: high });
      });
    for (const pin of [lamp, buzzer]) if (pin !== undefined) board.io.pinMode(pin, board.io.MODES.OUTPUT);
    this.#sensor(board, 'temperature', temperature, (raw) => {
      const temperatureC = celsiusOfTmp36(raw);
      if (temperatureC === this.#status.temperatureC) return;
      this.#status = { ...this.#status, temperatureC };
      if (temperatureC !== null) this.events.emit('temperature', temperatureC);
    });
    const scale = this.#options.humidityScale ?? hih4030;
    this.#sensor(board, 'humidity', humidity, (raw) => {
      const humidityPct = relativeHumidity(raw, scale);
      if (humidityPct === this.#status.humidityPct) return;
      this.#status = { ...this.#status, humidityPct };
      if (humidityPct !== null) this.events.emit('humidity', humidityPct);
    });
  }

  #sensor(board: five.Board, part: string, pin: number | undefined, told: (raw: number) => void): void {
    if (pin === undefined) return;
    // firmata-io counts analog pins by their channel, which each kind of board maps its own way.
    const channel = board.io.analogPins.indexOf(pin);
    if (channel < 0) throw new Error(`pin ${pin} for the ${part} is not analog on this board`);
    board.io.pinMode(channel, board.io.MODES.ANALOG);
    board.io.analogRead(channel, told);
  }

  #contact(board: five.Board, pin: number, told: (high: boolean, first: boolean) => void): void {
    const contact = new Debounce(debounceMs, told);
    this.#contacts.push(contact);
    board.io.pinMode(pin, board.io.MODES.PULLUP);
    board.io.digitalRead(pin, (value) => contact.level(value === 1));
  }

  #write(pin: number | undefined, high: boolean): void {
    if (pin === undefined || !this.#board || !this.#status.connected) return;
    this.#board.io.digitalWrite(pin, high ? 1 : 0);
  }

  #lost(error?: Error): void {
    this.close();
    this.events.emit('lost', error ?? new Error('the line was closed'));
  }
}
