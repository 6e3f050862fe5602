// `liuhen discover` as a person or a machine calls it.
import t from 'tap';
import { runProgram } from '../../../cli/program.ts';
import { table } from '../../../cli/commands/discover.ts';
import { createSimCamera } from '../../../hw-sim/camera/sim-camera.ts';

async function run(...argv: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram({
    argv: ['discover', ...argv],
    environment: {},
    version: '0',
    signal: new AbortController().signal,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out, err };
}

t.test('a camera is listed, and the same in JSON', async (t) => {
  const camera = await createSimCamera({ id: 'one', onvifPort: 0, discoveryPort: 0 });
  t.teardown(() => camera.close());
  const probe = `127.0.0.1:${camera.discoveryPort}`;
  const shown = await run('--timeout', '400', '--probe', probe);
  t.equal(shown.code, 0);
  t.match(shown.out, [/^ADDRESS /, /^127\.0\.0\.1 /]);
  const json = await run('--timeout', '400', '--json', '--probe', probe);
  t.match(JSON.parse(json.out.join('')), { devices: [{ address: '127.0.0.1' }] });
});

t.test('options that cannot be used are exit code 2, a missing interface is 4', async (t) => {
  for (const argv of [
    ['--timeout', '5'],
    ['--timeout', 'x'],
    ['--probe', 'camera'],
    ['--probe', '127.0.0.1:0'],
  ]) {
    const { code, err } = await run(...argv);
    t.equal(code, 2, argv.join(' '));
    t.match(err.join(''), /DISCOVERY_OPTION/);
  }
  t.equal((await run('--interface', 'none0')).code, 4);
});

t.test('no line is over 80 columns, and a name cannot move the cursor', async (t) => {
  const device = {
    endpoint: `urn:uuid:${'e'.repeat(90)}`,
    address: '255.255.255.255',
    name: `\u001b[2J${'二'.repeat(40)}`,
    hardware: 'h'.repeat(40),
    services: [],
  };
  for (const language of ['en', 'zh-CN'] as const) {
    for (const line of table([device], language)) {
      t.ok(Array.from(line).reduce((sum, one) => sum + (one > '\u2e80' ? 2 : 1), 0) <= 80);
      t.notMatch(line, '\u001b');
    }
  }
});
