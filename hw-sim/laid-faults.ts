// The faults that the control port has laid on devices: at most one of a name on each, taken off when it is asked for,
// when its time is over, or at the end. What a fault does is the devices' own.
import { maxFaultMs } from './control-protocol.ts';

export class LaidFaults {
  readonly #laid = new Map<string, () => void>();

  /** Lays it on in place of what has this key; `use` gives what takes it off. Off by itself after `forMs`. */
  lay(key: string, use: () => () => void, forMs?: number): void {
    this.lift(key);
    const off = use();
    const end = (): void => {
      clearTimeout(timer);
      this.#laid.delete(key);
      off();
    };
    const timer = forMs === undefined ? undefined : setTimeout(end, forMs);
    this.#laid.set(key, end);
  }

  /** Nothing happens when it is not there. */
  lift(key: string): void {
    this.#laid.get(key)?.();
  }

  close(): void {
    for (const off of this.#laid.values()) off();
  }
}

/**
 * A request to lay a fault, as JSON: one of `names`, its options of the right kind. Throws Error that says what is not
 * allowed.
 */
export function readFault<Asked extends { readonly fault: string; readonly forMs?: number }>(
  text: string,
  names: readonly string[],
  options: { readonly numbers: readonly string[]; readonly texts?: readonly string[] },
): Asked {
  const asked = readObject(text);
  if (typeof asked['fault'] !== 'string' || !names.includes(asked['fault']))
    throw new Error(`no such fault; there are ${names.join(', ')}`);
  for (const key of [...options.numbers, 'forMs'])
    if (asked[key] !== undefined && !Number.isFinite(asked[key])) throw new Error(`${key} must be a number`);
  for (const key of options.texts ?? [])
    if (
      asked[key] !== undefined &&
      !(typeof asked[key] === 'string' && /^[\x21-\x7e]{1,64}$/.test(asked[key]))
    )
      throw new Error(`${key} must be a text of 1 to 64 letters without blanks`);
  const forMs = asked['forMs'] as number | undefined;
  if (forMs !== undefined && !(forMs > 0 && forMs <= maxFaultMs))
    throw new Error(`forMs must be above 0 and at most ${maxFaultMs}`);
  return asked as unknown as Asked;
}

/** Throws Error unless the text is one JSON object. */
export function readObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('not a JSON object');
  return value as Record<string, unknown>;
}
