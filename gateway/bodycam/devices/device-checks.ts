// What a body-cam has to be like before it leaves (D1: JZ 16, CT 12; D2: ZZ 51; D5: ZZ 52): what was read of it becomes
// items with their articles, and the pack says which of them keep it here. Pure.
import type { CheckFinding, CheckItem, CheckResult } from '../../../config/check-words.ts';
import type { Policy, PolicyBook } from '../../../config/policy/policy-book.ts';
import { citations } from '../../../config/policy/policy-text.ts';
import { checkArticles } from '../../before-use/before-use-rules.ts';
import type { DeviceRecord } from './device-record.ts';
import type { DeviceItem } from './device-requests.ts';
import type { DockedDevice } from './docked-devices.ts';

/**
 * Percent below which a battery is not enough. JZ 16 says "sufficient" and names no number: with half of it, a
 * body-cam of eight hours lasts for half a working day.
 */
export const minIssueBatteryPct = 50;
/** Bytes below which a card has too little space. No rule names a number: half a working day, four hours at 4 Mbit/s. */
export const minIssueFreeBytes = 8 * 2 ** 30;

export interface DeviceVerdict {
  readonly items: readonly DeviceItem[];
  /** What keeps it from being handed out, by an article; an urgent issue passes over it. */
  readonly refusing: readonly DeviceItem[];
  /** That ask for the check; empty where the pack is silent. */
  readonly article: string;
}

interface Seen {
  readonly result: CheckResult;
  readonly finding?: CheckFinding | '';
  readonly detail?: string;
}

/**
 * Judges a device by what its dock tells of it now; `docked` is null where no dock answers for it, and then everything
 * that only the device knows is `unknown`. `day` is YYYY-MM-DD.
 */
export function checkDevice(
  docked: DockedDevice | null,
  record: Pick<DeviceRecord, 'suspects' | 'maintainedWallMs'>,
  policy: Policy,
  book: PolicyBook,
  day: string,
): DeviceVerdict {
  const asked = (...words: Parameters<typeof checkArticles>[0]): string =>
    checkArticles(words, policy, book, day);
  const offload = policy.rule('offload');
  const items = [
    item('device', suspectOf(record), joined(faultArticle(policy), asked('performance'))),
    item('battery', batteryOf(docked), asked('battery')),
    item('card', cardOf(docked), asked('card', 'storage')),
    // Who carries footage of somebody else keeps it, and the rules have it stored and given to nobody (JZ 13, ZZ 37).
    item('clips', clipsOf(docked), citations(offload?.articles ?? [])),
    item('upkeep', upkeepOf(record), asked('upkeep')),
  ];
  const refusing = items.filter(
    (each) =>
      (each.item === 'battery' || each.item === 'card') && each.result === 'fault' && each.article !== '',
  );
  return { items, refusing, article: citations(policy.rule('checkBeforeUse')?.articles ?? []) };
}

function item(name: CheckItem, { result, finding = '', detail = '' }: Seen, article: string): DeviceItem {
  return { item: name, device: '', result, finding, detail, article };
}

/** By which article a device with a fault is not used; empty where the pack is silent, or lets it be used. */
export function faultArticle(policy: Policy): string {
  const rule = policy.rule('startWithFault');
  return rule === null || rule.value === 'yes' ? '' : citations(rule.articles);
}

/** By which articles devices are looked after, and repaired by professionals; empty where the pack is silent. */
export function upkeepArticle(policy: Policy, book: PolicyBook, day: string): string {
  return joined(checkArticles(['upkeep'], policy, book, day), faultArticle(policy));
}

/** What the box saw is no fault yet: it may have been the slot, the cable or the dock, and a person decides (ZZ 52). */
function suspectOf({ suspects }: Pick<DeviceRecord, 'suspects'>): Seen {
  if (suspects.length === 0) return { result: 'ok' };
  const detail = suspects.map(({ what, seq }) => `${what} #${seq}`).join(', ');
  return { result: 'unknown', finding: 'device-suspect', detail };
}

function batteryOf(docked: DockedDevice | null): Seen {
  if (docked === null) return { result: 'unknown', finding: 'device-not-docked' };
  const { batteryPct } = docked;
  if (batteryPct === null) return { result: 'unknown', finding: 'device-not-read' };
  return isBatteryLow(batteryPct)
    ? { result: 'fault', finding: 'battery-low', detail: `${batteryPct} %, ${minIssueBatteryPct} % needed` }
    : { result: 'ok', detail: `${batteryPct} %` };
}

function cardOf(docked: DockedDevice | null): Seen {
  if (docked === null) return { result: 'unknown', finding: 'device-not-docked' };
  const { freeBytes, totalBytes } = docked;
  if (freeBytes === null) return { result: 'unknown', finding: 'device-not-read' };
  const of = totalBytes === null ? '' : ` of ${gib(totalBytes)}`;
  return isCardFull(freeBytes)
    ? {
        result: 'fault',
        finding: 'card-full',
        detail: `${gib(freeBytes)}${of} free, ${gib(minIssueFreeBytes)} needed`,
      }
    : { result: 'ok', detail: `${gib(freeBytes)}${of} free` };
}

function clipsOf(docked: DockedDevice | null): Seen {
  if (docked === null) return { result: 'unknown', finding: 'device-not-docked' };
  if (docked.clips === null) return { result: 'unknown', finding: 'device-not-read' };
  return docked.clips === 0
    ? { result: 'ok' }
    : { result: 'fault', finding: 'clips-on-device', detail: String(docked.clips) };
}

/** No rule names an interval: the last time is told, and whether there was one. */
function upkeepOf({ maintainedWallMs }: Pick<DeviceRecord, 'maintainedWallMs'>): Seen {
  if (maintainedWallMs === null) return { result: 'unknown', finding: 'no-upkeep' };
  return { result: 'ok', detail: new Date(maintainedWallMs).toISOString().slice(0, 10) };
}

export function isBatteryLow(percent: number): boolean {
  return percent < minIssueBatteryPct;
}

export function isCardFull(freeBytes: number): boolean {
  return freeBytes < minIssueFreeBytes;
}

export function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function joined(...articles: readonly string[]): string {
  return [...new Set(articles.flatMap((each) => (each === '' ? [] : each.split(', '))))].join(', ');
}
