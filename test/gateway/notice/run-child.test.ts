// The programs that play and speak: run as they are given, and gone when nobody wants them any more, also when control
// was killed and could end nothing.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { runChild } from '../../../gateway/notice/run-child.ts';

/** A program of these lines, which notes its pid in `pid` beside itself, and where it is. */
async function program(t: Test, lines: string): Promise<{ command: string; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const command = path.join(folder, 'player');
  writeFileSync(command, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return { command, folder };
}
const noting = 'echo $$ >"${0%/*}/pid.new"; mv "${0%/*}/pid.new" "${0%/*}/pid"';

async function pidIn(folder: string): Promise<number> {
  const file = path.join(folder, 'pid');
  await until('it runs', () => existsSync(file));
  return Number(readFileSync(file, 'utf8'));
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone
  }
}

async function until(what: string, is: () => boolean): Promise<void> {
  const end = Date.now() + 25_000;
  while (!is()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const run = (command: string, more: object = {}) =>
  runChild({ command, args: [], limitMs: 60_000, signal: new AbortController().signal, ...more });

// [what the player does on being asked to end, its lines]
const parents = [
  ['ends when asked', `${noting}\nexec sleep 60`],
  ['does not hear that it is asked to end', `trap '' TERM\n${noting}\nwhile :; do sleep 1; done`],
] as const;
for (const [what, lines] of parents) {
  t.test(`B2: a player that ${what} is ended when control is killed`, async (t) => {
    const { command, folder } = await program(t, lines);
    const module = new URL('../../../gateway/notice/run-child.ts', import.meta.url);
    const code = `
      import { runChild } from ${JSON.stringify(module.href)};
      const signal = new AbortController().signal;
      await runChild({ command: ${JSON.stringify(command)}, args: [], limitMs: 600000, signal });
    `;
    const parent = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', code], {
      stdio: 'ignore',
    });
    t.teardown(() => parent.kill('SIGKILL'));
    const pid = await pidIn(folder);
    t.ok(runs(pid));
    parent.kill('SIGKILL');
    await until('the player is gone', () => !runs(pid));
  });
}

t.test('arguments are handed on as they are, and so is the input', async (t) => {
  const { command, folder } = await program(
    t,
    'for each; do printf "%s|" "$each"; done >"${0%/*}/args"; cat >"${0%/*}/input"',
  );
  const args = ['two words', '$(id)', "it's", '', '-c', '"; exit 3', '*'];
  t.same(await run(command, { args, input: '王某\n' }), { ok: true });
  t.equal(readFileSync(path.join(folder, 'args'), 'utf8'), `${args.join('|')}|`);
  t.equal(readFileSync(path.join(folder, 'input'), 'utf8'), '王某\n');
});

t.test('how it ended is told: its code, its complaint, or that there is none such', async (t) => {
  const { command } = await program(t, 'echo no such device >&2; exit 7');
  t.same(await run(command), { ok: false, why: 'failed', detail: 'no such device' });
  t.same(await run((await program(t, 'exit 7')).command), { ok: false, why: 'failed', detail: 'code 7' });
  t.match(await run('/nowhere/player'), { ok: false, why: 'failed', detail: /\/nowhere\/player/ });
});

t.test(
  'one that takes too long is ended, however little it wants to, and nothing stays behind',
  async (t) => {
    const { command, folder } = await program(t, `trap '' TERM\n${noting}\nwhile :; do sleep 1; done`);
    let group = 0;
    const ending = run(command, { limitMs: 1500, onStart: (pid: number) => (group = pid) });
    const pid = await pidIn(folder);
    t.same(await ending, { ok: false, why: 'too-long', detail: '' });
    await until('the group is gone', () => !runs(-group));
    t.notOk(runs(pid));
  },
);

t.test('a player that ends by itself leaves no guard behind', async (t) => {
  const { command } = await program(t, 'exit 0');
  let group = 0;
  t.same(await run(command, { onStart: (pid: number) => (group = pid) }), { ok: true });
  await until('the group is gone', () => !runs(-group));
});
