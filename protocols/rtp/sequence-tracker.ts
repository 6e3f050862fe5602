// Counts lost packets exactly from 16-bit sequence numbers (RFC 3550 §A.1) and unwraps 32-bit stamps.

/** A jump of more packets than this is taken as a restart of the sender, not as a loss (RFC 3550 §A.1, MAX_DROPOUT). */
export const maxDropout = 3000;

/** A packet that is at most this many behind is late or doubled; one further back begins a new run (MAX_MISORDER). */
export const maxMisorder = 128;

/** What `SequenceTracker.next` found: packets lost before this one, or one of these. */
export const sequenceLate = -1;
export const sequenceRestarted = -2;

export class SequenceTracker {
  #expected = -1;

  /** Answers how many packets are missing before `sequence` (0 = in order), sequenceLate for an old or doubled one, sequenceRestarted after a jump. */
  next(sequence: number): number {
    if (this.#expected < 0) {
      this.#expected = (sequence + 1) & 0xffff;
      return 0;
    }
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead < maxDropout) {
      this.#expected = (sequence + 1) & 0xffff;
      return ahead;
    }
    if (ahead >= 0x10000 - maxMisorder) return sequenceLate;
    this.#expected = (sequence + 1) & 0xffff;
    return sequenceRestarted;
  }

  /** A packet that is somebody else's has this number: it is not missing, where it is the next one. */
  pass(sequence: number): void {
    if (sequence === this.#expected) this.#expected = (sequence + 1) & 0xffff;
  }

  reset(): void {
    this.#expected = -1;
  }
}

/** Unwraps 32-bit RTP stamps to numbers that go on past 2^32 (RFC 3550 §5.1); B-frames may step back. */
export class StampUnwrapper {
  #last = -1;
  #value = 0;

  next(stamp: number): number {
    if (this.#last < 0) this.#value = stamp;
    else this.#value += (stamp - this.#last) | 0;
    this.#last = stamp;
    return this.#value;
  }

  /** From now on `stamp` means `value`: the sender chose new stamps, and the time line goes on. */
  goOn(stamp: number, value: number): void {
    this.#last = stamp;
    this.#value = value;
  }

  /** The unwrapped value of a stamp near the last one, without moving on. */
  near(stamp: number): number {
    return this.#last < 0 ? stamp : this.#value + ((stamp - this.#last) | 0);
  }

  reset(): void {
    this.#last = -1;
  }
}
