// The checks of a site file, value by value: each fault is kept with its line, and all are told at once. What may be in
// the file is site-file.ts's and dock/dock-site-file.ts's.
import { parseYaml, type YamlPath } from '../config/yaml.ts';

export type Raw = Readonly<Record<string, unknown>>;

/** Everything but `done` goes on after a fault, with a value that harms nothing. */
export class SiteChecks {
  readonly value: unknown;
  readonly #faults: string[];
  readonly #lineOf: (path: YamlPath) => number;
  readonly #ports = new Set<number>();

  constructor(text: string) {
    const yaml = parseYaml(text);
    this.value = yaml.value ?? undefined;
    this.#lineOf = (path) => yaml.lineOf(path);
    this.#faults = yaml.faults.map(({ line, message }) => `line ${line}: ${message}`);
  }

  /** Throws Error with all faults in one line each, `line N: …`. */
  done(): void {
    if (this.#faults.length > 0) throw new Error(this.#faults.join('\n'));
  }

  readonly bad = (path: YamlPath, message: string): void => {
    this.#faults.push(`line ${this.#lineOf(path)}: ${message}`);
  };

  readonly map = (value: unknown, path: YamlPath, keys: readonly string[]): Raw => {
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.bad(path, `${path.at(-1) ?? 'the file'} must be a mapping with ${keys.join(', ')}`);
      return {};
    }
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.bad([...path, key], `${key} is unknown; allowed are ${keys.join(', ')}`);
    return value as Raw;
  };

  readonly port = (value: unknown, path: YamlPath): number | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
    this.bad(path, `${path.at(-1)} must be a port from 0 (any) to 65535`);
    return undefined;
  };

  readonly number = (
    value: unknown,
    path: YamlPath,
    [least, most]: readonly [number, number],
  ): number | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    this.bad(path, `${path.at(-1)} must be a number from ${least} to ${most}`);
    return undefined;
  };

  readonly integer: typeof this.number = (value, path, limits) => {
    const number = this.number(value, path, limits);
    if (number === undefined || Number.isInteger(number)) return number;
    this.bad(path, `${path.at(-1)} must be a whole number`);
    return undefined;
  };

  readonly word = (value: unknown, path: YamlPath): string | undefined => {
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    this.bad(path, `${path.at(-1)} must be a text`);
    return undefined;
  };

  readonly oneOf = <Name extends string>(
    value: unknown,
    path: YamlPath,
    names: readonly Name[],
  ): Name | undefined => {
    const name = names.find((each) => each === value);
    if (value !== undefined && name === undefined)
      this.bad(path, `${path.at(-1)} must be one of ${names.join(', ')}`);
    return name;
  };

  /** The rows below `key` of `raw`, at most so many. */
  readonly list = (raw: Raw, key: string, most: number, path: YamlPath = []): readonly unknown[] => {
    const listed: unknown = raw[key] ?? [];
    if (!Array.isArray(listed)) this.bad([...path, key], `${key} must be a list`);
    const rows: unknown[] = Array.isArray(listed) ? listed : [];
    if (rows.length > most) this.bad([...path, key, most], `at most ${most} ${key}`);
    return rows.slice(0, most);
  };

  readonly idOf = (raw: Raw, at: YamlPath, ids: Set<string>): string => {
    const id = this.word(raw['id'], [...at, 'id']) ?? '';
    if (!/^[a-z0-9-]{1,64}$/.test(id))
      this.bad([...at, 'id'], 'id must be of small letters, digits and "-", at most 64');
    else if (ids.has(id)) this.bad([...at, 'id'], `the id ${id} is there twice`);
    ids.add(id);
    return id;
  };

  /** Two devices do not listen at one port. */
  readonly take = (raw: Raw, at: YamlPath, key: string): void => {
    const taken = raw[key];
    if (typeof taken !== 'number' || taken === 0) return;
    if (this.#ports.has(taken)) this.bad([...at, key], `the port ${taken} is there twice`);
    this.#ports.add(taken);
  };
}
