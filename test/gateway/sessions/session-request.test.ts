import t from 'tap';
import fc from 'fast-check';
import type { RoomKind, SessionKind, Settings } from '../../../config/settings-types.ts';
import {
  checkOpenRequest,
  maxFieldLength,
  maxPeople,
  type OpenRequest,
} from '../../../gateway/sessions/session-request.ts';

const settings: Pick<Settings, 'rooms' | 'policy'> = {
  policy: { pack: 'strictest', officers: 2, caseNumber: 'required', urgentDebtMs: 86_400_000 },
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
const good: OpenRequest = { room: 'talk', kind: 'interview', officers, caseNumber: '2026-17', by: 'clerk' };

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
  ['I3: no officer is refused', { ...good, officers: [] }, 'SESSION_OFFICERS_MISSING', 'ZZ 12'],
  [
    'I3: one officer is refused',
    { ...good, officers: officers.slice(1) },
    'SESSION_OFFICERS_MISSING',
    'ZZ 12',
  ],
  [
    'I3: one officer named twice is one officer',
    { ...good, officers: [officers[0], { name: '王', certificate: 'HY-001' }] },
    'SESSION_OFFICERS_MISSING',
    'ZZ 12',
  ],
  [
    'I3: an officer without a certificate number is refused',
    { ...good, officers: [...officers, { name: '赵某', certificate: '' }] },
    'SESSION_OFFICER_INCOMPLETE',
    'ZZ 12',
  ],
  [
    'E7: an urgent start does not excuse half an officer',
    { ...good, urgent: true, officers: [{ name: '', certificate: 'HY-003' }] },
    'SESSION_OFFICER_INCOMPLETE',
    'ZZ 12',
  ],
  [
    'I1: a missing case number is refused',
    { ...good, caseNumber: ' ' },
    'SESSION_CASE_NUMBER_MISSING',
    'ZZ 48',
  ],
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
    const check = checkOpenRequest(request, settings);
    if (check.ok) return t.fail('it was accepted');
    t.equal(check.error.code, code);
    t.equal(check.article, article);
    t.notMatch(check.error.message, /\{\w+\}/, 'every value of the text is filled in');
    t.notMatch(check.error.text('zh-CN'), /\{\w+\}/);
  });
}

const articles: [room: string, kind: SessionKind, row: string, article: string][] = [
  ['desk', 'reception', 'A1', 'HY 7(1)'],
  ['talk', 'interview', 'A2', 'HY 7(2)'],
  ['talk', 'inquiry', 'A8', 'HY 7(2)'],
  ['talk', 'statement', 'A5', 'HY 16'],
  ['court', 'hearing', 'A3', 'HY 7(2)'],
  ['court', 'expert-review', 'A4', 'HY 15'],
];
for (const [room, kind, row, article] of articles) {
  t.test(`${row}: ${kind} in room ${room} records by ${article} (P7)`, async (t) => {
    const check = checkOpenRequest({ ...good, room, kind }, settings);
    t.equal(check.ok && check.open.article, article);
    t.same(check.ok && check.open.debts, []);
  });
}

t.test('E7: an urgent start without a case number owes it, with the article', async (t) => {
  const check = checkOpenRequest({ ...good, caseNumber: undefined, urgent: true }, settings);
  t.same(check.ok && check.open.debts.map(({ debt, article }) => [debt, article]), [
    ['case-number', 'FS 9; ZZ 10'],
  ]);
});

t.test('E7: an urgent start without officers owes both', async (t) => {
  const check = checkOpenRequest({ room: 'talk', kind: 'interview', urgent: true }, settings);
  t.same(check.ok && check.open.debts.map((each) => each.debt), ['officers', 'case-number']);
});

t.test('E7: an urgent start that has everything owes nothing', async (t) => {
  const check = checkOpenRequest({ ...good, urgent: true }, settings);
  t.same(check.ok && check.open.debts, []);
});

t.test('a policy without officers and case number asks for neither', async (t) => {
  const policy = { pack: 'strictest', officers: 0, caseNumber: 'optional', urgentDebtMs: 1 } as const;
  t.ok(checkOpenRequest({ room: 'talk', kind: 'interview' }, { ...settings, policy }).ok);
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
  ];
  for (const kind of kinds) {
    const check = checkOpenRequest(
      { room: 'r' },
      { ...settings, rooms: [{ id: 'r', name: 'r', kind, cameras: [] }] },
    );
    t.match(check.ok ? '' : check.error.message, /Allowed there: \w/, kind);
  }
});

t.test('no request whatever makes the check throw', async (t) => {
  fc.assert(
    fc.property(fc.anything(), (request) => {
      checkOpenRequest(request, settings);
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
        checkOpenRequest(request, settings);
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});
