// The one door to the package `level`: bytes by ordered text keys, written in batches, synced when asked. The
// gateway's ledger and headquarters keep their entries in it; what the bytes mean is theirs.
import { mkdirSync } from 'node:fs';
import { Level } from 'level';
import { LiuhenError } from './errors.ts';

export type StoreChange =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

export interface StoreRange {
  /** Included. */
  readonly from: string;
  /** Not included. */
  readonly to: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export interface Store {
  /** Undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** All or nothing, and synced to disk when it resolves. */
  write(changes: readonly StoreChange[]): Promise<void>;
  entries(range: StoreRange): AsyncIterable<readonly [key: string, value: Uint8Array]>;
  close(): Promise<void>;
}

/** Opens or makes the store in `folder`. Rejects with LEDGER_IN_USE or LEDGER_UNUSABLE. */
export async function openStore(folder: string): Promise<Store> {
  let level: Level<string, Uint8Array>;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    level = new Level<string, Uint8Array>(folder, { keyEncoding: 'utf8', valueEncoding: 'view' });
    await level.open();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if ((cause as { code?: string }).code === 'LEVEL_LOCKED') {
      throw new LiuhenError('LEDGER_IN_USE', { folder }, { cause });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LiuhenError('LEDGER_UNUSABLE', { folder, why }, { cause });
  }
  return {
    get: (key) => level.get(key),
    write: (changes) => level.batch([...changes], { sync: true }),
    entries: ({ from, to, limit, reverse }) =>
      level.iterator({ gte: from, lt: to, limit: limit ?? -1, reverse: reverse ?? false }),
    close: () => level.close(),
  };
}

/** A key that sorts as its number does: `e/` and 16 hexadecimal digits. */
export function numberedKey(prefix: string, number: bigint): string {
  return `${prefix}/${number.toString(16).padStart(16, '0')}`;
}
