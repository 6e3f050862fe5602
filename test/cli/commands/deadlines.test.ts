// The commands of deadlines over the control socket, and their table in 80 columns and both languages.
import t from 'tap';
import { exitCodes, type CommandInput, type CommandSpec } from '../../../cli/command.ts';
import {
  deadlinesAwayCommand,
  deadlinesBackCommand,
  deadlinesCommand,
} from '../../../cli/commands/deadlines.ts';
import { deadlineTable } from '../../../cli/deadline-table.ts';
import type { OffloadView } from '../../../gateway/bodycam/bodycam-view.ts';
import { deadlineFeature } from '../../../gateway/bodycam/deadlines/deadline-feature.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';
import { issued, officer } from '../../gateway/bodycam/deadlines/deadline-bench.ts';
import { World } from '../../gateway/gateway-bench.ts';

async function run(
  command: CommandSpec,
  socket: string,
  over: Partial<CommandInput> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run({
    args: [],
    json: false,
    language: 'en',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    signal: new AbortController().signal,
    ...over,
    options: { socket, by: 'clerk', ...over.options },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

t.test('E1: what is due is listed, and remote work is declared and ended', async (t) => {
  const world = new World();
  const hour = 3_600_000;
  world.settings = {
    ...world.settings,
    policy: { ...world.settings.policy, pack: 'jiaozuo-emergency' },
    bodyCams: [{ id: 'BWC-1', serial: 'S1', unit: '', officer, gateway: null }],
  };
  t.teardown(() => world.end());
  world.entries.push(issued(Date.now() - 22.5 * hour));
  world.walls.push(Date.now() - 22.5 * hour);
  const gateway = await world.startGateway({ features: () => [deadlineFeature()] });
  t.teardown(() => gateway.stop('asked'));
  const { socket } = world;

  const listed = await run(deadlinesCommand, socket);
  t.equal(listed.code, exitCodes.ok);
  t.match(
    listed.out,
    /BWC-1 +王某 +not docked.*\n {2}due in 1 h \d+ min {2}officer told {2}content not known {2}JZ 13/,
  );
  const json = await run(deadlinesCommand, socket, { json: true });
  t.match(JSON.parse(json.out), { offloadCount: 1, offloads: [{ device: 'BWC-1', article: 'JZ 13' }] });

  const args = ['BWC-1'];
  const away = await run(deadlinesAwayCommand, socket, { args, options: { why: '山区' } });
  t.match(away, { code: 0, out: /^BWC-1 is away \(JZ 13\): no deadline before its return, entry \d+$/ });
  t.match(
    (await run(deadlinesCommand, socket, { language: 'zh-CN' })).out,
    /已登记异地执法.*\n {2}返回前不计时限/,
  );
  const again = await run(deadlinesAwayCommand, socket, { args, options: { why: 'x' } });
  t.match(again, { code: exitCodes.wrong, err: /^DEADLINE_ALREADY_AWAY: / });
  const back = await run(deadlinesBackCommand, socket, { args, language: 'zh-CN' });
  t.match(back, { code: 0, out: /^BWC-1 已返回 \(JZ 13\)，记录须于 .*Z 前存储，台账第 \d+ 条$/ });
});

const row: OffloadView = {
  device: 'BWC-1',
  serial: 'S1',
  room: 'talk',
  officer: '王某',
  dueWallMs: Date.UTC(2026, 2, 6, 0, 0),
  article: 'JZ 13, ZZ 37',
  step: 'missed',
  where: 'docked',
  clips: 2,
};

t.test('E1: the table says what was missed, and what has no deadline', (t) => {
  const wallMs = Date.UTC(2026, 2, 6, 3, 20);
  t.same(deadlineTable({ offloads: [row], offloadCount: 3, wallMs }, 'en'), [
    'device               officer              where                 due (UTC)',
    '-'.repeat(80),
    'BWC-1                王某                 in the dock           2026-03-06 00:00',
    '  OVERDUE for 3 h 20 min  2 clips  JZ 13, ZZ 37  talk',
    '… and 2 more',
  ]);
  const silent: OffloadView = {
    ...row,
    dueWallMs: null,
    article: '',
    step: 'in-time',
    where: 'out',
    clips: 0,
    room: '',
  };
  t.match(
    deadlineTable({ offloads: [silent], offloadCount: 1, wallMs }, 'zh-CN').at(-1),
    '  规则未规定时限  内容未知',
  );
  t.same(deadlineTable({ offloads: [], offloadCount: 0, wallMs }, 'en'), ['no footage is due']);
  t.end();
});

t.test('no line of the table is wider than 80 columns, and no escape reaches the terminal', (t) => {
  const wild: OffloadView = {
    ...row,
    device: '\u001b[2J'.repeat(20),
    officer: '王'.repeat(60),
    article: '依据'.repeat(60),
    dueWallMs: 2 ** 62,
  };
  for (const language of ['en', 'zh-CN'] as const)
    for (const line of deadlineTable({ offloads: [wild], offloadCount: 2, wallMs: 0 }, language)) {
      t.ok(displayWidth(line) <= 80, line);
      t.notOk(/\p{Cc}/u.test(line));
    }
  t.end();
});
