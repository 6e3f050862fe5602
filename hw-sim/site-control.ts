// The loopback control port of a simulated site (HTTP and JSON): lays faults on, takes them off, tells what was
// sent. The words are in control-protocol.ts; the client is control-client.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimCamera } from './camera/sim-camera.ts';
import {
  defaultFramesPerPage,
  maxControlBytes,
  maxFaultMs,
  maxFramesPerPage,
  type CameraPage,
  type CameraSummary,
  type LayRequest,
  type PanelRequest,
} from './control-protocol.ts';
import { fault, faultMeanings } from './faults.ts';
import { PanelHands } from './panel/panel-acts.ts';
import type { SimPanel } from './panel/sim-panel.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface SiteControlServer {
  readonly port: number;
  /** Ends the port and takes off every fault it laid on. */
  close(): void;
}

/** Listens on 127.0.0.1; port 0 = any free one. Rejects when it is taken. */
export async function listenForControl(
  cameras: ReadonlyMap<string, SimCamera>,
  port: number,
  panels: ReadonlyMap<string, SimPanel> = new Map(),
): Promise<SiteControlServer> {
  // At most one per camera and fault name.
  const laid = new Map<string, () => void>();
  const hands = new Map([...panels].map(([id, panel]) => [id, new PanelHands(id, panel)]));
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxControlBytes) request.destroy();
      else parts.push(chunk);
    });
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      void answer(request.method ?? '', request.url ?? '', text).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
      for (const off of laid.values()) off();
      for (const each of hands.values()) each.close();
    },
  };

  async function answer(method: string, address: string, text: string): Promise<Answer> {
    const url = new URL(address, 'http://127.0.0.1');
    const [, top, id = '', below, name = ''] = url.pathname.split('/');
    if (top === 'panels') return panelAnswer(method, id, below, text);
    if (top !== 'cameras') return refused(404, 'unknown path');
    if (method === 'GET' && id === '') return { status: 200, body: [...cameras.values()].map(summary) };
    const camera = cameras.get(id);
    if (!camera) return refused(404, `no camera ${id}`);
    if (method === 'GET' && below === undefined) return page(camera, url.searchParams);
    if (method === 'DELETE' && below === 'faults') {
      laid.get(`${id}/${name}`)?.();
      return { status: 200, body: summary(camera) };
    }
    if (method === 'POST' && below === 'faults') return lay(camera, text);
    return refused(405, 'unknown request');
  }

  async function panelAnswer(
    method: string,
    id: string,
    below: string | undefined,
    text: string,
  ): Promise<Answer> {
    if (method === 'GET' && id === '')
      return { status: 200, body: [...hands.values()].map((each) => each.summary()) };
    const panel = hands.get(id);
    if (!panel) return refused(404, `no panel ${id}`);
    if (method === 'POST' && below === 'acts') {
      try {
        await panel.act(JSON.parse(text) as PanelRequest);
      } catch (error) {
        return refused(400, (error as Error).message);
      }
    } else if (method !== 'GET' || below !== undefined) return refused(405, 'unknown request');
    return { status: 200, body: panel.summary() };
  }

  function lay(camera: SimCamera, text: string): Answer {
    let asked: LayRequest;
    try {
      asked = JSON.parse(text) as LayRequest;
    } catch {
      return refused(400, 'not JSON');
    }
    if (typeof asked !== 'object' || asked === null || !Object.hasOwn(faultMeanings, asked.fault))
      return refused(400, `no such fault; there are ${Object.keys(faultMeanings).join(', ')}`);
    for (const key of ['every', 'byMs', 'forMs'] as const) {
      const value: unknown = asked[key];
      if (value !== undefined && !Number.isFinite(value)) return refused(400, `${key} must be a number`);
    }
    const host: unknown = asked.host;
    if (host !== undefined && !(typeof host === 'string' && /^[a-z0-9.-]{1,253}(:\d{1,5})?$/i.test(host)))
      return refused(400, 'host must be a name or an IPv4 address, with or without a port');
    const { forMs } = asked;
    if (forMs !== undefined && !(forMs > 0 && forMs <= maxFaultMs))
      return refused(400, `forMs must be above 0 and at most ${maxFaultMs}`);
    const key = `${camera.id}/${asked.fault}`;
    laid.get(key)?.();
    const off = camera.use(fault(asked.fault, asked));
    const end = (): void => {
      clearTimeout(timer);
      laid.delete(key);
      off();
    };
    const timer = forMs === undefined ? undefined : setTimeout(end, forMs);
    laid.set(key, end);
    return { status: 200, body: summary(camera) };
  }
}

function page(camera: SimCamera, query: URLSearchParams): Answer {
  const after = Number(query.get('after') ?? -1);
  const limit = Number(query.get('limit') ?? defaultFramesPerPage);
  if (!Number.isInteger(after)) return refused(400, 'after must be the number of a picture');
  if (!(Number.isInteger(limit) && limit >= 0 && limit <= maxFramesPerPage))
    return refused(400, `limit must be from 0 to ${maxFramesPerPage}`);
  const all = camera.framesSent;
  const first = all.findIndex(({ frame }) => frame > after);
  const from = first < 0 ? all.length : first;
  const framesSent = all.slice(from, from + limit);
  const body: CameraPage = { ...summary(camera), framesSent, more: from + framesSent.length < all.length };
  return { status: 200, body };
}

function refused(status: number, error: string): Answer {
  return { status, body: { error } };
}

function summary(camera: SimCamera): CameraSummary {
  const { id, rtspUrl, onvifUrl, problem, clients, behaviours } = camera;
  return { id, rtspUrl, onvifUrl, problem, clients, behaviours };
}
