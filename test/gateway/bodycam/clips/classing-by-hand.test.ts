// A12, I1, C2: a person may class a clip and class it again; the earlier stays, and the box does not overrule a person.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import t from 'tap';
import { LiuhenError } from '../../../../config/errors.ts';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import { classClip, type Classing } from '../../../../gateway/bodycam/clips/classing.ts';
import { classedEntry, clipClass } from '../../../../gateway/bodycam/clips/classing-entry.ts';
import {
  classByHand,
  maxEarlier,
  reclassed,
  type ClassedByHand,
  type ClassingHistory,
  type ClassingRecord,
} from '../../../../gateway/bodycam/clips/classing-by-hand.ts';

const policy = (await loadPolicies()).inForce('strictest', '2026-11-21');
const request: ClassedByHand = {
  who: '陈静',
  matter: 'service-by-leaving',
  caseNumber: '2026-017',
  caseName: '涉嫌销售不合格商品',
  parties: ['株洲某餐饮公司', '张三'],
  officer: { name: '李明', certificate: 'A-1' },
  note: '',
};
const byBox = (caseMark: string): Classing =>
  classClip(
    {
      device: 'BC-07',
      officer: null,
      beginMs: 1000,
      endMs: 2000,
      timeUncertain: false,
      caseMark,
      sound: true,
      picture: true,
    },
    { bookings: [], issues: [], policy },
  );
const record = (classing: Classing, atMs: number, who = ''): ClassingRecord => ({
  classing,
  atMs,
  who,
  note: '',
});

t.test('A12: by hand everything may be set, and the pack says its articles', async (t) => {
  const classing = classByHand(request, policy);
  t.match(classing, {
    matter: 'service-by-leaving',
    caseNumber: '2026-017',
    party: '株洲某餐饮公司、张三',
    by: 'hand',
    why: 'by-hand',
    duty: 'must',
    retentionClass: 'supplementary',
  });
  t.ok(classing.articles.some(({ citation, words }) => citation === 'ZZ 31' && words.includes('留置送达')));
  const none = classByHand({ ...request, matter: '', note: '试机，无执法内容', officer: null }, policy);
  t.match(none, { matter: '', by: 'hand', retentionClass: '', articles: [], notes: ['officer-unclear'] });
});

const wrong: readonly (readonly [change: Partial<ClassedByHand>, field: string, why: string])[] = [
  [{ who: '  ' }, 'who', 'missing'],
  [{ matter: 'sampling ' }, 'matter', 'unknown-matter'],
  [{ matter: 'toString' }, 'matter', 'unknown-matter'],
  [{ matter: '' }, 'note', 'missing'],
  [{ caseNumber: 'x'.repeat(201) }, 'case-number', 'too-long'],
  [{ caseName: 'a\u0000b' }, 'case-name', 'not-text'],
  [{ parties: Array.from({ length: 51 }, () => 'x') }, 'parties', 'too-many'],
  [{ parties: ['a\nb'] }, 'parties', 'not-text'],
  [{ officer: { name: '', certificate: 'A' } }, 'officer', 'missing'],
  [{ note: 'x'.repeat(4001) }, 'note', 'too-long'],
];
t.test(
  'A12: a classing by hand without a name, or with what is no text, is refused with the field',
  async (t) => {
    for (const [change, field, why] of wrong)
      t.throws(() => classByHand({ ...request, ...change }, policy), {
        code: 'CLASSING_INVALID',
        details: { detail: field, ground: why },
      });
    t.doesNotThrow(() => classByHand({ ...request, note: '第一行\n第二行' }, policy));
    const error = new LiuhenError('CLASSING_INVALID', { detail: 'who', ground: 'missing' });
    t.match(error.text('zh-CN'), /操作人（未填写）/);
  },
);

t.test('C2: a later classing keeps the earlier one, and the box does not overrule a person', async (t) => {
  const first = reclassed(null, record(byBox(''), 1));
  t.equal(reclassed(first, record(byBox(''), 2)), first, 'decided as before: nothing to enter');
  const second = reclassed(first, record(byBox('抽样'), 3));
  t.match(second, { current: { atMs: 3, classing: { matter: 'sampling' } }, earlier: [{ atMs: 1 }] });
  const byHand = reclassed(second, record(classByHand(request, policy), 4, '陈静'));
  t.match(byHand, { current: { who: '陈静' }, earlier: [{ atMs: 1 }, { atMs: 3 }] });
  t.equal(reclassed(byHand, record(byBox('查封'), 5)), byHand, 'the box does not overrule');
  const again = reclassed(byHand, record(classByHand(request, policy), 6, '王芳'));
  t.match(
    again,
    { current: { who: '王芳' }, earlier: [{}, {}, { who: '陈静' }] },
    'also when it says the same',
  );
});

t.test(
  'C2: of very many classings the first and the last are remembered, and the rest is counted',
  async (t) => {
    const holds = fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      let history: ClassingHistory | null = null;
      for (let at = 1; at <= count; at += 1)
        history = reclassed(history, record(classByHand(request, policy), at, `p${at}`));
      const earlier = history?.earlier ?? [];
      return (
        history?.current.atMs === count &&
        earlier.length <= maxEarlier &&
        earlier.length + (history?.forgotten ?? 0) === count - 1 &&
        (count === 1 || (earlier[0]?.atMs === 1 && earlier.at(-1)?.atMs === count - 1)) &&
        earlier.every(({ atMs }, index) => index === 0 || atMs > (earlier[index - 1]?.atMs ?? 0))
      );
    });
    t.doesNotThrow(() => fc.assert(holds, { numRuns: 100 }));
  },
);

t.test('A12: a classing stands in its entry with its articles and its reason', async (t) => {
  t.strictSame(clipClass(byBox('巡查')), {
    matter: 'patrol',
    caseNumber: '',
    caseName: '',
    party: '',
    by: 'mark',
    article: 'ZZ 42',
    why: 'mark-alone; officer-unclear',
    officer: null,
  });
  const byHand = { ...request, note: '看过画面' };
  const clip = { device: 'BC-07', file: 'a.mp4', sha256: '0aff' };
  const entry = classedEntry(clip, byHand, classByHand(byHand, policy));
  t.match(entry.value, {
    device: 'BC-07',
    file: 'a.mp4',
    matter: 'service-by-leaving',
    party: '株洲某餐饮公司、张三',
    officer: { name: '李明', certificate: 'A-1' },
    article: /^HY 9\(3\), .*ZZ 31, HY 35, HY annex 2 terms$/,
    by: '陈静',
    why: '看过画面',
  });
  t.equal(Buffer.from(entry.value.sha256).toString('hex'), '0aff');
});
