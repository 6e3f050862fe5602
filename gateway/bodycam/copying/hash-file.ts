// SHA-256 of a file, whole and up to given offsets: for going on with a part, and for the second look at a card and
// at the store. What a difference means is clip-copy.ts's.
import { createHash, type Hash } from 'node:crypto';
import type { ReadFile } from './clip-disk.ts';
import type { SafeMark } from './clip-state.ts';
import { late, stopped, within } from './within.ts';
import { readThrough, type Passage, type PassageEnd } from './read-through.ts';

export interface FileHash extends PassageEnd {
  /** Over `[0, at)`. */
  readonly hash: Hash;
  readonly at: number;
  /** How long the whole file is; 0 when there is none. */
  readonly bytes: number;
  /** Whether each block came past the page cache. */
  readonly direct: boolean;
}

/**
 * Reads the file that `open` gives up to `passage.to`, from 0. With `marks` (rising): `hash` and `at` are those of
 * the last mark that the bytes agree with. Ends `short` when there is no file. Never rejects.
 */
export async function hashFile(
  open: () => Promise<ReadFile | null>,
  passage: Omit<Passage, 'from'>,
  marks?: readonly SafeMark[],
): Promise<FileHash> {
  const hash = createHash('sha256');
  const agreed = { hash: createHash('sha256'), at: 0 };
  let at = 0;
  let mark = 0;
  let opening: Promise<ReadFile | null> | null = null;
  let bytes = 0;
  const result = (end: PassageEnd, direct: boolean): FileHash => ({
    ...end,
    bytes,
    ...(marks ? agreed : { hash, at }),
    direct,
  });
  try {
    opening = open();
    const file = await within(opening, passage.stallMs, passage.signal);
    const facts =
      typeof file === 'symbol' ? file : await within(factsOf(file), passage.stallMs, passage.signal);
    if (facts === late || file === late) return result({ state: 'stalled', held: null }, false);
    if (facts === stopped || file === stopped) return result({ state: 'stopped', held: null }, false);
    if (!file) return result({ state: 'short', held: null }, false);
    ({ bytes } = facts);
    const end = await readThrough(file, { ...passage, from: 0 }, (block, length) => {
      let done = 0;
      for (let one = marks?.[mark]; one && one.to <= at + length; one = marks?.[++mark]) {
        hash.update(block.subarray(done, one.to - at));
        done = one.to - at;
        if (hash.copy().digest('hex') !== one.sha256) return Promise.resolve(false);
        agreed.hash = hash.copy();
        agreed.at = one.to;
      }
      hash.update(block.subarray(done, length));
      at += length;
      return null;
    });
    return result(end, file.direct);
  } catch (error) {
    return result({ state: 'failed', error, held: null }, false);
  } finally {
    // One that opens late is closed too, and a read that hangs keeps it open: nobody waits for that.
    opening?.then((file) => file?.close()).catch(() => {});
  }
}

async function factsOf(file: ReadFile | null): Promise<{ bytes: number }> {
  return file ? file.facts() : { bytes: 0 };
}
