// What a room's policy asks of a session: which duty makes it record, who and what has to be named, what forbids it,
// each with its articles (P7). Nothing else in the product may name an article of a session.
import type { WallMs } from '../../config/clock.ts';
import { localDay } from '../../config/local-day.ts';
import { citations } from '../../config/policy/policy-text.ts';
import type { Policy, Ruling } from '../../config/policy/policy-book.ts';
import { recordingDuties, type RecordingDuty } from '../../config/policy/policy-schema.ts';
import type { ForbiddenGround, Matter, Span } from '../../config/policy/policy-schema.ts';
import type { RoomKind, SessionKind, Settings } from '../../config/settings-types.ts';

/** Which matters a room of a kind is for; a pair that is missing is not recorded there. */
const kindsOfRoom: Readonly<Record<RoomKind, readonly SessionKind[]>> = {
  reception: ['reception', 'statement', 'defence'],
  hall: ['reception'],
  interview: ['interview', 'inquiry', 'statement', 'defence'],
  inquiry: ['inquiry', 'interview', 'statement', 'defence'],
  hearing: ['hearing', 'expert-review', 'statement', 'defence', 'interview', 'inquiry'],
  'expert-review': ['expert-review'],
  statement: ['statement', 'defence'],
  'case-place': ['case-handling', 'inquiry', 'interview', 'statement', 'defence'],
};

/** The kinds that a room of this kind records, as people may type them. */
export function allowedKinds(room: RoomKind): readonly SessionKind[] {
  return kindsOfRoom[room];
}

/** What has to be known of a session; what is missing at an urgent start is owed under the same name (E7). */
export const demandNames = ['officers', 'case-number', 'case-name', 'parties', 'stage'] as const;
export type DemandName = (typeof demandNames)[number];

export interface Demand {
  readonly name: DemandName;
  /** Empty where no article but the site's own settings ask for it. */
  readonly article: string;
}

export interface SessionRules {
  /** How far the rules have it recorded; null where they are silent and nothing but the request does. */
  readonly duty: RecordingDuty | null;
  /** The articles of that duty; empty where the rules are silent. */
  readonly article: string;
  readonly demands: readonly Demand[];
  readonly officers: { readonly least: number; readonly article: string };
  readonly urgent: { readonly withinMs: number; readonly article: string };
  /** The article that forbids recording on this ground; null where the pack does not name it. */
  readonly forbids: (ground: ForbiddenGround) => string | null;
}

/** What `policy` and the site's own settings ask of a session of `kind` in a room of `roomKind`. */
export function sessionRules(
  policy: Policy,
  own: Settings['policy'],
  roomKind: RoomKind,
  kind: SessionKind,
): SessionRules {
  const officers = policy.rule('officers');
  const urgent = policy.rule('urgentStart');
  const forbidden = policy.rule('forbidden');
  const duty = recordingDuty(policy, roomKind, kind);
  return {
    duty: duty?.value ?? null,
    article: cited(duty),
    // Reception records the whole working time (A1): it is no matter yet, so nobody is named and no case exists.
    demands: kind === 'reception' ? [] : demandsOf(policy, own),
    officers: {
      least: Math.max(officers?.value.least ?? 0, own.officers ?? 0),
      article: cited(officers),
    },
    urgent: {
      withinMs: Math.min(spanMs(urgent?.value) ?? Number.POSITIVE_INFINITY, own.urgentDebtMs),
      article: cited(urgent),
    },
    forbids: (ground) => (forbidden?.value.includes(ground) ? cited(forbidden) : null),
  };
}

/** How many officers a session in a room needs at a moment (I3); 0 for a room that is not there any more. */
export function officersIn(settings: Settings, roomId: string, at: WallMs): number {
  const room = settings.rooms.find(({ id }) => id === roomId);
  if (!room) return settings.policy.officers ?? 0;
  const policy = settings.policies.inForce(
    room.pack ?? settings.policy.pack,
    localDay(at, settings.timezone),
  );
  return Math.max(policy.rule('officers')?.value.least ?? 0, settings.policy.officers ?? 0);
}

function demandsOf(policy: Policy, own: Settings['policy']): Demand[] {
  const content = policy.rule('content');
  const preamble = policy.rule('preamble');
  const officers = policy.rule('officers');
  const has = (word: string): boolean => content?.value.includes(word) ?? false;
  const demands: Demand[] = [];
  if (officers || (own.officers ?? 0) > 0) demands.push({ name: 'officers', article: cited(officers) });
  if (own.caseNumber === 'required')
    demands.push({ name: 'case-number', article: has('case') ? cited(content) : '' });
  if (has('case')) demands.push({ name: 'case-name', article: cited(content) });
  if (has('parties')) demands.push({ name: 'parties', article: cited(content) });
  if (preamble?.value.includes('stage')) demands.push({ name: 'stage', article: cited(preamble) });
  return demands;
}

/**
 * How far a matter is recorded in a room of this kind, with the articles that say so; null where the rules are silent.
 * A case-handling place is recorded as a whole, whatever goes on in it (A7): of its duty and the matter's the one that
 * asks most counts, and where both ask as much, both are cited.
 */
export function recordingDuty(
  policy: Policy,
  roomKind: RoomKind,
  kind: SessionKind,
): Ruling<RecordingDuty> | null {
  const rulings = mattersOf(roomKind, kind).flatMap((matter) => policy.recording(matter) ?? []);
  const value = recordingDuties.find((duty) => rulings.some((each) => each.value === duty));
  if (value === undefined) return null;
  return { value, articles: rulings.flatMap((each) => (each.value === value ? each.articles : [])) };
}

function mattersOf(roomKind: RoomKind, kind: SessionKind): readonly Matter[] {
  if (kind === 'case-handling') return ['case-place'];
  if (roomKind === 'case-place') return ['case-place', kind];
  // The hall's people come to the same desk as a reception's, and have rules of their own (A6).
  return kind === 'reception' && roomKind === 'hall' ? ['hall'] : [kind];
}

function cited(ruling: Ruling<unknown> | null): string {
  return ruling === null ? '' : citations(ruling.articles);
}

/** Null for spans that a clock alone cannot count: working days, months and years. */
function spanMs(span: Span | undefined): number | null {
  if (span === undefined) return null;
  if ('hours' in span) return span.hours * 3_600_000;
  return 'days' in span ? span.days * 86_400_000 : null;
}
