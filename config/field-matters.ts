// The matters of field work that body-cams bring to the docks (A12): their names, the words by which officers mark a
// clip, and the rule's own words behind them. What a pack asks of each is in config/policies.
import type { Language } from './dictionary.ts';

/** In the order of a case: what is looked at, taken, held, delivered and enforced; then what is no case yet. */
export const fieldMatters = [
  'entry-inspection',
  'evidence-taking',
  'field-inquiry',
  'sampling',
  'preservation',
  'seizure',
  'release',
  'direct-service',
  'service-by-leaving',
  'service-by-notice',
  'disputed-penalty',
  'rectification-check',
  'enforcement',
  'patrol',
] as const;
export type FieldMatter = (typeof fieldMatters)[number];

export interface FieldMatterWords {
  readonly zh: string;
  readonly en: string;
  /** What an officer may mark a clip with; the id of the matter and its two names are marks as well. */
  readonly marks: readonly string[];
  /** The article that has the matter, and its own words for it; they stand so in the words of a shipped pack. */
  readonly rule: { readonly citation: string; readonly words: readonly string[] };
}

/** No mark stands for two matters: one that could (such as 送达, 强制, 检查取证) is not in the table. */
export const fieldMatterWords: Readonly<Record<FieldMatter, FieldMatterWords>> = {
  'entry-inspection': {
    zh: '现场检查',
    en: 'entry inspection',
    marks: [
      '检查',
      '入户',
      '入户检查',
      '入户执法',
      '现场查验',
      '实地核实',
      '勘验',
      '现场勘验',
      'inspection',
      'entry',
    ],
    rule: { citation: 'HY 9(1)', words: ['现场查验', '实地核实', '入户执法'] },
  },
  'evidence-taking': {
    zh: '调查取证',
    en: 'taking of evidence',
    marks: ['取证', '调取证据', '调账取证', '调账', 'evidence'],
    rule: { citation: 'HY 20(2)', words: ['调查取证'] },
  },
  'field-inquiry': {
    zh: '现场询问',
    en: 'inquiry in the field',
    marks: ['询问', 'inquiry'],
    rule: { citation: 'HY 24(3)', words: ['询问'] },
  },
  sampling: {
    zh: '抽样取证',
    en: 'sampling',
    marks: ['抽样', '抽样检查', '采样', 'sample'],
    rule: { citation: 'ZZ 15', words: ['抽样取证'] },
  },
  preservation: {
    zh: '证据保全、先行登记保存',
    en: 'preservation of evidence',
    marks: ['先行登记保存', '登记保存', '证据登记保存', '证据保全', '保全', 'preserve'],
    rule: { citation: 'ZZ 15', words: ['先行登记保存'] },
  },
  seizure: {
    zh: '查封、扣押等强制措施',
    en: 'sealing and seizure',
    marks: ['查封', '扣押', '查封扣押', '强制措施', 'sealing', 'seize'],
    rule: { citation: 'JZ 7(2)6', words: ['查封', '扣押', '强制措施'] },
  },
  release: {
    zh: '解除查封、扣押、保全',
    en: 'release from seizure',
    marks: ['解除', '解除查封', '解除扣押', '解除查封扣押', '解除保全', '解除证据保全', '解封'],
    rule: { citation: 'JZ 7(2)4', words: ['解除证据保全'] },
  },
  'direct-service': {
    zh: '直接送达',
    en: 'direct service',
    marks: [],
    rule: { citation: 'ZZ 30', words: ['直接送达'] },
  },
  'service-by-leaving': {
    zh: '留置送达',
    en: 'service by leaving',
    marks: ['留置', 'leaving'],
    rule: { citation: 'ZZ 31', words: ['留置送达'] },
  },
  'service-by-notice': {
    zh: '公告送达',
    en: 'service by public notice',
    marks: ['公告', '张贴公告', 'notice'],
    rule: { citation: 'ZZ 35', words: ['公告送达', '张贴公告'] },
  },
  'disputed-penalty': {
    zh: '易争议的当场处罚',
    en: 'disputed on-the-spot penalty',
    marks: ['争议', '当场处罚', '简易程序', 'disputed', 'penalty'],
    rule: { citation: 'FS 23 last para', words: ['简易程序'] },
  },
  'rectification-check': {
    zh: '责令改正核查',
    en: 'check of rectification',
    marks: ['改正核查', '整改核查', '复查', 'rectification'],
    rule: { citation: 'ZZ 24', words: ['责令当事人改正', '核查'] },
  },
  enforcement: {
    zh: '强制执行',
    en: 'enforcement',
    marks: ['代履行', '强制拆除', '排除妨碍', '恢复原状', 'enforce'],
    rule: { citation: 'ZZ 27', words: ['排除妨碍', '恢复原状', '代履行', '强制执行'] },
  },
  patrol: {
    zh: '日常巡查',
    en: 'daily patrol',
    marks: ['巡查', '巡逻'],
    rule: { citation: 'ZZ 42', words: ['日常巡查'] },
  },
};

/** Most characters of a mark that a word is looked for in; a device's own list allows fewer. */
export const maxMarkWord = 40;

const byMark: ReadonlyMap<string, FieldMatter> = new Map(
  fieldMatters.flatMap((matter) => {
    const { zh, en, marks } = fieldMatterWords[matter];
    return [matter, zh, en, ...marks].map((word) => [markForm(word), matter] as const);
  }),
);

/** The matter that a mark's word stands for; '' for none. Letters of either case and width are one. Never throws. */
export function matterOfMark(word: string): FieldMatter | '' {
  return word.length > maxMarkWord ? '' : (byMark.get(markForm(word)) ?? '');
}

export function isFieldMatter(word: string): word is FieldMatter {
  return (fieldMatters as readonly string[]).includes(word);
}

/** `''` (not classed) has its word too. */
export function fieldMatterText(matter: FieldMatter | '', language: Language): string {
  if (matter === '') return language === 'zh-CN' ? '未分类' : 'not classed';
  const { zh, en } = fieldMatterWords[matter];
  return language === 'zh-CN' ? zh : en;
}

function markForm(word: string): string {
  return word.normalize('NFKC').trim().toLowerCase();
}
