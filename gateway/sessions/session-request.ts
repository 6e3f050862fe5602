// Checks what somebody asks for against the settings and the policy, before anything happens: pure. A missing
// detail is a refusal with its article, or, for an urgent start, a debt with a deadline (E7).
import { LiuhenError, type ErrorCode, type ErrorDetails } from '../../config/errors.ts';
import type { RoomSettings, SessionKind, Settings } from '../../config/settings-types.ts';
import {
  allowedKinds,
  caseNumberArticle,
  officersArticle,
  recordingArticles,
  urgentArticle,
} from './articles.ts';

/** Longest text of one field, in characters. */
export const maxFieldLength = 200;
/** Most officers or parties of one session. */
export const maxPeople = 50;

export interface SessionOfficer {
  readonly name: string;
  readonly certificate: string;
}

/** What a person or the command line gives; every field may be missing or wrong. */
export interface OpenRequest {
  readonly room?: string;
  readonly kind?: string;
  readonly officers?: readonly SessionOfficer[];
  readonly caseNumber?: string;
  readonly caseName?: string;
  readonly parties?: readonly string[];
  readonly urgent?: boolean;
  /** Who asks, for the ledger. */
  readonly by?: string;
}

/** What is owed after an urgent start. */
export type DebtName = 'case-number' | 'officers';

export interface Debt {
  readonly debt: DebtName;
  readonly what: string;
  readonly article: string;
}

export interface CheckedOpen {
  readonly room: RoomSettings;
  readonly kind: SessionKind;
  readonly officers: readonly SessionOfficer[];
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly urgent: boolean;
  readonly by: string;
  /** What makes the room record. */
  readonly article: string;
  readonly debts: readonly Debt[];
}

export type OpenCheck =
  | { readonly ok: true; readonly open: CheckedOpen }
  | {
      readonly ok: false;
      readonly error: LiuhenError;
      /** Empty where no article but the settings decide. */
      readonly article: string;
      readonly room: string;
      readonly kind: string;
      readonly by: string;
    };

/** Checks a request to open. Never throws; a refusal carries the LiuhenError and the article (P7). */
export function checkOpenRequest(request: unknown, settings: Pick<Settings, 'rooms' | 'policy'>): OpenCheck {
  const asked = readOpenRequest(request);
  const refuse = (code: ErrorCode, details: ErrorDetails, article = ''): OpenCheck => ({
    ok: false,
    error: new LiuhenError(code, details),
    article,
    room: asked.room,
    kind: asked.kind,
    by: asked.by,
  });
  if (asked.fault !== null) return refuse('SESSION_FIELD_INVALID', asked.fault);

  const rooms = settings.rooms.map((each) => each.id).join(', ');
  if (asked.room === '') return refuse('SESSION_ROOM_MISSING', { allowed: rooms });
  const room = settings.rooms.find((each) => each.id === asked.room);
  if (!room) return refuse('SESSION_ROOM_UNKNOWN', { room: asked.room, allowed: rooms });

  const kinds = allowedKinds(room.kind);
  const allowed = kinds.join(', ');
  if (asked.kind === '') return refuse('SESSION_KIND_MISSING', { room: room.id, allowed });
  const kind = kinds.find((each) => each === asked.kind);
  const article = kind === undefined ? undefined : recordingArticles[room.kind][kind];
  if (kind === undefined || article === undefined) {
    return refuse('SESSION_KIND_NOT_ALLOWED', { room: room.id, kind: asked.kind, allowed });
  }

  for (const officer of asked.officers) {
    if (officer.name !== '' && officer.certificate !== '') continue;
    const details = { officer: officer.name || officer.certificate, article: officersArticle };
    return refuse('SESSION_OFFICER_INCOMPLETE', details, officersArticle);
  }
  const debts: Debt[] = [];
  const { policy } = settings;
  const given = distinctOfficers(asked.officers);
  // Reception records the whole working time (A1): it is no matter yet, so nobody is named and no case exists.
  const matter = kind !== 'reception';
  if (matter && given < policy.officers) {
    if (!asked.urgent) {
      const details = { needed: policy.officers, given, article: officersArticle };
      return refuse('SESSION_OFFICERS_MISSING', details, officersArticle);
    }
    debts.push({
      debt: 'officers',
      what: `${policy.officers} officers with name and certificate number`,
      article: urgentArticle,
    });
  }
  if (matter && policy.caseNumber === 'required' && asked.caseNumber === '') {
    if (!asked.urgent) {
      return refuse('SESSION_CASE_NUMBER_MISSING', { article: caseNumberArticle }, caseNumberArticle);
    }
    debts.push({ debt: 'case-number', what: 'case number', article: urgentArticle });
  }
  const { officers, caseNumber, caseName, parties, urgent, by } = asked;
  return {
    ok: true,
    open: { room, kind, officers, caseNumber, caseName, parties, urgent, by, article, debts },
  };
}

/** How many different people: one officer named twice is one officer (I3). */
export function distinctOfficers(officers: readonly SessionOfficer[]): number {
  return new Set(officers.map((officer) => officer.certificate)).size;
}

interface ReadOpen {
  readonly room: string;
  readonly kind: string;
  readonly officers: readonly SessionOfficer[];
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly urgent: boolean;
  readonly by: string;
  readonly fault: { field: string; why: string } | null;
}

function readOpenRequest(request: unknown): ReadOpen {
  const fields: Record<string, unknown> = isRecord(request) ? request : {};
  const reader = new FieldReader(fields);
  const officers = readOfficers(reader);
  const read = {
    room: reader.text('room'),
    kind: reader.text('kind'),
    officers,
    caseNumber: reader.text('caseNumber'),
    caseName: reader.text('caseName'),
    parties: reader.list('parties').map((_, index, all) => {
      const party = new FieldReader({ [`parties[${index}]`]: all[index] });
      const text = party.text(`parties[${index}]`);
      reader.fault ??= party.fault;
      return text;
    }),
    urgent: fields['urgent'] === true,
    by: reader.text('by'),
  };
  return { ...read, fault: reader.fault };
}

/** The `officers` of a request; a fault is left in the reader. */
export function readOfficers(reader: FieldReader): SessionOfficer[] {
  return reader.list('officers').map((each, index) => {
    const officer = new FieldReader(each, `officers[${index}].`);
    const read = { name: officer.text('name'), certificate: officer.text('certificate') };
    reader.fault ??= officer.fault;
    return read;
  });
}

/** Reads text and lists out of an unknown value; remembers the first fault instead of throwing. */
export class FieldReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #prefix: string;
  fault: { field: string; why: string } | null = null;

  constructor(fields: unknown, prefix = '') {
    this.#fields = isRecord(fields) ? fields : {};
    this.#prefix = prefix;
  }

  /** Trimmed text; '' when missing. */
  text(name: string): string {
    const value = this.#fields[name];
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') return this.#bad(name, 'text is expected');
    const text = value.trim();
    if (text.length > maxFieldLength) return this.#bad(name, `longer than ${maxFieldLength} characters`);
    // A line break or an escape sequence would let one field look like another in a printed record.
    if (/\p{Cc}/u.test(text)) return this.#bad(name, 'control characters are not allowed');
    return text;
  }

  /** A list of at most `maxPeople`; empty when missing. */
  list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || value.length > maxPeople) {
      this.#bad(name, `a list of at most ${maxPeople} is expected`);
      return [];
    }
    return value as unknown[];
  }

  #bad(name: string, why: string): '' {
    this.fault ??= { field: `${this.#prefix}${name}`, why };
    return '';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
