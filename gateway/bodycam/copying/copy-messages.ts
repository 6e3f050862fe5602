// What is said between copy-process.ts and copy-main.ts, one clip at a time: JSON over the channel of a child process.
import { Buffer } from 'node:buffer';
import type { ClipToCopy, CopyWays } from './clip-copy.ts';
import type { CopyOutcome } from './clip-outcome.ts';

/** A clip as JSON: its path in base64, because it is bytes. */
export type ClipWords = Omit<ClipToCopy, 'path'> & { readonly path64: string };

export type ToCopier =
  | ({ readonly do: 'copy'; readonly clip: ClipWords } & Pick<
      CopyWays,
      'store' | 'keepFreeBytes' | 'stallMs' | 'syncEveryBytes'
    >)
  | { readonly do: 'stop' }
  /** So many bytes may be read. */
  | { readonly do: 'read'; readonly bytes: number };

export type FromCopier =
  | { readonly is: 'asking'; readonly bytes: number }
  | { readonly is: 'progress'; readonly bytes: number }
  | { readonly is: 'synced' }
  /** `usable`: the process can copy another one; not while a disk that hangs holds its memory. */
  | { readonly is: 'outcome'; readonly outcome: CopyOutcome; readonly usable: boolean };

export function clipWords({ path, ...rest }: ClipToCopy): ClipWords {
  return { ...rest, path64: path.toString('base64') };
}

export function clipOf({ path64, ...rest }: ClipWords): ClipToCopy {
  return { ...rest, path: Buffer.from(path64, 'base64') };
}
