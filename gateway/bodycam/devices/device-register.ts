// Whose a body-cam is, by the register of the settings. What happened to it since (issued, reported, repaired) is in the
// ledger.
import type { BodyCamSettings, Settings } from '../../../config/settings-types.ts';
import type { Standing } from '../custody/custody-machine.ts';

export interface DeviceOfficer {
  readonly name: string;
  readonly certificate: string;
}

export interface FoundDevice {
  /** Nothing is read of a device that is not `ours`. */
  readonly standing: Standing;
  /** The agency's number; empty for one that is not in the register. */
  readonly device: string;
  readonly unit: string;
  /** Who has it now; null where nobody was named. */
  readonly officer: DeviceOfficer | null;
}

/** What the offload asks about devices. */
export interface DeviceLookUp {
  find(serial: string): FoundDevice;
  /** Who had it in that time, ms since 1970 by the box's clock; null where nobody was named. */
  holder(serial: string, fromWallMs: number, toWallMs: number): DeviceOfficer | null;
}

/** By the settings alone. */
export function registerOf(settings: () => Pick<Settings, 'bodyCams' | 'gateway'>): DeviceLookUp {
  const find = (serial: string): FoundDevice => {
    const { bodyCams, gateway } = settings();
    return findRegistered(serial, bodyCams, gateway);
  };
  return { find, holder: (serial) => find(serial).officer };
}

/** By the settings of the gateway `own` alone. */
export function findRegistered(
  serial: string,
  bodyCams: readonly BodyCamSettings[],
  own: string,
): FoundDevice {
  const found = bodyCams.find((each) => each.serial === serial);
  if (!found) return { standing: 'unknown', device: '', unit: '', officer: null };
  const standing = found.gateway === null || found.gateway === own ? 'ours' : 'elsewhere';
  return { standing, device: found.id, unit: found.unit, officer: found.officer };
}
