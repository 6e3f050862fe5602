// Decoding times from presentation times: RTP carries only the latter (RFC 6184 §5.1).
// Method: with a reorder depth of d, at most d pictures that come before a picture in the stream are shown
// after it. So the (d+1)-th largest presentation time seen so far is never later than the picture's own, rises
// with each picture, and needs no look into the future. Before the first picture stand d imagined ones, one
// frame duration apart. A picture that breaks the promise gets the next possible tick and a negative offset.

export class DecodeTimes {
  readonly #largest: number[];
  #last = Number.NEGATIVE_INFINITY;

  /** `firstTime` and `frameTicks` in ticks; `reorderDepth` 0 to 16 (H.264 §A.3.1: max_dec_frame_buffering). */
  constructor(firstTime: number, reorderDepth: number, frameTicks: number) {
    const depth = Math.min(16, Math.max(0, reorderDepth));
    this.#largest = Array.from({ length: depth }, (_, index) => firstTime - (depth - index) * frameTicks);
  }

  /** The decoding time of the picture that is shown at `time`; always more than the one before. */
  next(time: number): number {
    const sorted = this.#largest;
    let at = sorted.length;
    while (at > 0 && (sorted[at - 1] ?? 0) > time) at--;
    sorted.splice(at, 0, time);
    const smallest = sorted.shift() ?? time;
    this.#last = Math.max(smallest, this.#last + 1);
    return this.#last;
  }
}
