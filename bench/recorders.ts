// Everybody who records in the bench, behind one shape: us, ffmpeg, GStreamer and `cat`. A run is started,
// stopped or killed; what it cost and what it kept is measured by others.
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { monotonicTime, sleep, wallTime } from '../config/clock.ts';
import { connectChannel, type ChannelClient } from '../gateway/link/local-channel.ts';
import { recorderProtocol, type RecorderStatus } from '../gateway/recording/recorder-protocol.ts';
import { recorderNodeFlags } from '../gateway/recording/recorder-node-flags.ts';
import type { Sender } from './sender-link.ts';

export interface Place {
  readonly sender: Sender;
  readonly streams: number;
  /** Made and empty. */
  readonly folder: string;
  /** The processor core that recorders are pinned to; null when the machine has only one. */
  readonly core: number | null;
  /** Our longest part: milliseconds, or `auto` as the product chooses it. */
  readonly part: string;
  /** The peers' longest fragment, ms. */
  readonly fragmentMs: number;
}

export interface Run {
  /** CLOCK_MONOTONIC ms of the command to record. */
  readonly startedMonoMs: number;
  readonly pids: readonly number[];
  /** Asks for an orderly end; answers the moment of the command. Resolves when all is written. */
  stop(): Promise<number>;
  /** SIGKILL to every process; answers the moment. Resolves when they are gone. */
  kill(): Promise<number>;
  /** Files of one stream in order, after the end. */
  files(stream: number): Promise<readonly string[]>;
}

export interface Recorder {
  readonly name: string;
  readonly what: string;
  /** An elementary stream rather than a container. */
  readonly bare: boolean;
  /** Returns as soon as the command to record has been given for every stream. */
  start(place: Place): Promise<Run>;
}

const words = (line: string): string[] => line.split(' ');

function pinned(place: Place, command: readonly string[], options: { readonly log: boolean }): ChildProcess {
  const whole = place.core === null ? [...command] : ['taskset', '-c', String(place.core), ...command];
  const errors = options.log && process.env['BENCH_DEBUG'] ? 'inherit' : 'ignore';
  // taskset and bash execute the program in their own place: the id is that of the recorder.
  return spawn(whole[0]!, whole.slice(1), { stdio: ['ignore', 'ignore', errors] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function signalAll(children: readonly ChildProcess[], signal: NodeJS.Signals): Promise<number> {
  const at = monotonicTime();
  for (const child of children) child.kill(signal);
  const force = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, 15_000);
  await Promise.all(children.map(ended));
  clearTimeout(force);
  return at;
}

/** One process per stream, each started by a command line and ended by a signal. */
function processPerStream(options: {
  readonly name: string;
  readonly what: string;
  readonly bare?: boolean;
  readonly file: string;
  readonly end: NodeJS.Signals;
  command(place: Place, stream: number, file: string): readonly string[];
}): Recorder {
  return {
    name: options.name,
    what: options.what,
    bare: options.bare ?? false,
    start: async (place) => {
      const file = (stream: number): string => path.join(place.folder, `${stream}-${options.file}`);
      const startedMonoMs = monotonicTime();
      const children = Array.from({ length: place.streams }, (_, stream) =>
        pinned(place, options.command(place, stream, file(stream)), { log: true }),
      );
      const absent = children.findIndex((child) => child.pid === undefined);
      if (absent >= 0) {
        const [error] = (await once(children[absent]!, 'error')) as [Error];
        throw error;
      }
      return {
        startedMonoMs,
        pids: children.map((child) => child.pid!),
        stop: () => signalAll(children, options.end),
        kill: () => signalAll(children, 'SIGKILL'),
        files: async (stream) => {
          const found = await readdir(place.folder);
          return found
            .filter((name) => name.startsWith(`${stream}-`))
            .toSorted()
            .map((name) => path.join(place.folder, name));
        },
      };
    },
  };
}

/** ffmpeg told to wait for nothing before it begins; parameter sets come with the description. */
const ffmpegInput = (place: Place, stream: number): string[] =>
  words(
    'ffmpeg -nostdin -v error -y -rtsp_transport tcp -fflags nobuffer -flags low_delay -probesize 32 ' +
      `-analyzeduration 0 -i ${place.sender.url(stream)} -c copy -f mp4 -flush_packets 1`,
  );

const ffmpeg = processPerStream({
  name: 'ffmpeg',
  what: 'ffmpeg -c copy, fragmented MP4, fragments of --fragment ms',
  file: 'out.mp4',
  end: 'SIGINT',
  command: (place, stream, file) => [
    ...ffmpegInput(place, stream),
    ...words(`-movflags +empty_moov+default_base_moof -frag_duration ${place.fragmentMs * 1000}`),
    file,
  ],
});

const ffmpegGop = processPerStream({
  name: 'ffmpeg-gop',
  what: 'ffmpeg -c copy, a fragment for each key frame, as it is mostly used',
  file: 'out.mp4',
  end: 'SIGINT',
  command: (place, stream, file) => [
    ...ffmpegInput(place, stream),
    ...words('-movflags +frag_keyframe+empty_moov+default_base_moof'),
    file,
  ],
});

const gstInput = (place: Place, stream: number): string[] =>
  words(
    `gst-launch-1.0 -q -e rtspsrc location=${place.sender.url(stream)} protocols=tcp latency=0 ! ` +
      'rtph264depay ! h264parse !',
  );

const gst = processPerStream({
  name: 'gst',
  what: 'GStreamer, mp4mux in fragments of --fragment ms',
  file: 'out.mp4',
  end: 'SIGINT',
  command: (place, stream, file) => [
    ...gstInput(place, stream),
    ...words(
      `mp4mux fragment-duration=${place.fragmentMs} streamable=true ! filesink buffer-mode=unbuffered`,
    ),
    `location=${file}`,
  ],
});

const gstSplit = processPerStream({
  name: 'gst-split',
  what: 'GStreamer, splitmuxsink with files of ten minutes, as it is mostly used',
  file: 'out-%05d.mp4',
  end: 'SIGINT',
  command: (place, stream, file) => [
    ...gstInput(place, stream),
    ...words('splitmuxsink muxer=mp4mux max-size-time=600000000000'),
    `location=${file}`,
  ],
});

const cat = processPerStream({
  name: 'cat',
  what: 'cat of the same pictures from a TCP connection to a file: the floor',
  bare: true,
  file: 'out.h264',
  end: 'SIGTERM',
  command: (place, stream, file) => [
    'bash',
    '-c',
    // bash opens the connection and then is replaced by cat.
    'exec 3<>"/dev/tcp/127.0.0.1/$0"; printf "%s\\n" "$1" >&3; exec cat <&3 >"$2"',
    String(place.sender.barePort),
    String(stream),
    file,
  ],
});

const warmTimeoutMs = 20_000;

/** Our recorder process as the product runs it: hash, sync, index, journal and content watch are all on. */
const us: Recorder = {
  name: 'us',
  what: 'the recorder process with hash, sync, index, journal and watch',
  bare: false,
  start: async (place) => {
    const extension = path.extname(fileURLToPath(import.meta.url));
    const entry = fileURLToPath(new URL(`../gateway/recording/recorder-main${extension}`, import.meta.url));
    const socket = path.join(place.folder, 'recorder.sock');
    const profile = process.env['BENCH_PROFILE'];
    const child = pinned(
      place,
      [
        process.execPath,
        ...process.execArgv,
        ...recorderNodeFlags,
        ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
        entry,
        '--socket',
        socket,
        ...words(`--part ${place.part} --segment-ms 600000 --reserve-bytes ${64 * 1024 * 1024}`),
      ],
      { log: true },
    );
    const client = await connectTo(socket, child);
    const cameras = Array.from({ length: place.streams }, (_, stream) => `camera-${stream}`);
    for (const [stream, camera] of cameras.entries()) {
      await client.ask('warm', {
        camera,
        url: place.sender.url(stream),
        transport: 'tcp',
        requiredTracks: ['video'],
      });
    }
    await allWarm(client, child);
    const startedMonoMs = monotonicTime();
    await client.ask('start', {
      session: 'bench',
      room: 'bench',
      folder: path.join(place.folder, 'bench'),
      cameras: cameras.map((camera) => ({ camera, requiredTracks: ['video'] })),
      openedWallMs: wallTime(),
      openedMonoMs: startedMonoMs,
    });
    return {
      startedMonoMs,
      pids: [child.pid!],
      stop: async () => {
        const closedMonoMs = monotonicTime();
        await client.ask('stop', { session: 'bench', closedWallMs: wallTime(), closedMonoMs }, 30_000);
        await client.ask('quit', null);
        client.close();
        await signalAll([child], 'SIGTERM');
        return closedMonoMs;
      },
      kill: async () => {
        const at = await signalAll([child], 'SIGKILL');
        client.close();
        return at;
      },
      files: async (stream) => {
        const names = await readdir(path.join(place.folder, 'bench'), { recursive: true });
        const own = new RegExp(`camera-${stream}(?!\\d).*\\.mp4(\\.part)?$`);
        return names
          .filter((name) => own.test(name))
          .toSorted()
          .map((name) => path.join(place.folder, 'bench', name));
      },
    };
  },
};

async function connectTo(socket: string, child: ChildProcess): Promise<ChannelClient> {
  const deadline = monotonicTime() + warmTimeoutMs;
  for (;;) {
    try {
      return await connectChannel(socket, recorderProtocol);
    } catch (error) {
      if (child.exitCode !== null || monotonicTime() > deadline) {
        throw new Error('the recorder process did not open its socket', { cause: error });
      }
    }
    await sleep(25);
  }
}

/** Waits until every camera has delivered for more than the two seconds between key frames. */
async function allWarm(client: ChannelClient, child: ChildProcess): Promise<void> {
  const deadline = monotonicTime() + warmTimeoutMs;
  for (;;) {
    const status = (await client.ask('status', null)) as RecorderStatus;
    if (status.cameras.every((camera) => (camera.tracks[0]?.frames ?? 0) > 75)) return;
    if (child.exitCode !== null || monotonicTime() > deadline) {
      throw new Error(`not every camera delivers: ${JSON.stringify(status.cameras)}`);
    }
    await sleep(100);
  }
}

export const recorders: readonly Recorder[] = [us, ffmpeg, ffmpegGop, gst, gstSplit, cat];
