// A12, I1: which clip is classed by what, and which is left to people. Each row is a clip and what is known of it.
import fc from 'fast-check';
import t from 'tap';
import { classingCode, classingText } from '../../../../config/classing-words.ts';
import { fieldMatters, type FieldMatter } from '../../../../config/field-matters.ts';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import { classClip, maxNamed, type Classing } from '../../../../gateway/bodycam/clips/classing.ts';
import {
  sameOfficer,
  type ClipToClass,
  type DeviceIssue,
  type FieldBooking,
} from '../../../../gateway/bodycam/clips/classing-rules.ts';
import { maxMark, readMark } from '../../../../gateway/bodycam/clips/clip-mark.ts';

const book = await loadPolicies();
const policy = book.inForce('strictest', '2026-11-21');
const hour = 3_600_000;
const nine = Date.UTC(2026, 10, 20, 1);
const li = { name: '李明', certificate: 'A-1' };
const wang = { name: '王芳', certificate: 'A-2' };
const party = '株洲某餐饮公司';

const clip: ClipToClass = {
  device: 'BC-07',
  officer: li,
  beginMs: nine + 0.1 * hour,
  endMs: nine + 0.9 * hour,
  timeUncertain: false,
  caseMark: '',
  sound: true,
  picture: true,
};
const sampling: FieldBooking = {
  id: 'b1',
  officers: [wang, li],
  device: '',
  matter: 'sampling',
  caseNumber: '2026-017',
  caseName: '涉嫌销售不合格商品',
  parties: [party, '张三'],
  fromMs: nine,
  toMs: nine + hour,
};
const seizure: FieldBooking = {
  ...sampling,
  id: 'b2',
  matter: 'seizure',
  caseNumber: '2026-018',
  parties: ['李四'],
  fromMs: nine + hour,
  toMs: nine + 2 * hour,
};
const patrol: DeviceIssue = {
  id: 'i1',
  device: 'BC-07',
  officer: li,
  matter: 'patrol',
  caseNumber: '',
  caseName: '',
  parties: [],
  fromMs: nine - hour,
  toMs: null,
};

interface Row {
  readonly clip?: Partial<ClipToClass>;
  readonly bookings?: readonly FieldBooking[];
  readonly issues?: readonly DeviceIssue[];
  readonly is: Partial<Classing>;
}
const both = { beginMs: nine + 0.5 * hour, endMs: nine + 1.5 * hour };
const nobody = { matter: '', by: '', duty: null, retentionClass: '', articles: [] } as const;
const ofCase = {
  caseNumber: '2026-017',
  caseName: '涉嫌销售不合格商品',
  party: '株洲某餐饮公司、张三',
} as const;
const ofSampling = { matter: 'sampling', ...ofCase } as const;

const rows: Readonly<Record<string, Row>> = {
  'one booking of the officer at its time': {
    bookings: [sampling, seizure],
    is: {
      ...ofSampling,
      officer: li,
      by: 'booking',
      why: 'booking-alone',
      named: ['b1'],
      notes: [],
      duty: 'must',
    },
  },
  'it begins in a booking, ends after it, and overlaps no other': {
    clip: both,
    bookings: [sampling],
    is: { ...ofSampling, by: 'booking', notes: ['ends-after'] },
  },
  'it begins before the only booking that it overlaps': {
    clip: { beginMs: nine - hour },
    bookings: [sampling],
    is: { ...ofSampling, by: 'booking', notes: ['begins-before'] },
  },
  'two bookings at its time: both are named and neither is taken': {
    clip: both,
    bookings: [sampling, seizure],
    is: { ...nobody, why: 'two-bookings', named: ['b1', 'b2'], caseNumber: '', party: '' },
  },
  'two bookings that say the same are still two': {
    bookings: [sampling, { ...sampling, id: 'b9' }],
    is: { ...nobody, why: 'two-bookings', named: ['b1', 'b9'] },
  },
  'two bookings, and the mark agrees with one by its matter': {
    clip: { ...both, caseMark: '查封' },
    bookings: [sampling, seizure],
    is: { matter: 'seizure', caseNumber: '2026-018', by: 'mark', why: 'mark-decides', named: ['b2'] },
  },
  'two bookings, and the mark agrees with one by its case': {
    clip: { ...both, caseMark: '2026-017' },
    bookings: [sampling, seizure],
    is: { ...ofSampling, by: 'mark', why: 'mark-decides' },
  },
  'two bookings, and the mark agrees with neither': {
    clip: { ...both, caseMark: '2025-999' },
    bookings: [sampling, seizure],
    is: { ...nobody, why: 'mark-contradicts', named: ['b1', 'b2'] },
  },
  'a mark of another matter contradicts the booking': {
    clip: { caseMark: '询问 2026-017' },
    bookings: [sampling],
    is: { ...nobody, why: 'mark-contradicts', named: ['b1'] },
  },
  'a mark of another case contradicts the booking': {
    clip: { caseMark: '抽样 2026-018' },
    bookings: [sampling],
    is: { ...nobody, why: 'mark-contradicts', named: ['b1'] },
  },
  'a mark writes the case of the booking with other brackets and widths': {
    clip: { caseMark: '株城罚［２０２６］１７号' },
    bookings: [{ ...sampling, caseNumber: '株城罚〔2026〕17号' }],
    is: { matter: 'sampling', caseNumber: '株城罚〔2026〕17号', by: 'booking' },
  },
  'a booking without a case takes the one of the mark': {
    clip: { caseMark: '2026-020' },
    bookings: [{ ...sampling, caseNumber: '' }],
    is: { matter: 'sampling', caseNumber: '2026-020', by: 'booking' },
  },
  'a mark that says nothing readable leaves the booking as it is, and is told': {
    clip: { caseMark: '01' },
    bookings: [sampling],
    is: { ...ofSampling, by: 'booking', notes: ['mark-not-understood'] },
  },
  'a mark of two matters decides nothing, not even with a booking': {
    clip: { caseMark: '抽样 查封' },
    bookings: [sampling],
    is: { ...nobody, why: 'mark-ambiguous' },
  },
  'a mark alone': {
    clip: { caseMark: '留置送达 2026-031' },
    is: { matter: 'service-by-leaving', caseNumber: '2026-031', caseName: '', by: 'mark', why: 'mark-alone' },
  },
  'a mark alone, whose case a booking of another hour names': {
    clip: { caseMark: '查封 2026-017', beginMs: nine + 5 * hour, endMs: nine + 6 * hour },
    bookings: [sampling],
    is: { ...ofSampling, matter: 'seizure', by: 'mark', why: 'mark-alone', named: [] },
  },
  'a mark alone, whose case has other parties in each booking': {
    clip: { caseMark: '查封 2026-017', beginMs: nine + 5 * hour, endMs: nine + 6 * hour },
    bookings: [sampling, { ...seizure, caseNumber: '2026-017' }],
    is: { matter: 'seizure', caseNumber: '2026-017', party: '', by: 'mark', notes: ['case-names-differ'] },
  },
  'a case alone tells no matter: a case has many': {
    clip: { caseMark: '2026-017', beginMs: nine + 5 * hour, endMs: nine + 6 * hour },
    bookings: [sampling],
    is: { ...nobody, why: 'mark-without-matter', caseNumber: '2026-017', party: '株洲某餐饮公司、张三' },
  },
  'a booking of somebody else': {
    bookings: [{ ...sampling, officers: [wang] }],
    is: { ...nobody, why: 'nothing-known', officer: li },
  },
  'a booking with another device': {
    bookings: [{ ...sampling, device: 'BC-08' }],
    is: { ...nobody, why: 'nothing-known' },
  },
  'a booking that ends as the clip begins': {
    clip: { beginMs: nine + hour, endMs: nine + 2 * hour },
    bookings: [sampling],
    is: { ...nobody, why: 'nothing-known' },
  },
  'a booking that names no matter: the case is known, and people say the matter': {
    bookings: [{ ...sampling, matter: '' }],
    is: { ...nobody, ...ofCase, why: 'booking-without-matter', named: ['b1'] },
  },
  'a booking that names no matter, and a mark that does': {
    clip: { caseMark: '抽样' },
    bookings: [{ ...sampling, matter: '' }],
    is: { ...ofSampling, by: 'booking' },
  },
  'an uncertain time, and a mark with the case of a booking that names no matter': {
    clip: { timeUncertain: true, caseMark: '2026-017' },
    bookings: [{ ...sampling, matter: '' }],
    is: { ...nobody, ...ofCase, why: 'mark-without-matter' },
  },
  'what the device was issued for, where nothing is nearer': {
    issues: [patrol],
    is: { matter: 'patrol', by: 'issue', why: 'issue-alone', named: ['i1'], retentionClass: 'patrol' },
  },
  'a booking is nearer than the issue, and the difference is told': {
    bookings: [sampling],
    issues: [patrol],
    is: { ...ofSampling, by: 'booking', notes: ['issue-differs'] },
  },
  'a mark is nearer than the issue, and the difference is told': {
    clip: { caseMark: '抽样' },
    issues: [patrol],
    is: { matter: 'sampling', by: 'mark', notes: ['issue-differs'] },
  },
  'an issue that agrees with the mark knows more than the mark': {
    clip: { caseMark: '抽样' },
    issues: [{ ...patrol, matter: 'sampling', caseNumber: '2026-044' }],
    is: { matter: 'sampling', caseNumber: '2026-044', by: 'issue' },
  },
  'a mark of another case contradicts the issue': {
    clip: { caseMark: '2026-045' },
    issues: [{ ...patrol, caseNumber: '2026-044' }],
    is: { ...nobody, why: 'mark-contradicts', named: ['i1'] },
  },
  'two issues at its time': {
    issues: [patrol, { ...patrol, id: 'i2', matter: '' }],
    is: { ...nobody, why: 'two-issues', named: ['i1', 'i2'] },
  },
  'an issue for nothing in particular': {
    issues: [{ ...patrol, matter: '' }],
    is: { ...nobody, why: 'nothing-known' },
  },
  'the officer is the one it was issued to, and so are the bookings': {
    bookings: [{ ...sampling, officers: [wang] }],
    issues: [{ ...patrol, officer: wang, matter: '' }],
    is: { ...ofSampling, officer: wang, by: 'booking', notes: ['officer-of-issue'] },
  },
  'two officers had it in its time: a booking of one of them is not enough': {
    bookings: [sampling],
    issues: [
      { ...patrol, matter: '', toMs: nine + 0.5 * hour },
      { ...patrol, id: 'i2', matter: '', officer: wang, fromMs: nine + 0.5 * hour },
    ],
    is: { ...nobody, officer: null, named: ['i1', 'i2'], notes: ['officer-unclear'] },
  },
  'nobody is known to have it: only a booking that names the device': {
    clip: { officer: null },
    bookings: [seizure, { ...sampling, device: 'BC-07' }],
    is: { ...ofSampling, officer: null, by: 'booking', notes: ['officer-unclear'] },
  },
  'an uncertain time is never enough': {
    clip: { timeUncertain: true },
    bookings: [sampling],
    issues: [patrol],
    is: { ...nobody, why: 'time-uncertain', notes: [] },
  },
  'an end before the beginning is no time': {
    clip: { endMs: nine - hour },
    bookings: [sampling],
    is: { ...nobody, why: 'time-uncertain' },
  },
  'an uncertain time, and a mark that names a matter': {
    clip: { timeUncertain: true, caseMark: '查封 2026-017' },
    bookings: [sampling],
    is: { ...ofSampling, matter: 'seizure', by: 'mark', why: 'mark-alone', notes: ['time-uncertain'] },
  },
  'an uncertain time, and a mark with a case that one booking has': {
    clip: { timeUncertain: true, caseMark: '2026-017' },
    bookings: [sampling, seizure],
    is: { ...ofSampling, by: 'mark', why: 'mark-names-case', named: ['b1'], notes: ['time-uncertain'] },
  },
  'an uncertain time, and a mark with a case that two bookings have': {
    clip: { timeUncertain: true, caseMark: '2026-017' },
    bookings: [sampling, { ...sampling, id: 'b3', matter: 'release' }],
    is: { ...nobody, why: 'two-bookings', named: ['b1', 'b3'], caseNumber: '2026-017' },
  },
  'an uncertain time: any officer who had the device may be meant': {
    clip: { timeUncertain: true, caseMark: '抽样' },
    issues: [{ ...patrol, officer: wang, toMs: nine }],
    is: { matter: 'sampling', by: 'mark', officer: null, notes: ['officer-unclear', 'time-uncertain'] },
  },
  'a clip without sound is classed, and that is told': {
    clip: { sound: false, picture: null },
    bookings: [sampling],
    is: { ...ofSampling, by: 'booking', notes: ['no-sound'] },
  },
  'a clip of no length in a booking': {
    clip: { endMs: nine + 0.1 * hour },
    bookings: [sampling],
    is: { ...ofSampling, by: 'booking' },
  },
};

for (const [name, row] of Object.entries(rows))
  t.test(`A12: ${name}`, async (t) => {
    const found = classClip(
      { ...clip, ...row.clip },
      { bookings: row.bookings ?? [], issues: row.issues ?? [], policy },
    );
    for (const [field, value] of Object.entries(row.is))
      t.strictSame(sorted(found[field as keyof Classing]), sorted(value), field);
    for (const language of ['en', 'zh-CN'] as const)
      t.notMatch(classingText(classingCode(found), language), /[a-z]-[a-z]{4}|undefined/);
  });

/** The order of notes says nothing. */
function sorted(value: unknown): unknown {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.toSorted() : value;
}

t.test(
  'A12: why a clip is not classed is told in both languages, and words of a newer box as they are',
  async (t) => {
    const known = { bookings: [sampling, seizure], issues: [], policy };
    const code = classingCode(classClip({ ...clip, ...both, sound: false }, known));
    t.equal(code, 'two-bookings: b1, b2; no-sound');
    t.equal(classingText(code, 'en'), 'more than one booking fits (b1, b2); it has no sound');
    t.equal(classingText(code, 'zh-CN'), '有多个预约相符（b1、b2）；无声音');
    t.equal(classingText('toString; newer-word: x', 'en'), 'toString; newer-word: x');
    t.equal(classingText('', 'en'), '');
  },
);

t.test('A12: of a time whose bookings are not remembered, only a mark decides', async (t) => {
  const known = { bookings: [sampling], issues: [patrol], sinceMs: clip.beginMs + 1, policy };
  t.match(classClip(clip, known), { by: '', why: 'too-long-ago', named: [] });
  t.match(classClip({ ...clip, caseMark: '查封' }, known), { by: 'mark', matter: 'seizure' });
  t.match(classClip(clip, { ...known, sinceMs: clip.beginMs }), { by: 'booking' });
});

const retention: readonly (readonly [
  id: string,
  pack: string,
  matter: FieldMatter,
  is: string,
  articles: string,
])[] = [
  [
    'F1',
    'hengyang-industry',
    'entry-inspection',
    'supplementary',
    'HY 9(1), HY 20(1), HY 20(3), HY 35, HY annex 2 terms',
  ],
  ['F1', 'hengyang-industry', 'sampling', '', 'HY 24(5)'],
  ['F1', 'jiaozuo-emergency', 'sampling', '', 'JZ 7(2)8'],
  [
    'F1',
    'strictest',
    'service-by-leaving',
    'supplementary',
    'HY 9(3), HY 31, JZ 7(1)2, JZ 7(2)2, FS 27, ZZ 31, HY 35, HY annex 2 terms',
  ],
  ['F2', 'zhuzhou-urban', 'patrol', 'patrol', 'ZZ 42'],
  ['F2', 'culture-tourism', 'patrol', '', ''],
  ['F2', 'strictest', 'patrol', 'patrol', 'ZZ 42'],
];
for (const [id, pack, matter, is, articles] of retention)
  t.test(
    `${id}: ${matter} by ${pack} is of class '${is}', with the articles of duty and class`,
    async (t) => {
      const found = classClip(
        { ...clip, caseMark: matter },
        { bookings: [], issues: [], policy: book.inForce(pack, '2026-11-21') },
      );
      t.equal(found.retentionClass, is);
      t.equal(found.articles.map(({ citation }) => citation).join(', '), articles);
      t.ok(found.articles.every(({ words }) => words.length > 5));
    },
  );

const marks: readonly (readonly [text: string, matter: string, caseNumber: string, fault: string])[] = [
  ['', '', '', ''],
  ['2026-017', '', '2026-017', ''],
  ['抽样 2026-017', 'sampling', '2026-017', ''],
  ['2026-017，抽样取证', 'sampling', '2026-017', ''],
  ['抽样2026-017', 'sampling', '2026-017', ''],
  ['抽样〔2026〕17号', 'sampling', '〔2026〕17号', ''],
  ['ＳＡＭＰＬＩＮＧ　２０２６－０１７', 'sampling', '2026-017', ''],
  ['Service by Leaving', 'service-by-leaving', '', ''],
  ['service-by-notice 2026-3', 'service-by-notice', '2026-3', ''],
  ['解除查封', 'release', '', ''],
  ['株城抽样罚〔2026〕17号', '', '株城抽样罚〔2026〕17号', ''],
  ['抽样 抽样取证', 'sampling', '', ''],
  ['抽样 查封', '', '', 'ambiguous'],
  ['2026-017 2026-018', '', '', 'ambiguous'],
  ['2026-017 ２０２６-０１７', '', '2026-017', ''],
  ['01', '', '', 'unread'],
  ['重要', '', '', 'unread'],
  ['抽样 重要', 'sampling', '', 'unread'],
  ['送达', '', '', 'unread'],
  ['\u0000\u202E抽样\u0007', 'sampling', '', ''],
  [`抽样${' '.repeat(maxMark)}`, '', '', 'unread'],
];
t.test('A12: a mark is a matter by its words, a case number, both or neither', async (t) => {
  for (const [text, matter, caseNumber, fault] of marks)
    t.strictSame(readMark(text), { matter, caseNumber, fault }, JSON.stringify(text));
});

t.test('I1: the certificate number tells officers apart; names only where one has none', async (t) => {
  t.ok(sameOfficer(li, { name: '李 明', certificate: 'a-1' }));
  t.notOk(sameOfficer(li, { name: '李明', certificate: 'A-9' }));
  t.ok(sameOfficer(li, { name: '李明', certificate: '' }));
  t.notOk(sameOfficer({ name: '', certificate: '' }, { name: '', certificate: '' }));
});

const anyTime = fc.integer({ min: nine - 3 * hour, max: nine + 3 * hour });
const anyOfficer = fc.constantFrom(li, wang, { name: '', certificate: '' });
const anyBooking = fc.record({
  id: fc.string({ minLength: 1, maxLength: 3 }),
  officers: fc.array(anyOfficer, { maxLength: 2 }),
  device: fc.constantFrom('', 'BC-07', 'BC-08'),
  matter: fc.constantFrom('' as const, ...fieldMatters),
  caseNumber: fc.constantFrom('', '2026-017', '2026-018'),
  caseName: fc.constantFrom('', 'x'),
  parties: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
  fromMs: anyTime,
  toMs: anyTime,
});
const anyIssue = fc.record({
  id: fc.string({ minLength: 1, maxLength: 3 }),
  device: fc.constantFrom('BC-07', 'BC-08'),
  officer: anyOfficer,
  matter: fc.constantFrom('' as const, ...fieldMatters),
  caseNumber: fc.constantFrom('', '2026-017'),
  caseName: fc.constant(''),
  parties: fc.constant([]),
  fromMs: anyTime,
  toMs: fc.option(anyTime),
});
const anyClip = fc.record({
  device: fc.constantFrom('BC-07', 'BC-08'),
  officer: fc.option(anyOfficer),
  beginMs: fc.oneof(anyTime, fc.constant(Number.NaN)),
  endMs: anyTime,
  timeUncertain: fc.boolean(),
  caseMark: fc.oneof(fc.constantFrom('', '抽样', '2026-017', '查封 2026-018'), fc.string({ maxLength: 30 })),
  sound: fc.option(fc.boolean()),
  picture: fc.option(fc.boolean()),
});

t.test('A12: whatever is known, a clip is classed by one answer or left to people', async (t) => {
  const holds = fc.property(
    anyClip,
    fc.array(anyBooking, { maxLength: 12 }),
    fc.array(anyIssue, { maxLength: 4 }),
    (one, bookings, issues) => {
      const known = { bookings, issues, policy };
      const found = classClip(one, known);
      const turned = classClip(one, { bookings: bookings.toReversed(), issues: issues.toReversed(), policy });
      const classed = found.by !== '';
      const certain = !one.timeUncertain && one.endMs >= one.beginMs;
      return (
        classed === (found.matter !== '') &&
        // In whatever order they come: the answer is the same.
        [found.matter, found.by, found.caseNumber, found.party].join() ===
          [turned.matter, turned.by, turned.caseNumber, turned.party].join() &&
        // Never by the time alone where it is uncertain.
        (certain || !classed || found.by === 'mark') &&
        (found.by !== 'mark' || readMark(one.caseMark).fault !== 'ambiguous') &&
        (classed || found.articles.length === 0) &&
        found.named.length <= maxNamed
      );
    },
  );
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 1500 }));
});
