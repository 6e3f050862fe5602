// The whole product on a site that is not ours: GStreamer cameras, mosquitto with certificates, and ffmpeg as the
// judge. It is driven by the command line alone, and its processes are killed as a power cut would.
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../config/clock.ts';
import { silentLog } from '../../config/log.ts';
import type { JournalRecord } from '../../gateway/recording/recorder-protocol.ts';
import type { GatewayView, RoomView } from '../../gateway/sessions/control-protocol.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import { judge, run } from './judge.ts';
import { startGstCamera } from './gst-camera.ts';
import { startMosquitto } from './mosquitto.ts';

t.setTimeout(280_000);

const cli = fileURLToPath(new URL('../../cli/liuhen.ts', import.meta.url));
const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };

interface Product {
  readonly folder: string;
  readonly hq: Headquarters;
  readonly liuhen: (...args: string[]) => ReturnType<typeof run>;
  readonly start: () => void;
  /** Process ids by what they run, found below the one that was started. */
  readonly processes: () => Promise<{ supervisor: number; control: number; recorder: number }>;
  readonly until: (
    holds: (room: RoomView, view: GatewayView) => boolean,
    what: string,
  ) => Promise<GatewayView>;
  /** SIGTERM; answers the exit code. */
  readonly end: () => Promise<number | null>;
}

async function product(t: Test): Promise<Product> {
  // Below the temporary folder, because the path of a Unix socket is short by law of the kernel.
  const folder = mkdtempSync(path.join(tmpdir(), 'liuhen-peer-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const broker = await startMosquitto(folder);
  t.teardown(() => broker.kill());
  const cameras = await Promise.all([
    startGstCamera({ video: 'h264', audio: 'aac', transport: 'tcp' }),
    startGstCamera({ video: 'h265', audio: 'pcma', transport: 'udp' }),
  ]);
  for (const camera of cameras) t.teardown(() => camera.kill());
  const files = await broker.client('box-1');
  const settings = path.join(folder, 'site.yaml');
  await writeFile(
    settings,
    [
      ...Object.entries(address).map(([name, value]) => `${name}: ${value}`),
      'timezone: Asia/Shanghai',
      'language: en',
      `data: ${path.join(folder, 'data')}`,
      'recording: { part: 500ms, segment: 10min, reserve: 64MiB }',
      `credentials: { file: ${path.join(folder, 'credentials.yaml')} }`,
      'mqtt:',
      `  url: ${broker.url}`,
      `  tls: { ca: ${files.caFile}, cert: ${files.certFile}, key: ${files.keyFile} }`,
      'rooms:',
      '  - { id: interview, name: Interview, kind: interview, cameras: [front, side] }',
      'cameras:',
      ...cameras.map(({ url }, index) => {
        const [id, transport] = index === 0 ? ['front', 'tcp'] : ['side', 'udp'];
        return `  - { id: ${id}, rtsp: "${url}", transport: ${transport}, credentials: peer, tracks: [video, audio] }`;
      }),
      '',
    ].join('\n'),
  );
  const login = cameras.map(({ username, password }) => `${username}:${password}`)[0];
  const env = { ...process.env, LIUHEN_CREDENTIAL_PEER: login, LIUHEN_CONFIG: settings };
  const hq = await Headquarters.open({
    url: broker.url,
    tls: await broker.client('headquarters'),
    store: path.join(folder, 'hq'),
    log: silentLog,
  });
  t.teardown(() => hq.close());
  const logFile = path.join(folder, 'run.log');
  let child: ChildProcess | null = null;

  const liuhen = (...args: string[]): ReturnType<typeof run> =>
    run(process.execPath, ['--import=tsx', cli, ...args], env);
  const view = async (): Promise<GatewayView | null> => {
    const { code, stdout } = await liuhen('session', 'status', '--json');
    return code === 0 ? (JSON.parse(stdout) as GatewayView) : null;
  };
  const made: Product = {
    folder,
    hq,
    liuhen,
    start: () => {
      const log = openSync(logFile, 'a');
      child = spawn(process.execPath, ['--import=tsx', cli, 'run', '--config', settings], {
        env,
        stdio: ['ignore', log, log],
      });
      closeSync(log);
    },
    processes: async () => {
      const supervisor = child?.pid ?? 0;
      const text = await readFile(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
      const found = { supervisor, control: 0, recorder: 0 };
      for (const pid of text.trim().split(/\s+/).map(Number)) {
        const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
        if (command.includes('recorder-main')) found.recorder = pid;
        else if (command.includes('gateway/main')) found.control = pid;
      }
      if (found.control === 0 || found.recorder === 0)
        throw new Error(`not all run: ${JSON.stringify(found)}`);
      return found;
    },
    until: async (holds, what) => {
      const deadline = monotonicTime() + 60_000;
      for (;;) {
        const seen = await view();
        const room = seen?.rooms[0];
        if (seen && room && holds(room, seen)) return seen;
        if (monotonicTime() > deadline) {
          const log = readFileSync(logFile, 'utf8').split('\n').slice(-30).join('\n');
          throw new Error(`not within a minute: ${what}; the last seen: ${JSON.stringify(room)}\n${log}`);
        }
        await sleep(100);
      }
    },
    end: async () => {
      const ending = child;
      child = null;
      if (ending === null) return null;
      if (ending.exitCode === null && ending.signalCode === null) {
        ending.kill('SIGTERM');
        await once(ending, 'exit');
      }
      return ending.exitCode;
    },
  };
  t.teardown(() => made.end());
  return made;
}

const openWords =
  'session open --room interview --kind interview --officer A:1001 B:1002 --case-name N --party P --stage S --case'.split(
    ' ',
  );
const frames = (room: RoomView | undefined): number =>
  room?.tracks.reduce((sum, track) => sum + track.frames, 0) ?? 0;

t.test(
  'a session on foreign cameras and a foreign broker outlives kills of control and of everything',
  async (t) => {
    const { folder, hq, liuhen, start, processes, until, end } = await product(t);
    start();
    await until(({ state }) => state === 'idle', 'the room is idle');
    const opened = await liuhen(...openWords, 'PEER-1', '--json');
    t.equal(opened.code, 0, opened.stderr);
    const session = JSON.parse(opened.stdout) as { session: string; folder: string };
    await until(({ state }) => state === 'recording', 'the room records');

    const again = await liuhen(...openWords, 'PEER-2');
    t.equal(again.code, 1, 'a second session in the room is refused');
    t.match(again.stderr, /SESSION_ALREADY_OPEN/);

    const first = await processes();
    const before = await until(({ state }) => state === 'recording', 'the room records');
    process.kill(first.control, 'SIGKILL');
    const grown = frames(before.rooms[0]) + 200;
    await until((room) => room.state === 'recording' && frames(room) > grown, 'control is back');
    const second = await processes();
    t.equal(second.recorder, first.recorder, 'the recorder went on');
    t.not(second.control, first.control);

    for (const pid of [second.supervisor, second.control, second.recorder]) process.kill(pid, 'SIGKILL');
    await end();
    start();
    await until(
      (room) => room.state === 'recording' && room.session === session.session,
      'the session goes on',
    );
    const third = await until((room) => room.state === 'recording', 'the room records');
    const more = frames(third.rooms[0]) + 200;
    await until((room) => frames(room) > more, 'more is recorded');

    const closed = await liuhen('session', 'close', '--room', 'interview', '--json');
    t.equal(closed.code, 0, closed.stderr);
    const done = await until(
      (room, { uplink, ledger }) => room.state === 'idle' && uplink.receivedSeq >= ledger.seq,
      'headquarters has everything',
    );
    t.equal(Number((await hq.head(address)).seq) >= done.ledger.seq, true, "headquarters' chain is as long");
    t.equal(await end(), 0, 'SIGTERM ends it cleanly');

    const place = path.join(folder, 'data', session.folder);
    const verified = await liuhen('verify', place);
    t.equal(verified.code, 0, `${verified.stdout}${verified.stderr}`);
    const media = (await readdir(place, { recursive: true })).filter((name) => name.endsWith('.mp4'));
    t.equal(media.length, 4, 'two files from each camera: before and after the death of everything');
    for (const name of media) {
      const { tracks, complaints, exitCode } = await judge(path.join(place, name));
      t.equal(complaints, '', `ffmpeg decodes all of ${name}`);
      t.equal(exitCode, 0);
      t.ok(tracks.every(({ monotonic, distinct }) => monotonic && distinct));
      const picture = tracks.find(({ kind }) => kind === 'video');
      t.ok((picture?.longestStep ?? 1) < 0.07, `no picture is missing inside: ${picture?.longestStep} s`);
    }
    const journal = (await readFile(path.join(place, 'journal.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalRecord);
    const gaps = journal.flatMap((record) => (record.type === 'gap-closed' ? [record] : []));
    t.same(
      [...new Set(gaps.map(({ cause }) => cause))],
      ['recorder-died'],
      'one kind of interruption, by its name',
    );
    t.ok(gaps.every(({ from, to }) => to.wallMs > from.wallMs));
  },
);
