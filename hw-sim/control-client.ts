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
}

/**
 * Speaks to the control port on 127.0.0.1. Every call throws LiuhenError SIM_CONTROL_FAILED when there is no
 * answer in time or the simulator refuses (unknown camera, panel, fault, act or option).
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
  };
}
