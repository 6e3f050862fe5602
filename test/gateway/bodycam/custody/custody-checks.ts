// What must be true of custody at every moment (P5, P6), looked at with nothing of the product but its entries: what was
// recorded, what the ledger says, what is in the store. Every breach is kept as a sentence.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { clipsSha256 } from '../../../../protocols/hq/receipt-text.ts';

export interface Recorded {
  readonly serial: string;
  readonly clip: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Names in the store that do not say "proven": drafts, and copies that are kept because they differ. */
const unproven = /\.(part|part\.state|differs-[1-9])$/;
const differs = /\.differs-[1-9]$/;

interface Entry {
  readonly at: number;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly clip: string;
  readonly serial: string;
}

export class CustodyChecks {
  readonly breaches: string[] = [];
  readonly #store: string;
  readonly #recorded = new Map<string, Recorded>();
  readonly #contents = new Set<string>();
  readonly #entries = new Map<string, Entry[]>();
  /** What each receipt speaks for, by its own page. */
  readonly #receipts = new Map<string, { readonly at: number; readonly page: string }>();
  readonly #erased = new Set<string>();
  readonly #erasedEntries = new Map<string, number>();
  readonly #looked = new Map<string, string>();

  constructor(store: string) {
    this.#store = store;
  }

  /** Clips that are off their devices. */
  get erased(): number {
    return this.#erased.size;
  }

  record(recorded: Recorded): void {
    this.#recorded.set(key(recorded), recorded);
    this.#contents.add(recorded.sha256);
  }

  /** An entry is in the ledger, at `at`. */
  entry(body: LedgerBody, at: number): void {
    switch (body.case) {
      case 'clipOffloaded': {
        const { serial, clip, file, bytes } = body.value;
        const sha256 = hex(body.value.sha256);
        const found = this.#recorded.get(key({ serial, clip }));
        if (found?.sha256 !== sha256) this.#breach(`${clip} of ${serial} is entered with another hash`);
        if (this.#erased.has(key({ serial, clip }))) this.#breach(`${clip} is entered after it was erased`);
        this.#inStore(file, sha256, `${clip} is entered`);
        const before = this.#entries.get(key({ serial, clip })) ?? [];
        // The only reason for it here is a store that once gave back other bytes: then there is a second file.
        if (before.some((each) => each.file === file)) this.#breach(`${clip} of ${serial} is entered twice`);
        this.#entries.set(key({ serial, clip }), [...before, { at, file, sha256, bytes, clip, serial }]);
        return;
      }
      case 'custodyReceipt': {
        const { receipt, serial, fromSeq, uptoSeq, clipCount, filesSha256 } = body.value;
        const page = this.#pageOf(receipt);
        if (page === null)
          return this.#breach(`the receipt ${receipt} is in the ledger and not in the store`);
        this.#receipts.set(receipt, { at, page });
        const all = [...this.#entries.values()].flat().filter((each) => each.serial === serial);
        const named = all.filter((each) => page.includes(`${each.sha256}  ${each.bytes}  ${each.file}\n`));
        if (named.length !== clipCount)
          this.#breach(`${receipt} counts ${clipCount} clips, and names others`);
        if (hex(clipsSha256(named)) !== hex(filesSha256))
          this.#breach(`${receipt} has another hash over its clips`);
        if (named.some((each) => each.at + 1 < fromSeq || each.at + 1 > uptoSeq))
          this.#breach(`${receipt} names clips outside its entries`);
        return;
      }
      case 'clipErased': {
        const { serial, clip, receipt } = body.value;
        if (!this.#erased.has(key({ serial, clip }))) this.#breach(`${clip} is told erased, and is not`);
        if (!this.#receipts.has(receipt)) this.#breach(`${clip} is told erased after no receipt`);
        const times = (this.#erasedEntries.get(key({ serial, clip })) ?? 0) + 1;
        this.#erasedEntries.set(key({ serial, clip }), times);
        return;
      }
      default:
    }
  }

  /** The device is about to erase it. */
  erasing(serial: string, clip: string): void {
    this.#erased.add(key({ serial, clip }));
    const recorded = this.#recorded.get(key({ serial, clip }));
    if (!recorded) return this.#breach(`${clip} of ${serial} was never recorded`);
    const entries = this.#entries.get(key(recorded)) ?? [];
    if (entries.length === 0) return this.#breach(`${clip} is erased before its entry`);
    const pages = [...this.#receipts.values()].map(({ page }) => page);
    const { sha256, bytes } = recorded;
    const named = entries.filter(({ file }) =>
      pages.some((page) => page.includes(`${sha256}  ${bytes}  ${file}\n`)),
    );
    if (named.length === 0) this.#breach(`${clip} is erased before its receipt`);
    for (const { file } of entries) this.#inStore(file, sha256, `${clip} is erased`);
  }

  /** Every file that says "proven" has the bytes of something that was recorded; only what changed is read again. */
  look(): void {
    for (const below of this.#files()) {
      if (unproven.test(below)) continue;
      const { ino, size, mtimeMs } = statSync(path.join(this.#store, below));
      const seen = `${ino} ${size} ${mtimeMs}`;
      if (this.#looked.get(below) === seen) continue;
      this.#looked.set(below, seen);
      if (!this.#contents.has(this.#hash(below))) this.#breach(`${below} has the bytes of no clip`);
    }
  }

  /** Somebody has looked at the copies that differ, and put them away. */
  putAway(): void {
    for (const below of this.#files()) if (differs.test(below)) rmSync(path.join(this.#store, below));
  }

  /** At the end, when nothing goes wrong any more: all is off the devices, in the store, and told. */
  end(): void {
    this.#looked.clear();
    this.look();
    for (const [id, { clip, sha256 }] of this.#recorded) {
      const entries = this.#entries.get(id) ?? [];
      if (!this.#erased.has(id)) this.#breach(`${clip} is still on its device`);
      if (entries.length === 0) this.#breach(`${clip} has no entry`);
      for (const { file } of entries) this.#inStore(file, sha256, `${clip} at the end`);
      const told = this.#erasedEntries.get(id) ?? 0;
      if (told !== 1) this.#breach(`${clip} is told erased ${told} times`);
    }
    const kept = this.#files().filter((each) => /\.part(\.state)?$/.test(each));
    if (kept.length > 0) this.#breach(`drafts are left: ${kept.join(' ')}`);
  }

  #inStore(file: string, sha256: string, when: string): void {
    if (file === '' || !existsSync(path.join(this.#store, file)))
      this.#breach(`${when}: ${file} is not in the store`);
    else if (this.#hash(file) !== sha256) this.#breach(`${when}: ${file} has other bytes`);
  }

  #hash(below: string): string {
    return createHash('sha256')
      .update(readFileSync(path.join(this.#store, below)))
      .digest('hex');
  }

  #files(): readonly string[] {
    return readdirSync(this.#store, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => path.relative(this.#store, path.join(each.parentPath, each.name)))
      .filter((below) => !below.startsWith('receipts/'));
  }

  #pageOf(receipt: string): string | null {
    const folder = path.join(this.#store, 'receipts');
    const pages = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
    const found = pages.find((each) => each.endsWith(`-${receipt}.txt`));
    return found === undefined ? null : readFileSync(path.join(folder, found), 'utf8');
  }

  #breach(what: string): void {
    this.breaches.push(what);
  }
}

function key({ serial, clip }: Pick<Recorded, 'serial' | 'clip'>): string {
  return `${serial} ${clip}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
