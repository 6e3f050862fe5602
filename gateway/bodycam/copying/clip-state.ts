// The sidecar of a part: whose part it is, and SHA-256 of everything up to an offset, one JSON line each time the
// part was synced. A line is written after the bytes that it speaks of are on disk. The copying is clip-copy.ts's.
import { Buffer } from 'node:buffer';
import type { ClipDisk, WriteFile } from './clip-disk.ts';

/** A longer sidecar is not read on: a clip of 1 TiB at 30 MB/s has some 35 000 lines of 100 bytes. */
export const maxStateBytes = 16 * 1024 * 1024;

/** The first `to` bytes of the part were on disk and had this SHA-256 (hex). */
export interface SafeMark {
  readonly to: number;
  readonly sha256: string;
}

export class ClipState {
  /** The marks that an earlier try left, rising; what does not belong to this clip is not among them. */
  readonly marks: readonly SafeMark[];
  readonly #file: WriteFile;
  readonly #line = Buffer.alloc(256);
  #end: number;

  private constructor(file: WriteFile, marks: readonly SafeMark[], end: number) {
    this.#file = file;
    this.marks = marks;
    this.#end = end;
  }

  /**
   * Opens the sidecar `file` of the clip with the hash `identity` (hex); one that is missing, torn at its head or of
   * another clip begins anew and has no marks. Rejects when the disk does.
   */
  static async open(disk: ClipDisk, file: string, identity: string): Promise<ClipState> {
    const content = await disk.readSmall(file, maxStateBytes);
    const head = `{"version":1,"clip":"${identity}"}\n`;
    const handle = await disk.openSidecar(file);
    try {
      if (content.toString('latin1', 0, head.length) === head) {
        const { marks, end } = readMarks(content, head.length);
        // What is left of a torn line goes: the file ends with its last mark.
        await handle.truncate(end);
        return new ClipState(handle, marks, end);
      }
      await handle.truncate(0);
      const state = new ClipState(handle, [], 0);
      await state.#append(head);
      return state;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Resolves when the mark is on disk. */
  async add(mark: SafeMark): Promise<void> {
    await this.#append(`{"to":${mark.to},"sha256":"${mark.sha256}"}\n`);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #append(line: string): Promise<void> {
    const length = this.#line.write(line, 'latin1');
    await this.#file.write(this.#line, length, this.#end);
    await this.#file.sync();
    this.#end += length;
  }
}

/** The marks from `from` on, and where the last whole one ends. Whatever comes behind a line that is none is let be. */
function readMarks(content: Buffer, from: number): { marks: SafeMark[]; end: number } {
  const marks: SafeMark[] = [];
  let end = from;
  for (let next = content.indexOf(0x0a, end); next >= 0; next = content.indexOf(0x0a, end)) {
    const found = /^\{"to":(\d{1,15}),"sha256":"([0-9a-f]{64})"\}$/.exec(
      content.toString('latin1', end, next),
    );
    const to = Number(found?.[1]);
    if (!found) break;
    // Written again from an earlier offset on: what was marked behind it no longer counts.
    while ((marks.at(-1)?.to ?? -1) >= to) marks.pop();
    marks.push({ to, sha256: found[2] ?? '' });
    end = next + 1;
  }
  return { marks, end };
}
