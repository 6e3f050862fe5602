// A simulated dock with disks, the real driver on it, and the gateway's own ways of finding and reading volumes.
import path from 'node:path';
import type { Test } from 'tap';
import { sleep } from '../../config/clock.ts';
import { Dock } from '../../device-drivers/dock/dock.ts';
import { readVolumes } from '../../gateway/bodycam/copying/volume-reader.ts';
import type { VolumeSearch } from '../../gateway/bodycam/copying/volume-finder.ts';
import type { BodyCamFacts } from '../../hw-sim/dock/sim-body-cam.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { writeClip } from '../../hw-sim/dock/sim-clip.ts';
import { createSimDock, type SimDock } from '../../hw-sim/dock/sim-dock.ts';
import { openSimVolumes, type SimVolumes } from '../../hw-sim/dock/sim-volumes.ts';
import type { SlotRef } from '../../protocols/dock/messages.ts';
import { testTimes } from '../contract/dock-bench.ts';

export interface DockSite {
  readonly volumes: SimVolumes;
  readonly sim: SimDock;
  readonly dock: Dock;
  /** A body-cam with MP4 clips of so many bytes, in that slot. */
  cam(slot: number, facts: Partial<BodyCamFacts>, ...bytes: readonly number[]): Promise<SimBodyCam>;
  at(slot: number): SlotRef;
  search(serial: string): Promise<VolumeSearch>;
  /** Puts it into disk mode and waits for its volume. */
  disk(slot: number, serial: string): Promise<string>;
}

export async function dockSite(t: Test): Promise<DockSite> {
  const volumes = await openSimVolumes();
  const sim = await createSimDock({ disks: volumes });
  const dock = new Dock({ address: sim.address, times: testTimes });
  t.teardown(async () => {
    dock.close();
    await sim.close();
    volumes.close();
  });
  await dock.open();
  const at = (slot: number): SlotRef => ({ slot, insertion: sim.slots[slot]?.insertion ?? 0 });
  const places = { sys: path.join(volumes.folder, 'sys'), mountinfo: path.join(volumes.folder, 'mountinfo') };
  const search = (serial: string): Promise<VolumeSearch> => readVolumes(serial, places);
  return {
    volumes,
    sim,
    dock,
    at,
    search,
    async cam(slot, facts, ...bytes) {
      const device = new SimBodyCam(facts);
      const folder = volumes.cardFolder(`cam-${slot}`);
      for (const [index, size] of bytes.entries())
        device.record(
          await writeClip(folder, {
            id: `MOV_000${index + 1}`,
            bytes: size,
            beginWallMs: Date.UTC(2026, 4, 4, 8, index),
          }),
        );
      sim.insert(slot, device);
      return device;
    },
    async disk(slot, serial) {
      await dock.ask('diskMode', { at: at(slot), on: true });
      for (;;) {
        const found = await search(serial);
        if (found.state === 'found') return found.volumes[0]?.point ?? '';
        await sleep(5);
      }
    },
  };
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
