// What a control process is told while it still opens its ledger is done when it has.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { until } from '../sessions/fakes.ts';

t.test('settings that change while control begins are read again when it is up', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const config = path.join(folder, 'site.yaml');
  writeFileSync(config, readFileSync('config/site.example.yaml'));
  const child = fork('test/gateway/supervisor/fakes/slow-start.ts', ['--config', config], {
    execArgv: ['--import=tsx'],
    env: { ...process.env, LIUHEN_CREDENTIAL_ROOM_CAMERAS: 'a:b' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  const told: unknown[] = [];
  child.on('message', (message: { fake?: string; kind?: string }) => told.push(message.fake ?? message.kind));
  while (!told.includes('opening')) await once(child, 'message');
  child.send({ kind: 'reload' });
  child.send('go');
  await until('ready', () => told.includes('ready'));
  await until('settings again', () => told.filter((what) => what === 'settingsApplied').length === 2);
  child.send({ kind: 'stop' });
  t.same(await once(child, 'exit'), [0, null]);
});
