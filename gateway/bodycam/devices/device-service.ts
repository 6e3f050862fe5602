// The hands of the body-cams: issue and return, reports and upkeep (D1, D4-D6, E4). Each is an entry or a refusal with its
// reason; what the entries come to is device-book.ts's, what a device must be like before it leaves device-checks.ts's.
import { LiuhenError, type ErrorDetails } from '../../../config/errors.ts';
import { bodycamWord } from '../../../config/bodycam-words.ts';
import { findingText } from '../../../config/check-words.ts';
import type { Language } from '../../../config/dictionary.ts';
import { fieldMatters, isFieldMatter } from '../../../config/field-matters.ts';
import { localDay } from '../../../config/local-day.ts';
import type { BodyCamSettings } from '../../../config/settings-types.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import { citations } from '../../../config/policy/policy-text.ts';
import type { RoomContext } from '../../gateway-feature.ts';
import type { MomentValue } from '../../sessions/ledger-port.ts';
import { FieldReader } from '../../sessions/session-request.ts';
import { Turns } from '../../sessions/turns.ts';
import type { DeviceBook } from './device-book.ts';
import { checkDevice, faultArticle, upkeepArticle } from './device-checks.ts';
import {
  maintainOutcomes,
  maxShownDevices,
  reportKinds,
  type DeviceAnswer,
  type DeviceHistoryAnswer,
  type DevicesAnswer,
  type IssueAnswer,
  type ReturnAnswer,
} from './device-requests.ts';
import { deviceView, stoppedOf } from './device-view.ts';
import type { DockedDevice, DockedDevices } from './docked-devices.ts';
import { late, stopped, within } from '../copying/within.ts';

/** Longest text of a report or of what was done to a device, in characters: its history is kept in memory. */
export const maxDeviceText = 500;
/** For so long a dock may take to tell of a device, in milliseconds; the control socket waits longer. */
export const lookWithinMs = 4000;
/** Until a return that the ledger did not take is tried again, in milliseconds. */
export const returnRetryMs = 10_000;

export type DeviceContext = Pick<RoomContext, 'settings' | 'ledger' | 'now' | 'log'>;

interface Now {
  readonly at: MomentValue;
  /** YYYY-MM-DD at the site. */
  readonly day: string;
}

export class DeviceService {
  readonly #context: DeviceContext;
  readonly #book: DeviceBook;
  readonly #docks: DockedDevices;
  readonly #turns = new Turns();
  /** CLOCK_MONOTONIC ms. */
  #returnsFromMs = Number.NEGATIVE_INFINITY;

  /** `book` already holds the ledger's past and hears what comes. */
  constructor(context: DeviceContext, book: DeviceBook, docks: DockedDevices) {
    this.#context = context;
    this.#book = book;
    this.#docks = docks;
  }

  /**
   * Hands a device to an officer (D1). Rejects with DEVICE_… or SESSION_FIELD_INVALID: not ours, stolen, out of use, with
   * somebody already (E4), or by an article not ready; the last passes with `urgent`. What nobody could read of it is
   * `unknown` in the entry, and keeps it from nobody: not recording is punishable (I8).
   */
  issue(request: unknown): Promise<IssueAnswer> {
    return this.#turns.inTurn(async () => {
      try {
        return await this.#issue(request);
      } catch (error) {
        const fields = new FieldReader(request);
        const asked = { device: fields.text('device'), by: fields.text('by') };
        this.#context.log.warn('a body-cam was not issued', { ...asked, error: error as Error });
        throw error;
      }
    });
  }

  /** It came back by hand. Rejects with DEVICE_NOT_ISSUED, or as the others. */
  return(request: unknown): Promise<ReturnAnswer> {
    return this.#turns.inTurn(async () => {
      const fields = new FieldReader(request);
      const [device, by] = [fields.text('device'), fields.text('by')];
      const camera = this.#ours(fields, device);
      const { issue, at: where, docking } = this.#book.record(camera.serial);
      if (issue === null) throw new LiuhenError('DEVICE_NOT_ISSUED', { device: camera.id });
      const { at, day } = this.#now();
      const { officer } = issue;
      const place =
        where === 'in' && docking ? { dock: docking.dock, slot: docking.slot } : { dock: '', slot: 0 };
      const { id, serial } = camera;
      const value = { device: id, serial, officer, by, at, ...place, how: 'hand' };
      const { seq } = await this.#context.ledger.append({ case: 'deviceReturned', value });
      const offload = this.#policy('', day).rule('offload');
      const article = citations(offload?.articles ?? []);
      return { device: id, serial, officer, seq, wallMs: at.wallMs, toDock: where !== 'in', article };
    });
  }

  /** A fault (its use ends at once, D5), or that it is stolen, lost or found. Rejects as the others. */
  report(request: unknown): Promise<DeviceAnswer> {
    return this.#turns.inTurn(async () => {
      const fields = new FieldReader(request);
      const [device, by] = [fields.text('device'), fields.text('by')];
      const what = chosen(fields, 'what', reportKinds);
      const detail = fields.text('detail', maxDeviceText);
      const camera = this.#ours(fields, device);
      const { id, serial } = camera;
      if (what === 'found' && this.#book.record(serial).missing === null)
        throw new LiuhenError('DEVICE_NOT_GONE', { device: id });
      const { at, day } = this.#now();
      // Only of a fault the rules say what follows.
      const article = what === 'fault' ? faultArticle(this.#policy('', day)) : '';
      const value = { device: id, serial, what, detail, by, at, article };
      const { seq } = await this.#context.ledger.append({ case: 'deviceReported', value });
      return { device: deviceView(this.#book, camera), seq, article };
    });
  }

  /** What was done to it, by whom, and whether it may be used again (D6). Rejects with DEVICE_PROVIDER_MISSING, or as the others. */
  maintain(request: unknown): Promise<DeviceAnswer> {
    return this.#turns.inTurn(async () => {
      const fields = new FieldReader(request);
      const [device, by, provider] = [fields.text('device'), fields.text('by'), fields.text('provider')];
      const outcome = chosen(fields, 'outcome', maintainOutcomes);
      const what = fields.text('what', maxDeviceText);
      if (what === '') fields.fault ??= { field: 'what', why: 'what was done is needed' };
      const camera = this.#ours(fields, device);
      const { at, day } = this.#now();
      const article = upkeepArticle(this.#policy('', day), this.#context.settings().policies, day);
      const { id, serial } = camera;
      // ZZ 52: no dismantling or swapping of one's own, so somebody answers for it by name.
      if (provider === '')
        throw new LiuhenError('DEVICE_PROVIDER_MISSING', { device: id, article: article || '-' });
      const value = { device: id, serial, what, provider, outcome, by, at, article };
      const { seq } = await this.#context.ledger.append({ case: 'deviceMaintained', value });
      return { device: deviceView(this.#book, camera), seq, article };
    });
  }

  /** The register, page by page. */
  devices(request: unknown): Promise<DevicesAnswer> {
    const after = new FieldReader(request).text('after');
    const { all } = this.#book;
    const from = after === '' ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const shown = all.slice(from, from + maxShownDevices);
    const next = from + shown.length < all.length ? (shown.at(-1)?.id ?? '') : '';
    return Promise.resolve({
      devices: shown.map((each) => deviceView(this.#book, each)),
      count: all.length,
      next,
    });
  }

  /** What became of one device, also of one that belongs elsewhere (D6). Rejects with DEVICE_UNKNOWN. */
  async history(request: unknown): Promise<DeviceHistoryAnswer> {
    const fields = new FieldReader(request);
    const camera = this.#known(fields, fields.text('device'));
    const { events, forgotten } = this.#book.record(camera.serial);
    return Promise.resolve({ device: deviceView(this.#book, camera), events, earlier: forgotten });
  }

  /** Enters what came back by itself. Never rejects: what the ledger does not take is tried again. */
  tick(): Promise<void> {
    return this.#turns.inTurn(async () => {
      const { mono } = this.#context.now();
      if (mono < this.#returnsFromMs) return;
      for (const { serial, issue, dock, slot, at } of this.#book.pending) {
        const device = this.#book.registered(serial)?.id ?? '';
        const value = { device, serial, officer: issue.officer, by: 'box', at, dock, slot, how: 'docked' };
        try {
          await this.#context.ledger.append({ case: 'deviceReturned', value });
        } catch (error) {
          this.#returnsFromMs = mono + returnRetryMs;
          this.#context.log.error('the return of a body-cam is not in the ledger; it is tried again', {
            device,
            error: error as Error,
          });
          return;
        }
      }
    });
  }

  async #issue(request: unknown): Promise<IssueAnswer> {
    const fields = new FieldReader(request);
    const read = {
      device: fields.text('device'),
      by: fields.text('by'),
      matter: fields.text('matter'),
      caseNumber: fields.text('caseNumber'),
      caseName: fields.text('caseName'),
      parties: readParties(fields),
      urgent: fields.flag('urgent'),
    };
    // A clip is classed by it (A12): a word that no rule knows would class it as nothing.
    if (read.matter !== '' && !isFieldMatter(read.matter))
      fields.fault ??= { field: 'matter', why: `one of ${fieldMatters.join(', ')} is expected` };
    const officer = readOfficer(fields, request);
    const camera = this.#ours(fields, read.device);
    const { id, serial } = camera;
    this.#mayLeave(camera);
    if (officer.name === '' || officer.certificate === '')
      throw new LiuhenError('DEVICE_OFFICER', { device: id });
    const docked = await this.#look(camera);
    const { at, day } = this.#now();
    const policy = this.#policy(docked?.dock ?? '', day);
    const { policies } = this.#context.settings();
    const { items, refusing, article } = checkDevice(
      docked,
      this.#book.record(serial),
      policy,
      policies,
      day,
    );
    if (refusing.length > 0 && !read.urgent) throw notReady(id, refusing);
    // Docks and people have gone on while the dock was asked.
    this.#mayLeave(camera);
    const { by, matter, caseNumber, caseName, parties } = read;
    const { seq } = await this.#context.ledger.append({
      case: 'deviceIssued',
      value: {
        device: id,
        serial,
        officer,
        by,
        at,
        dock: docked?.dock ?? '',
        slot: docked?.slot ?? 0,
        batteryPercent: docked?.batteryPct ?? 0,
        freeBytes: docked?.freeBytes ?? 0,
        items,
        matter,
        caseNumber,
        caseName,
        parties,
        article,
      },
    });
    const pack = policy.pack.id;
    return { device: id, serial, officer, pack, seq, wallMs: at.wallMs, items, article };
  }

  /** Throws what keeps it here whoever asks, also in a hurry: a fault, a theft, and that somebody else has it. */
  #mayLeave({ id, serial }: BodyCamSettings): void {
    const record = this.#book.record(serial);
    const { missing, issue, docking } = record;
    const mark = stoppedOf(record);
    if (mark) {
      const { what, detail, sinceWallMs, article } = mark;
      const since = shownTime(sinceWallMs);
      const told = (language: Language): string =>
        [bodycamWord(what, language), detail].filter((each) => each !== '').join(', ');
      const words = { en: told('en'), zh: told('zh-CN') };
      if (missing)
        throw new LiuhenError('DEVICE_GONE', { device: id, what: words.en, whatZh: words.zh, since });
      const shown = article || '-';
      const details = { device: id, since, why: words.en, whyZh: words.zh, article: shown };
      throw new LiuhenError('DEVICE_OUT_OF_USE', details);
    }
    if (issue) {
      const { name, certificate } = issue.officer;
      const details: ErrorDetails = {
        device: id,
        officer: `${name} (${certificate})`,
        since: shownTime(issue.sinceWallMs),
      };
      throw new LiuhenError('DEVICE_ISSUED', details);
    }
    if (docking?.standing === 'double' && record.at !== 'out')
      throw new LiuhenError('DEVICE_DOUBLE', { device: id });
  }

  /** Null where its dock does not tell in time; a dock that fails keeps no officer from recording. */
  async #look({ id, serial }: BodyCamSettings): Promise<DockedDevice | null> {
    try {
      const found = await within(this.#docks.look(serial), lookWithinMs);
      if (found !== late && found !== stopped) return found;
      this.#context.log.warn('a dock does not tell of a body-cam in time', { device: id });
    } catch (error) {
      this.#context.log.warn('a dock does not tell of a body-cam', { device: id, error: error as Error });
    }
    return null;
  }

  /** Throws the first fault of the fields, or that the device is not ours. */
  #ours(fields: FieldReader, device: string): BodyCamSettings {
    const camera = this.#known(fields, device);
    if (this.#book.isElsewhere(camera))
      throw new LiuhenError('DEVICE_ELSEWHERE', { device: camera.id, gateway: camera.gateway });
    return camera;
  }

  #known(fields: FieldReader, device: string): BodyCamSettings {
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    if (device === '') throw new LiuhenError('DEVICE_MISSING');
    const camera = this.#book.registered(device);
    if (camera === null) throw new LiuhenError('DEVICE_UNKNOWN', { device });
    return camera;
  }

  #now(): Now {
    const { wall, mono } = this.#context.now();
    return { at: { wallMs: wall, monoMs: mono }, day: localDay(wall, this.#context.settings().timezone) };
  }

  /** Of the room of its dock, or of the site. */
  #policy(dock: string, day: string): Policy {
    const { docks, rooms, policies, policy } = this.#context.settings();
    const room = docks.find(({ id }) => id === dock)?.room;
    return policies.inForce(rooms.find(({ id }) => id === room)?.pack ?? policy.pack, day);
  }
}

function readOfficer(fields: FieldReader, request: unknown): { name: string; certificate: string } {
  const given =
    typeof request === 'object' && request !== null && 'officer' in request ? request.officer : null;
  const reader = new FieldReader(given, 'officer.');
  const officer = { name: reader.text('name'), certificate: reader.text('certificate') };
  fields.fault ??= reader.fault;
  return officer;
}

function readParties(fields: FieldReader): string[] {
  const parties: string[] = [];
  for (const [index, each] of fields.list('parties').entries()) {
    const reader = new FieldReader({ [`parties[${index}]`]: each });
    const party = reader.text(`parties[${index}]`);
    fields.fault ??= reader.fault;
    if (party !== '') parties.push(party);
  }
  return parties;
}

function chosen<Word extends string>(fields: FieldReader, field: string, words: readonly Word[]): Word | '' {
  const given = fields.text(field);
  const found = words.find((word) => word === given);
  if (found === undefined) fields.fault ??= { field, why: `one of ${words.join(', ')} is expected` };
  return found ?? '';
}

function notReady(device: string, refusing: readonly { finding: string; detail: string; article: string }[]) {
  const told = (language: Language): string =>
    refusing.map(({ finding, detail }) => `${findingText(finding, language)} (${detail})`).join('; ');
  const article = [...new Set(refusing.flatMap((each) => each.article.split(', ')))].join(', ');
  return new LiuhenError('DEVICE_CHECK_FAILED', {
    device,
    faults: told('en'),
    faultsZh: told('zh-CN'),
    article,
  });
}

function shownTime(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).concat('Z');
}
