// `liuhen discover` as a person or a machine calls it.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

t.test('one camera of the settings is asked for what it is, with a still picture', async (t) => {
  const sim = await createSimCamera({ id: 'one', onvifPort: 0, serial: '0042', password: 'p' });
  t.teardown(() => sim.close());
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'site.yaml');
  await writeFile(
    file,
    `agency: a\nsite: s\ngateway: g\nmqtt: { url: 'mqtt://127.0.0.1:1' }\ncredentials: { file: c.yaml }\nrooms: [{ id: hall, name: 厅, kind: hearing, cameras: [one, bare] }]\ncameras:\n  - { id: one, onvif: '${sim.onvifUrl}', credentials: c, osdText: 听证室 }\n  - { id: bare, rtsp: 'rtsp://127.0.0.1:1/' }\n`,
  );
  await writeFile(path.join(folder, 'c.yaml'), 'c: { username: liuhen, password: p }\n', { mode: 0o600 });
  const ask = (...argv: string[]) => run('--config', file, '--camera', ...argv);
  const still = path.join(folder, 'still.jpg');
  const json = await ask('one', '--json', '--snapshot', still);
  t.equal(json.code, 0, json.err.join());
  t.match(JSON.parse(json.out.join('')), {
    camera: 'one',
    identity: { serial: '0042' },
    url: sim.rtspUrl,
    imaging: { brightness: 50 },
    snapshot: { file: still },
  });
  t.equal((await readFile(still)).readUInt16BE(0), 0xffd8);
  t.equal((await stat(still)).mode & 0o777, 0o600);
  const again = await ask('one', '--snapshot', still);
  t.equal(again.code, 1, 'a picture that is there is not overwritten');
  t.match(again.err.join(), 'EEXIST');
  for (const language of ['en', 'zh-CN']) {
    const shown = await ask('one', '--lang', language);
    t.match(shown.out.join('\n'), /0042[^]*stream|0042[^]*码流/);
  }
  const set = await ask('one', '--json', '--imaging', 'brightness=40', 'irCutFilter=OFF');
  t.match(JSON.parse(set.out.join('')), { imaging: { brightness: 40, irCutFilter: 'OFF', contrast: 50 } });
  t.match(await ask('one', '--imaging', 'brightness=101'), { code: 1, err: [/CAMERA_PICTURE.*0 to 100/] });
  for (const word of [
    'brightness',
    'brightness=x',
    'gain=1',
    'irCutFilter=on',
    'contrast=1=2',
    '__proto__=1',
  ])
    t.match(await ask('one', '--imaging', word), { code: 2, err: [/IMAGING_OPTION/] }, word);
  t.match(await ask('one', '--imaging', 'contrast=1', 'contrast=2'), { code: 2 }, 'twice the same');
  t.match(await ask('two'), { code: 2, err: [/CAMERA_UNKNOWN.*one, bare/] });
  t.match(await ask('bare'), { code: 1, err: [/CAMERA_PROFILE/] });
  await sim.close();
  t.equal((await ask('one')).code, 4, 'a camera that is away');
});

t.test('a second opinion lists what only node-onvif found', async (t) => {
  const { code, out } = await run('--json', '--timeout', '100', '--second-opinion', '--interface', 'lo');
  t.equal(code, 0);
  t.ok(Array.isArray(JSON.parse(out.join('')).onlySecond));
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
