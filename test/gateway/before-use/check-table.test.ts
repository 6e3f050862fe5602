// A check in words: every finding says what it is and what to do in both languages, and no line is too wide.
import t from 'tap';
import { checkFindings, checkItems, findingText, itemText, todoText } from '../../../config/check-words.ts';
import { checkTable, checkWarnings } from '../../../gateway/before-use/check-table.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';
import type { CheckAnswer } from '../../../gateway/sessions/control-protocol.ts';

/** There is nothing to do about these. */
const nothingToDo = ['no-battery', 'no-panel', 'no-dock', 'no-device-docked'];

const answer: CheckAnswer = {
  room: 'talk',
  wallMs: 1_795_236_312_000,
  pack: 'strictest',
  items: checkFindings.map((finding, index) => ({
    item: checkItems[index % checkItems.length] ?? 'clock',
    device: 'interview-room-camera-left',
    result: 'fault',
    finding,
    detail: '12.3 GiB free, 4.5 GiB needed (assumed)',
    article: 'CT 12, JZ 16, ZZ 51',
  })),
  passed: false,
  unknown: 2,
  mayStart: true,
  startArticle: 'ZZ 52',
  rulesSilent: false,
  outOfUse: ['left', 'right'],
  seq: 17,
  last: { wallMs: 1_795_236_300_000, session: '20261121T044512-interview-3f2a', passed: true },
};

for (const language of ['zh-CN', 'en'] as const) {
  t.test(`D3: every fault says what to do, within 80 columns, in ${language}`, async (t) => {
    const lines = checkTable(answer, language);
    t.same(
      lines.filter((line) => displayWidth(line) > 80),
      [],
    );
    for (const finding of checkFindings) {
      const [found, todo] = [findingText(finding, language), todoText(finding, language)];
      t.equal(todo === '', nothingToDo.includes(finding), finding);
      for (const text of [found, todo].filter((each) => each !== ''))
        t.equal(/\p{Script=Han}/u.test(text), language === 'zh-CN', text);
    }
    for (const item of checkItems)
      t.equal(/\p{Script=Han}/u.test(itemText(item, language)), language === 'zh-CN', item);
  });
}

const start = (change: Partial<CheckAnswer>): string =>
  checkTable({ ...answer, items: [], outOfUse: [], unknown: 0, ...change }, 'en').join('\n');

t.test('D5: whether it may start is said with its article, and silence is said', async (t) => {
  t.match(start({ mayStart: false }), 'recording may not start [ZZ 52]; an urgent start may');
  t.match(start({}), 'recording may start [ZZ 52]');
  t.match(start({ startArticle: '', rulesSilent: true }), 'the rules say nothing of a start with a fault');
  t.match(start({ outOfUse: ['left'] }), 'take out of use and report for repair: left [ZZ 52]');
  const good = start({ passed: true, startArticle: '', seq: null, last: null });
  t.match(good, 'recording may start\nthe last entry of today says the same');
  t.notMatch(good, 'the check before');
});

t.test('D3: who opens is told of what is not in order, and of nothing else', async (t) => {
  const [one] = answer.items;
  if (one === undefined) throw new Error('no item');
  const fine = { ...one, result: 'ok', finding: '' } as const;
  t.same(checkWarnings({ ...answer, items: [fine] }, 'en'), []);
  const told = checkWarnings({ ...answer, items: [fine, { ...one, result: 'unknown' }] }, 'en').join('\n');
  t.match(told, /^not known .*\n[^]*→ Wait ten seconds[^]*recording may start \[ZZ 52\][^]*not known: 2$/);
});
