// A second way to every clip in the store: `by-case/<case>/<name that people read>` (I1: ZZ 48), as hard links made from
// the list of clips. Never a copy, and never the only name: the clip's own name stays whatever happens here (C2).
import type { BigIntStats } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../../../config/clock.ts';
import type { Log } from '../../../config/log.ts';
import type { CataloguedClip, ClipClassing } from './catalogued-clip.ts';
import { nodeClipDisk } from '../copying/clip-disk.ts';
import { clipLabel, nameOf } from './clip-label.ts';
import { makeFolder } from '../custody/store-folder.ts';

/** Below the store. */
export const caseFolder = 'by-case';
/** Clips of which nobody knows what they are about, and those that are about something and of no case. */
export const unclassedFolder = 'unclassed';
export const noCaseFolder = 'no-case';
/** Bytes of a case's folder in UTF-8. */
const maxFolderBytes = 120;
/** Milliseconds until a link that could not be made is tried again. */
export const linkAgainMs = 30_000;
/** Clips between two rests of linkRestMs, so that a hundred thousand at the start take nobody's disk or processor. */
const linksAtOnce = 20;
const linkRestMs = 10;
/** The file system has no second names, or not here: FAT, a network's share, another disk below the store. */
const cannot = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

export interface LinkPlaces {
  readonly store: string;
  readonly timezone: string;
}

export interface CaseLinksOptions {
  readonly places: () => LinkPlaces;
  /** Null for one that is not in the list any more: its links stay as they are. */
  readonly clip: (file: string) => CataloguedClip | null;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly againMs?: number;
}

/** Where a clip is linked by what was said of it, below the store. */
export function linkPath(clip: CataloguedClip, classing: ClipClassing, timezone: string): string {
  return path.join(caseFolder, folderOf(classing), clipLabel({ ...clip, ...classing }, timezone));
}

function folderOf({ by, caseNumber, caseName }: ClipClassing): string {
  const name = nameOf(caseNumber === '' ? caseName : caseNumber, maxFolderBytes);
  if (name === '') return by === '' ? unclassedFolder : noCaseFolder;
  // A case that somebody calls so is not what the box means by it; names of cases have no underscore.
  return name === unclassedFolder || name === noCaseFolder ? `${name}_` : name;
}

export class CaseLinks {
  readonly #options: CaseLinksOptions;
  /** At most as many as the list has clips. */
  readonly #waiting = new Set<string>();
  readonly #failed = new Set<string>();
  #working: Promise<void> | null = null;
  #again: NodeJS.Timeout | undefined;
  #told = new Set<string>();
  /** The store on which links cannot be made. */
  #without = '';
  #closed = false;

  constructor(options: CaseLinksOptions) {
    this.#options = options;
  }

  /** Makes the links of these clips what the list says, some time soon. Never throws, and hinders nobody. */
  settle(files: Iterable<string>): void {
    if (this.#closed) return;
    for (const file of files) this.#waiting.add(file);
    this.#working ??= this.#work();
  }

  /** Everything that was asked for is done, or has failed and waits for its next try. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#waiting.clear();
    await this.#working;
  }

  async #work(): Promise<void> {
    let done = 0;
    // The first step is after whoever asked: an entry is told to all before its link is made.
    await sleep(0);
    for (const file of this.#waiting) {
      if (this.#closed) break;
      this.#waiting.delete(file);
      await this.#one(file);
      if ((done += 1) % linksAtOnce === 0) await sleep(linkRestMs);
    }
    this.#working = null;
    if (this.#waiting.size > 0 && !this.#closed) this.#working = this.#work();
  }

  async #one(file: string): Promise<void> {
    const clip = this.#options.clip(file);
    const { store } = this.#options.places();
    if (clip === null || this.#without === store) return;
    try {
      await this.#link(clip);
      this.#failed.delete(file);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (cannot.has(code)) {
        this.#without = store;
        this.#options.log.warn('clips have no names by case: the file system of the store takes no links', {
          store,
          error: error as Error,
        });
        return;
      }
      if (!this.#told.has(code)) {
        this.#told.add(code);
        this.#options.log.error('a clip is not linked by its case; it is tried again', {
          file,
          error: error as Error,
        });
      }
      this.#failed.add(file);
      this.#tryAgain();
    }
  }

  #tryAgain(): void {
    if (this.#again !== undefined || this.#closed) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      const files = [...this.#failed];
      this.#failed.clear();
      this.settle(files);
    }, this.#options.againMs ?? linkAgainMs);
    this.#again.unref();
  }

  async #link(clip: CataloguedClip): Promise<void> {
    const { store, timezone } = this.#options.places();
    const own = path.join(store, clip.file);
    const original = await look(own);
    if (!original?.isFile()) {
      // Nothing can be linked; `liuhen clips verify` is who tells that a clip is not there.
      this.#options.log.warn('a clip of the list is not in the store', { file: clip.file });
      return;
    }
    const wanted = linkPath(clip, clip.classing, timezone);
    const kept = await this.#make(clip, original, wanted);
    for (const classing of clip.earlier) {
      const earlier = linkPath(clip, classing, timezone);
      for (const name of [earlier, otherName(earlier, clip)])
        if (name !== kept) await this.#unlink(clip, original, name);
    }
  }

  /** The name that it has now. Another clip with the same bytes and words has the plain one; nobody's name is taken. */
  async #make(clip: CataloguedClip, original: BigIntStats, wanted: string): Promise<string> {
    const { store } = this.#options.places();
    for (const name of [wanted, otherName(wanted, clip)]) {
      const there = await look(path.join(store, name));
      if (there && same(there, original)) return name;
      if (there) continue;
      const folder = await makeFolder(store, [path.dirname(name)]);
      await fs.link(path.join(store, clip.file), path.join(store, name));
      await nodeClipDisk.syncFolder(folder);
      return name;
    }
    throw Object.assign(new Error(`both names are taken: ${wanted}`), { code: 'EEXIST' });
  }

  /** Takes a name away that says what is no longer so: only a second name of this very file, and only below by-case. */
  async #unlink(clip: CataloguedClip, original: BigIntStats, name: string): Promise<void> {
    if (name === clip.file || this.#options.clip(name) !== null) return;
    const { store } = this.#options.places();
    const there = await look(path.join(store, name));
    if (!there || !same(there, original) || there.nlink < 2n) return;
    await fs.unlink(path.join(store, name));
    const folder = path.dirname(path.join(store, name));
    await nodeClipDisk.syncFolder(folder);
    // A case that has no clips any more: gone when it is empty, and only then.
    await fs.rmdir(folder).catch(() => undefined);
  }
}

function otherName(name: string, { file }: CataloguedClip): string {
  const { dir, name: stem, ext } = path.parse(name);
  return path.join(dir, `${stem}-${nameOf(path.parse(file).name, 40)}${ext}`);
}

function same(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

/** Null when it is not there. Never through a link. */
async function look(file: string): Promise<BigIntStats | null> {
  try {
    return await fs.lstat(file, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
