// Entries about body-cams with nothing in them but what a deadline hangs on, and the packs with the real calendar.
import { loadCalendars, shippedCalendars } from '../../../../config/calendar/load-calendars.ts';
import { WorkingDays } from '../../../../config/calendar/working-days.ts';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import type { DeadlineRules } from '../../../../gateway/bodycam/deadlines/deadline-plan.ts';
import { offloadRules } from '../../../../gateway/bodycam/deadlines/offload-deadlines.ts';
import type { BodycamBody, LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';

export const officer = { name: '王某', certificate: 'JZ-001' };
export const whose = { serial: 'S1', device: 'BWC-1', officer };
export const packs = await loadPolicies();
export const days = new WorkingDays(await loadCalendars([shippedCalendars]));

/** `03-05T16:20` of 2026 in Shanghai. */
export function at(local: string): number {
  return Date.parse(`2026-${local}:00+08:00`);
}

export function local(wallMs: number | null): string {
  return wallMs === null ? '-' : new Date(wallMs + 8 * 3_600_000).toISOString().slice(5, 16);
}

export function rulesOf(pack: string): DeadlineRules {
  return { rules: offloadRules(packs.on(pack, '2026-03-05')), site: { timezone: 'Asia/Shanghai', days } };
}

type Value<Case extends BodycamBody['case']> = Extract<LedgerBody, { case: Case }>['value'];
const moment = (wallMs: number) => ({ wallMs, monoMs: 0 });

export const issued = (wallMs: number): LedgerBody => ({
  case: 'deviceIssued',
  value: {
    ...whose,
    by: 'keeper',
    at: moment(wallMs),
    dock: '',
    slot: 0,
    batteryPercent: 90,
    freeBytes: 1,
    items: [],
    matter: '',
    caseNumber: '',
    caseName: '',
    parties: [],
    article: '',
  },
});

export const returned = (wallMs: number, how: string): LedgerBody => ({
  case: 'deviceReturned',
  value: { ...whose, by: 'keeper', at: moment(wallMs), dock: '', slot: 0, how },
});

export const docked = (wallMs: number, clipCount: number, standing = 'ours'): LedgerBody => ({
  case: 'deviceDocked',
  value: {
    ...whose,
    dock: 'd1',
    room: 'talk',
    slot: 0,
    standing,
    at: moment(wallMs),
    unit: '',
    deviceOfficer: '',
    batteryPercent: 50,
    totalBytes: 1,
    freeBytes: 1,
    clipCount,
    clockOffsetMs: 0,
    clockWithinMs: 1,
    clockSet: true,
  },
});

export const undocked = (clipsLeft: number, oldestWallMs: number): LedgerBody => ({
  case: 'deviceUndocked',
  value: {
    dock: 'd1',
    slot: 0,
    serial: 'S1',
    device: 'BWC-1',
    outcome: oldestWallMs === 0 ? 'done' : 'pulled-out',
    clipsLeft,
    oldestWallMs,
  },
});

export const saved = (
  clip: string,
  endWallMs: number,
  dueWallMs: number,
  change: Partial<Value<'clipOffloaded'>> = {},
): LedgerBody => ({
  case: 'clipOffloaded',
  value: {
    ...whose,
    dock: 'd1',
    room: 'talk',
    slot: 0,
    unit: '',
    clip,
    path: '',
    file: '',
    bytes: 1,
    sha256: new Uint8Array(32),
    deviceSha256: new Uint8Array(0),
    beginDeviceMs: 0,
    endDeviceMs: 0,
    beginWallMs: 0,
    endWallMs,
    clockOffsetMs: 0,
    timeCertain: true,
    caseMark: '',
    matter: '',
    caseNumber: '',
    caseName: '',
    party: '',
    classedBy: '',
    article: '',
    why: '',
    cardReread: 'disk',
    storeReread: 'disk',
    content: 'whole',
    dueWallMs,
    dueArticle: 'JZ 13',
    ...change,
  },
});

export const remoteWork = (fromWallMs: number, returnedWallMs = 0): LedgerBody => ({
  case: 'remoteWorkDeclared',
  value: { device: 'BWC-1', by: 'clerk', why: '山区', fromWallMs, returnedWallMs, article: 'JZ 13' },
});
