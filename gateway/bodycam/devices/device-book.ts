// Every body-cam that the register or the ledger knows: who has it now and had it then, whether it may be used, and what
// became of it (D1, D4-D6, E4). A pure fold; what is asked of people and entered is device-service.ts's.
import type { BodyCamSettings, Settings } from '../../../config/settings-types.ts';
import type { LedgerBody } from '../../sessions/ledger-port.ts';
import { DeviceRecord, type PendingReturn } from './device-record.ts';
import {
  findRegistered,
  type DeviceLookUp,
  type DeviceOfficer,
  type FoundDevice,
} from './device-register.ts';

/**
 * Serial numbers that are remembered: twice as many as a register has. Beyond, those that are in no register and were
 * heard of longest ago are forgotten here.
 */
export const maxRecords = 4000;
/**
 * A device's clock is measured and not exact, and people enter an issue a little late: so much at each end of a
 * recording does not make a second holder. Milliseconds; no rule names a number.
 */
export const holderSlackMs = 60_000;

/** Who had a device in a time. */
export interface Held {
  /** Null where it was not one person, or nobody knows. */
  readonly officer: DeviceOfficer | null;
  /** `several`: it changed hands in that time. `forgotten`: longer ago than is remembered here. */
  readonly why: '' | 'several' | 'nobody' | 'forgotten';
}

type Register = Pick<Settings, 'bodyCams' | 'gateway'>;

export class DeviceBook implements DeviceLookUp {
  readonly #records = new Map<string, DeviceRecord>();
  #register: () => Register = () => ({ bodyCams: [], gateway: '' });

  /** Which settings count. Before it is told, every device is unknown, and nothing of it is read. */
  use(register: () => Register): void {
    this.#register = register;
  }

  /** Takes the ledger's entries in order, from the first. */
  apply({ seq, body }: { readonly seq: number; readonly body: LedgerBody }): void {
    switch (body.case) {
      case 'boxStarted':
        for (const record of this.#records.values()) record.boxStarted();
        return;
      case 'deviceDocked':
        return this.#of(body.value.serial)?.docked(seq, body.value);
      case 'deviceUndocked':
        return this.#of(body.value.serial)?.undocked(seq, body.value);
      case 'custodyTrouble':
        return this.#of(body.value.serial)?.trouble(seq, body.value);
      case 'deviceIssued':
        return this.#of(body.value.serial)?.issued(seq, body.value);
      case 'deviceReturned':
        return this.#of(body.value.serial)?.returned(seq, body.value);
      case 'deviceReported':
        return this.#of(body.value.serial)?.reported(seq, body.value);
      case 'deviceMaintained':
        return this.#of(body.value.serial)?.maintainedBy(seq, body.value);
      default:
        return;
    }
  }

  /** Whose it is: by the register, what was reported since, and its issue. */
  find(serial: string): FoundDevice {
    const { bodyCams, gateway } = this.#register();
    const found = findRegistered(serial, bodyCams, gateway);
    if (found.standing !== 'ours') return found;
    const record = this.#records.get(serial);
    if (record?.missing) return { ...found, standing: 'stolen', officer: null };
    return { ...found, officer: record?.issue?.officer ?? found.officer };
  }

  /** As `held`, without the reason. */
  holder(serial: string, fromWallMs: number, toWallMs: number): DeviceOfficer | null {
    return this.held(serial, fromWallMs, toWallMs).officer;
  }

  /** Who had it in that time: by its issues, and between them its custodian of the settings (D4). */
  held(serial: string, fromWallMs: number, toWallMs: number): Held {
    const { bodyCams, gateway } = this.#register();
    const custodian = findRegistered(serial, bodyCams, gateway).officer;
    const record = this.#records.get(serial);
    const slack = Math.min(holderSlackMs, Math.max(0, toWallMs - fromWallMs) / 2);
    const [from, to] = [fromWallMs + slack, Math.max(fromWallMs, toWallMs) - slack];
    const forgotten = record?.spansForgottenToMs ?? null;
    if (forgotten !== null && from < forgotten) return { officer: null, why: 'forgotten' };
    const had = new Map<string, DeviceOfficer | null>();
    const add = (officer: DeviceOfficer | null): void => {
      had.set(officer ? `${officer.certificate} ${officer.name}` : '', officer);
    };
    let known = from;
    let met = false;
    for (const span of record?.spans ?? []) {
      const ends = span.toWallMs ?? Number.POSITIVE_INFINITY;
      if (span.fromWallMs > to || ends <= from) continue;
      if (span.fromWallMs > known) add(custodian);
      add(span.officer);
      known = Math.max(known, ends);
      met = true;
    }
    if (!met || known < to) add(custodian);
    if (had.size > 1) return { officer: null, why: 'several' };
    const [officer = null] = had.values();
    return { officer, why: officer === null ? 'nobody' : '' };
  }

  /** By its number, or its serial number; null where the register has neither. */
  registered(device: string): BodyCamSettings | null {
    const { bodyCams } = this.#register();
    return (
      bodyCams.find(({ id }) => id === device) ?? bodyCams.find(({ serial }) => serial === device) ?? null
    );
  }

  /** In the order of the register. */
  get all(): readonly BodyCamSettings[] {
    return this.#register().bodyCams;
  }

  /** Whether another gateway has it, by the register. */
  isElsewhere({ gateway }: BodyCamSettings): boolean {
    return gateway !== null && gateway !== this.#register().gateway;
  }

  /** As `record`, and null where it tells nothing. */
  peek(serial: string): DeviceRecord | null {
    return this.#records.get(serial) ?? null;
  }

  /** What the ledger tells of it; an empty record where it tells nothing. */
  record(serial: string): DeviceRecord {
    return this.#records.get(serial) ?? new DeviceRecord(serial);
  }

  /** Devices that came back by themselves, and whose return is not entered yet. */
  get pending(): readonly (PendingReturn & { readonly serial: string })[] {
    return [...this.#records.values()].flatMap(({ serial, pending }) =>
      pending ? [{ ...pending, serial }] : [],
    );
  }

  /** Serial numbers that are remembered. */
  get size(): number {
    return this.#records.size;
  }

  #of(serial: string): DeviceRecord | null {
    // A dock that could not ask whose it is tells of no device.
    if (serial === '') return null;
    const known = this.#records.get(serial);
    if (known) return known;
    const record = new DeviceRecord(serial);
    this.#records.set(serial, record);
    if (this.#records.size > maxRecords) this.#forgetOne(serial);
    return record;
  }

  /** The register is not known while the past is read: a device that some entry calls ours goes last. */
  #forgetOne(except: string): void {
    const ours = new Set(this.#register().bodyCams.map((each) => each.serial));
    const others = [...this.#records.values()].filter(
      ({ serial, issue }) => serial !== except && issue === null && !ours.has(serial),
    );
    const oldest = others.find(({ docking }) => docking?.standing === 'unknown') ?? others[0];
    if (oldest) this.#records.delete(oldest.serial);
  }
}
