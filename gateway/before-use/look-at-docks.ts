// Looks at the docks of one room and at what lies in them, by the gateway's derived view: whether a dock answers, and
// which body-cams are not fit to be handed out. Pure. What such a device must be like is device-checks.ts's.
import { bodycamWord } from '../../config/bodycam-words.ts';
import type { CheckFinding, CheckItem, CheckResult } from '../../config/check-words.ts';
import type { RoomSettings, Settings } from '../../config/settings-types.ts';
import type { BodycamView, DockView, SlotView } from '../bodycam/bodycam-view.ts';
import { gib, isBatteryLow, isCardFull } from '../bodycam/devices/device-checks.ts';
import type { SeenItem } from './before-use-rules.ts';

export interface DocksSeen {
  readonly battery: readonly SeenItem[];
  readonly docks: readonly SeenItem[];
}

/**
 * The items `battery`, `dock` and, where the room has a dock, `card` and `device`. A device whose clips are still being
 * stored is charging and being emptied: it is not judged yet.
 */
export function lookAtDocks(
  room: RoomSettings,
  { docks }: Pick<Settings, 'docks'>,
  view: BodycamView | undefined,
): DocksSeen {
  const own = docks.filter((dock) => dock.room === room.id);
  if (own.length === 0)
    return {
      battery: [seenAs('battery', 'none', 'no-battery')],
      docks: [seenAs('dock', 'none', 'no-dock')],
    };
  const seen = own.map(({ id }) => ({ id, dock: view?.docks.find(({ dock }) => dock === id) }));
  const slots = seen.flatMap(({ dock }) => (dock?.state === 'ready' ? dock.slots : []));
  const done = slots.filter(({ device, at }) => device !== '' && at === 'done');
  return {
    battery: eachOr('battery', done, batteryOf),
    docks: [
      ...seen.map(({ id, dock }) => dockOf(id, dock)),
      ...slots.flatMap((slot) => stoppedOf(slot, view)),
      ...eachOr('card', done, cardOf),
    ],
  };
}

/** What is wrong with each; one line where nothing is, and where nothing lies there. */
function eachOr(
  item: CheckItem,
  slots: readonly SlotView[],
  see: (slot: SlotView) => SeenItem | null,
): SeenItem[] {
  if (slots.length === 0) return [seenAs(item, 'none', 'no-device-docked')];
  const wrong = slots.flatMap((slot) => see(slot) ?? []);
  return wrong.length > 0 ? wrong : [seenAs(item, 'ok', '', String(slots.length))];
}

function batteryOf({ device, batteryPct }: SlotView): SeenItem | null {
  if (batteryPct === null) return seenAs('battery', 'unknown', 'device-not-read', '', device);
  return isBatteryLow(batteryPct)
    ? seenAs('battery', 'fault', 'battery-low', `${batteryPct} %`, device)
    : null;
}

function cardOf({ device, freeBytes = null }: SlotView): SeenItem | null {
  if (freeBytes === null) return seenAs('card', 'unknown', 'device-not-read', '', device);
  return isCardFull(freeBytes) ? seenAs('card', 'fault', 'card-full', gib(freeBytes), device) : null;
}

function dockOf(id: string, dock: DockView | undefined): SeenItem {
  if (dock === undefined || dock.state === 'opening')
    return seenAs('dock', 'unknown', 'dock-not-known', '', id);
  return dock.state === 'ready'
    ? seenAs('dock', 'ok', '', '', id)
    : seenAs('dock', 'fault', 'dock-gone', bodycamWord(dock.state, 'en'), id);
}

/** D5: whoever takes one out of the dock is told that it must not be used. */
function stoppedOf({ device }: SlotView, view: BodycamView | undefined): SeenItem[] {
  const found = view?.stopped?.find((each) => each.device === device);
  return found ? [seenAs('device', 'fault', 'device-out-of-use', found.what, device)] : [];
}

function seenAs(
  item: CheckItem,
  result: CheckResult,
  finding: CheckFinding | '',
  detail = '',
  device = '',
): SeenItem {
  return { item, device, result, finding, detail };
}
