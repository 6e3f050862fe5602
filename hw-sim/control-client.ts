// The client of the simulator's control port, for tests, the demo and whoever drives a simulated site from another
// process. What the words mean is in faults.ts.
import { LiuhenError } from '../config/errors.ts';
import type {
  CameraPage,
  CameraSummary,
  LayRequest,
  PanelActName,
  PanelRequest,
  PanelSummary,
} from './control-protocol.ts';
import type { BodyCamFaultName } from './dock/body-cam-faults.ts';
import type { DockFaultName } from './dock/dock-faults.ts';
import type {
  BodyCamActName,
  BodyCamRequest,
  BodyCamSummary,
  DockActName,
  DockRequest,
  DockSummary,
  LayBodyCamRequest,
  LayDockRequest,
} from './dock/dock-words.ts';
import type { FaultName } from './faults.ts';

/** An answer that has not come after this is given up. */
export const controlTimeoutMs = 5000;

export interface SiteControl {
  cameras(): Promise<readonly CameraSummary[]>;
  /** What was sent after picture `after` (default: from the oldest remembered), at most `limit` pictures. */
  camera(id: string, page?: { readonly after?: number; readonly limit?: number }): Promise<CameraPage>;
  /** Lays a fault on; one of the same name that lies there already is replaced. */
  lay(id: string, fault: FaultName, options?: Omit<LayRequest, 'fault'>): Promise<CameraSummary>;
  /** Takes it off; nothing happens when it is not there. */
  lift(id: string, fault: FaultName): Promise<CameraSummary>;
  panels(): Promise<readonly PanelSummary[]>;
  panel(id: string): Promise<PanelSummary>;
  /** What hands do at it; answers how it stands then. */
  act(id: string, act: PanelActName, options?: Omit<PanelRequest, 'act'>): Promise<PanelSummary>;
  docks(): Promise<readonly DockSummary[]>;
  dock(id: string): Promise<DockSummary>;
  actDock(id: string, act: DockActName, options?: Omit<DockRequest, 'act'>): Promise<DockSummary>;
  layDock(id: string, fault: DockFaultName, options?: Omit<LayDockRequest, 'fault'>): Promise<DockSummary>;
  liftDock(id: string, fault: DockFaultName): Promise<DockSummary>;
  bodyCams(): Promise<readonly BodyCamSummary[]>;
  bodyCam(id: string): Promise<BodyCamSummary>;
  actBodyCam(id: string, act: BodyCamActName, options?: Omit<BodyCamRequest, 'act'>): Promise<BodyCamSummary>;
  layBodyCam(
    id: string,
    fault: BodyCamFaultName,
    options?: Omit<LayBodyCamRequest, 'fault'>,
  ): Promise<BodyCamSummary>;
  liftBodyCam(id: string, fault: BodyCamFaultName): Promise<BodyCamSummary>;
  /** The folder for a site's `offload.kernelLists`; null on a site without docks. */
  kernelLists(): Promise<string | null>;
}

/**
 * Speaks to the control port on 127.0.0.1. Every call throws LiuhenError SIM_CONTROL_FAILED when there is no
 * answer in time or the simulator refuses (unknown device, fault, act or option).
 */
export function siteControl(port: number): SiteControl {
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const url = `http://127.0.0.1:${port}${path}`;
    try {
      const response = await fetch(url, {
        method,
        signal: AbortSignal.timeout(controlTimeoutMs),
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      });
      const answer = (await response.json()) as Answer & { error?: string };
      if (!response.ok) throw new Error(answer.error ?? `status ${response.status}`);
      return answer;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new LiuhenError('SIM_CONTROL_FAILED', { request: `${method} ${url}`, why }, { cause: error });
    }
  };
  const camera = (id: string): string => `/cameras/${encodeURIComponent(id)}`;
  const panel = (id: string): string => `/panels/${encodeURIComponent(id)}`;
  const dock = (id: string): string => `/docks/${encodeURIComponent(id)}`;
  const bodyCam = (id: string): string => `/body-cams/${encodeURIComponent(id)}`;
  return {
    cameras: () => ask('GET', '/cameras'),
    camera: (id, { after, limit } = {}) => {
      const query = new URLSearchParams();
      if (after !== undefined) query.set('after', String(after));
      if (limit !== undefined) query.set('limit', String(limit));
      return ask('GET', `${camera(id)}?${query.toString()}`);
    },
    lay: (id, fault, options = {}) => ask('POST', `${camera(id)}/faults`, { ...options, fault }),
    lift: (id, fault) => ask('DELETE', `${camera(id)}/faults/${fault}`),
    panels: () => ask('GET', '/panels'),
    panel: (id) => ask('GET', panel(id)),
    act: (id, act, options = {}) => ask('POST', `${panel(id)}/acts`, { ...options, act }),
    docks: () => ask('GET', '/docks'),
    dock: (id) => ask('GET', dock(id)),
    actDock: (id, act, options = {}) => ask('POST', `${dock(id)}/acts`, { ...options, act }),
    layDock: (id, fault, options = {}) => ask('POST', `${dock(id)}/faults`, { ...options, fault }),
    liftDock: (id, fault) => ask('DELETE', `${dock(id)}/faults/${fault}`),
    bodyCams: () => ask('GET', '/body-cams'),
    bodyCam: (id) => ask('GET', bodyCam(id)),
    actBodyCam: (id, act, options = {}) => ask('POST', `${bodyCam(id)}/acts`, { ...options, act }),
    layBodyCam: (id, fault, options = {}) => ask('POST', `${bodyCam(id)}/faults`, { ...options, fault }),
    liftBodyCam: (id, fault) => ask('DELETE', `${bodyCam(id)}/faults/${fault}`),
    kernelLists: async () => (await ask<{ kernelLists: string | null }>('GET', '/volumes')).kernelLists,
  };
}
