// The alarms of one gateway on disk, beside its chain: those that last, and the newest of those that are over. A
// restart of headquarters forgets none. What raises and ends them is headquarters.ts's.
import type { Store } from '../config/store.ts';
import type { GatewayAddress } from '../protocols/hq/topics.ts';
import { namedFault } from './fault-words.ts';
import type { FeedFault } from './feed-event.ts';

/** Alarms kept of one gateway, lasting ones included; beyond, the oldest that is over is forgotten. */
export const maxKeptAlarms = 32;

/** `entry`: an entry that is not taken. `status`: what a status says. One of each may last. */
export type AlarmKind = 'entry' | 'status';

/** What is wrong with a gateway. */
export interface Alarm {
  readonly fault: FeedFault;
  readonly seq: bigint;
}

export interface KeptAlarm extends Alarm {
  readonly kind: AlarmKind;
  /** By headquarters' clock, milliseconds since 1970. */
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly overMs: number | null;
}

export class AlarmBook {
  readonly #store: Store;
  readonly #key: string;
  #kept: readonly KeptAlarm[];
  #written: Promise<void> = Promise.resolve();

  /** Reads what was kept; a record that cannot be read any more is passed over. */
  static async open(store: Store, address: GatewayAddress): Promise<AlarmBook> {
    const key = keyOf(address);
    const value = await store.get(key);
    return new AlarmBook(store, key, value === undefined ? [] : decode(value));
  }

  private constructor(store: Store, key: string, kept: readonly KeptAlarm[]) {
    this.#store = store;
    this.#key = key;
    this.#kept = kept;
  }

  /** Oldest first. */
  get kept(): readonly KeptAlarm[] {
    return this.#kept;
  }

  /** Settles when everything set is on disk, or refused. */
  get written(): Promise<void> {
    return this.#written;
  }

  /** The alarm of that kind that lasts, or null. */
  lasting(kind: AlarmKind): KeptAlarm | null {
    return this.#kept.findLast((alarm) => alarm.kind === kind && alarm.overMs === null) ?? null;
  }

  /**
   * Sets what lasts of that kind now; null when nothing is wrong. The change counts at once; resolves when it is
   * synced, rejects when the store cannot be written.
   */
  set(kind: AlarmKind, alarm: Alarm | null, nowMs: number): Promise<void> {
    const before = this.lasting(kind);
    if (before === null && alarm === null) return this.#written;
    if (alarm !== null && before?.fault === alarm.fault && before.seq === alarm.seq) return this.#written;
    const kept = this.#kept.map((each) => (each === before ? { ...each, overMs: nowMs } : each));
    if (alarm !== null) kept.push({ fault: alarm.fault, seq: alarm.seq, kind, fromMs: nowMs, overMs: null });
    if (kept.length > maxKeptAlarms) {
      const oldest = kept.findIndex((each) => each.overMs !== null);
      kept.splice(oldest, 1);
    }
    this.#kept = kept;
    // In order: an older state must not be written over a newer one.
    const written = this.#written
      .catch(() => undefined)
      .then(() => this.#store.write([{ type: 'put', key: this.#key, value: encode(this.#kept) }]));
    this.#written = written;
    return written;
  }
}

/** The gateways of which alarms are kept, with what is kept, at most `limit` of them. */
export async function* readAlarms(
  store: Store,
  limit: number,
): AsyncGenerator<readonly [address: GatewayAddress, kept: readonly KeptAlarm[]]> {
  for await (const [key, value] of store.entries({ from: 'a/', to: 'a0', limit })) {
    const [, agency, site, gateway] = key.split('/');
    if (agency === undefined || site === undefined || gateway === undefined) continue;
    yield [{ agency, site, gateway }, decode(value)];
  }
}

function encode(kept: readonly KeptAlarm[]): Uint8Array {
  return Buffer.from(JSON.stringify(kept.map((alarm) => ({ ...alarm, seq: String(alarm.seq) }))));
}

function decode(value: Uint8Array): readonly KeptAlarm[] {
  const list: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
  return Array.isArray(list) ? list.flatMap(readAlarm) : [];
}

function readAlarm(value: unknown): KeptAlarm[] {
  if (typeof value !== 'object' || value === null) return [];
  const { fault, seq, kind, fromMs, overMs } = value as Record<string, unknown>;
  if (typeof fault !== 'string' || !namedFault(fault)) return [];
  if (typeof seq !== 'string' || !/^\d{1,20}$/.test(seq) || typeof fromMs !== 'number') return [];
  if (kind !== 'entry' && kind !== 'status') return [];
  return [{ fault, seq: BigInt(seq), kind, fromMs, overMs: typeof overMs === 'number' ? overMs : null }];
}

function keyOf({ agency, site, gateway }: GatewayAddress): string {
  return `a/${agency}/${site}/${gateway}`;
}
