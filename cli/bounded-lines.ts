// Lines for a reader that may be slow or stopped: what it has not taken is held up to a bound, and beyond it lines
// are left out and their number told in their place. Which lines, and to whom, is the command's.

/** Bytes that may wait for the reader. */
export const maxWaitingBytes = 16 * 1024 * 1024;

export interface BoundedLinesOptions {
  readonly out: (line: string) => void;
  /** Bytes that the reader has not taken yet. */
  readonly waiting: () => number;
  /** What stands in the place of lines that were left out. */
  readonly lost: (lines: number) => string;
}

/** Tells a line, or leaves it out while too much waits; goes on when the reader has taken half of that. */
export function boundedLines({ out, waiting, lost }: BoundedLinesOptions): (line: string) => void {
  let left = 0;
  return (line) => {
    if (waiting() > (left === 0 ? maxWaitingBytes : maxWaitingBytes / 2)) {
      left += 1;
      return;
    }
    if (left > 0) out(lost(left));
    left = 0;
    out(line);
  };
}
