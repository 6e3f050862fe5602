// What a check before use comes to (D1–D3, D5, A9): which article asks for each item, and whether recording may start
// with what was found, by which article (P7). Pure. Looking is look-at-room.ts's, the words for people check-words.ts's.
import type { CheckFinding, CheckItem, CheckResult } from '../../config/check-words.ts';
import type { Policy, PolicyBook } from '../../config/policy/policy-book.ts';
import { citations } from '../../config/policy/policy-text.ts';

export interface SeenItem {
  readonly item: CheckItem;
  /** The camera that it was seen at; '' for what is of the whole box or room. */
  readonly device: string;
  readonly result: CheckResult;
  /** '' for what is ok. */
  readonly finding: CheckFinding | '';
  readonly detail: string;
}

export interface CheckVerdict {
  /** Each with the articles that ask for it; '' where none does, and only we look. */
  readonly items: readonly (SeenItem & { readonly article: string })[];
  /** Nothing is at fault. What is not known is no fault, and is counted in `unknown`. */
  readonly passed: boolean;
  readonly unknown: number;
  readonly mayStart: boolean;
  /** The articles that say so; '' where nothing is at fault, or the rules are silent. */
  readonly startArticle: string;
  /** There is a fault, and the rules say nothing of a start with one: it starts (I8). */
  readonly rulesSilent: boolean;
  /** D5: devices that the rules take out of use until they are repaired; each once. */
  readonly outOfUse: readonly string[];
}

export type CheckWord = NonNullable<ReturnType<typeof checkWords>>[number];

/** Which of the rules' own words an item answers; none: no article asks for it, we look all the same. */
const asks: Readonly<Record<CheckItem, readonly CheckWord[]>> = {
  recorder: ['performance'],
  'camera-up': ['performance'],
  frames: ['performance'],
  sound: ['performance'],
  picture: ['performance'],
  // Its own rule, A9.
  'both-in-view': [],
  // Where the rules speak of a memory card, a room's recorder has its disk.
  'disk-space': ['card', 'storage'],
  'disk-writable': ['performance'],
  battery: ['battery'],
  card: ['card', 'storage'],
  clips: [],
  device: ['performance'],
  upkeep: ['upkeep'],
  clock: [],
  panel: [],
  dock: [],
};

/** Faults of what records: only these can keep a recording from starting. A button or a clock is not what ZZ 52 means. */
export const recordingItems: readonly CheckItem[] = [
  'recorder',
  'camera-up',
  'frames',
  'sound',
  'picture',
  'disk-space',
  'disk-writable',
];

/**
 * Judges what was seen by the policy of the room on a day (YYYY-MM-DD). Only an explicit `no` of the pack keeps a
 * recording from starting: not recording is punishable (I8). `book` resolves the articles that a pack cites of others.
 */
export function judgeCheck(
  seen: readonly SeenItem[],
  policy: Policy,
  book: PolicyBook,
  day: string,
): CheckVerdict {
  const inView = policy.rule('bothInView');
  const items = seen.map((each) => ({
    ...each,
    article:
      each.item === 'both-in-view'
        ? citations(inView?.articles ?? [])
        : checkArticles(asks[each.item], policy, book, day),
  }));
  const faults = seen.filter(({ result }) => result === 'fault');
  const unknown = seen.filter(({ result }) => result === 'unknown').length;
  const plain = { items, unknown, mayStart: true, startArticle: '', rulesSilent: false, outOfUse: [] };
  const start = policy.rule('startWithFault');
  const ofRecording = faults.filter(({ item }) => recordingItems.includes(item));
  if (ofRecording.length === 0) return { ...plain, passed: faults.length === 0 };
  const devices = ofRecording.flatMap(({ device }) => (device === '' ? [] : [device]));
  return {
    ...plain,
    passed: false,
    mayStart: start?.value !== 'no',
    startArticle: citations(start?.articles ?? []),
    rulesSilent: start === null,
    outOfUse: start?.value === 'without-faulty-device' ? [...new Set(devices)] : [],
  };
}

/**
 * The articles of the pack's check that ask for one of `words`. A pack that unites others cites theirs: each then
 * stands only for the words of its own pack.
 */
export function checkArticles(
  words: readonly CheckWord[],
  policy: Policy,
  book: PolicyBook,
  day: string,
): string {
  const ruling = policy.rule('checkBeforeUse');
  if (ruling === null) return '';
  const asked = words.filter((word) => ruling.value.includes(word));
  if (asked.length === 0) return '';
  return citations(
    ruling.articles.filter(({ citation }) => {
      const own = checkWords(citation, policy, book, day) ?? ruling.value;
      return asked.some((word) => own.includes(word));
    }),
  );
}

/** What the pack whose article is cited has checked; null where it is the policy's own, or that pack is not here. */
function checkWords(citation: string, policy: Policy, book: PolicyBook, day: string) {
  const [short] = citation.split(' ');
  if (short === policy.pack.short) return null;
  const id = book.ids.find((each) => book.pack(each).short === short);
  const rule = id === undefined ? null : book.inForce(id, day).rule('checkBeforeUse');
  return rule?.articles.some((each) => each.citation === citation) ? rule.value : null;
}
