// What the deadline of a device is now, and what has to be entered of it: pure. The rules are offload-deadlines.ts's,
// what may be on the device deadline-book.ts's; entering is deadline-service.ts's.
import type { LedgerBody } from '../../sessions/ledger-port.ts';
import type { OffloadView } from '../bodycam-view.ts';
import { clockSlackMs, isMissed, type BookedDevice } from './deadline-book.ts';
import type { Remote } from './deadline-record.ts';
import {
  escalation,
  escalationSteps,
  offloadDue,
  type DeadlineSite,
  type OffloadDue,
  type OffloadRules,
} from './offload-deadlines.ts';

/**
 * Deadlines of one device that lie within so many milliseconds after one that somebody was reminded of are not reminded of
 * again: the clips of one shift fall due one after another.
 */
export const oneReminderMs = 12 * 3_600_000;
/** A deadline that moves on, because the oldest clip is in the store, is told to headquarters at most this often. */
export const moveEveryMs = 600_000;

export interface DeadlineRules {
  readonly rules: OffloadRules;
  readonly site: DeadlineSite;
}

export interface DevicePlan {
  /** The first that runs out; null where nothing is outstanding. */
  readonly due: OffloadDue | null;
  /** What is past its deadline and not entered as missed; null where there is none. */
  readonly overdue: {
    readonly dueWallMs: number;
    readonly article: string;
    readonly recordedToWallMs: number;
    readonly clips: number;
  } | null;
}

/** Dues by the end of the footage; whoever changes rules or declarations takes a new one. */
export type DueCache = Map<number, OffloadDue>;

/**
 * The deadline of footage that ended at `endWallMs`. Declared remote work counts where the pack makes an exception for it,
 * for what was recorded before the return, and only when it was declared before the deadline had gone by.
 */
export function dueOf(endWallMs: number, remote: Remote | null, { rules, site }: DeadlineRules): OffloadDue {
  const plain = offloadDue(rules, endWallMs, null, site);
  if (remote === null || plain.dueWallMs === null || plain.dueWallMs <= remote.fromWallMs) return plain;
  if (remote.returnedWallMs !== null && endWallMs > remote.returnedWallMs) return plain;
  return offloadDue(rules, endWallMs, remote, site);
}

export function planOf(
  { footage, remote, missed }: BookedDevice,
  rules: DeadlineRules,
  nowWallMs: number,
  cache: DueCache = new Map(),
): DevicePlan {
  let due: OffloadDue | null = null;
  let first: { readonly dueWallMs: number; readonly article: string } | null = null;
  let recordedToWallMs = 0;
  let clips = 0;
  for (const end of footage.endsWallMs) {
    const each = cache.get(end) ?? dueOf(end, remote, rules);
    cache.set(end, each);
    const { dueWallMs, article } = each;
    if (due === null || (dueWallMs !== null && dueWallMs < (due.dueWallMs ?? Number.POSITIVE_INFINITY)))
      due = each;
    if (dueWallMs === null || dueWallMs > nowWallMs) continue;
    recordedToWallMs = Math.max(recordedToWallMs, end);
    clips += 1;
    if (isMissed(missed, end, dueWallMs, nowWallMs)) continue;
    if (first === null || dueWallMs < first.dueWallMs) first = { dueWallMs, article };
  }
  // By the ledger alone only the oldest of them is known.
  const counted = footage.endsWallMs.length === 1 ? footage.clips : clips;
  return { due, overdue: first && { ...first, recordedToWallMs, clips: counted } };
}

/** For the view; null where nothing is outstanding. */
export function offloadView(
  booked: BookedDevice,
  { due }: DevicePlan,
  room: string,
  nowWallMs: number,
): OffloadView | null {
  if (due === null) return null;
  const { serial, device, officer, docked, footage } = booked;
  const { dueWallMs, article, why } = due;
  const over = dueWallMs !== null && dueWallMs <= nowWallMs;
  return {
    device,
    serial,
    room,
    officer: officer?.name ?? '',
    dueWallMs,
    article,
    step: dueWallMs === null ? 'in-time' : over ? 'missed' : (escalation(dueWallMs, nowWallMs) ?? 'in-time'),
    where: docked ? 'docked' : why === 'not-returned' ? 'remote' : 'out',
    clips: footage.clips,
  };
}

/** The entries that are missing now, in their order. Once they are in the ledger and folded there are none. */
export function toEnter(booked: BookedDevice, plan: DevicePlan, nowWallMs: number): LedgerBody[] {
  const { device, serial, said, remote, late, footage, docked } = booked;
  const officer = booked.officer ?? { name: '', certificate: '' };
  const whose = { device, serial, officer };
  const entries: LedgerBody[] = [];
  if (late !== null && late.savedWallMs <= nowWallMs + clockSlackMs) {
    const { dueWallMs, article, recordedToWallMs, clipCount } = late;
    entries.push({
      case: 'offloadMissed',
      value: { ...whose, dueWallMs, article, reason: 'late', recordedToWallMs, clipCount },
    });
  }
  const reason = docked || footage.known !== 'unknown' ? 'on-device' : 'not-docked';
  const remind = (to: string, dueWallMs: number, article: string, why: string): void => {
    entries.push({
      case: 'offloadReminded',
      value: { ...whose, to, dueWallMs, article, reason: why },
    });
  };
  const { due, overdue } = plan;
  if (due === null) {
    if (said.length > 0) remind('', 0, '', '');
    return entries;
  }
  const { dueWallMs, article, why } = due;
  if (dueWallMs === null) {
    if (why === 'silent' && said.length > 0) remind('', 0, '', 'no-rule');
    return entries;
  }
  const before = entries.length;
  for (const { to, beforeMs } of escalationSteps) {
    if (nowWallMs < dueWallMs - beforeMs) continue;
    const reminded = said.some(
      (each) =>
        each.to === to &&
        each.wallMs <= nowWallMs + clockSlackMs &&
        each.dueWallMs <= dueWallMs &&
        dueWallMs < each.dueWallMs + oneReminderMs,
    );
    if (!reminded) remind(to, dueWallMs, article, reason);
  }
  if (entries.length === before && isToBeTold(said.at(-1), dueWallMs, remote, nowWallMs))
    remind('', dueWallMs, article, reason);
  if (overdue !== null) {
    const { clips: clipCount, ...rest } = overdue;
    entries.push({ case: 'offloadMissed', value: { ...whose, ...rest, reason, clipCount } });
  }
  return entries;
}

/** Whether headquarters has to be told the deadline: it is new, sooner than it knows, or later for a while already. */
function isToBeTold(
  last: BookedDevice['said'][number] | undefined,
  dueWallMs: number,
  remote: Remote | null,
  nowWallMs: number,
): boolean {
  if (last === undefined || dueWallMs < last.dueWallMs) return true;
  if (dueWallMs === last.dueWallMs) return false;
  const back = remote?.returnedWallMs ?? null;
  return (back !== null && last.wallMs <= back) || Math.abs(nowWallMs - last.wallMs) >= moveEveryMs;
}
