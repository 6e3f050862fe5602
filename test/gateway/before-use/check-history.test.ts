// Which checks before use are entered, and what is remembered of those that are.
import t from 'tap';
import type { CheckResult } from '../../../config/check-words.ts';
import { CheckHistory, maxRemembered, type CheckBody } from '../../../gateway/before-use/check-history.ts';

const hour = 3_600_000;
const dayOf = (wallMs: number): string => new Date(wallMs).toISOString().slice(0, 10);

function sound(result: CheckResult, atHours: number, change: Partial<CheckBody> = {}): CheckBody {
  return {
    room: 'r1',
    session: '',
    at: { wallMs: atHours * hour, monoMs: 0 },
    by: 'clerk',
    items: [{ item: 'sound', result, device: 'cam1', finding: '', detail: '', article: '' }],
    mayStart: true,
    startArticle: '',
    urgent: false,
    outOfUse: [],
    ...change,
  };
}
const enter = (history: CheckHistory, value: CheckBody): void =>
  history.apply({ case: 'checkedBeforeUse', value });

t.test('D6: a check is entered when it came out otherwise, and once a day', (t) => {
  const history = new CheckHistory();
  const isDue = (body: CheckBody): boolean => history.isDue(body, dayOf);
  t.ok(isDue(sound('ok', 8)), 'the first');
  enter(history, sound('ok', 8));
  const again = sound('ok', 9);
  const items = again.items.map((item) => ({ ...item, detail: '-31 dBFS' }));
  t.notOk(isDue({ ...again, items, by: 'other' }), 'the same with another detail');
  t.ok(isDue(sound('fault', 9)), 'it fails');
  t.ok(isDue(sound('ok', 9, { mayStart: false })), 'the rules changed');
  t.ok(isDue(sound('ok', 24)), 'the next day');
  t.ok(isDue(sound('ok', 9, { room: 'r2' })), 'another room');
  t.end();
});

t.test('D6: the last check of a room is known from the ledger', (t) => {
  const history = new CheckHistory();
  t.equal(history.last('r1'), null);
  enter(history, sound('ok', 8, { session: 's1' }));
  history.apply({ case: 'recorderLost', value: { why: '' } });
  t.same(history.last('r1'), { wallMs: 8 * hour, session: 's1', passed: true });
  enter(history, sound('fault', 9));
  t.same(history.last('r1'), { wallMs: 9 * hour, session: '', passed: false });
  t.end();
});

t.test('D6: what is remembered of rooms is bounded, and the one entered longest ago goes first', (t) => {
  const history = new CheckHistory();
  for (let n = 0; n < maxRemembered; n++) enter(history, sound('ok', 1, { room: `r${n}` }));
  enter(history, sound('ok', 1, { room: 'r0' }));
  enter(history, sound('ok', 1, { room: 'new' }));
  t.ok(history.last('r0'), 'entered again since');
  t.equal(history.last('r1'), null, 'forgotten');
  t.end();
});
