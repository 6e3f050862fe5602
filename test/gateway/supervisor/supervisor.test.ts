// P8: children that die come back, a recorder that outlived its supervisor is adopted, one run per folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../../config/clock.ts';

// Every process is loaded from source, which takes its time; a stopped control is waited for five seconds.
t.setTimeout(90_000);

interface Bench {
  readonly folder: string;
  readonly said: () => string[];
  /** The words after `what` in the list, oldest first. */
  readonly told: (what: string) => string[];
  readonly until: (what: string, times: number) => Promise<string>;
  readonly start: (env?: Record<string, string>) => ChildProcess;
}

/** A data folder with a short path (sockets), and a list that all fake processes write to. */
function bench(t: Test): Bench {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'liuhen-'));
  const list = path.join(folder, 'list');
  const config = path.join(folder, 'site.yaml');
  writeFileSync(list, '');
  writeFileSync(config, readFileSync('config/site.example.yaml'));
  const said = (): string[] => readFileSync(list, 'utf8').split('\n').filter(Boolean);
  const told = (what: string): string[] =>
    said().flatMap((line) => (line.split(' ')[0] === what ? [line.split(' ')[1] ?? ''] : []));
  const started: ChildProcess[] = [];
  t.teardown(async () => {
    for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
    for (const pid of [...told('recorder'), ...told('control')]) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    said,
    told,
    until: async (what, times) => {
      const deadline = monotonicTime() + 40_000;
      while (told(what).length < times) {
        if (monotonicTime() > deadline) throw new Error(`no ${what} #${times}: ${said().join(', ')}`);
        await sleep(20);
      }
      return told(what)[times - 1] ?? '';
    },
    start: (env = {}) => {
      const socket = path.join(folder, 'data', 'run', 'recorder.sock');
      const entry = 'test/gateway/supervisor/fakes/supervisor.ts';
      const child = spawn(process.execPath, ['--import=tsx', entry, config, socket, list], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, LIUHEN_CREDENTIAL_ROOM_CAMERAS: 'a:b', ...env },
      });
      // Its log is for the reader of a failure, too.
      child.stderr.pipe(process.stderr);
      started.push(child);
      return child;
    },
  };
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode === null
    ? new Promise((resolve) => child.once('close', resolve))
    : Promise.resolve(child.exitCode);
}

t.test(
  'P8: a killed recorder and a killed control come back, and SIGTERM ends control before the recorder',
  async (t) => {
    const { folder, said, until, start } = bench(t);
    const supervisor = start();
    const firstRecorder = await until('recorder', 1);
    const firstControl = await until('control', 1);
    t.equal(statSync(path.join(folder, 'data', 'run')).mode & 0o777, 0o700);

    const before = monotonicTime();
    process.kill(Number(firstRecorder), 'SIGKILL');
    t.not(await until('recorder', 2), firstRecorder);
    t.ok(monotonicTime() - before < 5000, 'soon');
    process.kill(Number(firstControl), 'SIGKILL');
    t.not(await until('control', 2), firstControl);

    supervisor.kill('SIGHUP');
    await until('control-reload', 1);
    supervisor.kill('SIGTERM');
    t.equal(await ended(supervisor), 0);
    const end = said();
    t.ok(end.indexOf('control-stop asked') > 0, 'control was asked');
    t.ok(end.findIndex((line) => line.startsWith('recorder-end')) > end.indexOf('control-stop asked'));
  },
);

t.test(
  'P8: when the supervisor is killed control ends, the recorder goes on, and the next supervisor adopts it',
  async (t) => {
    const { told, until, start } = bench(t);
    const first = start();
    const recorder = await until('recorder', 1);
    await until('control', 1);
    first.kill('SIGKILL');
    t.equal(await until('control-stop', 1), 'parent-gone');

    const second = start();
    await until('control', 2);
    t.same(told('recorder'), [recorder], 'no second recorder was started');
    second.kill('SIGTERM');
    t.equal(await ended(second), 0);
    t.equal(await until('recorder-end', 1), recorder, 'the adopted recorder was asked to quit');
  },
);

t.test('a SIGHUP that comes before control is there does not end the run', async (t) => {
  const { folder, until, start } = bench(t);
  const run = path.join(folder, 'data', 'run');
  mkdirSync(run, { recursive: true, mode: 0o700 });
  // As the control of a supervisor that was killed, which is still ending: ours is not started before.
  const former = net.createServer((socket) => socket.destroy()).listen(path.join(run, 'control.sock'));
  t.teardown(() => former.close());
  const supervisor = start();
  await until('recorder', 1);
  supervisor.kill('SIGHUP');
  former.close();
  await until('control', 1);
  supervisor.kill('SIGTERM');
  t.equal(await ended(supervisor), 0);
});

t.test('P8: a control that hangs is ended by force and comes back, the recorder goes on', async (t) => {
  const { told, until, start } = bench(t);
  const supervisor = start();
  const recorder = await until('recorder', 1);
  const control = Number(await until('control', 1));
  process.kill(control, 'SIGSTOP');
  await until('control', 2);
  t.throws(() => process.kill(control, 0), { code: 'ESRCH' });
  t.same(told('recorder'), [recorder]);
  supervisor.kill('SIGTERM');
  t.equal(await ended(supervisor), 0);
});

t.test('a second run on one data folder is a clear error', async (t) => {
  const { until, start, told } = bench(t);
  const first = start();
  await until('control', 1);
  const second = start();
  let said = '';
  second.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  t.equal(await ended(second), 1);
  t.equal(said.trim(), 'RUN_ALREADY');
  t.equal(told('recorder').length, 1);
  first.kill('SIGTERM');
  await ended(first);
});

t.test('systemd hears READY, then WATCHDOG only while both children answer, then STOPPING', async (t) => {
  const { folder, told, until, start } = bench(t);
  const notes = path.join(folder, 'list');
  const program = path.join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\nshift\nfor s in "$@"; do echo "systemd $s" >> '${notes}'; done\n`);
  chmodSync(program, 0o755);
  const supervisor = start({
    PATH: `${folder}:${process.env['PATH']}`,
    NOTIFY_SOCKET: '/run/none',
    WATCHDOG_USEC: '200000',
  });
  const control = Number(await until('control', 1));
  await until('recorder', 1);
  const fed = (): number => told('systemd').filter((state) => state === 'WATCHDOG=1').length;
  const fedTimes = async (times: number): Promise<void> => {
    while (fed() < times) await sleep(20);
  };
  await fedTimes(2);
  t.ok(told('systemd').includes('READY=1'));

  // A stopped main loop: what was answered before may still be fed once, then nothing is until it goes on.
  let said = '';
  const starved = new Promise<void>((resolve) => {
    supervisor.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('"controlAnswers":false,"recorderAnswers":true')) resolve();
    });
  });
  process.kill(control, 'SIGSTOP');
  const before = fed();
  await starved;
  const during = fed() - before;
  t.ok(during <= 1, `fed ${during} times`);
  t.match(said, 'the watchdog is not fed');
  process.kill(control, 'SIGCONT');
  await fedTimes(before + during + 1);
  supervisor.kill('SIGTERM');
  t.equal(await ended(supervisor), 0);
  t.ok(told('systemd').includes('STOPPING=1'));
});
