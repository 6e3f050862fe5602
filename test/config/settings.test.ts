// Faults of a settings file: all at once, each with path, line and what is allowed.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import t from 'tap';
import { LiuhenError } from '../../config/errors.ts';
import { checkSettings, loadSettings } from '../../config/settings.ts';

const exampleFile = path.resolve('config/site.example.yaml');
const example = readFileSync(exampleFile, 'utf8');
const environment = {
  LIUHEN_CREDENTIAL_ROOM_CAMERAS: 'recorder:correct horse',
  LIUHEN_CREDENTIAL_WALL: 'wall:abc',
};

async function faultsOf(text: string, env: Record<string, string> = environment): Promise<string[]> {
  const { faults } = await checkSettings(text, exampleFile, env);
  return faults.map(({ line, path: where, en }) => `${line} ${where}: ${en}`);
}

/** The example with one text replaced, which must be there. */
function changed(from: string, to: string): string {
  if (!example.includes(from)) throw new Error(`not in the example: ${from}`);
  return example.replace(from, to);
}

t.test('the example loads, with units resolved and the password hidden', async (t) => {
  const settings = await loadSettings(exampleFile, environment);
  t.match(settings.recording, { partMs: 500, segmentMs: 600_000, reserveBytes: 256 * 2 ** 20 });
  t.equal(settings.policy.urgentDebtMs, 86_400_000);
  t.equal(settings.dataFolder, path.resolve('config/data'));
  t.equal(settings.cameras[0]?.credentials?.password.reveal(), 'correct horse');
  t.notMatch(inspect(settings, { depth: 9 }) + JSON.stringify(settings), /correct horse/);
});

const table: [name: string, text: string, faults: RegExp[]][] = [
  [
    'an unknown key names the nearest',
    changed('  segment:', '  segmant:'),
    [/^\d+ recording\.segmant: .*"segment"/],
  ],
  [
    'a duration without unit',
    changed('part: 500ms', 'part: 500'),
    [/recording\.part: 500 is not allowed; allowed: 250ms to 1s, or auto/],
  ],
  ['a duration out of range', changed('part: 500ms', 'part: 2s'), [/recording\.part: "2s".*250ms to 1s/]],
  ['a size with a foreign unit', changed('256MiB', '256MB'), [/recording\.reserve: "256MB".*1MiB to 1TiB/]],
  [
    'E7: an urgent debt of more than 24 hours',
    changed('urgentDebt: 24h', 'urgentDebt: 25h'),
    [/policy\.urgentDebt/],
  ],
  [
    'a dock in a room that there is not, two docks at one address, two body-cams with one serial number',
    example +
      [
        'docks:',
        '  - { id: one, room: nowhere, address: "tcp://127.0.0.1:4000" }',
        '  - { id: two, room: interview, address: "tcp://127.0.0.1:4000" }',
        'bodyCams:',
        '  - { id: bc-1, serial: BC00001 }',
        '  - { id: bc-2, serial: BC00001 }',
        '  - { id: by-case, serial: BC00002 }',
        '',
      ].join('\n'),
    [
      /docks\[0\]\.room: there is no room "nowhere"; rooms: reception/,
      /docks\[1\]\.address: the same address as dock "one"/,
      /bodyCams\[1\]\.serial: the same serial number as body-cam "bc-1"/,
      /bodyCams\[2\]\.id: "by-case" is a folder of the store/,
    ],
  ],
  [
    'an unknown camera in a room',
    changed('[reception-a, reception-b]', '[reception-a, reception-x]'),
    [/rooms\[0\]\.cameras\[1\]: there is no camera "reception-x"; did you mean/],
  ],
  [
    'a camera in two rooms',
    changed('[interview-a, interview-b]', '[interview-a, reception-a]'),
    [/rooms\[1\]\.cameras\[1\]: camera "reception-a" already belongs to room "reception"/],
  ],
  [
    'a panel on a port that there is not, with two parts on one pin, a sensor on a digital one and a flat scale',
    changed(
      "    # panel: { address: 'serial:/dev/ttyACM0', pins: { button: 2, lamp: 13, door: 3, buzzer: 8 } }",
      "    panel: { address: 'tcp://10.0.0.9:70000', pins: { button: 2, door: 2, temperature: 3 }, humidityScale: { mvAt0: 800, mvAt100: 900 } }",
    ),
    [
      /rooms\[1\]\.panel\.address: .*1 to 65535/,
      /rooms\[1\]\.panel\.pins\.temperature: 3 is not allowed; allowed: 14/,
      /rooms\[1\]\.panel\.pins: .*a pin of its own/,
      /rooms\[1\]\.panel\.humidityScale: .*at least 500 above/,
    ],
  ],
  [
    'an audio output of a room that names none, or two, and one of the box that names two',
    changed('kind: reception', 'kind: reception\n    audio: {}')
      .replace('kind: interview', 'kind: interview\n    audio: { command: [aplay], device: hw:1 }')
      .replace('audio: {}\n  files', 'audio: { command: [aplay], device: hw:1 }\n  files'),
    [
      /notice\.audio: a map is not allowed; allowed: command, or device, or neither/,
      /rooms\[0\]\.audio: a map is not allowed; allowed: command or device, one of them/,
      /rooms\[1\]\.audio: a map is not allowed; allowed: command or device, one of them/,
    ],
  ],
  [
    'an audio output with an empty command, or a word that there is not',
    changed('kind: reception', 'kind: reception\n    audio: { command: [] }').replace(
      'kind: interview',
      'kind: interview\n    audio: { command: [aplay], devise: hw:1 }',
    ),
    [/rooms\[0\]\.audio\.command: .*1 to 16/, /rooms\[1\]\.audio\.devise: .*"device"/],
  ],
  [
    'A6: the whole working time in a room that is used by the matter',
    changed('kind: interview', 'kind: interview\n    wholeWorkingTime: true'),
    [/rooms\[1\]\.wholeWorkingTime: is allowed only in a room of kind reception or hall/],
  ],
  [
    'a double camera id',
    changed('- id: hearing-b', '- id: hearing-a'),
    [/there is no camera "hearing-b"/, /the id "hearing-a" is already used in line \d+/],
  ],
  [
    'a URL with a password',
    changed('rtsp://127.0.0.1:18112', 'rtsp://u:hunter2@127.0.0.1:18112'),
    [/cameras\[1\]\.rtsp: holds a user or password/],
  ],
  ['port 0', changed('127.0.0.1:18112', '127.0.0.1:0'), [/cameras\[1\]\.rtsp: port 0/]],
  [
    'the port of the embedded broker taken by a camera',
    changed('18830\n  embedded: false', '18101\n  embedded: true'),
    [/mqtt\.url: the embedded broker would listen on the address of camera "reception-a"/],
  ],
  [
    'an embedded broker for the whole network',
    changed('127.0.0.1:18830\n  embedded: false', '0.0.0.0:18830\n  embedded: true'),
    [/mqtt\.url: the embedded broker needs/],
  ],
  [
    'a room screen for the whole network',
    changed('host: 127.0.0.1\n  port: 8480', 'host: 0.0.0.0\n  port: 0'),
    [
      /console\.host: .*(?:not 0\.0\.0\.0|beyond loopback)/,
      /console\.host: .*(?:not 0\.0\.0\.0|beyond loopback)/,
      /console\.port: 0 is not/,
    ],
  ],
  [
    'a room screen on the network that anybody may use',
    changed('host: 127.0.0.1\n  port: 8480', 'host: 10.0.0.2'),
    [/console\.host: beyond loopback the pages need `credentials`/],
  ],
  [
    'a room screen with a code that is quickly guessed, and without its key',
    changed('port: 8480', 'credentials: wall\n  tls: { cert: no.pem, key: no.key }'),
    [
      /console\.credentials: the password of the pages must have 6 to 128/,
      /console\.tls\.cert: cannot read/,
      /console\.tls\.key: cannot read/,
    ],
  ],
  ['a double key', changed('site: front-office', 'site: a\nsite: b'), [/not YAML/]],
  ['a list instead of a map', '- 1\n', [/must be names with values/]],
];
for (const [name, text, expected] of table) {
  t.test(`${name} is a fault with path, line and what is allowed`, async (t) => {
    const faults = await faultsOf(text);
    t.equal(faults.length, expected.length, faults.join('\n'));
    expected.forEach((pattern, index) => t.match(faults[index] ?? '', pattern));
    t.notMatch(faults.join('\n'), /hunter2/);
  });
}

t.test('every fault of a file is told in one error, in the order of its lines', async (t) => {
  const folder = t.testdir({
    'site.yaml': changed('agency: example-agency', 'agency: Bad Name').replace(
      'kind: hearing',
      'kind: haering',
    ),
  });
  const file = path.join(folder, 'site.yaml');
  const error = await loadSettings(file, { LIUHEN_DATA: '/srv/liuhen' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  t.ok(error instanceof LiuhenError);
  if (!(error instanceof LiuhenError)) return;
  t.equal(error.code, 'SETTINGS_FAULTY');
  t.equal(error.details['count'], 3);
  t.match(
    error.message,
    /site\.yaml:\d+: agency[^]*site\.yaml:\d+: rooms\[2\]\.kind[^]*LIUHEN_CREDENTIAL_ROOM_CAMERAS=user:password/,
  );
  t.match(error.text('zh-CN'), /处错误[^]*不允许/);
});

t.test('a value that holds a password before @ is not repeated, even when it is no URL', async (t) => {
  const faults = await faultsOf(changed('rtsp://127.0.0.1:18112/stream', 'admin:hunter2@10.0.0.9'));
  t.equal(faults.length, 1);
  t.notMatch(faults[0] ?? '', /hunter2/);
});

t.test('a credentials file', async (t) => {
  const folder = t.testdir({ 'site.yaml': example });
  const file = path.join(folder, 'site.yaml');
  const secrets = path.join(folder, 'credentials.yaml');
  writeFileSync(secrets, 'room-cameras:\n  username: recorder\n  password: 0123\n', { mode: 0o600 });

  await t.test('of mode 0600 is read, and a password of digits stays text', async (t) => {
    chmodSync(secrets, 0o600);
    const settings = await loadSettings(file, {});
    t.equal(settings.cameras[0]?.credentials?.password.reveal(), '0123');
  });
  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    await t.test(`of mode ${mode.toString(8)} is refused with the chmod to run`, async (t) => {
      chmodSync(secrets, mode);
      await t.rejects(loadSettings(file, {}), {
        code: 'SETTINGS_FAULTY',
        message: `run: chmod 600 ${secrets}`,
      });
    });
  }
  await t.test('loses against the environment', async (t) => {
    chmodSync(secrets, 0o600);
    const settings = await loadSettings(file, environment);
    t.equal(settings.cameras[0]?.credentials?.password.reveal(), 'correct horse');
  });
  await t.test('that is broken is named by line, without its content', async (t) => {
    writeFileSync(secrets, 'room-cameras: {username: a, password: "hunter2\n', { mode: 0o600 });
    const { faults } = await checkSettings(example, file, {});
    t.match(faults[0], { kind: 'credentialsSyntax' });
    t.notMatch(JSON.stringify(faults), /hunter2/);
  });
});

t.test('LIUHEN_DATA replaces the data folder, and a path too long for a socket is a fault', async (t) => {
  const folder = t.testdir({});
  mkdirSync(path.join(folder, 'x'));
  const { settings } = await checkSettings(example, exampleFile, {
    ...environment,
    LIUHEN_DATA: '/srv/liuhen',
  });
  t.equal(settings?.dataFolder, '/srv/liuhen');
  const faults = await faultsOf(example, { ...environment, LIUHEN_DATA: `/srv/${'x'.repeat(90)}` });
  t.match(faults, [/data: the absolute path is 95 bytes long; allowed: at most 89/]);
});
