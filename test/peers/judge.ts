// ffprobe and ffmpeg as the judges of a recorded file: what it says it holds, and whether all of it decodes.
import { spawn } from 'node:child_process';

export interface JudgedTrack {
  readonly codec: string;
  readonly kind: 'video' | 'audio';
  readonly width?: number;
  readonly height?: number;
  readonly packets: number;
  /** Decoding stamps go up from packet to packet. */
  readonly monotonic: boolean;
  /** No two packets have one presentation stamp. */
  readonly distinct: boolean;
  readonly keyFirst: boolean;
  /** Seconds from the first packet's stamp to the end of the last one. */
  readonly duration: number;
  readonly reordered: boolean;
  /** Seconds between two neighbouring decoding stamps, at most: a missing picture shows here. */
  readonly longestStep: number;
}

export interface Verdict {
  /** Seconds, as the whole file announces itself to players. */
  readonly duration: number;
  readonly tracks: readonly JudgedTrack[];
  /** What ffmpeg said while it decoded all of it with -xerror: empty is good. */
  readonly complaints: string;
  readonly exitCode: number | null;
}

interface Probe {
  format: { duration?: string };
  streams: {
    index: number;
    codec_name: string;
    codec_type: 'video' | 'audio';
    width?: number;
    height?: number;
  }[];
  packets: {
    stream_index: number;
    pts_time: string;
    dts_time: string;
    duration_time?: string;
    flags: string;
  }[];
}

/** Reads the file twice: once for its packets, once decoding everything. Never throws for a bad file. */
export async function judge(file: string): Promise<Verdict> {
  const probed = await run('ffprobe', [
    '-v',
    'error',
    '-show_streams',
    '-show_packets',
    '-show_format',
    '-of',
    'json',
    file,
  ]);
  const decoded = await run('ffmpeg', ['-nostdin', '-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
  const { streams = [], packets = [], format } = JSON.parse(probed.stdout || '{}') as Partial<Probe>;
  const tracks = streams.map((stream): JudgedTrack => {
    const own = packets.filter((packet) => packet.stream_index === stream.index);
    const dts = own.map((packet) => Number(packet.dts_time));
    const pts = own.map((packet) => Number(packet.pts_time));
    const ends = own.map((packet) => Number(packet.pts_time) + Number(packet.duration_time ?? 0));
    return {
      codec: stream.codec_name,
      kind: stream.codec_type,
      ...(stream.codec_type === 'video' ? { width: stream.width, height: stream.height } : {}),
      packets: own.length,
      monotonic: dts.every((value, index) => index === 0 || value > (dts[index - 1] ?? 0)),
      distinct: new Set(pts).size === pts.length,
      keyFirst: own[0]?.flags.startsWith('K') ?? false,
      duration: Math.max(...ends) - Math.min(...pts),
      longestStep: Math.max(
        0,
        ...dts.map((value, index) => (index === 0 ? 0 : value - (dts[index - 1] ?? 0))),
      ),
      reordered: pts.some((value, index) => index > 0 && value < (pts[index - 1] ?? 0)),
    };
  });
  return {
    duration: Number(format?.duration ?? 0),
    tracks,
    complaints: `${probed.stderr}${decoded.stderr}`,
    exitCode: decoded.code,
  };
}

export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
