// systemd's own program carries what `liuhen run` says of itself, and systemd's own reader accepts the unit file.
// systemd as the first process is not needed: a socket of its kind is what sd_notify(3) talks to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { run } from './judge.ts';

const file = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Node cannot listen on a datagram Unix socket; Python can. One line per datagram, its fields behind each other. */
const listener = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(heard.recv(4096).decode().replace("\\n", " "), flush=True)
`;

t.test('READY, WATCHDOG and STOPPING arrive through systemd-notify', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  const socket = path.join(folder, 'notify');
  const ears = spawn('python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  ears.stdout.on('data', (chunk: Buffer) => {
    heard.push(...chunk.toString().split('\n').filter(Boolean));
    wake();
  });
  const until = async (what: string, times = 1): Promise<void> => {
    while (heard.filter((line) => line.includes(what)).length < times)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  await until('bound');

  const config = path.join(folder, 'site.yaml');
  await writeFile(config, await readFile(file('config/site.example.yaml')));
  const gateway = spawn(process.execPath, [file('dist/cli/liuhen.js'), 'run', '--config', config], {
    stdio: 'ignore',
    env: {
      ...process.env,
      LIUHEN_CREDENTIAL_ROOM_CAMERAS: 'peer:5ecret',
      NOTIFY_SOCKET: socket,
      WATCHDOG_USEC: '2000000',
    },
  });
  t.teardown(async () => {
    if (gateway.exitCode === null) gateway.kill('SIGTERM');
    ears.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await until('READY=1');
  await until('WATCHDOG=1', 3);
  gateway.kill('SIGTERM');
  const [code] = (await once(gateway, 'exit')) as [number | null];
  t.equal(code, 0);
  await until('STOPPING=1');
  t.ok(
    heard.findIndex((line) => line.includes('READY=1')) <
      heard.findIndex((line) => line.includes('STOPPING=1')),
  );
});

t.test('systemd-analyze finds no fault in the unit file', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const unit = path.join(folder, 'liuhen.service');
  // Its program and its user are not on this machine; all else is as it stands.
  const text = (await readFile(file('packaging/liuhen.service'), 'utf8'))
    .replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true')
    .replace(/^User=.*$/m, 'User=root');
  await writeFile(unit, text);
  const { code, stdout, stderr } = await run('systemd-analyze', ['verify', unit]);
  t.equal(`${stdout}${stderr}`, '');
  t.equal(code, 0);
});
