// What clips the store has, as a fold over the ledger (I1: ZZ 48): by name, device number, officer, time of use, party,
// case and matter, and those that nobody has classed (A12). It decides nothing; the label is clip-label.ts's.
import { Buffer } from 'node:buffer';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { FoldEntry } from '../../sessions/session-fold.ts';
import type { CataloguedClip, ClipClassing } from './catalogued-clip.ts';
import { keptEarlier } from './classing-by-hand.ts';
import { ClipSearch, type ClipFound, type ClipQuery, type LabelledClip } from './clip-search.ts';

/**
 * Clips that are remembered. One costs about 0.8 KiB of memory, because texts that many clips share stand once; one with
 * long texts of its own up to 4 KiB, and each earlier classing of it as much as its own texts. Beyond the limit the oldest
 * twentieth is forgotten, the classed ones first: `forgotten` counts them, and the ledger and the store have them all.
 */
export const maxCatalogued = 100_000;
const forgetAtOnce = 0.05;
/** Characters of one text that are remembered and searched; the entry has the whole. */
export const maxText = 200;

type Offloaded = Extract<BodycamBody, { case: 'clipOffloaded' }>['value'];
type Classed = Extract<BodycamBody, { case: 'clipClassed' }>['value'];

export class ClipCatalogue {
  readonly #limit: number;
  #search: ClipSearch;
  /** In the order of the ledger. */
  #clips: CataloguedClip[] = [];
  /** Where in #clips a file is. */
  readonly #byFile = new Map<string, number>();
  /** Files of clips that their device still has, by device, name and hash: an erasure does not name the file. */
  readonly #onDevice = new Map<string, string>();
  /** Each text that stands in a clip, once. */
  readonly #texts = new Map<string, string>();
  /** Classings by hand since texts were last let go of. */
  #reclassed = 0;
  #unclassed = 0;
  /** The same by the room of the dock; one for each room of the settings that there ever were. */
  readonly #unclassedIn = new Map<string, number>();
  #forgotten = 0;

  /** Throws RangeError for a time zone that there is not. */
  constructor(timezone: string, limit = maxCatalogued) {
    this.#limit = limit;
    this.#search = new ClipSearch(timezone);
  }

  /** Of the names from now on. Throws RangeError for a time zone that there is not. */
  setTimezone(timezone: string): void {
    this.#search = new ClipSearch(timezone);
  }

  get size(): number {
    return this.#clips.length;
  }
  /** Clips of which nobody has said the matter (A12). A person who says that it is none has said it. */
  get unclassed(): number {
    return this.#unclassed;
  }
  /** The same by the room of the dock that they came through. */
  get unclassedByRoom(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#unclassedIn);
  }
  /** Clips that are in the ledger and the store, and no more in here. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Takes the entries in order; those about anything else are passed by. Never throws. */
  apply({ seq, body }: FoldEntry): void {
    if (body.case === 'clipOffloaded') this.#offloaded(seq, body.value);
    else if (body.case === 'clipClassed') this.#classed(seq, body.value);
    else if (body.case === 'clipErased') {
      const key = deviceKey(body.value);
      const file = this.#onDevice.get(key);
      if (file === undefined) return;
      this.#onDevice.delete(key);
      this.#change(file, (clip) => ({ ...clip, erased: true }));
    }
  }

  /** By its file below the store; null where there is none, or it is forgotten. */
  get(file: string): LabelledClip | null {
    const clip = this.#clips[this.#byFile.get(file) ?? -1];
    return clip ? this.#search.labelled(clip) : null;
  }

  /** The same without its label, which takes long to make for very many. */
  plain(file: string): CataloguedClip | null {
    return this.#clips[this.#byFile.get(file) ?? -1] ?? null;
  }

  /** Files of all clips, oldest in the ledger first. */
  get files(): readonly string[] {
    return this.#clips.map(({ file }) => file);
  }

  /** Those that nobody has classed, oldest in the ledger first. */
  *withoutClass(): Generator<CataloguedClip> {
    for (const clip of this.#clips) if (clip.classing.by === '') yield clip;
  }

  /** The newest in the ledger first. Looks at no more than maxLooked clips; `next` goes on from there. */
  search(query: ClipQuery): ClipFound {
    return this.#search.find(this.#clips, query, this.#forgotten);
  }

  #offloaded(seq: number, value: Offloaded): void {
    // Copied again after a cut: the entry says the same, and the first one counts.
    if (this.#byFile.has(value.file)) return;
    const clip: CataloguedClip = {
      seq,
      file: value.file,
      dock: this.#once(value.dock),
      room: this.#once(value.room),
      device: this.#once(value.device),
      serial: this.#once(value.serial),
      unit: this.#once(value.unit),
      clip: this.#once(value.clip),
      bytes: value.bytes,
      sha256: hex(value.sha256),
      beginMs: value.beginWallMs,
      endMs: value.endWallMs,
      timeCertain: value.timeCertain,
      classing: this.#classing(seq, { ...value, who: '', by: value.classedBy }),
      earlier: none,
      erased: false,
    };
    this.#byFile.set(clip.file, this.#clips.length);
    this.#clips.push(clip);
    this.#onDevice.set(deviceKey(value), clip.file);
    if (clip.classing.by === '') this.#countUnclassed(clip, 1);
    if (this.#clips.length > this.#limit) this.#forget();
  }

  #classed(seq: number, value: Classed): void {
    this.#change(value.file, (clip) => {
      // An entry names the file and its content: one that is about other bytes is about another clip.
      if (clip.sha256 !== hex(value.sha256)) return clip;
      this.#reclassed += 1;
      const classing = this.#classing(seq, { ...value, who: value.by, by: 'hand' });
      return { ...clip, classing, earlier: keptEarlier(clip.earlier, clip.classing).earlier };
    });
    // Earlier ones may have gone, and their texts with them.
    if (this.#reclassed >= this.#limit) this.#shareTexts();
  }

  #countUnclassed({ room }: CataloguedClip, more: number): void {
    this.#unclassed += more;
    this.#unclassedIn.set(room, (this.#unclassedIn.get(room) ?? 0) + more);
  }

  #change(file: string, change: (clip: CataloguedClip) => CataloguedClip): void {
    const at = this.#byFile.get(file);
    const clip = at === undefined ? undefined : this.#clips[at];
    if (at === undefined || clip === undefined) return;
    const changed = change(clip);
    this.#clips[at] = changed;
    this.#countUnclassed(clip, Number(changed.classing.by === '') - Number(clip.classing.by === ''));
  }

  #classing(
    seq: number,
    value: Pick<Classed, 'matter' | 'caseNumber' | 'caseName' | 'party' | 'officer' | 'why' | 'article'> & {
      readonly by: string;
      readonly who: string;
    },
  ): ClipClassing {
    return {
      seq,
      matter: this.#once(value.matter),
      caseNumber: this.#once(value.caseNumber),
      caseName: this.#once(value.caseName),
      party: this.#once(value.party),
      officer: this.#once(value.officer.name),
      certificate: this.#once(value.officer.certificate),
      by: this.#once(value.by),
      who: this.#once(value.who),
      why: this.#once(value.why),
      article: this.#once(value.article),
    };
  }

  #once(text: string): string {
    // Through bytes: a slice would keep the whole text in memory.
    const short = text.length > maxText ? Buffer.from(text.slice(0, maxText)).toString() : text;
    const known = this.#texts.get(short);
    if (known !== undefined) return known;
    this.#texts.set(short, short);
    return short;
  }

  /** A twentieth at a time, so that one clip more does not cost a walk over all of them. */
  #forget(): void {
    const count = Math.max(1, Math.ceil(this.#limit * forgetAtOnce));
    const gone = new Set<CataloguedClip>();
    // The newest quarter stays in any case: where nobody classes, what is new would be forgotten at once otherwise.
    const older = this.#clips.slice(0, Math.ceil(this.#clips.length * 0.75));
    for (const may of forgettable)
      for (const clip of older) {
        if (gone.size >= count) break;
        if (may(clip)) gone.add(clip);
      }
    this.#forgotten += gone.size;
    this.#clips = this.#clips.filter((clip) => !gone.has(clip));
    this.#byFile.clear();
    for (const [at, { file }] of this.#clips.entries()) this.#byFile.set(file, at);
    for (const [key, file] of this.#onDevice) if (!this.#byFile.has(file)) this.#onDevice.delete(key);
    this.#unclassed = 0;
    this.#unclassedIn.clear();
    for (const clip of this.withoutClass()) this.#countUnclassed(clip, 1);
    this.#shareTexts();
  }

  /** Lets go of texts that stand in no clip any more. */
  #shareTexts(): void {
    this.#texts.clear();
    this.#reclassed = 0;
    const share = (part: object): void => {
      for (const text of Object.values(part)) if (typeof text === 'string') this.#texts.set(text, text);
    };
    for (const { classing, earlier, dock, room, device, serial, unit, clip } of this.#clips)
      for (const part of [{ dock, room, device, serial, unit, clip }, classing, ...earlier]) share(part);
  }
}

/** Which clips are forgotten first: people have to look at the last ones still. */
const forgettable: readonly ((clip: CataloguedClip) => boolean)[] = [
  ({ erased, classing }) => erased && classing.by !== '',
  ({ classing }) => classing.by !== '',
  () => true,
];

const none: readonly ClipClassing[] = [];

function deviceKey({
  serial,
  clip,
  sha256,
}: {
  readonly serial: string;
  readonly clip: string;
  readonly sha256: Uint8Array;
}): string {
  return `${serial}\n${hex(sha256)}\n${clip}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
