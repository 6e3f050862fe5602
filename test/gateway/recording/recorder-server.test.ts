// The recorder behind its socket, and as the process that `liuhen run` starts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { connectChannel } from '../../../gateway/link/local-channel.ts';
import { recorderProtocol, type RecorderStatus } from '../../../gateway/recording/recorder-protocol.ts';
import { serveRecorder } from '../../../gateway/recording/recorder-server.ts';
import { nodeDisk } from '../../../gateway/recording/recording-disk.ts';

const folder = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'lh-'));

const warm = {
  camera: 'cam',
  url: 'rtsp://127.0.0.1:1/live',
  transport: 'tcp',
  requiredTracks: ['video'],
};
const start = {
  session: 's',
  room: 'r',
  folder: '/tmp/s',
  cameras: [{ camera: 'cam', requiredTracks: ['video'] }],
  openedWallMs: 1,
  openedMonoMs: 1,
};

async function serve(opened?: () => void) {
  const socket = path.join(await folder(), 's');
  const server = await serveRecorder(
    socket,
    {
      openStream: () => {
        opened?.();
        throw new Error('no stream here');
      },
      disk: nodeDisk,
      log: silentLog,
      partMs: 500,
      segmentMs: 1000,
      reserveBytes: 0,
      recordingsFolder: path.dirname(socket),
    },
    () => undefined,
  );
  const client = await connectChannel(socket, recorderProtocol);
  t.teardown(async () => {
    client.close();
    await server.close();
  });
  return client;
}

const wrong: [name: string, request: string, body: unknown, why: RegExp][] = [
  ['no body', 'warm', null, /body must be an object/],
  ['a camera name that climbs', 'warm', { ...warm, camera: '../etc' }, /camera must be 1 to 64 letters/],
  ['a login in the address', 'warm', { ...warm, url: 'rtsp://a:b@127.0.0.1/' }, /url must be rtsp:/],
  ['another protocol', 'warm', { ...warm, url: 'file:///etc/passwd' }, /url must be rtsp:/],
  ['a transport of its own', 'warm', { ...warm, transport: 'smoke' }, /one of auto, tcp, udp/],
  ['tracks that do not exist', 'warm', { ...warm, requiredTracks: ['smell'] }, /one of video, audio/],
  ['a password that is a number', 'warm', { ...warm, password: 5 }, /password must be a text/],
  ['a folder that is not absolute', 'start', { ...start, folder: 'here' }, /absolute/],
  ['no camera', 'start', { ...start, cameras: [] }, /list of 1 to 64/],
  ['a moment that is a text', 'start', { ...start, openedMonoMs: 'now' }, /openedMonoMs must be a number/],
  ['a reason to resume of its own', 'start', { ...start, resume: 'mood' }, /recorder-died, box-restarted/],
  ['a session without a name', 'stop', { closedWallMs: 1, closedMonoMs: 1 }, /session must be a text/],
  [
    'a journal from before its beginning',
    'journal',
    { session: 's', folder: '/s', after: -1 },
    /after must be/,
  ],
  ['a request that is none', 'dance', {}, /not known/],
];
t.test('a request of the wrong shape is refused with its field, and changes nothing', async (t) => {
  const client = await serve(() => t.fail('a stream was opened'));
  for (const [name, request, body, why] of wrong)
    await t.rejects(client.ask(request, body), { code: 'RECORDER_REQUEST', message: why }, name);
  const status = (await client.ask('status', null)) as RecorderStatus;
  t.same([status.cameras, status.sessions], [[], []]);
  await t.rejects(client.ask('start', start), { code: 'CAMERA_NOT_WARM' }, 'a good one goes further');
});

t.test('whatever is sent as a request, the recorder answers and lives', async (t) => {
  const client = await serve();
  const field = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('warm', 'release', 'start', 'stop', 'journal', ''),
      fc.constantFrom(...Object.keys({ ...warm, ...start, after: 0 })),
      field,
      async (request, name, value) => {
        const base = request === 'start' ? start : request === 'journal' ? { ...start, after: 0 } : warm;
        // A good `warm` would begin to connect, which is not what is asked about here.
        const body = { ...base, camera: 'x/y', cameras: null, [name]: value };
        await client.ask(request, body).catch((error: unknown) => {
          if (!isLiuhenError(error)) throw error;
        });
      },
    ),
    { numRuns: 300 },
  );
  t.match(await client.ask('status', null), { pid: process.pid });
});

t.test('the disk is known before anything is recorded', async (t) => {
  const client = await serve();
  for (;;) {
    const { disk } = (await client.ask('status', null)) as RecorderStatus;
    if (disk.freeBytes === null) continue;
    t.ok(disk.freeBytes > 0);
    t.equal(disk.writable, true);
    return;
  }
});

const entry = fileURLToPath(new URL('../../../gateway/recording/recorder-main.ts', import.meta.url));

async function recorderProcess(...args: string[]) {
  const child = spawn(process.execPath, ['--import=tsx', entry, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, ended, said: () => said };
}

t.test('the process says which of its arguments is missing or wrong, and ends with 1', async (t) => {
  const without = await recorderProcess();
  const odd = await recorderProcess('--socket', path.join(await folder(), 's'), '--segment-ms', 'long');
  t.equal(await without.ended, 1);
  t.match(without.said(), /--socket PATH is missing/);
  t.equal(await odd.ended, 1);
  t.match(odd.said(), /--segment-ms long/);
});

t.test('SIGTERM ends the process with 0 and takes its socket away', async (t) => {
  const socket = path.join(await folder(), 's');
  const { child, ended } = await recorderProcess('--socket', socket);
  for (;;) {
    try {
      (await connectChannel(socket, recorderProtocol)).close();
      break;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  child.kill('SIGTERM');
  t.equal(await ended, 0);
  await t.rejects(access(socket), { code: 'ENOENT' });
});
