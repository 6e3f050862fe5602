// One frame with several owners: the warm buffer and the sessions that record. The last one gives it back.
import type { Frame } from '../../protocols/media/track.ts';

export class HeldFrame {
  readonly frame: Frame;
  #holders = 1;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.frame.release();
  }
}
