// Halls, case-handling places, and what the rules want in writing only: which duty applies, by which article, in each
// agency's pack.
import t from 'tap';
import { dutyText } from '../../../config/policy/duty-text.ts';
import { wallMs } from '../../../config/clock.ts';
import type { RoomKind, SessionKind } from '../../../config/settings-types.ts';
import { contractBody } from '../../../gateway/ledger/plain-body.ts';
import { checkOpenRequest } from '../../../gateway/sessions/session-request.ts';
import { enterOpened } from '../../../gateway/sessions/session-entries.ts';
import { decodeBody, encodeBody } from '../../../protocols/hq/codec.ts';
import { FakeLedger, moment, settings } from './fakes.ts';

const at = wallMs(1_790_000_000_000);
const request = { officers: [], urgent: true, by: 'clerk' };
function open(pack: string, room: RoomKind, kind: SessionKind) {
  const rooms = [{ id: 'r', name: '厅', kind: room, cameras: ['a'] }];
  const own = { ...settings, rooms, policy: { ...settings.policy, pack } };
  const found = checkOpenRequest({ ...request, room: 'r', kind }, own, at);
  if (!found.ok) throw found.error;
  return found.open;
}

const rows: [id: string, pack: string, room: RoomKind, kind: SessionKind, duty: string, article: string][] = [
  ['A6', 'fushun-industry', 'hall', 'reception', 'must', 'FS 10 para 3'],
  ['A6', 'zhuzhou-urban', 'hall', 'reception', 'may', 'ZZ 9'],
  ['A6', 'hengyang-industry', 'hall', 'reception', 'silent', ''],
  ['A6', 'jiaozuo-emergency', 'hall', 'reception', 'silent', ''],
  ['A6', 'culture-tourism', 'hall', 'reception', 'silent', ''],
  ['A6', 'strictest', 'hall', 'reception', 'whole-working-time', 'HY 7(1), FS 10 para 3'],
  ['A7', 'jiaozuo-emergency', 'case-place', 'case-handling', 'must', 'JZ 7 last para'],
  ['A7', 'culture-tourism', 'case-place', 'case-handling', 'must', 'CT 9(4)'],
  ['A7', 'hengyang-industry', 'case-place', 'case-handling', 'silent', ''],
  // The place asks for more than the matter, which alone would be recorded as needed.
  ['A7', 'culture-tourism', 'case-place', 'inquiry', 'must', 'CT 9(4)'],
  ['A7', 'jiaozuo-emergency', 'case-place', 'interview', 'must', 'JZ 7 last para'],
  // The matter asks for it where the pack knows no such place.
  ['A7', 'hengyang-industry', 'case-place', 'statement', 'must', 'HY 16, HY 26, HY 29'],
  // Both ask as much.
  ['A7', 'strictest', 'case-place', 'interview', 'must', 'JZ 7 last para, CT 9(4), HY 7(2), HY 9(6)'],
];
for (const [id, pack, room, kind, duty, article] of rows) {
  t.test(`${id}: ${kind} in a ${room} room of ${pack}: ${duty}${article && `, by ${article}`}`, async (t) => {
    const found = open(pack, room, kind);
    t.equal(found.duty ?? 'silent', duty);
    t.equal(found.article, article);
  });
}

t.test(
  'A3: what the rules want in writing only is recorded when somebody asks, and said to be so',
  async (t) => {
    const found = open('fushun-industry', 'hearing', 'hearing');
    t.match(found, { duty: 'text-only', article: 'FS 14(7)' });
    t.equal(
      dutyText(found.duty, found.article, 'en'),
      'the rules ask for a record in writing: it is recorded because it was asked for (FS 14(7))',
    );
    t.equal(dutyText(found.duty, found.article, 'zh-CN'), '制度要求文字记录：按申请音像记录（FS 14(7)）');
    t.match(dutyText(null, '', 'en'), /^the rules are silent on it: .* asked for$/);
    const ledger = new FakeLedger();
    await enterOpened(ledger, {
      open: found,
      session: 's1',
      folder: 'sessions/s1',
      moment: moment(),
      dueWallMs: 0,
      cameras: [],
    });
    const [opened] = ledger.entries;
    if (!opened) return t.fail('nothing is entered');
    t.match(decodeBody(encodeBody(contractBody(opened), new Uint8Array(16))), {
      value: { duty: 'text-only' },
    });
    t.match(opened, { case: 'sessionOpened', value: { duty: 'text-only', article: 'FS 14(7)' } });
  },
);

t.test('A7: a case-handling place is no place for a hearing', (t) => {
  t.throws(() => open('strictest', 'case-place', 'hearing'), { code: 'SESSION_KIND_NOT_ALLOWED' });
  t.throws(() => open('strictest', 'interview', 'case-handling'), { code: 'SESSION_KIND_NOT_ALLOWED' });
  t.end();
});
