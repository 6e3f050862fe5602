// A whole simulated site from a YAML file: its cameras and a loopback control port (HTTP and JSON), with which
// another process lays faults on and asks what was sent.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LiuhenError } from '../config/errors.ts';
import { parseYaml } from '../config/yaml.ts';
import type { AudioCodec } from '../protocols/media/track.ts';
import { createSimCamera, type SimCamera } from './camera/sim-camera.ts';
import { fault, faultMeanings, type FaultName, type FaultOptions } from './faults.ts';
import type { VideoName } from './media/clips.ts';

export const maxSiteCameras = 64;
export const maxControlBytes = 64 * 1024;
/** A fault with a time is taken off by itself after at most this. */
export const maxFaultMs = 24 * 3_600_000;

interface SiteFile {
  control?: number;
  credentials?: { username?: string; passwordEnv?: string };
  cameras?: { id: string; rtsp: number; onvif?: number; video?: VideoName; audio?: AudioCodec }[];
}

export interface SimSite {
  readonly cameras: ReadonlyMap<string, SimCamera>;
  readonly controlPort: number;
  close(): Promise<void>;
}

/** Starts everything in `file`. Throws LiuhenError SIM_SITE_FAULTY when it is not usable or a port is taken. */
export async function startSite(file: string, environment = process.env): Promise<SimSite> {
  const cameras = new Map<string, SimCamera>();
  const takenOff = new Map<string, () => void>();
  const closeAll = async (): Promise<void> => {
    await Promise.all([...cameras.values()].map((camera) => camera.close()));
  };
  try {
    const yaml = parseYaml(await readFile(file, 'utf8'));
    const [first] = yaml.faults;
    if (first) throw new Error(`line ${first.line}: ${first.message}`);
    const site = (yaml.value ?? {}) as SiteFile;
    const specs = site.cameras ?? [];
    if (specs.length > maxSiteCameras) throw new Error(`at most ${maxSiteCameras} cameras`);
    const password = environment[site.credentials?.passwordEnv ?? ''] ?? 'simulated';
    for (const { id, rtsp, onvif, video, audio } of specs) {
      const username = site.credentials?.username ?? 'liuhen';
      cameras.set(
        id,
        await createSimCamera({ id, rtspPort: rtsp, onvifPort: onvif, video, audio, username, password }),
      );
    }
    const control = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > maxControlBytes) request.destroy();
      });
      request.on('end', () => {
        const { status, body } = answer(request.method ?? '', request.url ?? '', text);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    const controlPort = await new Promise<number>((resolve, reject) => {
      control.once('error', reject);
      control.listen(site.control ?? 0, '127.0.0.1', () => resolve((control.address() as AddressInfo).port));
    });
    return {
      cameras,
      controlPort,
      async close() {
        control.closeAllConnections();
        control.close();
        for (const off of takenOff.values()) off();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw new LiuhenError('SIM_SITE_FAULTY', { file, why: (error as Error).message }, { cause: error });
  }

  function answer(method: string, url: string, text: string): { status: number; body: unknown } {
    const [, top, id = '', below, name = ''] = url.split('/');
    if (top !== 'cameras') return { status: 404, body: { error: 'unknown path' } };
    if (method === 'GET' && id === '') return { status: 200, body: [...cameras.values()].map(summary) };
    const camera = cameras.get(id);
    if (!camera) return { status: 404, body: { error: 'unknown camera' } };
    if (method === 'GET') return { status: 200, body: { ...summary(camera), framesSent: camera.framesSent } };
    if (method === 'DELETE' && below === 'faults') {
      takenOff.get(`${id}/${name}`)?.();
      return { status: 200, body: summary(camera) };
    }
    if (method !== 'POST' || below !== 'faults') return { status: 405, body: { error: 'unknown request' } };
    try {
      const asked = JSON.parse(text) as FaultOptions & { fault: FaultName; forMs?: number };
      if (!Object.hasOwn(faultMeanings, asked.fault))
        return { status: 400, body: { error: 'unknown fault' } };
      takenOff.get(`${id}/${asked.fault}`)?.();
      const off = camera.use(fault(asked.fault, asked));
      const timer =
        asked.forMs === undefined ? undefined : setTimeout(() => end(), Math.min(asked.forMs, maxFaultMs));
      const key = `${id}/${asked.fault}`;
      const end = (): void => {
        clearTimeout(timer);
        takenOff.delete(key);
        off();
      };
      takenOff.set(key, end);
      return { status: 200, body: summary(camera) };
    } catch (error) {
      return { status: 400, body: { error: (error as Error).message } };
    }
  }
}

function summary(camera: SimCamera): Record<string, unknown> {
  const { id, rtspUrl, onvifUrl, clients, behaviours } = camera;
  return { id, rtspUrl, onvifUrl, clients, behaviours };
}
