// What is said, in which words and order: every pack, from its own file.
import t from 'tap';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import {
  maxSpokenCharacters,
  noticePlan,
  standsBefore,
  type NoticeSession,
} from '../../../gateway/notice/notice-plan.ts';

const book = await loadPolicies();
const day = '2026-03-05';
const place = { room: '询问室', timezone: 'Asia/Shanghai', language: 'zh-CN' } as const;
const session: NoticeSession = {
  kind: 'inquiry',
  officers: [
    { name: '王某', certificate: 'HY-001' },
    { name: '李某', certificate: 'HY-002' },
  ],
  caseName: '示例案件',
  parties: ['王五'],
  stage: '调查取证',
  openedWallMs: Date.UTC(2026, 2, 5, 1, 30),
};
const hengyang = '为保护您的合法权益，监督我们的执法行为，我们本次行政执法全程录音、录像。';
const jiaozuo = '为保护您的合法权益，监督我们的执法行为，本次执法将全程录音录像';
const ours = '现告知当事人及现场其他人员：本次行政执法正在进行全程录音录像。';

// [row, pack, words, whose, preamble's parts in order, order, told beforehand]
const rows = [
  [
    'B1',
    'hengyang-industry',
    hengyang,
    'pack',
    '时间 地点 执法人员 执法对象 执法事项',
    'notice preamble',
    true,
  ],
  ['B2', 'jiaozuo-emergency', jiaozuo, 'pack', '', 'notice', false],
  ['B3', 'fushun-industry', null, '', '', '', false],
  ['B3', 'zhuzhou-urban', ours, 'ours', '', 'notice', true],
  [
    'B4',
    'culture-tourism',
    ours,
    'ours',
    '时间 地点 执法人员 执法事项 执法对象 执法环节',
    'preamble notice',
    false,
  ],
  [
    'B1, B4',
    'strictest',
    hengyang,
    'pack',
    '时间 地点 执法人员 执法事项 执法对象 执法环节',
    'notice preamble',
    false,
  ],
] as const;

for (const [id, pack, words, whose, parts, order, before] of rows) {
  t.test(`${id}: what ${pack} has people told, word for word and in its order`, async (t) => {
    const policy = book.on(pack, day);
    const plan = noticePlan(policy, session, place);
    const notice = plan.find(({ what }) => what === 'notice');
    const preamble = plan.find(({ what }) => what === 'preamble');
    t.equal(notice?.text ?? null, words);
    t.equal(notice?.words ?? '', whose);
    t.equal(plan.map(({ what }) => what).join(' '), order);
    t.equal(standsBefore(policy), before);
    const said = preamble?.text.split('；').map((part) => part.split('：')[0]);
    t.equal(said?.join(' ') ?? '', parts);
    for (const { article } of plan) t.match(article, /^[A-Z]{2} /);
  });
}

t.test('B4: the preamble is made of the session, and says what is not known yet', async (t) => {
  const [preamble] = noticePlan(book.on('culture-tourism', day), session, place);
  t.equal(
    preamble?.text,
    '时间：2026年3月5日 09:30；地点：询问室；执法人员：王某 HY-001、李某 HY-002；执法事项：询问、示例案件；执法对象：王五；执法环节：调查取证。',
  );
  t.equal(preamble?.article, 'CT 13');
  const urgent = { ...session, officers: [], parties: [], stage: '', caseName: '' };
  t.match(
    noticePlan(book.on('culture-tourism', day), urgent, place)[0]?.text,
    /执法人员：尚未载明；执法事项：询问；执法对象：尚未载明；执法环节：尚未载明。$/,
  );
});

t.test('B1: the words of the rules are Chinese on an English site, and ours are English there', async (t) => {
  const english = { ...place, language: 'en' } as const;
  const [notice, preamble] = noticePlan(book.on('strictest', day), session, english);
  t.match(notice, { text: hengyang, language: 'zh-CN' });
  t.match(preamble, { language: 'en', text: /^Time: March 5, 2026 at 09:30; Place: / });
  t.match(noticePlan(book.on('zhuzhou-urban', day), session, english), [
    { words: 'ours', language: 'en', text: /^You are told/ },
  ]);
});

t.test('A1: a reception room, open all day, gets the notice without a preamble', async (t) => {
  const plan = noticePlan(book.on('strictest', day), { ...session, kind: 'reception' }, place);
  t.strictSame(
    plan.map(({ what }) => what),
    ['notice'],
  );
});

t.test('B4: what is spoken ends somewhere', async (t) => {
  const parties = Array.from({ length: 50 }, () => '某'.repeat(200));
  const plan = noticePlan(book.on('culture-tourism', day), { ...session, parties }, place);
  const text = plan[0]?.text ?? '';
  t.equal(Array.from(text).length, maxSpokenCharacters);
  t.ok(text.endsWith('…'));
});
