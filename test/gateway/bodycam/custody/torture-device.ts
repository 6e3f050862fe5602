// A body-cam of the torture test with what is planned for its docking, and the faults that lie on it or on the line
// for as long. What happens at a moment is offload-torture.ts's.
import { bodyCamFault } from '../../../../hw-sim/dock/body-cam-faults.ts';
import { dockFault } from '../../../../hw-sim/dock/dock-faults.ts';
import { SimBodyCam } from '../../../../hw-sim/dock/sim-body-cam.ts';
import type { SimDock } from '../../../../hw-sim/dock/sim-dock.ts';
import { lineFaults, type Plan, type Random } from './torture-plan.ts';

export class Disturbed {
  plan: Plan = { kind: 'none' };
  /** Where it is, or was last. */
  slot = -1;
  /** Copies begun in this docking. */
  copies = 0;
  /** What is left of a disturbance that comes more than once. */
  left = 1;
  readonly device: SimBodyCam;
  readonly rnd: Random;
  /** So many copies of a clip differ and are kept that no further one is made. */
  gaveUp = false;

  constructor(device: SimBodyCam, rnd: Random) {
    this.device = device;
    this.rnd = rnd;
  }

  /** Whether what is planned comes about now: as often as it says. */
  once(): boolean {
    if (this.left <= 0) return false;
    this.left -= 1;
    return true;
  }
}

/** Lays what is planned on the device or the line for as long as it is docked; gives what takes it off again. */
export function layFaults(
  of: Disturbed,
  sim: SimDock,
  count: (what: string) => void,
): readonly (() => void)[] {
  const { device, plan, slot } = of;
  switch (plan.kind) {
    case 'line':
      // Bytes that come one by one and then three at a time are no line any more.
      if (lineFaults.some((name) => sim.behaviours.includes(name))) return [];
      count(`line ${plan.fault}`);
      return [sim.use(dockFault(plan.fault, { times: 3 }))];
    case 'lost-ack':
      count(`lost-ack ${plan.call}`);
      return [sim.use(dockFault('lostAck', plan))];
    case 'wrong-hash':
      count(plan.kind);
      return [device.use(bodyCamFault('wrongHash'))];
    case 'erase-fails':
      count(plan.kind);
      return [device.use(bodyCamFault('eraseFails'))];
    case 'clock-off':
      count(plan.kind);
      return [device.use(bodyCamFault('clockOff'))];
    case 'double': {
      const twin = sim.slots.length - 1;
      if (sim.slots[twin]?.device || slot === twin) return [];
      count(plan.kind);
      sim.insert(twin, new SimBodyCam({ serial: device.facts.serial }));
      return [() => void sim.pull(twin)];
    }
    default:
      return [];
  }
}
