// Work that is done one after the other, in the order in which it was asked for. What fails concerns only whoever
// asked for it.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Begins when everything before has ended, well or not; settles as the work does. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was asked for so far has ended. Never rejects. */
  async rest(): Promise<void> {
    await this.#last;
  }
}
