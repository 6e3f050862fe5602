// Ledger entries about one body-cam, and a register, for the tests of the book, the checks and the feature.
import type { BodyCamSettings } from '../../../../config/settings-types.ts';
import { DeviceBook } from '../../../../gateway/bodycam/devices/device-book.ts';
import type { BodycamBody, LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';

export const wang = { name: '王某', certificate: 'HY-001' };
export const li = { name: '李某', certificate: 'HY-002' };
/** The custodian of the settings. */
export const keeper = { name: '管某', certificate: 'HY-009' };

export const serial = 'SN-0001';
export const register: readonly BodyCamSettings[] = [
  { id: 'cam-1', serial, unit: '一中队', officer: keeper, gateway: null },
  { id: 'cam-2', serial: 'SN-0002', unit: '', officer: null, gateway: null },
  { id: 'cam-3', serial: 'SN-0003', unit: '', officer: wang, gateway: 'other' },
];

type Value<Case extends BodycamBody['case']> = Extract<BodycamBody, { case: Case }>['value'];
export const at = (hours: number) => ({ wallMs: hour(hours), monoMs: 0 });
/** Wall time, hours into a day. */
export const hour = (hours: number): number => Date.UTC(2026, 10, 2) + hours * 3_600_000;

export const docked = (hours: number, change: Partial<Value<'deviceDocked'>> = {}): LedgerBody => ({
  case: 'deviceDocked',
  value: {
    dock: 'd',
    room: 'talk',
    slot: 1,
    serial,
    device: 'cam-1',
    standing: 'ours',
    at: at(hours),
    officer: keeper,
    unit: '',
    deviceOfficer: '',
    batteryPercent: 90,
    totalBytes: 2 ** 36,
    freeBytes: 2 ** 35,
    clipCount: 0,
    clockOffsetMs: 0,
    clockWithinMs: 5,
    clockSet: true,
    ...change,
  },
});
export const undocked = (change: Partial<Value<'deviceUndocked'>> = {}): LedgerBody => ({
  case: 'deviceUndocked',
  value: {
    dock: 'd',
    slot: 1,
    serial,
    device: 'cam-1',
    outcome: 'done',
    clipsLeft: 0,
    oldestWallMs: 0,
    ...change,
  },
});
export const issued = (hours: number, change: Partial<Value<'deviceIssued'>> = {}): LedgerBody => ({
  case: 'deviceIssued',
  value: {
    device: 'cam-1',
    serial,
    officer: wang,
    by: 'clerk',
    at: at(hours),
    dock: 'd',
    slot: 1,
    batteryPercent: 90,
    freeBytes: 2 ** 35,
    items: [],
    matter: '',
    caseNumber: '',
    caseName: '',
    parties: [],
    article: '',
    ...change,
  },
});
export const returned = (hours: number, change: Partial<Value<'deviceReturned'>> = {}): LedgerBody => ({
  case: 'deviceReturned',
  value: {
    device: 'cam-1',
    serial,
    officer: wang,
    by: 'clerk',
    at: at(hours),
    dock: '',
    slot: 0,
    how: 'hand',
    ...change,
  },
});
export const reported = (
  hours: number,
  what: string,
  change: Partial<Value<'deviceReported'>> = {},
): LedgerBody => ({
  case: 'deviceReported',
  value: { device: 'cam-1', serial, what, detail: '', by: 'clerk', at: at(hours), article: '', ...change },
});
export const maintained = (
  hours: number,
  outcome: string,
  change: Partial<Value<'deviceMaintained'>> = {},
): LedgerBody => ({
  case: 'deviceMaintained',
  value: {
    device: 'cam-1',
    serial,
    what: 'screen',
    provider: '维修站',
    outcome,
    by: 'clerk',
    at: at(hours),
    article: '',
    ...change,
  },
});
export const trouble = (what: string, change: Partial<Value<'custodyTrouble'>> = {}): LedgerBody => ({
  case: 'custodyTrouble',
  value: {
    dock: 'd',
    room: 'talk',
    slot: 1,
    serial,
    device: 'cam-1',
    clip: 'A.MP4',
    what,
    detail: '',
    ...change,
  },
});
export const boxStarted: LedgerBody = {
  case: 'boxStarted',
  value: { version: '', bootId: '', publicKeyPem: '' },
};

/** A book of gateway `gw` that has heard these entries. */
export function bookOf(entries: readonly LedgerBody[], bodyCams = register): DeviceBook {
  const book = new DeviceBook();
  book.use(() => ({ bodyCams, gateway: 'gw' }));
  for (const [index, body] of entries.entries()) book.apply({ seq: index + 1, body });
  return book;
}
