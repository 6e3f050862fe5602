// One frame with several owners: the warm buffer and the sessions that record. The last one gives it back.
import type { Frame } from '../../protocols/media/track.ts';

export class HeldFrame {
  readonly frame: Frame;
  /** Whole, and so is everything back to its key frame: no decoder has to guess at it. */
  readonly decodable: boolean;
  #holders = 1;

  constructor(frame: Frame, decodable = true) {
    this.frame = frame;
    this.decodable = decodable;
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
