// A whole simulated site from a YAML file: its cameras, panels, docks and body-cams, and the control port. The file is read by site-file.ts.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LiuhenError } from '../config/errors.ts';
import { createSimCamera, type SimCamera } from './camera/sim-camera.ts';
import type { DockedSite } from './dock/dock-hands.ts';
import { startDocks, type RunningDocks } from './dock/dock-site.ts';
import { listenForControl } from './site-control.ts';
import { createSimPanel, type SimPanel } from './panel/sim-panel.ts';
import { readSiteFile } from './site-file.ts';

export interface SimSite extends DockedSite {
  readonly cameras: ReadonlyMap<string, SimCamera>;
  readonly panels: ReadonlyMap<string, SimPanel>;
  readonly controlPort: number;
  close(): Promise<void>;
}

/** Starts everything in `file`. Throws LiuhenError SIM_SITE_FAULTY when it is not usable or a port is taken. */
export async function startSite(file: string, environment = process.env): Promise<SimSite> {
  const cameras = new Map<string, SimCamera>();
  const panels = new Map<string, SimPanel>();
  let docked: RunningDocks | null = null;
  const closeDevices = async (): Promise<void> => {
    await Promise.all([...cameras.values(), ...panels.values()].map((device) => device.close()));
    await docked?.close();
  };
  try {
    const site = readSiteFile(await readFile(file, 'utf8'));
    const password = environment[site.passwordEnv ?? ''] ?? 'simulated';
    for (const spec of site.cameras)
      cameras.set(spec.id, await createSimCamera({ ...spec, username: site.username, password }));
    for (const { id, port } of site.panels) panels.set(id, await createSimPanel({ port }));
    docked = await startDocks(site, path.dirname(path.resolve(file)));
    const control = await listenForControl(cameras, site.control, panels, docked);
    return {
      cameras,
      panels,
      docks: docked.docks,
      bodyCams: docked.bodyCams,
      volumes: docked.volumes,
      controlPort: control.port,
      async close() {
        control.close();
        await closeDevices();
      },
    };
  } catch (error) {
    await closeDevices();
    throw new LiuhenError('SIM_SITE_FAULTY', { file, why: (error as Error).message }, { cause: error });
  }
}
