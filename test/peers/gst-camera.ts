// Starts GStreamer's RTSP server as a camera and answers its address. The process ends with the test: by its
// own `kill`, and when this process goes, because its standard input closes.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface GstCameraOptions {
  readonly video: 'h264' | 'h264-b-frames' | 'h265';
  readonly audio?: 'aac' | 'pcma' | 'pcmu' | 'opus';
  /** The only one it serves. */
  readonly transport: 'tcp' | 'udp';
  /** 0 or left out: a free one. */
  readonly port?: number;
  readonly fps?: number;
  /** Pictures between two key frames. */
  readonly gop?: number;
  /** Seconds between parameter sets in band; -1: with every key frame; 0: never, only in the description. */
  readonly configInterval?: number;
}

export interface GstCamera {
  readonly port: number;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** SIGKILL: no TEARDOWN, no BYE, as when its power goes. Safe twice. */
  kill(): Promise<void>;
}

export const gstCameraSize = { width: 640, height: 360 };

/** Resolves when it listens on loopback. */
export async function startGstCamera(options: GstCameraOptions): Promise<GstCamera> {
  const login = { user: 'peer', password: 'gst-5ecret' };
  const settings = {
    ...gstCameraSize,
    ...login,
    audio: null,
    port: 0,
    fps: 25,
    gop: 25,
    configInterval: 0,
    ...options,
  };
  // Debian's own interpreter: the bindings are installed for it alone.
  const script = fileURLToPath(new URL('gst-camera.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const [line] = await Promise.race([
    firstLine,
    ended.then((): never => {
      throw new Error('the GStreamer camera ended before it listened');
    }),
  ]);
  const { port } = JSON.parse(line) as { port: number };
  return {
    port,
    url: `rtsp://127.0.0.1:${port}/stream`,
    username: login.user,
    password: login.password,
    kill: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await ended;
    },
  };
}
