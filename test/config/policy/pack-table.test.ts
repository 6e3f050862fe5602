// What each shipped pack says, cell by cell of the table "What each pack says" of the requirements: a row is a
// parameter, a column a pack, a cell its value and articles, `–` for silence.
import t from 'tap';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import { matters, ruleNames, type Matter, type RuleName } from '../../../config/policy/policy-schema.ts';

const book = await loadPolicies();
const packs = {
  HY: 'hengyang-industry',
  JZ: 'jiaozuo-emergency',
  FS: 'fushun-industry',
  ZZ: 'zhuzhou-urban',
  CT: 'culture-tourism',
  max: 'strictest',
} as const;
type Cell = null | readonly [value: unknown, ...articles: string[]];
type Parameter = RuleName | `recording.${Matter}`;
type Row = readonly [parameter: Parameter, cells: Readonly<Record<keyof typeof packs, Cell>>];

const b1 = '为保护您的合法权益，监督我们的执法行为，我们本次行政执法全程录音、录像。';
const b2 = '为保护您的合法权益，监督我们的执法行为，本次执法将全程录音录像';
const h24 = { hours: 24 };
const file = 'case-file';

// An article list here names what the table cites; a pack may cite more that says the same.
const table: readonly Row[] = [
  [
    'recording.reception',
    {
      HY: ['whole-working-time', '7(1)'],
      JZ: null,
      FS: null,
      ZZ: ['may', '9'],
      CT: null,
      max: ['whole-working-time', 'HY 7(1)'],
    },
  ],
  [
    'recording.hall',
    {
      HY: null,
      JZ: null,
      FS: ['must', '10 para 3'],
      ZZ: ['may', '9'],
      CT: null,
      max: ['whole-working-time', 'FS 10 para 3'],
    },
  ],
  [
    'recording.hearing',
    {
      HY: ['must', '15', '28'],
      JZ: ['must', '7(1)1', '7(2)1'],
      FS: ['text-only', '14(7)'],
      ZZ: ['may', '22'],
      CT: ['as-needed', '10(3)'],
      max: ['must', 'HY 15', 'JZ 7(1)1'],
    },
  ],
  [
    'notice',
    {
      HY: [{ words: b1, when: 'before' }, '12'],
      JZ: [{ words: b2, when: 'first' }, '10(1)'],
      FS: null,
      ZZ: [{ when: 'before' }, '50'],
      CT: [{ when: 'after-preamble' }, '13'],
      max: [{ words: b1, when: 'first' }, 'HY 12', 'JZ 10(1)'],
    },
  ],
  [
    'preamble',
    {
      HY: [['time', 'place', 'officers', 'object', 'matter'], 'annex 2 item 1'],
      JZ: null,
      FS: null,
      ZZ: null,
      CT: [['time', 'place', 'officers', 'matter', 'object', 'stage'], '13'],
      max: [['time', 'place', 'officers', 'matter', 'object', 'stage'], 'CT 13'],
    },
  ],
  [
    'interruption',
    {
      HY: null,
      JZ: [['spoken-cause', 'report-to-head', 'written-explanation'], '11'],
      FS: null,
      ZZ: [['key-steps'], '49'],
      CT: [['spoken-cause', 'written-explanation'], '14'],
      max: [
        ['spoken-cause', 'report-to-head', 'written-explanation', 'key-steps'],
        'JZ 11',
        'CT 14',
        'ZZ 49',
      ],
    },
  ],
  [
    'checkBeforeUse',
    {
      HY: null,
      JZ: [['battery', 'card'], '16'],
      FS: [['upkeep'], '33'],
      ZZ: [['battery', 'card'], '51'],
      CT: [['performance', 'battery', 'storage'], '12'],
      max: [['performance', 'battery', 'card', 'storage', 'upkeep'], 'CT 12', 'JZ 16', 'ZZ 51', 'FS 33'],
    },
  ],
  [
    'offload',
    {
      HY: null,
      JZ: [[h24], '13'],
      FS: null,
      ZZ: [['end-of-day', { workingDays: 2 }], '37'],
      CT: [[{ workingDays: 2 }], '15'],
      max: [[h24, 'end-of-day'], 'JZ 13', 'ZZ 37'],
    },
  ],
  [
    'offloadAfterReturn',
    { HY: null, JZ: [h24, '13'], FS: null, ZZ: null, CT: [{ workingDays: 2 }, '15'], max: [h24, 'JZ 13'] },
  ],
  [
    'caseFile',
    {
      HY: [{ days: 30 }, '34'],
      JZ: [{ workingDays: 30 }, '14'],
      FS: [{ days: 30 }, '32'],
      ZZ: [{ days: 30 }, '39'],
      CT: [{ workingDays: 30 }, '16'],
      max: [{ days: 30 }, 'HY 34', 'FS 32', 'ZZ 39'],
    },
  ],
  [
    'baseRetention',
    {
      HY: [{ months: 6 }, '35'],
      JZ: [file, '14'],
      FS: ['archives-law', '32'],
      ZZ: [{ months: 6 }, '42'],
      CT: [{ years: 5 }, '19'],
      max: [{ years: 5 }, 'CT 19'],
    },
  ],
  [
    'evidenceRetention',
    {
      HY: [[{ years: 2 }, file], '35'],
      JZ: [[file], '14'],
      FS: [['archives-law'], '32'],
      ZZ: [[file], '42'],
      CT: [[file], '17', '19'],
      max: [[{ years: 5 }, file, 'archives-law'], 'CT 19'],
    },
  ],
  ['litigationHold', { HY: [true, '35'], JZ: null, FS: null, ZZ: null, CT: null, max: [true, 'HY 35'] }],
  [
    'longTerm',
    {
      HY: null,
      JZ: [
        [
          'compulsory-measures',
          'objection-complaint-petition',
          'refusal-obstruction-abuse',
          'mass-or-sudden-incident',
          'other',
        ],
        '17',
      ],
      FS: null,
      ZZ: [
        [
          'objection-complaint-petition',
          'evasion',
          'refusal-obstruction-abuse',
          'mass-or-sudden-incident',
          'other',
        ],
        '43',
      ],
      CT: [
        ['compulsory-measures', 'objection-complaint-petition', 'refusal-obstruction-abuse', 'other'],
        '18',
      ],
      max: [
        [
          'compulsory-measures',
          'objection-complaint-petition',
          'evasion',
          'refusal-obstruction-abuse',
          'mass-or-sudden-incident',
          'other',
        ],
        'JZ 17',
        'ZZ 43',
        'CT 18',
      ],
    },
  ],
  [
    'copyApprover',
    {
      HY: ['分管领导', '37'],
      JZ: ['分管领导', '18'],
      FS: ['政府信息公开', '34'],
      ZZ: ['局长', '44'],
      CT: ['负责人', '21'],
      max: ['局长', 'ZZ 44'],
    },
  ],
  ['viewingApproval', { HY: null, JZ: null, FS: null, ZZ: ['局长', '47'], CT: null, max: ['局长', 'ZZ 47'] }],
  [
    'editingBan',
    {
      HY: null,
      JZ: [true, '14'],
      FS: null,
      ZZ: [true, '55(2)'],
      CT: [true, '23'],
      max: [true, 'JZ 14', 'ZZ 55(2)', 'CT 23'],
    },
  ],
];

function said(policy: Policy, parameter: Parameter): Cell {
  const rule = parameter.startsWith('recording.')
    ? policy.recording(parameter.slice('recording.'.length) as Matter)
    : policy.rule(parameter as RuleName);
  return rule && [rule.value, ...rule.articles.map(({ citation }) => citation)];
}

for (const [parameter, cells] of table)
  t.test(`P7: ${parameter} is what each pack's rules say of it`, async (t) => {
    for (const [short, cell] of Object.entries(cells)) {
      const rule = said(book.on(packs[short as keyof typeof packs], '2026-11-21'), parameter);
      if (cell === null) {
        t.equal(rule, null, `${short} is silent`);
        continue;
      }
      const [value, ...articles] = cell;
      t.strictSame(rule?.[0], value, short);
      for (const article of articles) {
        const cited = short === 'max' ? article : `${short} ${article}`;
        t.ok(rule?.includes(cited), `${short} cites ${cited}: ${String(rule?.slice(1))}`);
      }
    }
  });

t.test('every article that a pack cites has its published words', async (t) => {
  for (const id of book.ids) {
    const policy = book.on(id, '2026-11-21');
    for (const parameter of [...matters.map((matter) => `recording.${matter}` as const), ...ruleNames]) {
      const rule = parameter.startsWith('recording.')
        ? policy.recording(parameter.slice('recording.'.length) as Matter)
        : policy.rule(parameter as RuleName);
      for (const { citation, words } of rule?.articles ?? [])
        t.ok(words.length > 10, `${id} ${parameter} ${citation}`);
    }
  }
});

t.test('the fixed words of a notice stand in the article that fixes them (B1, B2)', async (t) => {
  for (const id of ['hengyang-industry', 'jiaozuo-emergency', 'strictest']) {
    const notice = book.on(id, '2026-11-21').rule('notice');
    // The published text has blanks after half-width commas in places.
    const plain = (text: string): string => text.replaceAll(', ', '，').replaceAll(': ', '：');
    t.ok(
      notice?.articles.some(({ words }) => plain(words).includes(notice.value.words ?? '-')),
      id,
    );
  }
});
