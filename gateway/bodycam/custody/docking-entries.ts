// The ledger entries of a docking: that a device stands in a slot, with what was learnt of it, and that it is gone. Pure.
import type { Moment } from '../../../config/clock.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { SlotState, Standing } from './custody-machine.ts';
import type { FoundDevice } from '../devices/device-register.ts';
import type { DeviceFacts } from './device-talk.ts';
import type { SlotParts } from './slot-parts.ts';

/** What the ledger says of a slot. */
export interface SlotTold {
  /** The entry that is not to be made twice. */
  docked: string;
  /** The device that stands there; empty for none, null where this process has told nothing yet. */
  serial: string | null;
}

export interface DockedFacts {
  readonly dock: string;
  readonly room: string;
  readonly slot: number;
  readonly serial: string;
  readonly standing: Standing;
  readonly found: FoundDevice | null;
  /** Null for a device of which nothing is asked. */
  readonly facts: DeviceFacts | null;
  readonly deviceOfficer: string;
  readonly at: Moment;
}

export function dockedBody({ found, facts, at, ...of }: DockedFacts): BodycamBody {
  return {
    case: 'deviceDocked',
    value: {
      ...of,
      device: found?.device ?? '',
      at: { wallMs: at.wall, monoMs: at.mono },
      officer: found?.officer ?? { name: '', certificate: '' },
      unit: found?.unit ?? '',
      batteryPercent: facts?.batteryPct ?? 0,
      totalBytes: facts?.totalBytes ?? 0,
      freeBytes: facts?.freeBytes ?? 0,
      clipCount: facts?.clips ?? 0,
      clockOffsetMs: facts?.clock.offsetMs ?? 0,
      clockWithinMs: facts?.clock.withinMs ?? 0,
      clockSet: facts?.clockSet ?? false,
    },
  };
}

/** That a device is gone which stood there last, and nobody saw it go. */
export function unwatchedOf(
  dock: string,
  slot: number,
  serial: string,
  { lookUp, oldestUnsaved }: Pick<SlotParts, 'lookUp' | 'oldestUnsaved'>,
): BodycamBody {
  const { device } = lookUp.find(serial);
  const oldestWallMs = oldestUnsaved(serial);
  const value = { dock, slot, serial, device, outcome: 'unwatched', clipsLeft: 0, oldestWallMs };
  return { case: 'deviceUndocked', value };
}

/** How a docking ended, by the state in which the device was taken out; `oldestWallMs` is of what is not in the store. */
export function endOf(
  dock: string,
  slot: number,
  serial: string,
  device: string,
  before: SlotState,
  oldestWallMs: number,
): BodycamBody {
  const ended = before.at === 'done' || before.at === 'refused' || before.at === 'failed';
  // The disk goes a moment before the dock says so.
  const pulled = !ended || (before.at === 'failed' && before.why === 'pulled-out');
  const outcome = pulled ? 'pulled-out' : before.at;
  const clipsLeft = 'clips' in before ? before.clips.filter(({ phase }) => phase !== 'erased').length : 0;
  return { case: 'deviceUndocked', value: { dock, slot, serial, device, outcome, clipsLeft, oldestWallMs } };
}
