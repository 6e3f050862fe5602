// `liuhen sim` as a person starts it: a process of its own, real ports, ended by a signal.
import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { siteControl } from '../../hw-sim/control-client.ts';

async function start(t: { teardown(end: () => unknown): void }, text: string) {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'sim-command-')), 'site.yaml');
  await writeFile(file, text);
  const child = spawn(process.execPath, ['--import=tsx', 'cli/liuhen.ts', 'sim', '--site', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

t.test('liuhen sim says where its cameras are, obeys the control port and ends on SIGTERM', async (t) => {
  const child = await start(
    t,
    'cameras:\n  - { id: one, onvif: 0, audio: none }\npanels:\n  - { id: talk }\n',
  );
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (/^control.*cameras/.test(line)) break;
  }
  t.match(said[0], /^one {2}rtsp:\/\/127\.0\.0\.1:\d+\/stream/);
  t.match(said[1], /^talk {2}panel {2}tcp:\/\/127\.0\.0\.1:\d+$/);
  const control = siteControl(Number(/:(\d+)\/cameras/.exec(said.at(-1)!)![1]));
  t.match(await control.lay('one', 'stall'), { behaviours: ['stall'] });
  t.match(await control.act('talk', 'door-close'), { doorOpen: false });
  t.match(await control.camera('one'), { id: 'one', framesSent: [] });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
});

t.test(
  'liuhen sim says where the volumes of its body-cams are, and takes them away at its end',
  async (t) => {
    const child = await start(
      t,
      'docks: [{ id: d }]\nbodyCams: [{ id: c, serial: S, clips: [{ seconds: 1 }] }]\n',
    );
    const said: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      said.push(line);
      if (/^control.*cameras/.test(line)) break;
    }
    t.match(said[0], /^d {2}dock {2}tcp:\/\/127\.0\.0\.1:\d+$/);
    t.equal(said[1], 'c  body-cam  S  1 clips');
    const folder = /^volumes {2}(.+)$/.exec(said[2] ?? '')?.[1] ?? '';
    t.ok(existsSync(path.join(folder, 'mountinfo')));
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    t.strictSame(await ended, [0, null]);
    t.notOk(existsSync(folder));
  },
);

t.test('liuhen sim tells the line of a fault in its file and fails', async (t) => {
  const child = await start(t, 'cameras:\n  - { id: one, port: 5 }\n');
  let told = '';
  child.stderr.on('data', (bytes: Buffer) => (told += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  t.not(code, 0);
  t.match(told, /line 2: port is unknown/);
  t.notMatch(told, /\n\s+at /, 'without a stack');
});
