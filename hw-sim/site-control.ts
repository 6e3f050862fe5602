// The loopback control port of a simulated site (HTTP and JSON): lays faults on, takes them off, tells what was
// sent. The words are in control-protocol.ts; the client is control-client.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimCamera } from './camera/sim-camera.ts';
import {
  defaultFramesPerPage,
  maxControlBytes,
  maxFramesPerPage,
  type CameraPage,
  type CameraSummary,
  type LayRequest,
  type PanelRequest,
} from './control-protocol.ts';
import { fault, faultMeanings } from './faults.ts';
import { BodyCamDoor, DockDoor, type ControlDoor, type DockedSite } from './dock/dock-hands.ts';
import { LaidFaults, readFault } from './laid-faults.ts';
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
  docked: DockedSite = { docks: new Map(), bodyCams: new Map(), volumes: null },
): Promise<SiteControlServer> {
  const laid = new LaidFaults();
  const doors = new Map<string, ControlDoor>([
    ['docks', new DockDoor(docked, laid)],
    ['body-cams', new BodyCamDoor(docked, laid)],
  ]);
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
      laid.close();
      for (const each of hands.values()) each.close();
    },
  };

  async function answer(method: string, address: string, text: string): Promise<Answer> {
    const url = new URL(address, 'http://127.0.0.1');
    const [, top, id = '', below, name = ''] = url.pathname.split('/');
    if (top === 'panels') return panelAnswer(method, id, below, text);
    if (top === 'volumes' && method === 'GET')
      return { status: 200, body: { kernelLists: docked.volumes?.folder ?? null } };
    const door = doors.get(top ?? '');
    if (door) return doorAnswer(door, method, { id, below, name, text });
    if (top !== 'cameras') return refused(404, 'unknown path');
    if (method === 'GET' && id === '') return { status: 200, body: [...cameras.values()].map(summary) };
    const camera = cameras.get(id);
    if (!camera) return refused(404, `no camera ${id}`);
    if (method === 'GET' && below === undefined) return page(camera, url.searchParams);
    if (method === 'DELETE' && below === 'faults') {
      laid.lift(`${id}/${name}`);
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

  async function doorAnswer(
    door: ControlDoor,
    method: string,
    asked: {
      readonly id: string;
      readonly below: string | undefined;
      readonly name: string;
      readonly text: string;
    },
  ): Promise<Answer> {
    const { id, below, name, text } = asked;
    if (method === 'GET' && id === '') return { status: 200, body: door.list() };
    if (door.summary(id) === null) return refused(404, `no ${door.kind} ${id}`);
    try {
      if (method === 'POST' && below === 'acts') await door.act(id, text);
      else if (method === 'POST' && below === 'faults') door.lay(id, text);
      else if (method === 'DELETE' && below === 'faults') laid.lift(`${door.kind}/${id}/${name}`);
      else if (method !== 'GET' || below !== undefined) return refused(405, 'unknown request');
    } catch (error) {
      return refused(400, (error as Error).message);
    }
    return { status: 200, body: door.summary(id) };
  }

  function lay(camera: SimCamera, text: string): Answer {
    let asked: LayRequest;
    try {
      asked = readFault(text, Object.keys(faultMeanings), { numbers: ['every', 'byMs'] });
    } catch (error) {
      return refused(400, (error as Error).message);
    }
    const host: unknown = asked.host;
    if (host !== undefined && !(typeof host === 'string' && /^[a-z0-9.-]{1,253}(:\d{1,5})?$/i.test(host)))
      return refused(400, 'host must be a name or an IPv4 address, with or without a port');
    laid.lay(`${camera.id}/${asked.fault}`, () => camera.use(fault(asked.fault, asked)), asked.forMs);
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
