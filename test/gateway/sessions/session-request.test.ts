import t from 'tap';
import fc from 'fast-check';
import { wallMs } from '../../../config/clock.ts';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import type { RoomKind, SessionKind } from '../../../config/settings-types.ts';
import {
  FieldReader,
  checkOpenRequest,
  maxFieldLength,
  maxPeople,
  type OpenCheck,
  type OpenRequest,
  type RuleSettings,
} from '../../../gateway/sessions/session-request.ts';

const policies = await loadPolicies();
const settings: RuleSettings = {
  timezone: 'Asia/Shanghai',
  policies,
  policy: {
    pack: 'strictest',
    caseNumber: 'required',
    urgentDebtMs: 86_400_000,
    interruptedAfterMs: 5000,
    interruptionDebtMs: 86_400_000,
  },
  rooms: [
    { id: 'desk', name: '信访接待室', kind: 'reception', cameras: ['a'] },
    { id: 'talk', name: '询问室', kind: 'interview', cameras: ['b'] },
    { id: 'court', name: '听证室', kind: 'hearing', cameras: ['c'] },
  ],
};
const officers = [
  { name: '王某', certificate: 'HY-001' },
  { name: '李某', certificate: 'HY-002' },
];
const good: OpenRequest = {
  room: 'talk',
  kind: 'interview',
  officers,
  caseNumber: '2026-17',
  caseName: '示例案件',
  parties: ['王五'],
  stage: '调查取证',
  by: 'clerk',
};
const day = wallMs(Date.parse('2026-11-21T02:00:00Z'));
const check = (request: unknown, own: RuleSettings = settings): OpenCheck =>
  checkOpenRequest(request, own, day);
const people = 'ZZ 12, FS 12, HY annex 2';
const content = 'JZ 10(3), JZ 10(4), ZZ 48, CT 11, HY annex 2 item 1';

const refusals: [name: string, request: unknown, code: string, article: string][] = [
  ['a missing room is refused', { ...good, room: undefined }, 'SESSION_ROOM_MISSING', ''],
  ['an unknown room is refused', { ...good, room: 'cellar' }, 'SESSION_ROOM_UNKNOWN', ''],
  ['a missing kind is refused', { ...good, kind: '' }, 'SESSION_KIND_MISSING', ''],
  ['an unknown kind is refused', { ...good, kind: 'party' }, 'SESSION_KIND_NOT_ALLOWED', ''],
  [
    'A2: a kind that the room is not for is refused',
    { ...good, kind: 'hearing' },
    'SESSION_KIND_NOT_ALLOWED',
    '',
  ],
  [
    'a kind named like a part of every object is refused',
    { ...good, kind: 'constructor' },
    'SESSION_KIND_NOT_ALLOWED',
    '',
  ],
  ['I3: no officer is refused', { ...good, officers: [] }, 'SESSION_OFFICERS_MISSING', people],
  [
    'I3: one officer is refused',
    { ...good, officers: officers.slice(1) },
    'SESSION_OFFICERS_MISSING',
    people,
  ],
  [
    'I3: one officer named twice is one officer',
    { ...good, officers: [officers[0], { name: '王', certificate: 'HY-001' }] },
    'SESSION_OFFICERS_MISSING',
    people,
  ],
  [
    'I3: an officer without a certificate number is refused',
    { ...good, officers: [...officers, { name: '赵某', certificate: '' }] },
    'SESSION_OFFICER_INCOMPLETE',
    people,
  ],
  [
    'E7: an urgent start does not excuse half an officer',
    { ...good, urgent: true, officers: [{ name: '', certificate: 'HY-003' }] },
    'SESSION_OFFICER_INCOMPLETE',
    people,
  ],
  [
    'I1: a missing case number is refused',
    { ...good, caseNumber: ' ' },
    'SESSION_CASE_NUMBER_MISSING',
    content,
  ],
  ['I1: a missing case name is refused', { ...good, caseName: '' }, 'SESSION_DETAIL_MISSING', content],
  ['I1: no party is refused', { ...good, parties: [''] }, 'SESSION_DETAIL_MISSING', content],
  [
    'B4: a missing stage is refused',
    { ...good, stage: undefined },
    'SESSION_DETAIL_MISSING',
    'CT 13, HY annex 2 item 1',
  ],
  [
    'H1: what may not be recorded is refused, with the article',
    { ...good, forbidden: 'secret-without-consent' },
    'SESSION_FORBIDDEN',
    'JZ 8(1), JZ 8(2), JZ 8(3)',
  ],
  [
    'H1: an urgent start does not get round it',
    { ...good, urgent: true, forbidden: 'explosion-risk' },
    'SESSION_FORBIDDEN',
    'JZ 8(1), JZ 8(2), JZ 8(3)',
  ],
  ['a ground that there is not is refused', { ...good, forbidden: 'rain' }, 'SESSION_FIELD_INVALID', ''],
  ['a room that is not text is refused', { ...good, room: 5 }, 'SESSION_FIELD_INVALID', ''],
  ['officers that are not a list are refused', { ...good, officers: 'all' }, 'SESSION_FIELD_INVALID', ''],
  ['a line break in a name is refused', { ...good, caseName: 'a\nb' }, 'SESSION_FIELD_INVALID', ''],
  ['a party that is not text is refused', { ...good, parties: [{}] }, 'SESSION_FIELD_INVALID', ''],
  [
    'text over the limit is refused',
    { ...good, caseNumber: 'x'.repeat(maxFieldLength + 1) },
    'SESSION_FIELD_INVALID',
    '',
  ],
  [
    'a list over the limit is refused',
    { ...good, parties: Array.from({ length: maxPeople + 1 }, () => 'p') },
    'SESSION_FIELD_INVALID',
    '',
  ],
  ['nothing at all is refused', undefined, 'SESSION_ROOM_MISSING', ''],
];
for (const [name, request, code, article] of refusals) {
  t.test(name, async (t) => {
    const found = check(request, settings);
    if (found.ok) return t.fail('it was accepted');
    t.equal(found.error.code, code);
    t.equal(found.article, article);
    t.notMatch(found.error.message, /\{\w+\}/, 'every value of the text is filled in');
    t.notMatch(found.error.text('zh-CN'), /\{\w+\}/);
  });
}

const articles: [room: string, kind: SessionKind, row: string, article: string][] = [
  ['desk', 'reception', 'A1', 'HY 7(1), HY 9(4)'],
  ['talk', 'interview', 'A2', 'HY 7(2), HY 9(6)'],
  ['talk', 'inquiry', 'A8', 'HY 7(2), ZZ 14(1), ZZ 14(2), ZZ 15'],
  ['talk', 'statement', 'A5', 'HY 16, HY 26, HY 29'],
  ['court', 'hearing', 'A3', 'HY 15, HY 28, JZ 7(1)1, JZ 7(2)1'],
  ['court', 'expert-review', 'A4', 'HY 15'],
];
for (const [room, kind, row, article] of articles) {
  t.test(`${row}: ${kind} in room ${room} records by ${article} (P7)`, async (t) => {
    const found = check({ ...good, room, kind }, settings);
    t.equal(found.ok && found.open.article, article);
    t.same(found.ok && found.open.debts, []);
  });
}

t.test('E7: an urgent start without a case number owes it, with the article', async (t) => {
  const found = check({ ...good, caseNumber: undefined, urgent: true }, settings);
  t.same(found.ok && found.open.debts.map(({ debt, article }) => [debt, article]), [
    ['case-number', 'FS 9, ZZ 10'],
  ]);
});

t.test('E7: an urgent start without anything owes all of it', async (t) => {
  const found = check({ room: 'talk', kind: 'interview', urgent: true }, settings);
  t.same(found.ok && found.open.debts.map((each) => each.debt), [
    'officers',
    'case-number',
    'case-name',
    'parties',
    'stage',
  ]);
});

t.test('E7: an urgent start that has everything owes nothing', async (t) => {
  const found = check({ ...good, urgent: true }, settings);
  t.same(found.ok && found.open.debts, []);
});

t.test('P7: each pack asks for its own, and where it is silent the site alone asks', async (t) => {
  const under = (pack: string, own: Partial<RuleSettings['policy']> = {}): RuleSettings => ({
    ...settings,
    policy: {
      pack,
      caseNumber: 'optional',
      urgentDebtMs: 86_400_000,
      interruptedAfterMs: 5000,
      interruptionDebtMs: 86_400_000,
      ...own,
    },
  });
  const owed = (rules: RuleSettings): string[] => {
    const found = check({ room: 'talk', kind: 'interview', urgent: true }, rules);
    return found.ok ? found.open.debts.map(({ debt, article }) => `${debt} ${article}`) : [found.error.code];
  };
  t.same(owed(under('fushun-industry')), ['officers FS 9']);
  t.same(owed(under('zhuzhou-urban')), ['officers ZZ 10', 'case-name ZZ 10', 'parties ZZ 10']);
  t.same(owed(under('culture-tourism')), ['parties CT 11', 'stage CT 13'], 'no urgent start in it');
  t.same(
    owed(under('hengyang-industry')),
    ['officers annex 2'].map((text) => text.replace('annex', 'HY annex')),
  );
  const own = check({ room: 'talk', kind: 'interview' }, under('culture-tourism', { officers: 3 }));
  t.match(own, { ok: false, error: { code: 'SESSION_OFFICERS_MISSING' }, article: '' });
  t.equal(
    check({ ...good, officers: [officers[0]] }, under('fushun-industry')).ok,
    true,
    'FS 12 names no number',
  );
});

t.test(
  'A3: a hearing is recorded where the rules are silent or only allow it, and by which article',
  async (t) => {
    const article = (pack: string): string | false => {
      const policy = { ...settings.policy, pack };
      const found = check({ ...good, room: 'court', kind: 'hearing' }, { ...settings, policy });
      return found.ok && found.open.article;
    };
    t.equal(article('zhuzhou-urban'), 'ZZ 22');
    t.equal(article('fushun-industry'), 'FS 14(7)');
    const silent = { ...settings.policy, pack: 'culture-tourism' };
    const found = check(good, { ...settings, policy: silent });
    t.equal(found.ok && found.open.article, '', 'an interview there');
  },
);

t.test('H1: a room with the flag is never recorded in, whatever the pack says', async (t) => {
  const rooms = [
    { id: 'lab', name: '实验室', kind: 'interview', cameras: ['b'], forbidden: 'explosion-risk' },
  ] as const;
  for (const [pack, article] of [
    ['jiaozuo-emergency', 'JZ 8(1), JZ 8(2), JZ 8(3)'],
    ['hengyang-industry', ''],
  ] as const) {
    const found = check(
      { ...good, room: 'lab' },
      { ...settings, rooms, policy: { ...settings.policy, pack } },
    );
    t.match(found, { ok: false, error: { code: 'SESSION_FORBIDDEN' }, article }, pack);
  }
});

t.test('E7: the papers are due within what the pack gives, or sooner', async (t) => {
  const due = (urgentDebtMs: number): number => {
    const found = check(
      { ...good, urgent: true },
      { ...settings, policy: { ...settings.policy, urgentDebtMs } },
    );
    return found.ok ? found.open.owedWithinMs : 0;
  };
  t.equal(due(1000), 1000);
  t.equal(due(1e12), 86_400_000);
});

t.test('a box whose clock came up in 1970 records all the same, by the rules that it knows', async (t) => {
  for (const pack of policies.ids) {
    const own = { ...settings, policy: { ...settings.policy, pack } };
    t.ok(checkOpenRequest({ ...good, urgent: true }, own, wallMs(0)).ok, pack);
  }
});

t.test('every kind of room has at least one kind of session', async (t) => {
  const kinds: RoomKind[] = [
    'reception',
    'interview',
    'inquiry',
    'hearing',
    'expert-review',
    'statement',
    'hall',
    'case-place',
  ];
  for (const kind of kinds) {
    const found = check({ room: 'r' }, { ...settings, rooms: [{ id: 'r', name: 'r', kind, cameras: [] }] });
    t.match(found.ok ? '' : found.error.message, /Allowed there: \w/, kind);
  }
});

t.test('no request whatever makes the check throw', async (t) => {
  fc.assert(
    fc.property(fc.anything(), (request) => {
      check(request, settings);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.record({
        room: fc.constant('talk'),
        kind: fc.anything(),
        officers: fc.anything(),
        parties: fc.anything(),
      }),
      (request) => {
        check(request, settings);
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('I3: a field that would look like another in a printed record, or is no text, is refused', (t) => {
  for (const text of ['a\nb', 'a\u2028b', 'a\u2029b', 'a\u202eb', 'a\u2066b', 'a\ud83d', '\x1b[2J']) {
    const reader = new FieldReader({ caseName: text });
    t.equal(reader.text('caseName'), '');
    t.match(reader.fault, { field: 'caseName', why: /control characters/ });
  }
  for (const text of ['王芳', '😀', 'ئۇيغۇر', 'e\u0301', '👨\u200d👩']) {
    const reader = new FieldReader({ caseName: text });
    t.equal(reader.text('caseName'), text);
  }
  t.end();
});
