// The docks as a feature of the gateway: the service over the ledger, the settings and the drivers that are handed in.
// What it does is custody-service.ts's.
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import { CustodyService, type CustodyParts } from './custody-service.ts';
import { OffloadBook } from './offload-book.ts';

export interface CustodyFeature extends GatewayFeature {
  /** See CustodyService.look; null while the feature does not run. */
  look(serial: string): ReturnType<CustodyService['look']>;
}

/** `parts` is called when control is up: what it hands in may look at the settings. */
export function custodyFeature(parts: (context: RoomContext) => CustodyParts): CustodyFeature {
  const book = new OffloadBook();
  let service: CustodyService | null = null;
  return {
    name: 'docks',
    entry: (entry) => book.entry(entry),
    start: async (context) => {
      service = new CustodyService(context, book, parts(context));
      await service.settle();
    },
    settingsApplied: async () => service?.settle(),
    tick: async () => service?.tick(),
    bodycams: () => (service === null ? {} : { docks: service.view() }),
    look: async (serial) => service?.look(serial) ?? null,
    close: async () => {
      await service?.close();
      service = null;
    },
  };
}
