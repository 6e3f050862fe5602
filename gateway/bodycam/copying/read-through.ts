// Reads a file from one offset to another in order, a block ahead of who uses it, and ends with a name whatever
// happens: never an exception, never a wait without end. What is done with the bytes is the caller's.
import type { Buffer } from 'node:buffer';
import type { BlockSet } from './block-pool.ts';
import type { ReadFile } from './clip-disk.ts';
import { late, stopped, within } from './within.ts';

/** A read that has no answer after this long ends the attempt. Drives retry a bad sector for some ten seconds. */
export const stallMs = 30_000;
/** So long an attempt that has ended waits for what it has asked the kernel for. */
const settleMs = 1000;

export interface Passage {
  readonly from: number;
  readonly to: number;
  readonly blocks: BlockSet;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** Waits until so many bytes may be read; rejects never. */
  readonly pace: (bytes: number) => Promise<void>;
}

/**
 * How it ended: all of it read, the file ended before `to`, told to stop, no answer in time, or an error of the disk.
 */
export interface PassageEnd {
  readonly state: 'end' | 'short' | 'stopped' | 'stalled' | 'failed';
  readonly error?: unknown;
  /** Not null: the kernel still has a block; resolves when it has let go of all of them. */
  readonly held: Promise<unknown> | null;
}

/**
 * Calls `use` with the bytes of each block, in order. What it returns, if anything, is when the block may be filled
 * again, or false: stop here. A block has `blocks[n].length` bytes but at the end.
 */
export async function readThrough(
  file: ReadFile,
  passage: Passage,
  use: (block: Buffer, length: number, at: number) => Promise<boolean> | null,
): Promise<PassageEnd> {
  const { blocks, to, signal } = passage;
  const inUse = blocks.map(() => Promise.resolve(true));
  const asked: { block: number; at: number; wanted: number; answer: Promise<number> }[] = [];
  const ahead = Math.max(1, blocks.length >> 1);
  let next = 0;
  let askedTo = passage.from;
  let goOn = true;

  /** False when who uses the bytes wants no more. */
  const ask = async (): Promise<void> => {
    const block = next % blocks.length;
    const into = blocks[block];
    if (!into) return;
    if (!(await inUse[block])) {
      goOn = false;
      return;
    }
    const wanted = Math.min(into.length, to - askedTo);
    await passage.pace(wanted);
    // The whole block is asked for: past the page cache a length must be whole pages.
    const answer = file.read(into, askedTo);
    answer.catch(() => {});
    asked.push({ block, at: askedTo, wanted, answer });
    next += 1;
    askedTo += wanted;
  };

  const finish = async (state: PassageEnd['state'], error?: unknown): Promise<PassageEnd> => {
    const held = Promise.allSettled([...asked.map(({ answer }) => answer), ...inUse]);
    // Who stops is not kept by a card that hangs; neither is who has waited already.
    const patience = state === 'stalled' ? 0 : Math.min(passage.stallMs, settleMs);
    return { state, error, held: (await within(held, patience)) === late ? held : null };
  };

  for (let first = 0; first < ahead; first += 1) if (askedTo < to && !signal.aborted) await ask();
  for (let one = asked[0]; one; one = asked[0]) {
    let got: number | typeof late | typeof stopped;
    try {
      got = await within(one.answer, passage.stallMs, signal);
    } catch (error) {
      asked.shift();
      return finish('failed', error);
    }
    if (got === stopped) return finish('stopped');
    if (got === late) return finish('stalled');
    asked.shift();
    const length = Math.min(got, one.wanted);
    const block = blocks[one.block];
    if (block && length > 0) inUse[one.block] = use(block, length, one.at) ?? Promise.resolve(true);
    // A short answer in the middle of a file is what a card gives that is being pulled out, or a cut file.
    if (length < one.wanted) return finish('short');
    if (askedTo < to && goOn && !signal.aborted) await ask();
    if (!goOn) return finish('stopped');
  }
  const all = await Promise.all(inUse);
  return finish(signal.aborted || all.includes(false) ? 'stopped' : 'end');
}
