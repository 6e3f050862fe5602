// A dock to try the contract on: a way to it, and hands at it. The simulator offers both over each wire; a real dock
// has only the way.
import type { Duplex } from 'node:stream';
import { Dock, type DockOptions } from '../../device-drivers/dock/dock.ts';
import { FrameReader } from '../../protocols/dock/frame-reader.ts';
import { encodeFrame, type Frame } from '../../protocols/dock/frame.ts';
import type { SimDock, SimDockSpec } from '../../hw-sim/dock/sim-dock.ts';

/** Short, so that what never comes is known soon; long enough for a machine that is busy. */
export const testTimes = { firstReplyWaitMs: 60, longestReplyWaitMs: 250, sends: 5 };

export interface DockBench {
  readonly sim: SimDock;
  /** For the driver. */
  readonly line: Pick<DockOptions, 'address' | 'connect'>;
  /** A bare line, for bytes of our own making. */
  raw(): Promise<Duplex>;
  close(): Promise<void>;
}
export type OpenBench = (spec?: SimDockSpec) => Promise<DockBench>;

export function dockOn(bench: DockBench, options: Partial<DockOptions> = {}): Dock {
  return new Dock({ times: testTimes, ...bench.line, ...options });
}

/** Frames by hand. */
export class RawLine {
  readonly #stream: Duplex;
  readonly #reader = new FrameReader();
  #frames: Frame[] = [];
  #woken: () => void = () => undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => {
      this.#frames.push(...this.#reader.push(bytes));
      this.#woken();
    });
  }

  send(...frames: (Frame | Buffer)[]): void {
    this.#stream.write(Buffer.concat(frames.map((one) => (Buffer.isBuffer(one) ? one : encodeFrame(one)))));
  }

  /** The next answer, with events passed over. Rejects after a second. */
  async answer(): Promise<Frame> {
    const deadline = setTimeout(() => this.#woken(), 1000);
    const until = performance.now() + 1000;
    try {
      for (;;) {
        const frame = this.#frames.shift();
        if (frame && frame.type !== 'event') return frame;
        if (frame) continue;
        if (performance.now() >= until - 1) throw new Error('no answer within a second');
        await new Promise<void>((resolve) => {
          this.#woken = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  close(): void {
    this.#stream.destroy();
  }
}
