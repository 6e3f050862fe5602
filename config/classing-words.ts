// Words of the classing of clips (A12): by what a clip got its matter, why it got none, and what is to be known beside,
// in both languages. The decision is the gateway's; in the ledger stand the codes, and both ends show the same words.
import type { Language } from './dictionary.ts';

/** By what a clip is classed; '' is not at all. Their words for people are bodycam-words'. */
export const classedBy = ['booking', 'mark', 'issue', 'hand', ''] as const;
export type ClassedBy = (typeof classedBy)[number];

/** Classes of retention (F1, F2); '' where the pack puts the matter into none. */
export const retentionClasses = ['supervision', 'supplementary', 'patrol', ''] as const;
export type RetentionClass = (typeof retentionClasses)[number];

/** Why a clip is classed as it is, or why it is left to people. */
export const classingReasons = [
  'booking-alone',
  'mark-decides',
  'mark-alone',
  'mark-names-case',
  'issue-alone',
  'by-hand',
  'two-bookings',
  'two-issues',
  'mark-contradicts',
  'mark-ambiguous',
  'mark-without-matter',
  'booking-without-matter',
  'time-uncertain',
  'too-long-ago',
  'nothing-known',
] as const;
export type ClassingReason = (typeof classingReasons)[number];

/** What changes nothing and has to be known all the same. */
export const classingNotes = [
  'begins-before',
  'ends-after',
  'time-uncertain',
  'officer-unclear',
  'officer-of-issue',
  'issue-differs',
  'mark-not-understood',
  'case-names-differ',
  'no-sound',
  'no-picture',
] as const;
export type ClassingNote = (typeof classingNotes)[number];

interface Both {
  readonly en: string;
  readonly zh: string;
}

const retention: Readonly<Record<RetentionClass, Both>> = {
  supervision: { en: 'supervision', zh: '监督保障类' },
  supplementary: { en: 'supplementary evidence', zh: '补强证据类' },
  patrol: { en: 'daily patrol', zh: '日常巡查' },
  '': { en: 'the rules put it into no class', zh: '制度未归类' },
};
const reasons: Readonly<Record<ClassingReason, Both>> = {
  'booking-alone': { en: 'one booking of the officer, and no other', zh: '与该执法人员的唯一预约相符' },
  'mark-decides': { en: 'the mark agrees with one of the bookings', zh: '按设备标记在多个预约中确定' },
  'mark-alone': {
    en: 'the mark names the matter, and no booking is at that time',
    zh: '按设备标记，无相符的预约',
  },
  'mark-names-case': { en: 'the mark names a case that one booking has', zh: '设备标记的案号仅有一个预约' },
  'issue-alone': { en: 'the device was issued for it', zh: '按设备领用事由' },
  'by-hand': { en: 'set by hand', zh: '人工确定' },
  'two-bookings': { en: 'more than one booking fits', zh: '有多个预约相符' },
  'two-issues': { en: 'more than one issue of the device fits', zh: '有多个领用记录相符' },
  'mark-contradicts': {
    en: 'the mark says otherwise than the booking or the issue',
    zh: '设备标记与预约或领用记录不一致',
  },
  'mark-ambiguous': { en: 'the mark names two matters or two cases', zh: '设备标记含有多个事项或案号' },
  'mark-without-matter': {
    en: 'the mark names a case, and nothing tells the matter',
    zh: '设备标记有案号，事项不明',
  },
  'booking-without-matter': { en: 'the booking names a case and no matter', zh: '预约有案件而无事项' },
  'time-uncertain': { en: 'its time is uncertain, and there is no mark', zh: '时间不可靠且无设备标记' },
  'too-long-ago': {
    en: 'bookings of that time are not remembered any more',
    zh: '时间过久，已无当时的预约记录',
  },
  'nothing-known': { en: 'no booking, mark or issue tells', zh: '无预约、设备标记或领用事由' },
};
const notes: Readonly<Record<ClassingNote, Both>> = {
  'begins-before': { en: 'it begins before the booking', zh: '早于预约开始' },
  'ends-after': { en: 'it ends after the booking', zh: '晚于预约结束' },
  'time-uncertain': { en: 'its time is uncertain', zh: '时间不可靠' },
  'officer-unclear': { en: 'who had the device is not clear', zh: '使用人不明' },
  'officer-of-issue': { en: 'the officer is the one it was issued to', zh: '执法人员按领用记录确定' },
  'issue-differs': { en: 'the device was issued for something else', zh: '与领用事由不同' },
  'mark-not-understood': { en: 'the mark could not be read as a matter or case', zh: '设备标记无法识别' },
  'case-names-differ': {
    en: 'bookings name this case or its parties differently',
    zh: '各预约中的案由或当事人不一致',
  },
  'no-sound': { en: 'it has no sound', zh: '无声音' },
  'no-picture': { en: 'it has no picture', zh: '无画面' },
};

function say(words: Both, language: Language): string {
  return language === 'zh-CN' ? words.zh : words.en;
}

export function retentionClassText(word: RetentionClass, language: Language): string {
  return say(retention[word], language);
}

interface Why {
  readonly why: ClassingReason;
  /** Ids of bookings or issues. */
  readonly named: readonly string[];
  readonly notes: readonly ClassingNote[];
}

/** As it stands in an entry: `two-bookings: b-1, b-2; time-uncertain`. */
export function classingCode({ why, named, notes: told }: Why): string {
  return [named.length === 0 ? why : `${why}: ${named.join(', ')}`, ...told].join('; ');
}

/** The words of such a code, in one line. What is not known, as a newer box may say more, is shown as it stands. */
export function classingText(code: string, language: Language): string {
  const [open, close, comma, semicolon] =
    language === 'zh-CN' ? ['（', '）', '、', '；'] : [' (', ')', ', ', '; '];
  return code
    .split('; ')
    .map((part) => {
      const [, word = part, named = ''] = /^([a-z-]+)(?:: (.*))?$/s.exec(part) ?? [];
      const told = wordOf(reasons, word) ?? wordOf(notes, word);
      if (told === undefined) return part;
      return `${say(told, language)}${named === '' ? '' : `${open}${named.replaceAll(', ', comma)}${close}`}`;
    })
    .join(semicolon);
}

function wordOf(words: Readonly<Record<string, Both>>, word: string): Both | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined;
}
