// The notice beside sessions: what is said, shown and entered, and how it ends.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Settings } from '../../../config/settings-types.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { settings as plain } from '../sessions/fakes.ts';
import { audio, Box, closing, opened, runs, until, wav } from './notice-bench.ts';

t.test(
  "B2: the pack's words are played as the session opens, shown, and entered with their hash",
  async (t) => {
    const box = await new Box(
      t,
      { aplay: 'aplay-0.3-0' },
      { notice: audio({ 'jiaozuo-emergency': wav }) },
    ).start();
    await box.append(opened);
    t.equal(box.notices(), 'notice waiting');
    await until('the player runs', () => box.notices() === 'notice speaking');
    t.strictSame(box.given, [], 'not told before it is said');
    box.mono += 7000;
    await until('it is entered', () => box.given.length === 1);
    t.equal(box.notices(), 'notice spoken');
    const words = '为保护您的合法权益，监督我们的执法行为，本次执法将全程录音录像';
    t.match(box.set.notices('talk'), [{ text: words, sinceWallMs: 1_790_000_005_000 }]);
    t.strictSame(box.given[0], {
      session: 's1',
      what: 'notice',
      text: words,
      wordingSha256: createHash('sha256').update(words).digest(),
      words: 'pack',
      how: 'spoken',
      by: 'aplay-0.3-0 file',
      fault: '',
      from: { wallMs: 1_790_000_005_000, monoMs: 5000 },
      to: { wallMs: 1_790_000_012_000, monoMs: 12_000 },
      article: 'JZ 10(1), JZ annex 3',
      audible: 'unknown',
      quietDb: 0,
      heardDb: 0,
    });
    const [call] = box.calls('aplay');
    t.strictSame(call?.args, ['-q', wav]);
  },
);

t.test(
  'B4: notice and preamble are read out by espeak-ng one after the other, names in no argument',
  async (t) => {
    process.env['LIUHEN_TEST_PASSWORD'] = 'x';
    t.teardown(() => delete process.env['LIUHEN_TEST_PASSWORD']);
    const box = await new Box(
      t,
      { paplay: 'paplay-0.3-0', 'espeak-ng': 'espeak-0-0' },
      { policy: { ...plain.policy, pack: 'strictest' } },
    ).start();
    await box.append(opened);
    await until('both are entered', () => box.given.length === 2);
    t.match(box.given, [
      { what: 'notice', how: 'spoken', by: 'paplay-0.3-0 espeak-ng', words: 'pack' },
      { what: 'preamble', how: 'spoken', by: 'paplay-0.3-0 espeak-ng', words: 'ours', article: /CT 13/ },
    ]);
    const voices = box.calls('espeak-ng');
    t.match(voices[1]?.input, /执法人员：王某 HY-001/);
    t.notMatch(
      JSON.stringify(voices.map(({ args }) => args)),
      /王某/,
      'every user of the box sees arguments',
    );
    t.notOk(voices[0]?.env.includes('LIUHEN_TEST_PASSWORD'), 'no password is handed on');
    t.strictSame(readdirSync(path.join(box.folder, 'run')), [], 'no voice is left behind');
  },
);

// [what is on the box, settings, the entry]
const failures = [
  ['no player', {}, audio({}), { how: 'shown', fault: 'no-player', by: '' }],
  ['no voice', { aplay: 'aplay-0.3-0' }, audio({}), { how: 'shown', fault: 'no-voice', by: '' }],
  [
    'a voice that fails',
    { aplay: 'aplay-0.3-0', 'espeak-ng': 'espeak-0-1' },
    audio({}),
    { how: 'shown', fault: 'voice-failed', by: '' },
  ],
  [
    'a player that fails',
    { aplay: 'aplay-0-1', 'espeak-ng': 'espeak-0-0' },
    audio({}),
    { how: 'shown', fault: 'player-failed', by: 'aplay-0-1 espeak-ng' },
  ],
  [
    'a player that ends well and has played nothing',
    { aplay: 'aplay-0-0', 'espeak-ng': 'espeak-0-0' },
    audio({}),
    { how: 'shown', fault: 'player-failed', by: 'aplay-0-0 espeak-ng' },
  ],
  [
    'a file that is not there, and no voice',
    { aplay: 'aplay-0.3-0' },
    audio({ 'jiaozuo-emergency': '/nowhere/notice.wav' }),
    { how: 'shown', fault: 'file-unreadable', by: '' },
  ],
  [
    'a file that is not there, and a voice',
    { aplay: 'aplay-0.3-0', 'espeak-ng': 'espeak-0-0' },
    audio({ 'jiaozuo-emergency': '/nowhere/notice.wav' }),
    { how: 'spoken', fault: 'file-unreadable', by: 'aplay-0.3-0 espeak-ng' },
  ],
] as const;
for (const [what, programs, notice, entry] of failures) {
  t.test(`B2: with ${what} the entry says "${entry.how}" and why`, async (t) => {
    const box = await new Box(t, programs, { notice }).start();
    await box.append(opened);
    await until('it is entered', () => box.given.length === 1);
    t.match(box.given[0], entry);
    t.equal(box.notices(), `notice ${entry.how}`);
  });
}

t.test(
  'B2: closing during playback ends the player by its pid, and the entry says that it was cut off',
  async (t) => {
    const box = await new Box(t, { aplay: 'aplay-60-0', 'espeak-ng': 'espeak-0-0' }).start();
    await box.append(opened);
    await until('the player runs', () => box.calls('aplay').length === 1);
    const [{ pid } = { pid: 0 }] = box.calls('aplay');
    t.ok(runs(pid));
    await box.append(closing);
    await until('it is entered', () => box.given.length === 1);
    t.match(box.given[0], { how: 'shown', fault: 'cut-off', by: 'aplay-60-0 espeak-ng' });
    t.notOk(runs(pid));
  },
);

t.test('B2: what the end of control cut off is told again after it, what was told is not', async (t) => {
  const box = await new Box(t, { aplay: 'aplay-60-0', 'espeak-ng': 'espeak-0-0' }).start();
  await box.append(opened);
  await until('the player runs', () => box.calls('aplay').length === 1);
  const [{ pid } = { pid: 0 }] = box.calls('aplay');
  await box.set.close();
  t.match(box.given, [{ fault: 'cut-off' }]);
  t.notOk(runs(pid));

  const again = await new Box(
    t,
    { aplay: 'aplay-0.3-0', 'espeak-ng': 'espeak-0-0' },
    {},
    box.ledger.entries,
  ).start();
  await until('it is told again', () => again.given.length === 2);
  t.match(again.given[1], { how: 'spoken', fault: '' });

  const third = await new Box(t, { aplay: 'aplay-0.3-0' }, {}, again.ledger.entries).start();
  t.strictSame(third.notices(), '');
  t.equal(third.given.length, 2);
});

t.test('B1: where people are told beforehand the words stand on the screen of the idle room', async (t) => {
  const box = await new Box(t, {}, { policy: { ...plain.policy, pack: 'hengyang-industry' } }).start();
  t.equal(box.notices(), 'notice standing');
  box.settings = { ...box.settings, policy: { ...plain.policy, pack: 'jiaozuo-emergency' } };
  t.equal(box.notices(), '');
});

t.test('B1: the microphone hears it, or does not, by its level before and during', async (t) => {
  for (const [during, audible] of [
    [-25, 'yes'],
    [-59, 'no'],
  ] as const) {
    const box = await new Box(t, { aplay: 'aplay-0.4-0', 'espeak-ng': 'espeak-0-0' }).start();
    box.level = -60;
    for (let tick = 0; tick < 4; tick += 1) await box.feature.tick?.();
    await box.append(opened);
    await until('the player runs', () => box.notices() === 'notice speaking');
    // The second before is still in the microphone's level at first.
    await box.feature.tick?.();
    box.level = during;
    box.mono += 3000;
    await box.feature.tick?.();
    await until('it is entered', () => box.given.length === 1);
    t.match(box.given[0], { audible, quietDb: -60, heardDb: during });
  }
});

t.test('A1: each visitor of a reception room is told again', async (t) => {
  const box = await new Box(t, {}).start();
  await box.append({ case: 'sessionOpened', value: { ...opened.value, kind: 'reception' } });
  await until('it is entered', () => box.given.length === 1);
  const marked = { session: 's1', text: '', at: { wallMs: 1, monoMs: 1 }, by: 'clerk' };
  await box.append({ case: 'sessionMarked', value: { ...marked, label: 'identity-check' } });
  await box.append({ case: 'sessionMarked', value: { ...marked, label: 'matter-begins' } });
  await until('it is entered', () => box.given.length === 2);
  t.match(box.given[1], { what: 'notice' });
});

t.test('B2: an entry that the ledger refuses is entered with a later tick', async (t) => {
  const box = await new Box(t, {}).start();
  box.ledger.refuse = 'noticeGiven';
  await box.append(opened);
  await until('it is refused', () => box.ledger.refuse === null);
  await until('the notice is shown', () => box.notices() === 'notice shown');
  t.strictSame(box.given, []);
  await box.feature.tick?.();
  t.equal(box.given.length, 1);
});

const second = {
  ...opened,
  value: { ...opened.value, session: 's2', room: 'court', folder: 'sessions/s2' },
};
/** Two rooms of which `talk` is told by `one` and `court` by `other`. */
function rooms(one: string, other: string): Partial<Settings> {
  const [room] = plain.rooms;
  if (!room) throw new Error('no room');
  return {
    notice: audio({ 'jiaozuo-emergency': wav }),
    rooms: [
      { ...room, id: 'talk', audio: { command: [one] } },
      { ...room, id: 'court', audio: { command: [other] } },
    ],
  };
}

t.test('B2: rooms with audio outputs of their own are told at the same time', async (t) => {
  const box = await new Box(t, { left: 'left-60-0', right: 'right-60-0' }, rooms('left', 'right')).start();
  await box.append(opened);
  await box.append(second);
  await until('both players run', () => box.calls('left').length + box.calls('right').length === 2);
  t.match(box.set.notices('talk'), [{ state: 'speaking' }]);
  t.match(box.set.notices('court'), [{ state: 'speaking' }]);
  await box.set.close();
  t.same(box.given.map(({ session, by }) => `${session} ${by}`).toSorted(), [
    's1 left-60-0 file',
    's2 right-60-0 file',
  ]);
});

t.test('B2: rooms that share an audio output are told one after the other', async (t) => {
  const box = await new Box(t, { left: 'left-60-0' }, rooms('left', 'left')).start();
  await box.append(opened);
  await box.append(second);
  await until('the first player runs', () => box.calls('left').length === 1);
  t.equal(box.set.notices('court')[0]?.state, 'waiting', 'its words stand on the screen meanwhile');
  await box.append(closing);
  await until('the second player runs', () => box.calls('left').length === 2);
  t.match(box.given, [{ session: 's1', fault: 'cut-off' }]);
  t.equal(box.set.notices('court')[0]?.state, 'speaking');
});

const ended = (change: object): LedgerBody => ({
  case: 'interruptionEnded',
  value: {
    session: 's1',
    cause: 'device-fault',
    text: '',
    by: 'clerk',
    to: { wallMs: 1, monoMs: 1 },
    spoken: false,
    article: 'JZ 11',
    outcome: 'resumed',
    ...change,
  },
});

t.test(
  'C3: the cause of an interruption is said aloud as it goes on, in the words of the rules, with the article',
  async (t) => {
    const box = await new Box(
      t,
      { aplay: 'aplay-0.3-0', 'espeak-ng': 'espeak-0-0' },
      { policy: { ...plain.policy, pack: 'jiaozuo-emergency' } },
    ).start();
    await box.append(opened);
    await until('people were told', () => box.given.length === 1);
    await box.append(ended({}));
    await until('the cause was said', () => box.given.length === 2);
    t.match(box.given[1], { what: 'interruption', how: 'spoken', words: 'ours', article: 'JZ 11' });
    t.match(box.calls('espeak-ng').at(-1)?.input, /已恢复记录，中断原因：设备故障。/);
  },
);

for (const [what, change, packId] of [
  ['an officer has said it aloud', { spoken: true }, 'jiaozuo-emergency'],
  ['it cannot go on', { outcome: 'cannot-go-on' }, 'jiaozuo-emergency'],
  ['nobody stated it', { outcome: 'closed', cause: '' }, 'jiaozuo-emergency'],
  ['the rules do not ask for it', {}, 'hengyang-industry'],
] as const) {
  t.test(`C3: the box says nothing where ${what}`, async (t) => {
    const box = await new Box(
      t,
      { aplay: 'aplay-0.3-0', 'espeak-ng': 'espeak-0-0' },
      { policy: { ...plain.policy, pack: packId } },
    ).start();
    await box.append(opened);
    await until('people were told', () => box.given.length > 0);
    await box.append(ended(change));
    await box.set.close();
    t.notOk(box.given.some((given) => given.what === 'interruption'));
  });
}
