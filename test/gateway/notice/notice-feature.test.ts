// The notice beside sessions: a fake player and voice, the real child processes, a ledger without a disk.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { silentLog } from '../../../config/log.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { FeatureSet, type RoomContext } from '../../../gateway/gateway-feature.ts';
import { noticeFeature } from '../../../gateway/notice/notice-feature.ts';
import type { Lookup } from '../../../gateway/notice/speak.ts';
import type { GatewayView } from '../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { FakeLedger, moment, settings as plain } from '../sessions/fakes.ts';

// Two tenths of a second, 16 bits at 8 kHz.
const wav = path.join(mkdtempSync(path.join(tmpdir(), 'lh-')), 'notice.wav');
const silence = Buffer.alloc(44 + 3200);
silence.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
silence.set([16, 0, 0, 0, 1, 0, 1, 0], 16);
silence.writeUInt32LE(8000, 24);
silence.writeUInt32LE(16_000, 28);
silence.write('data', 36);
silence.writeUInt32LE(3200, 40);
writeFileSync(wav, silence);

type Given = Extract<LedgerBody, { case: 'noticeGiven' }>['value'];
interface Call {
  readonly pid: number;
  readonly args: readonly string[];
  readonly input: string;
  readonly env: readonly string[];
}

const opened = {
  case: 'sessionOpened',
  value: {
    session: 's1',
    room: 'talk',
    kind: 'interview',
    officers: [{ name: '王某', certificate: 'HY-001' }],
    caseNumber: '2026-17',
    caseName: '示例案件',
    parties: ['王五'],
    openedBy: 'clerk',
    urgent: false,
    opened: { wallMs: 1_790_000_000_000, monoMs: 5000 },
    folder: 'sessions/s1',
    cameras: [],
    article: 'HY 7(2)',
    stage: '调查取证',
  },
} satisfies LedgerBody;
const closing: LedgerBody = {
  case: 'sessionClosing',
  value: { session: 's1', closed: { wallMs: 1, monoMs: 1 }, closedBy: 'clerk', reason: 'asked' },
};

const unused = (): Promise<never> => Promise.reject(new Error('not used here'));

class Box {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  readonly feature;
  readonly set: FeatureSet;
  readonly ledger: FakeLedger;
  settings: Settings;
  /** dBFS of the room's microphone. */
  level: number | null = null;
  mono = 5000;
  readonly #programs: Readonly<Record<string, string>>;

  /** `programs`: the fake of each name, by how it behaves; see fake-player.sh. */
  constructor(
    t: Test,
    programs: Readonly<Record<string, string>>,
    change: Partial<Settings> = {},
    past: readonly LedgerBody[] = [],
  ) {
    this.#programs = programs;
    this.settings = {
      ...plain,
      dataFolder: this.folder,
      policy: { ...plain.policy, pack: 'jiaozuo-emergency' },
      ...change,
    };
    const lookup: Lookup = (name) => {
      const fake = programs[name];
      if (fake === undefined) return null;
      const file = path.join(this.folder, fake);
      copyFileSync(wav, path.join(this.folder, 'voice.wav'));
      copyFileSync(new URL('./fake-player.sh', import.meta.url), file);
      chmodSync(file, 0o755);
      return file;
    };
    this.feature = noticeFeature(lookup);
    this.set = new FeatureSet([this.feature], silentLog);
    this.ledger = new FakeLedger(past);
    for (const [index, body] of past.entries()) this.feature.entry?.({ seq: index + 1, body });
    t.teardown(() => this.set.close());
  }

  async start(): Promise<this> {
    const append = async (body: LedgerBody): Promise<{ seq: number }> => {
      const entry = await this.ledger.append(body);
      this.set.entry({ ...entry, body });
      return entry;
    };
    const context: RoomContext = {
      ask: () => Promise.reject(new Error('no other feature')),
      settings: () => this.settings,
      ledger: { fold: this.ledger.fold, append },
      signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      open: unused,
      close: unused,
      mark: unused,
      settle: unused,
      view: () =>
        ({
          rooms: [{ room: 'talk' }],
          cameras: [{ camera: 'a', rooms: ['talk'], soundDb: this.level }],
        }) as unknown as GatewayView,
      now: () => ({ ...moment(1_790_000_000_000 + this.mono), mono: this.mono as never }),
      log: silentLog,
    };
    this.append = append;
    await this.set.start(context);
    return this;
  }

  append: (body: LedgerBody) => Promise<{ seq: number }> = () => Promise.reject(new Error('not started'));

  get given(): Given[] {
    return this.ledger.entries.flatMap((body) => (body.case === 'noticeGiven' ? [body.value] : []));
  }

  calls(name: string): Call[] {
    const file = path.join(this.folder, `${this.#programs[name] ?? '?'}.log`);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('end\n')
      .slice(0, -1)
      .map((call) => {
        const of = (name: string): string[] =>
          call
            .split('\n')
            .flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
        return { pid: Number(of('pid')[0]), args: of('arg'), input: of('input').join('\n'), env: of('env') };
      });
  }

  notices(): string {
    return this.set
      .notices('talk')
      .map(({ what, state }) => `${what} ${state}`)
      .join(', ');
  }
}

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

function audio(files: Readonly<Record<string, string>>): Settings['notice'] {
  return { audio: {}, files: new Map(Object.entries(files)) };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone
  }
}

/** Programs have to start, on a machine that may be busy: longer than the others' `until`. */
async function until(what: string, is: () => boolean): Promise<void> {
  const end = Date.now() + 25_000;
  while (!is()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
