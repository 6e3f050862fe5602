// Our recorder as `liuhen run` starts it, a process of its own, and the few questions a peer test asks it.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { monotonicTime, sleep, wallTime } from '../../config/clock.ts';
import { connectChannel } from '../../gateway/link/local-channel.ts';
import {
  recorderProtocol,
  type JournalRecord,
  type RecorderStatus,
  type TrackKind,
  type WarmRequest,
} from '../../gateway/recording/recorder-protocol.ts';

export interface Recorded {
  readonly journal: readonly JournalRecord[];
  /** Media files in order. */
  readonly files: readonly string[];
}

export interface RecorderProcess {
  readonly folder: string;
  warm(camera: Omit<WarmRequest, 'camera'>): Promise<void>;
  start(requiredTracks: readonly TrackKind[]): Promise<void>;
  /** Resolves with the first status for which `holds`; rejects after `withinMs`, telling the last one. */
  until(holds: (status: RecorderStatus) => boolean, withinMs?: number): Promise<RecorderStatus>;
  stop(): Promise<Recorded>;
  close(): Promise<void>;
}

const session = 'peer';
const camera = 'camera';

/** Starts it with a folder of its own below the temporary folder; `close` ends it and takes the folder away. */
export async function startRecorderProcess(): Promise<RecorderProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'liuhen-peer-'));
  const socket = path.join(folder, 'recorder.sock');
  const entry = fileURLToPath(new URL('../../gateway/recording/recorder-main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import=tsx', entry, '--socket', socket, '--part', '500'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A recorder outlives whoever started it (P8); this one must not outlive the test.
  process.once('exit', () => child.kill('SIGKILL'));
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const deadline = monotonicTime() + 20_000;
  const connect = async (): ReturnType<typeof connectChannel> => {
    for (;;) {
      try {
        return await connectChannel(socket, recorderProtocol);
      } catch (cause) {
        if (child.exitCode !== null || monotonicTime() > deadline)
          throw new Error(`the recorder did not open its socket: ${said.join('')}`, { cause });
      }
      await sleep(50);
    }
  };
  const client = await connect();
  const sessionFolder = path.join(folder, session);
  return {
    folder,
    warm: async (request) => {
      await client.ask('warm', { camera, ...request });
    },
    start: async (requiredTracks) => {
      await client.ask('start', {
        session,
        room: 'room',
        folder: sessionFolder,
        cameras: [{ camera, requiredTracks }],
        openedWallMs: wallTime(),
        openedMonoMs: monotonicTime(),
      });
    },
    until: async (holds, withinMs = 20_000) => {
      const end = monotonicTime() + withinMs;
      for (;;) {
        const status = (await client.ask('status', null)) as RecorderStatus;
        if (holds(status)) return status;
        if (monotonicTime() > end)
          throw new Error(`not within ${withinMs} ms: ${JSON.stringify(status)} ${said.join('')}`);
        await sleep(50);
      }
    },
    stop: async () => {
      await client.ask('stop', { session, closedWallMs: wallTime(), closedMonoMs: monotonicTime() }, 20_000);
      const journal = (await readFile(path.join(sessionFolder, 'journal.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as JournalRecord);
      const names = (await readdir(sessionFolder, { recursive: true })).filter((name) =>
        /\.mp4(\.part)?$/.test(name),
      );
      return { journal, files: names.toSorted().map((name) => path.join(sessionFolder, name)) };
    },
    close: async () => {
      client.close();
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(force);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
