import t from 'tap';
import { exitCodes, type CommandInput, type CommandSpec } from '../../../cli/command.ts';
import { parseOfficer } from '../../../cli/commands/control-socket.ts';
import { sessionCloseCommand } from '../../../cli/commands/session-close.ts';
import { sessionInterruptCommand } from '../../../cli/commands/session-interrupt.ts';
import { sessionMarkCommand } from '../../../cli/commands/session-mark.ts';
import { sessionOpenCommand } from '../../../cli/commands/session-open.ts';
import { sessionResumeCommand } from '../../../cli/commands/session-resume.ts';
import { sessionSettleCommand } from '../../../cli/commands/session-settle.ts';
import { sessionStatusCommand } from '../../../cli/commands/session-status.ts';
import { interruptionFeature } from '../../../gateway/interruptions/interruption-feature.ts';
import { World } from '../../gateway/gateway-bench.ts';

async function run(
  command: CommandSpec,
  options: CommandInput['options'],
  over: Partial<CommandInput> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run({
    args: [],
    options,
    json: false,
    language: 'en',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    signal: new AbortController().signal,
    ...over,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

t.test('a session by hand: open, mark, settle, status, close', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  const { socket } = world;

  const opened = await run(sessionOpenCommand, {
    socket,
    room: 'talk',
    kind: 'inquiry',
    urgent: true,
    by: 'clerk',
  });
  t.equal(opened.code, exitCodes.ok);
  t.match(
    opened.out,
    /^session (\S+) is open in room talk\n {2}the rules demand it \(HY 7\(2\), .*\)\nowes officers until .*\nowes case-number/,
  );
  const session = opened.out.split(' ')[1] ?? '';

  const marked = await run(sessionMarkCommand, { socket, room: 'talk', label: 'sign', text: '签字' });
  t.match(marked, { code: 0, out: `marked in session ${session}` });
  const officers = await run(sessionSettleCommand, {
    socket,
    session,
    debt: 'officers',
    officer: ['王某:HY-001', '李某：HY-002'],
  });
  t.match(officers, { code: 0, out: `officers of session ${session} is settled` });
  const status = await run(sessionStatusCommand, { socket }, { language: 'zh-CN' });
  t.match(status.out, session);
  t.match(status.out, '待补 case-number');
  const json = await run(sessionStatusCommand, { socket }, { json: true });
  t.match(JSON.parse(json.out), { gateway: 'gw', rooms: [{ room: 'talk', session }] });
  const closed = await run(sessionCloseCommand, { socket, session });
  t.match(closed, { code: 0, out: /is closed: 1 segments, 0 gaps/ });
});

t.test('C3, C4: an interruption by hand, in both languages', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway({ features: () => [interruptionFeature()] });
  t.teardown(() => gateway.stop('asked'));
  const { socket } = world;
  await run(sessionOpenCommand, { socket, room: 'talk', kind: 'inquiry', urgent: true });
  const refused = await run(sessionInterruptCommand, { socket, room: 'talk' });
  t.match(refused, { code: 1, err: /^SESSION_CAUSE_UNKNOWN: .*one of device-fault, .*\(JZ 11, CT 14\)/ });
  const begun = await run(sessionInterruptCommand, { socket, room: 'talk', cause: 'bad-weather' });
  t.match(begun, {
    code: 0,
    out: /is interrupted \(bad weather\), ledger entry \d+; the recording goes on$/,
  });
  const early = await run(sessionResumeCommand, { socket, room: 'talk', cause: 'bad-weather' });
  t.match(early, { code: 1, err: /^SESSION_STILL_INTERRUPTED/ }, 'the fake recorder has no pictures');
  const over = await run(
    sessionInterruptCommand,
    { socket, room: 'talk', cannotGoOn: true },
    { language: 'zh-CN' },
  );
  t.equal(over.code, 0);
  const [first, head, explanation, steps, key] = over.out.split('\n');
  t.match(first, /已中断（天气恶劣）/);
  t.match(head, /^待补：report-to-head（向部门负责人报告，JZ 11, CT 14, ZZ 49），截止 .*由本单位设定$/);
  t.match(explanation, /^待补：written-explanation/);
  t.match(steps, /^待补：key-steps/);
  t.match(key, /^至少以其他设备记录重要环节：.*证据/);
});

t.test('a refusal is exit code 1 with its code, in the language asked for', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  const { socket } = world;
  const refused = await run(sessionOpenCommand, { socket, room: 'talk', kind: 'hearing' });
  t.match(refused, { code: exitCodes.wrong, out: '', err: /^SESSION_KIND_NOT_ALLOWED: Room "talk"/ });
  const chinese = await run(sessionCloseCommand, { socket, room: 'talk' }, { language: 'zh-CN' });
  t.match(chinese, { code: exitCodes.wrong, err: /^SESSION_NOT_OPEN: 房间“talk”没有/ });
  const json = await run(sessionCloseCommand, { socket, room: 'talk' }, { json: true });
  t.match(JSON.parse(json.out), { error: { code: 'SESSION_NOT_OPEN', details: { room: 'talk' } } });
});

t.test('nobody on the socket is exit code 4', async (t) => {
  const answer = await run(sessionStatusCommand, { socket: '/nonexistent/control.sock' });
  t.match(answer, { code: exitCodes.unreachable, err: /^CONTROL_UNREACHABLE/ });
});

t.test('without a socket or settings the command says what to give', async (t) => {
  for (const name of ['LIUHEN_SOCKET', 'LIUHEN_CONFIG']) delete process.env[name];
  await t.rejects(run(sessionStatusCommand, {}), { code: 'CONTROL_SOCKET_UNKNOWN' });
});

const officers: [text: string, name: string, certificate: string][] = [
  ['王某:HY-001', '王某', 'HY-001'],
  ['王某：HY-001', '王某', 'HY-001'],
  ['a:b:c', 'a:b', 'c'],
  ['王某', '王某', ''],
  [':HY-001', '', 'HY-001'],
];
for (const [text, name, certificate] of officers) {
  t.test(`I3: the officer "${text}" is read`, async (t) => {
    t.same(parseOfficer(text), { name, certificate });
  });
}
