// Header fields in the order of the wire, found by name without regard to case (RFC 2326 §4.2, RFC 822).
// What a value means is left to the file of that header.

export class Headers {
  readonly #fields: (readonly [name: string, value: string])[] = [];

  constructor(fields: Readonly<Record<string, string | undefined>> = {}) {
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) this.append(name, value);
  }

  get count(): number {
    return this.#fields.length;
  }

  append(name: string, value: string): void {
    this.#fields.push([name, value]);
  }

  /** The first value of that name, or undefined. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.#fields.find(([own]) => own.toLowerCase() === wanted)?.[1];
  }

  /** Every value of that name, in order: WWW-Authenticate may come several times. */
  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.#fields.filter(([own]) => own.toLowerCase() === wanted).map(([, value]) => value);
  }

  *[Symbol.iterator](): IterableIterator<readonly [name: string, value: string]> {
    yield* this.#fields;
  }
}
