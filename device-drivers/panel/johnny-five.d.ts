// The little of johnny-five 2.1 and firmata-io 2.3 that is used; neither ships types.
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';
  namespace FirmataIo {
    interface Transport {
      on(event: 'open' | 'data' | 'close' | 'error', listener: (...args: never[]) => void): unknown;
      write(bytes: Uint8Array, done?: () => void): void;
    }
    interface Firmata extends EventEmitter {
      readonly reportVersionTimeoutId: NodeJS.Timeout;
      readonly firmware: { readonly name?: string; readonly version?: { major: number; minor: number } };
      readonly MODES: { readonly PULLUP: number; readonly OUTPUT: number; readonly ANALOG: number };
      readonly pins: readonly { readonly supportedModes: readonly number[] }[];
      /** Pins by their channel, as the board's analog mapping says. */
      readonly analogPins: readonly number[];
      pinMode(pin: number, mode: number): void;
      digitalRead(pin: number, listener: (value: number) => void): void;
      digitalWrite(pin: number, value: 0 | 1): void;
      analogRead(channel: number, listener: (value: number) => void): void;
    }
  }
  const FirmataIo: {
    readonly Firmata: new (
      transport: FirmataIo.Transport,
      options: { reportVersionTimeout: number },
    ) => FirmataIo.Firmata;
  };
  export default FirmataIo;
}
declare module 'johnny-five' {
  import type FirmataIo from 'firmata-io';
  import type { EventEmitter } from 'node:events';
  namespace five {
    interface Board extends EventEmitter {
      readonly io: FirmataIo.Firmata;
    }
  }
  const five: {
    readonly Board: (new (options: {
      io: FirmataIo.Firmata;
      repl: false;
      debug: false;
      sigint: false;
    }) => five.Board) & { readonly cache: five.Board[] };
  };
  export default five;
}
