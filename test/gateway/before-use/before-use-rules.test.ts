// What a check before use comes to, by the shipped packs and by one that says `no`.
import t from 'tap';
import { checkItems, type CheckItem } from '../../../config/check-words.ts';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import { Policy } from '../../../config/policy/policy-book.ts';
import { judgeCheck, type SeenItem } from '../../../gateway/before-use/before-use-rules.ts';

const book = await loadPolicies();
const day = '2026-11-21';
const ok = (item: CheckItem): SeenItem => ({ item, result: 'ok', device: '', finding: '', detail: '' });
const fine = ok('camera-up');
const silent: SeenItem = { ...fine, item: 'sound', result: 'fault', device: 'cam1', finding: 'sound-silent' };
const frozen: SeenItem = { ...silent, item: 'picture', finding: 'picture-frozen' };
const full: SeenItem = { ...silent, item: 'disk-space', device: '', finding: 'disk-short' };
const late: SeenItem = { ...full, item: 'clock', finding: 'clock-not-synchronised' };
const unseen: SeenItem = { ...full, item: 'both-in-view', result: 'unknown', finding: 'view-not-confirmed' };

function judge(seen: readonly SeenItem[], policy: Policy | string) {
  return judgeCheck(seen, typeof policy === 'string' ? book.on(policy, day) : policy, book, day);
}

function saying(value: 'yes' | 'without-faulty-device' | 'no'): Policy {
  const { pack, version } = book.on('zhuzhou-urban', day);
  const rules = { ...version.rules, startWithFault: { value, articles: ['52'] } };
  return new Policy(pack, { ...version, rules }, (article) => ({ citation: `ZZ ${article}`, words: '' }));
}

/** The article of each item, by pack; those not named have none. */
const articles: Readonly<Record<string, Partial<Record<CheckItem, string>>>> = {
  'jiaozuo-emergency': {
    'both-in-view': 'JZ 9 last para',
    'disk-space': 'JZ 16',
    battery: 'JZ 16',
    card: 'JZ 16',
  },
  'zhuzhou-urban': { 'disk-space': 'ZZ 51', battery: 'ZZ 51', card: 'ZZ 51' },
  'culture-tourism': {
    recorder: 'CT 12',
    'camera-up': 'CT 12',
    frames: 'CT 12',
    sound: 'CT 12',
    picture: 'CT 12',
    'disk-space': 'CT 12',
    'disk-writable': 'CT 12',
    battery: 'CT 12',
    card: 'CT 12',
    device: 'CT 12',
  },
  'fushun-industry': { upkeep: 'FS 33' },
  'hengyang-industry': {},
  strictest: {
    recorder: 'CT 12',
    'camera-up': 'CT 12',
    frames: 'CT 12',
    sound: 'CT 12',
    picture: 'CT 12',
    'both-in-view': 'JZ 9 last para',
    'disk-space': 'CT 12, JZ 16, ZZ 51',
    'disk-writable': 'CT 12',
    battery: 'CT 12, JZ 16, ZZ 51',
    card: 'CT 12, JZ 16, ZZ 51',
    device: 'CT 12',
    upkeep: 'FS 33',
  },
};

t.test('D1, D2, D3: every item carries the articles that ask for it, and no other', (t) => {
  for (const [pack, expected] of Object.entries(articles)) {
    for (const { item, article } of judge(checkItems.map(ok), pack).items)
      t.equal(article, expected[item] ?? '', `${pack} ${item}`);
  }
  t.end();
});

t.test('A9: not knowing whether both sides are in view is no fault, and is counted', (t) => {
  t.match(judge([fine, unseen], 'jiaozuo-emergency'), {
    passed: true,
    unknown: 1,
    mayStart: true,
    startArticle: '',
  });
  t.end();
});

t.test('D5: only an explicit no keeps a recording from starting', (t) => {
  for (const [policy, expected] of [
    [saying('yes'), { mayStart: true, startArticle: 'ZZ 52', rulesSilent: false, outOfUse: [] }],
    [saying('no'), { mayStart: false, startArticle: 'ZZ 52', rulesSilent: false, outOfUse: [] }],
    ['zhuzhou-urban', { mayStart: true, startArticle: 'ZZ 52', rulesSilent: false, outOfUse: ['cam1'] }],
    ['strictest', { mayStart: true, startArticle: 'ZZ 52', rulesSilent: false, outOfUse: ['cam1'] }],
    ['culture-tourism', { mayStart: true, startArticle: '', rulesSilent: true, outOfUse: [] }],
  ] as const) {
    const { items, ...rest } = judge([fine, silent, frozen, full], policy);
    t.equal(items.length, 4);
    t.same(rest, { passed: false, unknown: 0, ...expected });
  }
  t.end();
});

t.test('D5: a fault of what does not record keeps nothing from starting', (t) => {
  t.match(judge([fine, late], saying('no')), { passed: false, mayStart: true, startArticle: '' });
  t.match(judge([fine, unseen], saying('no')), { passed: true, mayStart: true });
  t.end();
});
