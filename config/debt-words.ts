// The words for what a session owes and for the time that is left, in both languages. What is owed, and by when, is the
// packs'; the debts of interruptions have their words in interruption-words.ts.
import { deadlineWords } from './deadline-words.ts';
import type { Language } from './dictionary.ts';
import { interruptionWords } from './interruption-words.ts';

/** What an urgent start may owe, the demands of session-request.ts, and what a body-cam holds. */
type DemandWord = 'officers' | 'case-number' | 'case-name' | 'parties' | 'stage' | 'footage';

const demands: Readonly<Record<Language, Readonly<Record<DemandWord, string>>>> = {
  en: {
    officers: 'officers with certificate numbers',
    'case-number': 'case number',
    'case-name': 'case name',
    parties: 'parties',
    stage: 'stage of the procedure',
    footage: 'body-cam footage',
  },
  'zh-CN': {
    officers: '执法人员及证件号码',
    'case-number': '案号',
    'case-name': '案件名称',
    parties: '当事人',
    stage: '执法环节',
    footage: '执法记录存储',
  },
};

/** A debt's name for people; a name of a newer box as it is. */
export function debtText(debt: string, language: Language): string {
  const words: Readonly<Record<string, string>> = { ...interruptionWords[language], ...demands[language] };
  return (Object.hasOwn(words, debt) ? words[debt] : undefined) ?? debt;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in two units at most, e.g. `2 d 3 h`, `23 h 59 min`, `4 min`; less than a minute is `< 1 min`. */
export function spanText(milliseconds: number, language: Language): string {
  const length = Math.abs(milliseconds);
  const [d, h, min, less] =
    language === 'en' ? [' d', ' h', ' min', '< 1 min'] : ['天', '小时', '分钟', '不到1分钟'];
  const gap = language === 'en' ? ' ' : '';
  const two = (large: number, unit: string, small: number, smaller: string): string =>
    small === 0 ? `${large}${unit}` : `${large}${unit}${gap}${small}${smaller}`;
  if (length < minute) return less;
  if (length < hour) return `${Math.floor(length / minute)}${min}`;
  if (length < day) return two(Math.floor(length / hour), h, Math.floor((length % hour) / minute), min);
  return two(Math.floor(length / day), d, Math.floor((length % day) / hour), h);
}

const states = {
  en: {
    'due-soon': (left: string) => `due in ${left}`,
    owed: (left: string) => `due in ${left}`,
    overdue: (left: string) => `OVERDUE for ${left}`,
    gateway: 'the box says so',
    headquarters: "by headquarters' clock",
    offline: 'the box is OFFLINE: it may have been settled there',
  },
  'zh-CN': {
    'due-soon': (left: string) => `还剩${left}`,
    owed: (left: string) => `还剩${left}`,
    overdue: (left: string) => `已逾期${left}`,
    gateway: '设备已上报',
    headquarters: '按总部时钟',
    offline: '设备离线：可能已在现场补齐',
  },
} as const;

export interface DebtState {
  /** Until the deadline, milliseconds; negative when it has gone by. */
  readonly leftMs: number;
  readonly state: 'owed' | 'due-soon' | 'overdue';
  /** Who says that it is overdue. */
  readonly by: 'gateway' | 'headquarters' | null;
  readonly online: boolean;
  /** Of body-cam footage; while remote work is declared no time runs. */
  readonly footage?: { readonly away: boolean };
}

/** How a debt stands: the time left or gone by, and then whose word that is. */
export function debtStateText(
  { leftMs, state, by, online, footage }: DebtState,
  language: Language,
): [string, string] {
  const say = states[language];
  // The box may have said that it is missed before this clock says so.
  const left = spanText(state === 'overdue' ? Math.min(leftMs, 0) : leftMs, language);
  const whose = [...(by === null ? [] : [say[by]]), ...(online ? [] : [say.offline])];
  const time = footage?.away === true ? deadlineWords[language].wheres.remote : say[state](left);
  return [time, whose.join(language === 'en' ? '; ' : '；')];
}
