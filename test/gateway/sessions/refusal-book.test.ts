import t from 'tap';
import { monoMs } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { RefusalBook, refusalLimits } from '../../../gateway/sessions/refusal-book.ts';
import { FakeLedger, bench, moment, request, until } from './fakes.ts';

const asked = { room: 'talk', kind: 'interview', by: 'clerk', article: 'HY 7(2)' };
const rooms = (): { id: string }[] => [{ id: 'talk' }];
const refused = new LiuhenError('SESSION_ROOM_MISSING', { allowed: 'talk' });

t.test('a client that asks in a loop does not fill the ledger, and the count is entered', async (t) => {
  const { service, ledger } = bench();
  t.teardown(() => service.dispose());
  service.recorderBack();
  await service.open(request);
  for (let n = 0; n < 500; n += 1)
    await t.rejects(service.open(request), { code: 'SESSION_ALREADY_OPEN' }, 'each is refused');
  t.equal(ledger.cases().filter((each) => each === 'sessionRefused').length, refusalLimits.changes);
  await service.stop('service-stopped');
  const refusals = ledger.entries.filter((each) => each.case === 'sessionRefused');
  t.equal(refusals.length, refusalLimits.changes + 1);
  t.match(refusals.at(-1)?.value.why, /^493 more refusals before; /);
});

t.test('rooms that do not exist are counted together, other reasons apart', async (t) => {
  const { service, ledger } = bench();
  t.teardown(() => service.dispose());
  for (let n = 0; n < 50; n += 1)
    await t.rejects(service.open({ ...request, room: `made-up-${n}` }), { code: 'SESSION_ROOM_UNKNOWN' });
  t.equal(ledger.entries.length, refusalLimits.changes);
  await t.rejects(service.open({ ...request, caseNumber: '' }), { code: 'SESSION_CASE_NUMBER_MISSING' });
  t.equal(ledger.entries.length, refusalLimits.changes + 1);
});

t.test('what was counted is entered after the window, also when the ledger refused it once', async (t) => {
  const ledger = new FakeLedger();
  let now = moment();
  const limits = { changes: 1, windowMs: 20 };
  const book = new RefusalBook({ ledger, rooms, now: () => now, log: silentLog, limits });
  t.teardown(() => book.dispose());
  for (let n = 0; n < 4; n += 1) await book.enter(refused, asked);
  ledger.refuse = 'sessionRefused';
  await until('the count', () => ledger.entries.length === 2);
  t.match(ledger.entries.at(-1), { value: { why: /^2 more refusals before; / } });
  now = { ...now, mono: monoMs(now.mono + limits.windowMs) };
  await book.enter(refused, asked);
  t.match(ledger.entries.at(-1), { value: { why: refused.message } }, 'nothing is counted twice');
});
