// A contact's level, believed once it has stood still for a while. Knows nothing of pins.

export class Debounce {
  readonly #afterMs: number;
  readonly #told: (high: boolean, first: boolean) => void;
  #believed: boolean | null = null;
  #seen: boolean | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `told` hears each believed level that differs from the one before; `first` is how it stood at the beginning. */
  constructor(afterMs: number, told: (high: boolean, first: boolean) => void) {
    this.#afterMs = afterMs;
    this.#told = told;
  }

  /** A level as it was read, however often. */
  level(high: boolean): void {
    if (high === this.#seen) return;
    this.#seen = high;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (high === this.#believed) return;
      const first = this.#believed === null;
      this.#believed = high;
      this.#told(high, first);
    }, this.#afterMs);
  }

  /** Says nothing more. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
