// The docks as a feature of the gateway: the service over the ledger, the settings and the drivers that are handed in, and
// the desk for who looks after the docks. What they do is custody-service.ts's and dock-desk.ts's.
import { LiuhenError } from '../../../config/errors.ts';
import type { GatewayFeature, RoomContext } from '../../gateway-feature.ts';
import { CustodyService, type CustodyParts } from './custody-service.ts';
import { DockDesk } from '../docks/dock-desk.ts';
import { DockHealth } from '../docks/dock-health.ts';
import { OffloadBook } from './offload-book.ts';

export interface CustodyFeature extends GatewayFeature {
  /** See CustodyService.look; null while the feature does not run. */
  look(serial: string): ReturnType<CustodyService['look']>;
}

/** `parts` is called when control is up: what it hands in may look at the settings. */
export function custodyFeature(parts: (context: RoomContext) => CustodyParts): CustodyFeature {
  const book = new OffloadBook();
  const health = new DockHealth();
  let service: CustodyService | null = null;
  let desk: DockDesk | null = null;
  const running = (): DockDesk => {
    if (desk === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return desk;
  };
  return {
    name: 'docks',
    entry: (entry) => {
      book.entry(entry);
      health.entry(entry.body);
    },
    start: async (context) => {
      const custody = new CustodyService(context, book, parts(context));
      service = custody;
      desk = new DockDesk({
        docks: () => custody.owned(),
        enter: (body) => custody.appendSure(body),
        health,
        context,
      });
      await custody.settle();
    },
    settingsApplied: async () => service?.settle(),
    asks: {
      docks: async () => running().docks(),
      'dock-health': async (body) => running().health(body),
      'dock-firmware': async (body) => running().firmware(body),
    },
    tick: async () => {
      desk?.tick();
      await service?.tick();
    },
    bodycams: () => (service === null ? {} : { docks: service.view() }),
    look: async (serial) => service?.look(serial) ?? null,
    close: async () => {
      // An update ends with the line that the custody closes.
      const ended = desk?.close();
      await service?.close();
      await ended;
      service = null;
      desk = null;
    },
  };
}
