// Starts the docks and body-cams of a site file: their clips are made, and those that are docked from the start are put
// in. What the file may hold is dock-site-file.ts's.
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { recordClip, type DockedSite } from './dock-hands.ts';
import type { SimBodyCamSpec, SimDockPlace } from './dock-site-file.ts';
import { SimBodyCam } from './sim-body-cam.ts';
import { createSimDock, type SimDock } from './sim-dock.ts';
import { openSimVolumes } from './sim-volumes.ts';

export interface RunningDocks extends DockedSite {
  close(): Promise<void>;
}

/**
 * Starts what the file lists; its relative paths count from `folder`. Rejects when a port is taken, a key cannot be
 * read or the disk is full.
 */
export async function startDocks(
  specs: {
    readonly docks: readonly SimDockPlace[];
    readonly bodyCams: readonly SimBodyCamSpec[];
    readonly volumes: string | undefined;
  },
  folder: string,
): Promise<RunningDocks> {
  const docks = new Map<string, SimDock>();
  const bodyCams = new Map<string, SimBodyCam>();
  if (specs.docks.length + specs.bodyCams.length === 0)
    return { docks, bodyCams, volumes: null, close: () => Promise.resolve() };
  const volumes = await openSimVolumes(
    specs.volumes === undefined ? undefined : path.resolve(folder, specs.volumes),
  );
  const close = async (): Promise<void> => {
    await Promise.all([...docks.values()].map((dock) => dock.close()));
    volumes.close();
  };
  try {
    for (const { id, port, slots, serial, firmwareKey } of specs.docks) {
      const key = firmwareKey === undefined ? null : await readFile(path.resolve(folder, firmwareKey));
      const facts = serial === undefined ? {} : { serial };
      const dock = await createSimDock({
        port,
        slots,
        facts,
        disks: volumes,
        ...(key ? { firmwareKey: createPublicKey(key) } : {}),
      });
      docks.set(id, dock);
    }
    for (const { id, clips, docked, ...told } of specs.bodyCams) {
      const facts = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
      const device = new SimBodyCam(facts);
      bodyCams.set(id, device);
      for (const { bytes, seconds, minutesAgo, caseMark } of clips)
        await recordClip(volumes, id, device, {
          ...(bytes === undefined ? {} : { bytes }),
          ...(seconds === undefined ? {} : { seconds }),
          ...(minutesAgo === undefined ? {} : { minutesAgo }),
          ...(caseMark === undefined ? {} : { caseMark }),
        });
      if (docked) docks.get(docked.dock)?.insert(docked.slot, device);
    }
    return { docks, bodyCams, volumes, close };
  } catch (error) {
    await close();
    throw error;
  }
}
