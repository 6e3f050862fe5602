// Looks for clips in the catalogue (I1): each part of a query has to fit. A part of its own because it is what a page
// and a command ask for; what there is to be found is clip-catalogue.ts's.
import type { CataloguedClip } from './catalogued-clip.ts';
import { caseForm } from './clip-mark.ts';
import { clipLabel } from './clip-label.ts';

/** Clips that one search looks at, and names made for it: a tenth of a second at most, because rooms record meanwhile. */
export const maxLooked = 20_000;
export const maxNamesMade = 1000;
/** Clips of one answer. */
export const maxFound = 200;
/** Forms of texts that are remembered between searches; texts are shared, so a site has few. */
const maxForms = 20_000;

/** What is left out fits everything. Texts fit where they stand within, without regard to letters' case and width. */
export interface ClipQuery {
  /** In the label under which a clip is shown, or in the name of its file. */
  readonly name?: string;
  readonly device?: string;
  /** Name or certificate number. */
  readonly officer?: string;
  readonly party?: string;
  /** Number or name of the case. */
  readonly case?: string;
  /** Exactly. */
  readonly matter?: string;
  /** The room of the dock that it came through, exactly. */
  readonly room?: string;
  /** Some of the clip lies in it, ms since 1970. Clips with an uncertain time fit too: they may be meant. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly unclassed?: boolean;
  /** At most maxFound. */
  readonly limit?: number;
  /** `next` of the answer before. */
  readonly before?: number;
}

export interface LabelledClip extends CataloguedClip {
  readonly label: string;
}

export interface ClipFound {
  /** Newest in the ledger first. */
  readonly clips: readonly LabelledClip[];
  /** To go on with as `before`; null when all was looked at. An answer may be empty and have a next. */
  readonly next: number | null;
  /** Clips that the catalogue has forgotten, and that may have fitted. */
  readonly forgotten: number;
}

export class ClipSearch {
  readonly #timezone: string;
  readonly #forms = new Map<string, string>();

  /** Throws RangeError for a time zone that there is not. */
  constructor(timezone: string) {
    this.#timezone = new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  }

  /** `clips` in the order of their entries. */
  find(clips: readonly CataloguedClip[], query: ClipQuery, forgotten: number): ClipFound {
    const limit = Math.min(Math.max(query.limit ?? maxFound, 1), maxFound);
    const wanted = wantedTexts(query);
    const name = (query.name ?? '')
      .split(/\s+/)
      .map(caseForm)
      .filter((word) => word !== '');
    const found: LabelledClip[] = [];
    let looked = 0;
    let named = 0;
    for (let at = placeBefore(clips, query.before ?? Infinity) - 1; at >= 0; at -= 1) {
      const clip = clips[at];
      if (!clip) break;
      if (looked >= maxLooked || named >= maxNamesMade || found.length >= limit)
        return { clips: found, next: clip.seq + 1, forgotten };
      looked += 1;
      if (!fitsPlainly(clip, query)) continue;
      if (!wanted.every(({ text, of }) => of(clip).some((each) => this.#form(each).includes(text)))) continue;
      if (name.length > 0) named += 1;
      const label = this.#label(clip);
      const names = caseForm(`${label}\n${clip.file}`);
      if (name.every((word) => names.includes(word))) found.push({ ...clip, label });
    }
    return { clips: found, next: null, forgotten };
  }

  /** The same, of one clip. */
  labelled(clip: CataloguedClip): LabelledClip {
    return { ...clip, label: this.#label(clip) };
  }

  #label({ classing, ...clip }: CataloguedClip): string {
    return clipLabel({ ...clip, ...classing }, this.#timezone);
  }

  /** Folding a text costs much more than looking into it, and the same ones come again. */
  #form(text: string): string {
    const known = this.#forms.get(text);
    if (known !== undefined) return known;
    if (this.#forms.size >= maxForms) this.#forms.clear();
    const form = caseForm(text);
    this.#forms.set(text, form);
    return form;
  }
}

interface Wanted {
  readonly text: string;
  readonly of: (clip: CataloguedClip) => readonly string[];
}

function wantedTexts({ device, officer, party, case: ofCase }: ClipQuery): readonly Wanted[] {
  const all: readonly (readonly [string | undefined, Wanted['of']])[] = [
    [device, (clip) => [clip.device]],
    [officer, ({ classing }) => [classing.officer, classing.certificate]],
    [party, ({ classing }) => [classing.party]],
    [ofCase, ({ classing }) => [classing.caseNumber, classing.caseName]],
  ];
  return all.flatMap(([text, of]) => (text === undefined ? [] : [{ text: caseForm(text), of }]));
}

/** What is compared as it stands. */
function fitsPlainly(clip: CataloguedClip, { matter, room, unclassed, fromMs, toMs }: ClipQuery): boolean {
  if (room !== undefined && clip.room !== room) return false;
  if (matter !== undefined && clip.classing.matter !== matter) return false;
  if (unclassed !== undefined && (clip.classing.by === '') !== unclassed) return false;
  if (!clip.timeCertain) return true;
  return clip.endMs >= (fromMs ?? -Infinity) && clip.beginMs <= (toMs ?? Infinity);
}

/** The first place whose entry is not before `seq`. */
function placeBefore(clips: readonly CataloguedClip[], seq: number): number {
  let low = 0;
  let high = clips.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((clips[middle]?.seq ?? Infinity) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
