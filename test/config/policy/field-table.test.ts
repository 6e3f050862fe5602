// What each shipped pack says of the matters of field work (A12) and of their classes of retention (F1, F2), cell by
// cell, as pack-table.test.ts has it for the rest. The words of the articles are published-words.test.ts's.
import t from 'tap';
import {
  fieldMatters,
  fieldMatterText,
  fieldMatterWords,
  matterOfMark,
  type FieldMatter,
} from '../../../config/field-matters.ts';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import type { CitedArticle } from '../../../config/policy/policy-book.ts';
import { fieldDuties } from '../../../config/policy/policy-schema.ts';
import { parameters, parameterText, shownRule } from '../../../config/policy/policy-text.ts';

const book = await loadPolicies();
const packs = {
  HY: 'hengyang-industry',
  JZ: 'jiaozuo-emergency',
  FS: 'fushun-industry',
  ZZ: 'zhuzhou-urban',
  CT: 'culture-tourism',
} as const;
type Short = keyof typeof packs;
const day = '2026-11-21';
const on = (short: Short | 'max') => book.on(short === 'max' ? 'strictest' : packs[short], day);
const cited = (articles: readonly CitedArticle[] = []): string =>
  articles.map(({ citation }) => citation).join(', ');

// `–` is silence; the articles are those of the pack, all of them.
const table: Readonly<
  Record<FieldMatter, readonly [hy: string, jz: string, fs: string, zz: string, ct: string]>
> = {
  'entry-inspection': [
    'must: 9(1), 20(1), 20(3)',
    'must: 7(2)5',
    'must: 14(3), 14(5)',
    'must: 14(4), 15',
    'as-needed: 10(2)',
  ],
  'evidence-taking': [
    'must: 9(1), 20(2)',
    'must: 7(2)7',
    'text-only: 14(2)',
    'must: 14(3)',
    'as-needed: 10(2)',
  ],
  'field-inquiry': [
    'must: 20(6), 24(3)',
    '–',
    'text-only: 14(1)',
    'must: 14(1), 14(2), 15',
    'as-needed: 10(2)',
  ],
  sampling: ['must: 24(5)', 'must: 7(2)8', 'must: 14(4)', 'must: 14(5), 15', 'as-needed: 10(2)'],
  preservation: ['must: 9(2), 24(6)', 'must: 7(2)3', 'must: 15', 'must: 14(6), 15', 'as-needed: 10(2)'],
  seizure: ['must: 9(2)', 'must: 7(2)6, 7 last para', 'must: 16', 'must: 14(7), 15', 'must: 9(1), 9(2)'],
  release: ['–', 'must: 7(2)4', '–', '–', 'must: 9(1), 9(2)'],
  'direct-service': ['must: 9(3), 20(5)', '–', 'text-only: 25', 'as-needed: 30', '–'],
  'service-by-leaving': ['must: 9(3), 31', 'must: 7(1)2, 7(2)2', 'must: 27', 'must: 31', 'as-needed: 10(4)'],
  'service-by-notice': ['must: 9(3), 33', '–', 'must: 28', 'must: 35', 'as-needed: 10(4)'],
  'disputed-penalty': ['must: 9(7)', '–', 'must: 23 last para', 'must: 49', 'as-needed: 10(1), 10(5)'],
  'rectification-check': ['–', '–', 'may: 29', 'may: 24', '–'],
  enforcement: ['must: 9(2)', 'must: 7 last para', 'must: 31', 'must: 27', 'must: 9(3), 9(4)'],
  patrol: ['–', '–', '–', '–', '–'],
};

for (const matter of fieldMatters)
  t.test(`A12: ${matter} is recorded as far as each pack's rules ask, and silence is told`, async (t) => {
    let most: number = fieldDuties.length;
    const asking: string[] = [];
    for (const [index, short] of (Object.keys(packs) as Short[]).entries()) {
      const ruling = on(short).field(matter);
      const cell = table[matter][index] ?? '';
      t.equal(
        ruling ? `${ruling.value}: ${cited(ruling.articles).replaceAll(`${short} `, '')}` : '–',
        cell,
        short,
      );
      if (!ruling) continue;
      t.ok(ruling.articles.every(({ words }) => words.length > 5));
      const rank = fieldDuties.indexOf(ruling.value);
      if (rank < most) asking.length = 0;
      if (rank <= most) asking.push(cited(ruling.articles));
      most = Math.min(most, rank);
    }
    const strictest = on('max').field(matter);
    t.equal(strictest?.value, fieldDuties[most], 'strictest asks what the one that asks most asks');
    t.equal(cited(strictest?.articles), asking.join(', '), 'and cites each that asks as much');
  });

const listedInAnnex: readonly FieldMatter[] = [
  'entry-inspection',
  'field-inquiry',
  'direct-service',
  'service-by-leaving',
  'disputed-penalty',
];
const classes = [
  ['F1', 'supervisionRetention', 'HY', { keep: { months: 6 }, matters: [] }, ['HY 35']],
  [
    'F1',
    'supplementaryRetention',
    'HY',
    { keep: { years: 2 }, matters: listedInAnnex },
    ['HY 35', 'HY annex 2 terms'],
  ],
  ['F2', 'patrolRetention', 'ZZ', { keep: { months: 6 }, matters: ['patrol'] }, ['ZZ 42']],
] as const;
for (const [id, name, only, value, articles] of classes)
  t.test(`${id}: ${name} is what ${only} says, and no other pack`, async (t) => {
    for (const short of [...(Object.keys(packs) as Short[]), 'max' as const]) {
      const ruling = on(short).rule(name);
      if (short !== only && short !== 'max') {
        t.equal(ruling, null, `${short} is silent`);
        continue;
      }
      t.strictSame(ruling?.value, value, short);
      t.equal(cited(ruling?.articles), articles.join(', '), short);
    }
  });

t.test('A12: every new parameter has a name and a value in both languages', async (t) => {
  const policy = on('max');
  for (const language of ['en', 'zh-CN'] as const) {
    const names = parameters.map((parameter) => parameterText(parameter, language));
    t.equal(new Set(names).size, names.length, 'no name twice');
    for (const matter of fieldMatters) {
      t.equal(parameterText(`field.${matter}`, language), fieldMatterText(matter, language));
      const shown = shownRule(policy, `field.${matter}`, language);
      t.equal(shown === null, matter === 'patrol', matter);
      t.match(shown?.value ?? 'must', language === 'en' ? /^(?:must|may)$/ : /应当|可以|must/);
    }
  }
  t.equal(shownRule(policy, 'patrolRetention', 'en')?.value, '6 months: daily patrol');
  t.equal(shownRule(policy, 'patrolRetention', 'zh-CN')?.value, '6 个月：日常巡查');
  t.equal(shownRule(policy, 'supervisionRetention', 'en')?.value, '6 months');
  t.equal(fieldMatterText('', 'zh-CN'), '未分类');
});

t.test("A12: a matter's words are the rule's own, and no mark stands for two matters", async (t) => {
  const seen = new Map<string, FieldMatter>();
  for (const matter of fieldMatters) {
    const { zh, en, marks, rule } = fieldMatterWords[matter];
    const [short = '', ...rest] = rule.citation.split(' ');
    const article = book.pack(packs[short as Short]).articles[rest.join(' ')] ?? '';
    for (const words of rule.words) t.ok(article.includes(words), `${rule.citation} has ${words}`);
    for (const mark of [matter, zh, en, ...marks]) {
      t.equal(seen.get(mark) ?? matter, matter, mark);
      seen.set(mark, matter);
      t.equal(matterOfMark(` ${mark.toUpperCase()} `), matter, mark);
    }
  }
  for (const none of ['', '送达', '强制', '2026-017', '抽'.repeat(1000), '__proto__'])
    t.equal(matterOfMark(none), '');
});
