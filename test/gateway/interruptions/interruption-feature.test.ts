// Interruptions beside sessions: what gets into the ledger and what is owed, over a fake view and ledger, with restarts.
import t from 'tap';
import { maxLongText } from '../../../gateway/sessions/session-request.ts';
import { controlRequestNames } from '../../../gateway/sessions/control-protocol.ts';
import { commandList } from '../../../cli/command-list.ts';
import { wallMs } from '../../../config/clock.ts';
import { coverageOf } from '../../../gateway/working-time/coverage.ts';
import { DayBook } from '../../../gateway/working-time/day-book.ts';
import { at, Bench, closing, gaps, opened, sealed } from './interruption-bench.ts';

const seconds = (wall: number): number => (wall - at(0).wallMs) / 1000;
const pauses = /pause|halt|hold|suspend|stop/i;

/** Recording since 0, unplugged at 60 and seen as interrupted until 70. */
async function unplugged(pack?: string): Promise<Bench> {
  const bench = await Bench.start([], pack === undefined ? {} : { pack });
  await bench.add(opened);
  await bench.look(5, 'opening', null);
  await bench.look(61, 'recording', 0.5);
  await bench.add(...gaps(60, null));
  // What is on the disk lags behind the last picture by a part; the gap record knows it to the frame.
  await bench.look(64, 'interrupted', 3.4);
  await bench.look(70, 'interrupted', 9.4);
  return bench;
}

t.test('C1: no pause exists, on the control socket or on the command line', async (t) => {
  t.same(
    controlRequestNames.filter((name) => pauses.test(name)),
    [],
  );
  t.same(
    commandList.map(({ name }) => name).filter((name) => name.split(' ').some((word) => pauses.test(word))),
    [],
  );
  const bench = await Bench.start();
  for (const name of ['pause', 'suspend'])
    await t.rejects(bench.set.ask(name, {}), { code: 'CONTROL_REQUEST_UNKNOWN' });
});

t.test(
  'C3: a detected one begins at the last picture, asks for the cause, and ends at the first',
  async (t) => {
    const bench = await unplugged();
    t.same(bench.told(), [['began', 'detected', 61]], 'once, at the later of the two cameras');
    t.match(bench.set.interruption('talk'), {
      state: 'interrupted',
      how: 'detected',
      sinceWallMs: at(61).wallMs,
      article: 'JZ 11',
      packSilent: false,
    });
    await t.rejects(bench.resume({ cause: 'device-fault' }), { code: 'SESSION_STILL_INTERRUPTED' });
    await bench.add(...gaps(60, 90));
    await bench.look(92, 'recording', 0.2);
    t.match(bench.set.interruption('talk'), { state: 'cause-asked', causes: ['device-fault', 'damage'] });
    t.match(bench.set.notices('talk'), [{ what: 'interruption', text: /画面已恢复/ }]);
    await t.rejects(bench.resume({}), { code: 'SESSION_CAUSE_UNKNOWN', details: { article: 'JZ 11' } });
    await t.rejects(bench.resume({ cause: 'tired' }), { code: 'SESSION_CAUSE_UNKNOWN' });
    await bench.look(400, 'recording', 0.2);
    const answer = await bench.resume({ cause: 'device-fault', text: '电源', by: '张三', spoken: true });
    t.match(answer, { session: 's1', cause: 'device-fault', article: 'JZ 11' });
    t.same(bench.told(), [
      ['began', 'detected', 61],
      ['ended', 'resumed', 'device-fault', 90],
    ]);
    t.match(bench.ledger.entries.at(-1)?.value, { by: '张三', text: '电源', spoken: true, article: 'JZ 11' });
    t.equal(bench.set.interruption('talk'), null);
    t.match(bench.set.notices('talk'), [{ text: '已恢复记录，中断原因：设备故障' }], 'it is announced');
    await bench.look(-3200, 'recording', 0.2);
    t.same(bench.set.notices('talk'), [], 'and not for an hour when the clock is set back');
    await bench.look(461, 'recording', 0.2);
    t.same(bench.set.notices('talk'), [], 'for a minute');
    await t.rejects(bench.resume({ cause: 'device-fault' }), { code: 'SESSION_NOT_INTERRUPTED' });
  },
);

t.test('C3: short losses, one camera of two, and an opening that takes its time are none', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened, ...gaps(0, null, 'not-warm'), ...gaps(0, 8, 'not-warm'));
  await bench.look(9, 'recording', 0.1);
  await bench.add(...gaps(60, null).slice(0, 1));
  await bench.look(70, 'degraded', 0.1);
  await bench.add(...gaps(80, 84));
  await bench.look(84, 'interrupted', 3.9);
  await bench.look(86, 'recording', 0.1);
  await bench.look(88, 'interrupted', 3.9);
  await bench.look(90, 'recording', 0.1);
  t.same(bench.told(), []);
});

t.test(
  'C3: after a crash of both processes it begins with the recovered records, not at the opening',
  async (t) => {
    const past = [opened];
    const bench = await Bench.start(past, { nowS: 640 });
    // The recorder is up again before anybody could see that it was gone.
    await bench.look(641, 'opening', null);
    await bench.add(...gaps(600, null, 'recorder-died'), ...gaps(600, 645, 'recorder-died'));
    await bench.look(646, 'recording', 0.2);
    await bench.look(647, 'recording', 0.2);
    t.same(bench.told(), [['began', 'detected', 601]]);
    await bench.resume({ cause: 'damage' });
    await bench.look(700, 'recording', 0.2);
    t.same(bench.told().slice(1), [['ended', 'resumed', 'damage', 645]], 'and not once more');
  },
);

t.test('C3: while nothing is recovered it begins at the first look of the new process', async (t) => {
  const bench = await Bench.start([opened], { nowS: 640 });
  await bench.look(641, 'opening', null);
  for (const s of [651, 654, 657]) await bench.look(s, 'interrupted', null);
  t.same(bench.told(), [['began', 'detected', 651]], 'never earlier than what is known');
});

t.test('C3: after a crash of control alone the age of the pictures tells', async (t) => {
  const bench = await Bench.start([opened], { nowS: 640 });
  await bench.look(641, 'interrupted', 4);
  await bench.look(643, 'interrupted', 6);
  t.same(bench.told(), [['began', 'detected', 637]]);
});

t.test('C3: an interruption outlives a restart, and an old one is not found again', async (t) => {
  const before = await unplugged();
  const again = await Bench.start(before.ledger.entries, { nowS: 80 });
  await again.add(...gaps(60, 90));
  await again.look(92, 'recording', 0.2);
  t.same(again.told(), [['began', 'detected', 61]]);
  await again.resume({ cause: 'low-battery' });
  const third = await Bench.start(again.ledger.entries, { nowS: 100 });
  await third.look(101, 'recording', 0.2);
  t.same(third.told(), again.told());
});

t.test('C3: a session that opens without any picture is interrupted since its opening', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened, ...gaps(0, null, 'not-warm'));
  await bench.look(5, 'opening', null);
  await bench.look(11, 'interrupted', null);
  t.same(bench.told(), [['began', 'detected', 0]]);
});

t.test(
  "C4: where it cannot go on the report and the explanation are owed, by the site's deadline",
  async (t) => {
    const bench = await unplugged();
    await t.rejects(bench.interrupt({ cause: 'damage' }), { code: 'SESSION_INTERRUPTED_ALREADY' });
    await t.rejects(bench.interrupt({ cannotGoOn: true }), { code: 'SESSION_CAUSE_UNKNOWN' });
    const dueWallMs = at(70).wallMs + 86_400_000;
    t.match(await bench.interrupt({ cause: 'damage', cannotGoOn: true, by: '张三' }), {
      debts: [
        { debt: 'report-to-head', article: 'JZ 11', dueWallMs },
        { debt: 'written-explanation', article: 'JZ 11', dueWallMs },
      ],
      keySteps: [],
    });
    t.same(bench.told(), [
      ['began', 'detected', 61],
      ['owed', 'report-to-head'],
      ['owed', 'written-explanation'],
      ['ended', 'cannot-go-on', 'damage', 70],
    ]);
    const owed = bench.ledger.entries.find((body) => body.case === 'debtIncurred');
    t.match(owed?.value, { what: /the rules give no deadline/ });
    for (const s of [80, 90, 100]) await bench.look(s, 'interrupted', s - 61);
    t.equal(bench.told().length, 4, 'nothing begins again before there are pictures');
    await bench.add(...gaps(60, 120));
    await bench.look(121, 'recording', 0.2);
    await bench.look(122, 'recording', 0.2);
    await bench.add(...gaps(200, null));
    await bench.look(210, 'interrupted', 9);
    t.same(bench.told().slice(4), [['began', 'detected', 201]]);
  },
);

for (const refused of ['debtIncurred', 'interruptionBegan', 'interruptionEnded'] as const) {
  t.test(`C4: a ledger that refuses ${refused} in the middle of "cannot go on" loses no debt`, async (t) => {
    const bench = await Bench.start();
    await bench.add(opened);
    await bench.look(5, 'recording', 0.2);
    bench.ledger.refuse = refused;
    await t.rejects(bench.interrupt({ cause: 'damage', cannotGoOn: true }));
    const said = await bench.interrupt({ cause: 'damage', cannotGoOn: true });
    t.equal(said.debts.length, 2, 'said again, it is done');
    t.same(
      bench.told().filter((told) => String(told).startsWith('owed')),
      [
        ['owed', 'report-to-head'],
        ['owed', 'written-explanation'],
      ],
      'each once',
    );
    t.match(String(bench.told().at(-1)), 'ended,cannot-go-on');
  });
}

t.test('C4: "cannot go on" begins nothing before its debts are in the ledger', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened);
  await bench.look(5, 'recording', 0.2);
  bench.ledger.refuse = 'debtIncurred';
  await t.rejects(bench.interrupt({ cause: 'damage', cannotGoOn: true }));
  t.same(bench.told(), [], 'who is told that it failed finds nothing half done');
});

t.test('C4: an explanation may be written out', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened);
  await bench.look(5, 'recording', 0.2);
  const text = '因'.repeat(maxLongText);
  await bench.interrupt({ cause: 'damage', text, cannotGoOn: true });
  const ended = bench.ledger.entries.find((body) => body.case === 'interruptionEnded');
  t.match(ended?.value, { text });
  await t.rejects(bench.interrupt({ cause: 'damage', text: `${text}x` }), { code: 'SESSION_FIELD_INVALID' });
});

t.test('C4: a session that ends without pictures owes it without a word', async (t) => {
  const bench = await unplugged();
  await bench.add(closing(80));
  await new Promise((resolve) => setImmediate(resolve));
  await bench.add(...gaps(60, 80, 'closed', true), sealed);
  await bench.look(81, 'idle', null);
  t.same(bench.told().slice(1), [
    ['owed', 'report-to-head'],
    ['owed', 'written-explanation'],
    ['ended', 'closed', '', 80],
  ]);
  await t.rejects(bench.resume({ cause: 'damage' }), { code: 'SESSION_NOT_OPEN' });
});

t.test(
  'C4: one that lasted until the end, before anybody looked, is entered and owed with the end',
  async (t) => {
    const ended = [
      ['began', 'detected', 61],
      ['owed', 'report-to-head'],
      ['owed', 'written-explanation'],
      ['ended', 'closed', '', 641],
    ];
    // The box was off, and what closes a room at the end of its hours did so before the first look at it.
    const early = await Bench.start([opened], { nowS: 640 });
    await early.add(...gaps(60, null, 'box-restarted'), closing(641));
    await early.look(641.5, 'closing', null);
    await early.add(sealed);
    await early.look(642, 'idle', null);
    t.same(early.told(), ended, 'the gap records came before the end');

    const late = await Bench.start([opened], { nowS: 640 });
    await late.add(closing(641));
    await late.look(641.5, 'closing', null);
    await late.add(...gaps(60, 641, 'box-restarted', true), sealed);
    await late.look(642, 'idle', null);
    t.same(late.told(), ended, 'or with the seal');

    const again = await Bench.start(late.ledger.entries, { nowS: 700 });
    await again.look(701, 'idle', null);
    t.same(again.told(), ended, 'once');
  },
);

t.test('C3: a session that ends with a short loss, or with its pictures, owes nothing', async (t) => {
  for (const last of [gaps(77, null), gaps(60, 62)]) {
    const bench = await Bench.start();
    await bench.add(opened, ...last, closing(80));
    await bench.look(80.5, 'closing', 0.2);
    await bench.add(sealed);
    await bench.look(81, 'idle', null);
    t.same(bench.told(), []);
  }
});

t.test('C4: a declared one in which pictures were missing is no way around the explanation', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened);
  await bench.interrupt({ cause: 'damage' });
  await bench.add(...gaps(40, null));
  await bench.look(200, 'interrupted', 160);
  await bench.add(...gaps(40, 210));
  await bench.look(212, 'recording', 0.2);
  await bench.add(closing(3600));
  await bench.look(3601, 'closing', 0.1);
  t.same(bench.told(), [
    ['began', 'declared', 0],
    ['owed', 'report-to-head'],
    ['owed', 'written-explanation'],
    ['ended', 'closed', 'damage', 3600],
  ]);
});

t.test(
  'C3: one that went on and was never explained owes its cause, where the pack has it stated',
  async (t) => {
    const told = async (pack: string): Promise<unknown[]> => {
      const bench = await unplugged(pack);
      await bench.add(...gaps(60, 90));
      await bench.look(92, 'recording', 0.2);
      await bench.add(closing(100), sealed);
      await bench.look(101, 'idle', null);
      return bench.told().slice(1);
    };
    const ended = ['ended', 'closed', '', 90];
    t.same(await told('jiaozuo-emergency'), [['owed', 'interruption-cause'], ended]);
    t.same(await told('hengyang-industry'), [ended], 'a silent pack asks for nothing');
  },
);

t.test('C3: the next interruption ends one that nobody explained', async (t) => {
  const bench = await unplugged();
  await bench.add(...gaps(60, 90));
  await bench.look(92, 'recording', 0.2);
  await bench.add(...gaps(200, null));
  await bench.look(204, 'interrupted', 3);
  await bench.look(210, 'interrupted', 9);
  t.same(bench.told().slice(1), [
    ['owed', 'interruption-cause'],
    ['ended', 'closed', '', 90],
    ['began', 'detected', 201],
  ]);
});

t.test(
  'C3: an officer declares one, the recording goes on, and the cause is demanded all the same',
  async (t) => {
    const bench = await Bench.start();
    await bench.add(opened);
    await bench.look(20, 'recording', 0.2);
    await t.rejects(bench.interrupt({}), { code: 'SESSION_CAUSE_UNKNOWN' });
    t.match(await bench.interrupt({ cause: 'obstruction', by: '张三' }), { article: 'JZ 11', debts: [] });
    await bench.look(30, 'recording', 0.2);
    t.match(bench.set.interruption('talk'), { state: 'interrupted', how: 'declared', cause: 'obstruction' });
    await t.rejects(bench.resume({}), { code: 'SESSION_CAUSE_UNKNOWN' });
    await bench.resume({ cause: 'obstruction' });
    t.same(bench.told(), [
      ['began', 'declared', 20],
      ['ended', 'resumed', 'obstruction', 30],
    ]);
  },
);

t.test('C4: a declared one that nobody resumes owes nothing as long as there were pictures', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened);
  await bench.look(20, 'recording', 0.2);
  await bench.interrupt({ cause: 'obstruction' });
  await bench.add(closing(30), sealed);
  await bench.look(31, 'idle', null);
  t.same(bench.told().slice(1), [['ended', 'closed', 'obstruction', 30]]);
});

t.test('C5: where the pack asks for the key steps they are named, and owed', async (t) => {
  const bench = await unplugged('zhuzhou-urban');
  const { debts, keySteps, packSilent } = await bench.interrupt({ cause: 'damage', cannotGoOn: true });
  t.match(debts, [{ debt: 'key-steps', article: 'ZZ 49' }]);
  t.ok(keySteps.includes('evidence'));
  t.equal(packSilent, true, 'it names no causes');
});

t.test('C3: the certificate of the day excuses the gap, by cause and article, and lists it', async (t) => {
  const excuses = async (pack: string, cause: string) => {
    const bench = await unplugged(pack);
    await bench.add(...gaps(60, 90));
    await bench.look(92, 'recording', 0.2);
    if (cause !== '') await bench.resume({ cause });
    await bench.add(...gaps(120, 122));
    const book = new DayBook();
    for (const body of bench.ledger.entries) book.apply(body);
    const span = { from: wallMs(at(0).wallMs), to: wallMs(at(200).wallMs) };
    const { tracks } = coverageOf([span], book.tracksIn('talk', span, at(200).wallMs));
    const lost = tracks.find(({ camera, track }) => camera === 'b' && track === 'audio')?.missing ?? [];
    return lost
      .filter((gap) => gap.cause === 'closed')
      .map(({ from, to, excuse }) => [seconds(from), seconds(to), excuse]);
  };
  t.same(await excuses('jiaozuo-emergency', 'device-fault'), [
    [61, 90, 'device-fault: JZ 11'],
    [121, 122, ''],
  ]);
  t.match(await excuses('jiaozuo-emergency', ''), [[61, 90, ''], {}], 'nobody stated a cause');
  t.match(await excuses('hengyang-industry', 'device-fault'), [[61, 90, ''], {}], 'the pack names none');
});

t.test('a ledger that refuses gets it with a later look', async (t) => {
  const bench = await Bench.start();
  await bench.add(opened, ...gaps(60, null));
  bench.ledger.refuse = 'interruptionBegan';
  await bench.look(64, 'interrupted', 3);
  await bench.look(70, 'interrupted', 9);
  t.same(bench.told(), []);
  await bench.look(71, 'interrupted', 10);
  t.same(bench.told(), [['began', 'detected', 61]]);
});

t.test('rooms and sessions that are not there are refused by their codes', async (t) => {
  const bench = await Bench.start();
  await t.rejects(bench.interrupt({ cause: 'damage' }), { code: 'SESSION_NOT_OPEN' });
  await t.rejects(bench.resume({ room: 'cellar' }), { code: 'SESSION_ROOM_UNKNOWN' });
  await t.rejects(bench.resume({ cause: 7 }), { code: 'SESSION_FIELD_INVALID' });
  await bench.add(opened, closing(5));
  await t.rejects(bench.resume({ cause: 'damage' }), { code: 'SESSION_CLOSING' });
});
