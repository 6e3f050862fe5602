// Issue, return, reports and upkeep of body-cams as a feature of the gateway: what it hears, and which requests it answers.
// What it does is device-service.ts's; what it knows is the book, which the custody of their footage shares.
import { LiuhenError } from '../../../config/errors.ts';
import type { GatewayFeature } from '../../gateway-feature.ts';
import { maxShownStopped } from '../bodycam-view.ts';
import type { DeviceBook } from './device-book.ts';
import { DeviceService } from './device-service.ts';
import { stoppedDevices } from './device-view.ts';
import { noDocks, type DockedDevices } from './docked-devices.ts';

/**
 * The book hears the ledger through this feature, and nobody else feeds it. It stands before the features that look up
 * devices, so that it knows the register when they start.
 */
export function deviceFeature(book: DeviceBook, docks: DockedDevices = noDocks): GatewayFeature {
  let service: DeviceService | null = null;
  const running = (): DeviceService => {
    if (service === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return service;
  };
  return {
    name: 'body-cams',
    entry: (entry) => book.apply(entry),
    start: (context) => {
      book.use(context.settings);
      service = new DeviceService(context, book, docks);
      return Promise.resolve();
    },
    asks: {
      issue: (body) => running().issue(body),
      return: (body) => running().return(body),
      report: (body) => running().report(body),
      maintain: (body) => running().maintain(body),
      devices: (body) => running().devices(body),
      'device-history': (body) => running().history(body),
    },
    bodycams: () => ({ stopped: stoppedDevices(book, maxShownStopped) }),
    tick: () => service?.tick() ?? Promise.resolve(),
    close: () => {
      service = null;
      return Promise.resolve();
    },
  };
}
