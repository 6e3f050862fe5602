// Checks what people ask about clips and field bookings, field by field, before anything is done. Pure. What is a matter
// by hand, and what a person must say with it, is classing-by-hand.ts's.
import { LiuhenError } from '../../../config/errors.ts';
import { fieldMatters, isFieldMatter, type FieldMatter } from '../../../config/field-matters.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { readTime, timeForm } from '../../bookings/booking-request.ts';
import {
  FieldReader,
  maxLongText,
  readOfficers,
  type SessionOfficer,
} from '../../sessions/session-request.ts';
import type { ClipQuery } from './clip-search.ts';
import { maxClipsShown } from './clip-requests.ts';

/** Longest field booking, in milliseconds: work away from the site goes on for weeks. */
export const maxFieldSpanMs = 31 * 86_400_000;
/** How far ahead, and how long after, a field booking may be made, in milliseconds. */
export const maxFieldAwayMs = 400 * 86_400_000;

type Known = Pick<Settings, 'bodyCams' | 'rooms' | 'timezone'>;

export interface CheckedQuery {
  /** '' is all. */
  readonly file: string;
  readonly query: ClipQuery;
}

/** Throws SESSION_FIELD_INVALID or CLIP_REQUEST with the field, why, and what is allowed. */
export function checkClipsRequest(request: unknown, settings: Known): CheckedQuery {
  const fields = new FieldReader(request);
  const texts = (['name', 'device', 'officer', 'party', 'case', 'matter', 'room'] as const).map(
    (name) => [name, fields.text(name)] as const,
  );
  const file = fields.text('file', 400);
  const [from, to] = [timeOf(fields, 'from', settings), timeOf(fields, 'to', settings)];
  checked(fields);
  const { matter = '', room = '' } = Object.fromEntries(texts);
  if (matter !== '') checkMatter(matter);
  checkOneOf('room', room, settings.rooms);
  if (from !== null && to !== null && to < from) throw bad('to', 'it is before the beginning', timeForm);
  const raw = record(request);
  const unclassed = raw['unclassed'];
  if (unclassed !== undefined && typeof unclassed !== 'boolean')
    throw bad('unclassed', 'it is neither yes nor no', 'true, false');
  return {
    file,
    query: {
      ...Object.fromEntries(texts.filter(([, text]) => text !== '')),
      ...(from === null ? {} : { fromMs: from }),
      ...(to === null ? {} : { toMs: to }),
      ...(unclassed === undefined ? {} : { unclassed }),
      limit: numberOf(raw, 'limit', maxClipsShown) ?? maxClipsShown,
      ...before(numberOf(raw, 'before', Number.MAX_SAFE_INTEGER)),
    },
  };
}

function before(seq: number | null): { readonly before?: number } {
  return seq === null ? {} : { before: seq };
}

export interface CheckedClass {
  readonly file: string;
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  /** Undefined: as it is known; null: not known. */
  readonly officer: SessionOfficer | null | undefined;
  readonly by: string;
  readonly note: string;
}

/** Throws SESSION_FIELD_INVALID or CLIP_REQUEST. */
export function checkClassRequest(request: unknown): CheckedClass {
  const fields = new FieldReader(request);
  const read = {
    file: fields.text('file', 400),
    matter: fields.text('matter'),
    caseNumber: fields.text('caseNumber'),
    caseName: fields.text('caseName'),
    party: fields.text('party'),
    by: fields.text('by'),
    note: fields.text('note', maxLongText),
  };
  checked(fields);
  const { officer } = record(request);
  if (read.file === '') throw bad('file', 'it is missing', 'the file of a clip, as the list names it');
  if (read.matter !== '') checkMatter(read.matter);
  return { ...read, officer: officer === undefined ? undefined : officerOf(officer) };
}

function officerOf(given: unknown): SessionOfficer | null {
  const fields = new FieldReader(given, 'officer.');
  const officer = { name: fields.text('name'), certificate: fields.text('certificate') };
  checked(fields);
  if (officer.name !== '') return officer;
  if (officer.certificate !== '') throw bad('officer.name', 'it is missing', 'a name with the certificate');
  return null;
}

export interface CheckedBooking {
  readonly device: string;
  readonly officers: readonly SessionOfficer[];
  readonly matter: FieldMatter | '';
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly fromWallMs: number;
  readonly toWallMs: number;
  readonly by: string;
}

/** Throws SESSION_FIELD_INVALID, CLIP_REQUEST or BOOKING_TIME. It may be for a time that is past: then it is late. */
export function checkFieldBooking(request: unknown, settings: Known, nowMs: number): CheckedBooking {
  const fields = new FieldReader(request);
  const officers = readOfficers(fields).filter(({ name, certificate }) => name !== '' || certificate !== '');
  const read = {
    device: fields.text('device'),
    matter: fields.text('matter'),
    caseNumber: fields.text('caseNumber'),
    caseName: fields.text('caseName'),
    by: fields.text('by'),
  };
  const texts = { from: fields.text('from'), to: fields.text('to') };
  const parties = partiesOf(fields);
  checked(fields);
  const { device, matter, by } = read;
  if (device === '' && officers.length === 0)
    throw bad('device', 'neither a device nor an officer is named', 'a device, officers, or both');
  checkOneOf('device', device, settings.bodyCams);
  const nameless = officers.findIndex(({ name }) => name === '');
  if (nameless >= 0) throw bad(`officers[${nameless}].name`, 'it is missing', 'name and certificate number');
  if (matter !== '') checkMatter(matter);
  if (matter === '' && read.caseNumber === '')
    throw bad('matter', 'neither a matter nor a case number is named', fieldMatters.join(', '));
  if (by === '') throw bad('by', 'it is missing', 'who books');
  const from = requiredTime('from', texts.from, settings);
  const to = requiredTime('to', texts.to, settings);
  const days = maxFieldAwayMs / 86_400_000;
  if (to <= from) throw badTime('to', texts.to, 'it is not after the beginning');
  if (to - from > maxFieldSpanMs)
    throw badTime('to', texts.to, `a field booking lasts at most ${maxFieldSpanMs / 86_400_000} days`);
  if (Math.abs(from - nowMs) > maxFieldAwayMs)
    throw badTime('from', texts.from, `it is more than ${days} days away`);
  return {
    ...read,
    matter: isFieldMatter(matter) ? matter : '',
    officers,
    parties,
    fromWallMs: from,
    toWallMs: to,
  };
}

function partiesOf(fields: FieldReader): readonly string[] {
  return fields
    .list('parties')
    .map((party, index) => {
      const name = `parties[${index}]`;
      const reader = new FieldReader({ [name]: party });
      const text = reader.text(name);
      fields.fault ??= reader.fault;
      return text;
    })
    .filter((party) => party !== '');
}

function checkMatter(matter: string): void {
  if (!isFieldMatter(matter)) throw bad('matter', `there is no matter "${matter}"`, fieldMatters.join(', '));
}

/** Ids that are shown of those that are allowed. */
const maxNames = 20;

function checkOneOf(field: string, id: string, known: readonly { readonly id: string }[]): void {
  if (id === '' || known.some((each) => each.id === id)) return;
  const names = known.slice(0, maxNames).map((each) => each.id);
  const allowed = [...names, ...(known.length > maxNames ? ['…'] : [])].join(', ');
  throw bad(field, `there is no "${id}" in the settings`, allowed === '' ? '-' : allowed);
}

function timeOf(fields: FieldReader, name: 'from' | 'to', { timezone }: Known): number | null {
  const text = fields.text(name);
  if (text === '' || fields.fault) return null;
  return requiredTime(name, text, { timezone });
}

function requiredTime(field: 'from' | 'to', text: string, { timezone }: Pick<Known, 'timezone'>): number {
  const at = readTime(text, timezone);
  if (at === null) throw badTime(field, text, timeForm);
  return at;
}

function numberOf(raw: Readonly<Record<string, unknown>>, field: string, most: number): number | null {
  const value = raw[field];
  if (value === undefined) return null;
  // What a command line takes for a number and is none comes as null.
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most)
    throw bad(field, 'it is no such number', `1 to ${most}`);
  return value;
}

/** Throws what a reader has found. */
export function checked({ fault }: FieldReader): void {
  if (fault) throw new LiuhenError('SESSION_FIELD_INVALID', fault);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function badTime(field: 'from' | 'to', value: string, why: string): LiuhenError {
  return new LiuhenError('BOOKING_TIME', { field, value, why });
}

function bad(field: string, why: string, allowed: string): LiuhenError {
  return new LiuhenError('CLIP_REQUEST', { field, why, allowed });
}
