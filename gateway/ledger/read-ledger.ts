// Reads the ledger of a gateway that does not run, and changes nothing of what it says: no epoch, no entry, no key. For
// whoever checks the box offline; the running gateway's is ledger.ts.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import { openStore } from '../../config/store.ts';
import { checkedHead, checkTail, hashOf, type Entry } from './ledger.ts';
import { TailMark } from './tail-mark.ts';

/**
 * Hands over every entry from the first, its chain checked up to there. Rejects with LEDGER_BROKEN and the place,
 * LEDGER_IN_USE while a gateway runs, or LEDGER_UNUSABLE, also where there is no ledger.
 */
export async function readLedger(
  folder: string,
  gateway: string,
  onEntry: (entry: Entry) => void,
): Promise<{ readonly entries: number }> {
  const storeFolder = path.join(folder, 'store');
  // Opening makes one where there is none.
  if (!existsSync(storeFolder)) throw new LiuhenError('LEDGER_UNUSABLE', { folder, why: 'there is none' });
  const store = await openStore(storeFolder);
  let mark: TailMark | null = null;
  try {
    const head = await checkedHead(store, { folder, gateway, onEntry });
    const tail = path.join(folder, 'tail');
    if (existsSync(tail)) {
      mark = new TailMark(tail);
      checkTail(mark, head, await hashOf(store, mark.read()?.seq), folder);
    }
    return { entries: Number(head.seq) };
  } finally {
    mark?.close();
    await store.close();
  }
}
