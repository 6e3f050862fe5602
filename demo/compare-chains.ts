// The box's ledger and headquarters' copy, entry by entry, byte by byte, from both stores after both have ended.
import path from 'node:path';
import { openStore } from '../config/store.ts';
import { LiuhenError } from '../config/errors.ts';
import { Ledger } from '../gateway/ledger/ledger.ts';
import { readStoredEntries } from '../headquarters/gateway-copy.ts';
import { encodeEntry } from '../protocols/hq/codec.ts';
import type { DemoSite } from './demo-site.ts';

export async function compareChains(site: DemoSite): Promise<string> {
  const { agency, site: siteName, gateway, dataFolder } = site.settings;
  const store = await openStore(site.hqFolder);
  const ledger = await Ledger.open({ folder: path.join(dataFolder, 'ledger'), gateway });
  try {
    const theirs = readStoredEntries(store, { agency, site: siteName, gateway });
    let count = 0n;
    for await (const entry of theirs) {
      count += 1n;
      const [ours] = await ledger.read(count, 1);
      if (ours === undefined) throw wrong(`headquarters has an entry ${count} that the box has not`);
      if (!Buffer.from(encodeEntry(ours.raw)).equals(Buffer.from(encodeEntry(entry)))) {
        throw wrong(`entry ${count} is not the same`);
      }
    }
    if (count !== ledger.head.seq) throw wrong(`headquarters has ${count} of ${ledger.head.seq} entries`);
    return `${count} entries, in order, the same to the byte; head ${Buffer.from(ledger.head.hash).toString('hex').slice(0, 16)}`;
  } finally {
    await ledger.close();
    await store.close();
  }
}

function wrong(why: string): LiuhenError {
  return new LiuhenError('DEMO_FAILED', { why });
}
