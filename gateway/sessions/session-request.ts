// Checks what somebody asks for against the settings and the policy, before anything happens: pure. A missing
// detail is a refusal with its article, or, for an urgent start, a debt with a deadline (E7).
import type { WallMs } from '../../config/clock.ts';
import { LiuhenError, type ErrorCode, type ErrorDetails } from '../../config/errors.ts';
import type { RoomSettings, SessionKind, Settings } from '../../config/settings-types.ts';
import { localDay } from '../../config/local-day.ts';
import { forbiddenGrounds, type RecordingDuty } from '../../config/policy/policy-schema.ts';
import { allowedKinds, sessionRules, type DemandName } from './session-rules.ts';

/** Longest text of one field, in characters. */
export const maxFieldLength = 200;
/** Characters of what is written out: an explanation (C4), a report, a note. */
export const maxLongText = 4000;
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
  /** Which step of the procedure it is (B4: CT 13). */
  readonly stage?: string;
  /** A ground on which this may not be recorded (H1): the request is then refused, and entered. */
  readonly forbidden?: string;
  readonly urgent?: boolean;
  /** Who asks, for the ledger. */
  readonly by?: string;
}

export interface Debt {
  readonly debt: DemandName;
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
  readonly stage: string;
  readonly urgent: boolean;
  readonly by: string;
  /** How far the rules have it recorded, and the articles that say so; null and empty where they are silent. */
  readonly duty: RecordingDuty | null;
  readonly article: string;
  readonly debts: readonly Debt[];
  /** Milliseconds within which they are due. */
  readonly owedWithinMs: number;
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

/**
 * Checks a request to open at a moment, by the policy of the room on that day. Never throws; a refusal carries the
 * LiuhenError and the article (P7).
 */
export function checkOpenRequest(request: unknown, settings: RuleSettings, at: WallMs): OpenCheck {
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
  if (kind === undefined)
    return refuse('SESSION_KIND_NOT_ALLOWED', { room: room.id, kind: asked.kind, allowed });

  const policy = settings.policies.inForce(
    room.pack ?? settings.policy.pack,
    localDay(at, settings.timezone),
  );
  const rules = sessionRules(policy, settings.policy, room.kind, kind);
  const ground = asked.forbidden || room.forbidden;
  if (ground) {
    const known = forbiddenGrounds.find((each) => each === ground);
    if (known === undefined)
      return refuse('SESSION_FIELD_INVALID', { field: 'forbidden', why: forbiddenGrounds.join(', ') });
    // Where the pack is silent, it is the site that forbids it: nobody records against its own word.
    const article = rules.forbids(known) ?? '';
    return refuse('SESSION_FORBIDDEN', { room: room.id, ground: known, article: article || '-' }, article);
  }
  const { least, article: officersArticle } = rules.officers;
  for (const officer of asked.officers) {
    if (officer.name !== '' && officer.certificate !== '') continue;
    const details = { officer: officer.name || officer.certificate, article: officersArticle || '-' };
    return refuse('SESSION_OFFICER_INCOMPLETE', details, officersArticle);
  }
  const given = distinctOfficers(asked.officers);
  const debts: Debt[] = [];
  for (const { name, article } of rules.demands) {
    if (!isMissing(name, asked, given < least)) continue;
    if (!asked.urgent) {
      const shown = article || '-';
      return name === 'officers'
        ? refuse('SESSION_OFFICERS_MISSING', { needed: least, given, article: shown }, article)
        : name === 'case-number'
          ? refuse('SESSION_CASE_NUMBER_MISSING', { article: shown }, article)
          : refuse('SESSION_DETAIL_MISSING', { detail: name, article: shown }, article);
    }
    const what =
      name === 'officers' ? `${least} officers with name and certificate number` : name.replace('-', ' ');
    debts.push({ debt: name, what, article: rules.urgent.article || article });
  }
  const { officers, caseNumber, caseName, parties, stage, urgent, by } = asked;
  return {
    ok: true,
    open: {
      room,
      kind,
      officers,
      caseNumber,
      caseName,
      parties,
      stage,
      urgent,
      by,
      duty: rules.duty,
      article: rules.article,
      debts,
      owedWithinMs: rules.urgent.withinMs,
    },
  };
}

/** What of the settings decides about a request. */
export type RuleSettings = Pick<Settings, 'rooms' | 'policy' | 'policies' | 'timezone'>;

function isMissing(name: DemandName, asked: ReadOpen, tooFewOfficers: boolean): boolean {
  switch (name) {
    case 'officers':
      return tooFewOfficers;
    case 'case-number':
      return asked.caseNumber === '';
    case 'case-name':
      return asked.caseName === '';
    case 'parties':
      return asked.parties.every((party) => party === '');
    case 'stage':
      return asked.stage === '';
  }
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
  readonly stage: string;
  readonly forbidden: string;
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
    stage: reader.text('stage'),
    forbidden: reader.text('forbidden'),
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
  text(name: string, most = maxFieldLength): string {
    const value = this.#fields[name];
    if (value === undefined || value === null) return '';
    if (typeof value !== 'string') return this.#bad(name, 'text is expected');
    const text = value.trim();
    if (text.length > most) return this.#bad(name, `longer than ${most} characters`);
    // A line break, an escape sequence or a turn of the direction would let one field look like another in a printed
    // record; half a character is no text at all.
    if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text))
      return this.#bad(name, 'control characters are not allowed');
    return text;
  }

  /** Whether it is true; anything else is false. */
  flag(name: string): boolean {
    return this.#fields[name] === true;
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
