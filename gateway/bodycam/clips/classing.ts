// Decides what matter and case a clip belongs to (A12, I1): by the officer's booking, the device's own mark or what the
// device was issued for. Pure, and it never guesses: what does not speak for one answer alone is left to people, and
// says why. How bookings and issues are compared is classing-rules.ts's, by hand is classing-by-hand.ts's.
import type {
  ClassedBy,
  ClassingNote,
  ClassingReason,
  RetentionClass,
} from '../../../config/classing-words.ts';
import type { FieldMatter } from '../../../config/field-matters.ts';
import type { CitedArticle, Policy } from '../../../config/policy/policy-book.ts';
import type { FieldDuty } from '../../../config/policy/policy-schema.ts';
import type { SessionOfficer } from '../../sessions/session-request.ts';
import {
  agreesWithMark,
  bookingsOf,
  caseFacts,
  contentNotes,
  issuesAt,
  officerOf,
  overlaps,
  retentionOf,
  timeIsCertain,
  type ClipToClass,
  type DeviceIssue,
  type FieldBooking,
  type FieldCase,
} from './classing-rules.ts';
import { caseForm, readMark, type ClipMark } from './clip-mark.ts';

/** Bookings or issues that a classing names; beyond them the last one is `…`. */
export const maxNamed = 8;

export interface Known {
  readonly bookings: readonly FieldBooking[];
  /** Of a clip whose time is uncertain each of them may be meant: give those since the device was last emptied. */
  readonly issues: readonly DeviceIssue[];
  /** Bookings and issues that ended before it are not known any more, ms since 1970: no clip from then is classed by time. */
  readonly sinceMs?: number;
  /** In force on the day of the clip. */
  readonly policy: Policy;
}

export interface Classing {
  readonly matter: FieldMatter | '';
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  /** null where it is not clear. */
  readonly officer: SessionOfficer | null;
  /** '' is unclassed. What is certain of an unclassed clip (officer, the case of its mark) stands all the same. */
  readonly by: ClassedBy;
  readonly why: ClassingReason;
  /** Ids of the bookings or issues that it was decided by, or that stood against one another. */
  readonly named: readonly string[];
  readonly notes: readonly ClassingNote[];
  /** How far the matter has to be recorded; null where the pack is silent. */
  readonly duty: FieldDuty | null;
  readonly retentionClass: RetentionClass;
  /** Of the duty and of the class; none where the pack is silent on both (P7). */
  readonly articles: readonly CitedArticle[];
}

/** What was decided, before the pack's words are put to it. */
interface Decision extends Partial<FieldCase> {
  readonly matter?: FieldMatter | '';
  readonly by: ClassedBy;
  readonly why: ClassingReason;
  readonly named?: readonly string[];
  readonly notes?: readonly ClassingNote[];
}

/** Never throws; times that are none are uncertain. */
export function classClip(clip: ClipToClass, known: Known): Classing {
  const officer = officerOf(clip, known.issues);
  const mark = readMark(clip.caseMark);
  const mine = bookingsOf(clip, officer.officer, known.bookings);
  const decision = decide(clip, mark, mine, known);
  const notes: ClassingNote[] = [
    ...(decision.notes ?? []),
    ...officer.notes,
    ...(mark.fault === 'unread' ? (['mark-not-understood'] as const) : []),
    ...(!timeIsCertain(clip) && decision.why !== 'time-uncertain' ? (['time-uncertain'] as const) : []),
    ...contentNotes(clip),
  ];
  return withRules(
    {
      matter: decision.matter ?? '',
      caseNumber: decision.caseNumber ?? '',
      caseName: decision.caseName ?? '',
      party: (decision.parties ?? []).join('、'),
      officer: officer.officer,
      by: decision.by,
      why: decision.why,
      named: shortened([...(decision.named ?? []), ...officer.named]),
      notes: [...new Set(notes)],
    },
    known.policy,
  );
}

/** Puts the duty, the class and their articles to what was decided of a matter, by whomever. */
export function withRules(
  decided: Omit<Classing, 'duty' | 'retentionClass' | 'articles'>,
  policy: Policy,
): Classing {
  const duty = decided.matter === '' ? null : policy.field(decided.matter);
  const retention = retentionOf(decided.matter, policy);
  const articles = [...(duty?.articles ?? []), ...retention.articles];
  return {
    ...decided,
    duty: duty?.value ?? null,
    retentionClass: retention.retentionClass,
    articles: articles.filter(
      ({ citation }, at) => articles.findIndex((each) => each.citation === citation) === at,
    ),
  };
}

function decide(
  clip: ClipToClass,
  mark: ClipMark,
  mine: readonly FieldBooking[],
  { issues, sinceMs = -Infinity }: Known,
): Decision {
  if (mark.fault === 'ambiguous') return { by: '', why: 'mark-ambiguous' };
  if (!timeIsCertain(clip)) return byMark(mark, mine, { by: '', why: 'time-uncertain' });
  if (clip.beginMs < sinceMs) return byMark(mark, mine, { by: '', why: 'too-long-ago' });
  const fitting = mine.filter((booking) => overlaps(clip, booking));
  const issued = issuesAt(clip, issues);
  if (fitting.length === 0) return withoutBooking(mark, mine, issued);
  const agreeing = fitting.filter((booking) => agreesWithMark(booking, mark));
  const [booking, second] = agreeing;
  if (!booking) return { by: '', why: 'mark-contradicts', named: idsOf(fitting) };
  if (second) return { by: '', why: 'two-bookings', named: idsOf(agreeing), caseNumber: mark.caseNumber };
  const matter = booking.matter || mark.matter;
  if (matter === '')
    return {
      ...booking,
      caseNumber: booking.caseNumber || mark.caseNumber,
      by: '',
      why: 'booking-without-matter',
      named: [booking.id],
    };
  return {
    ...booking,
    matter,
    caseNumber: booking.caseNumber || mark.caseNumber,
    by: fitting.length === 1 ? 'booking' : 'mark',
    why: fitting.length === 1 ? 'booking-alone' : 'mark-decides',
    named: [booking.id],
    notes: [
      ...(clip.beginMs < booking.fromMs ? (['begins-before'] as const) : []),
      ...(clip.endMs > booking.toMs ? (['ends-after'] as const) : []),
      ...differing(issued, matter, booking.caseNumber),
    ],
  };
}

/** No booking is at that time. An issue that the mark agrees with knows most; otherwise a mark is nearer to the clip. */
function withoutBooking(
  mark: ClipMark,
  mine: readonly FieldBooking[],
  issued: readonly DeviceIssue[],
): Decision {
  const [issue, second] = issued;
  if (issue && !second && issue.matter !== '' && agreesWithMark(issue, mark))
    return {
      ...issue,
      caseNumber: issue.caseNumber || mark.caseNumber,
      by: 'issue',
      why: 'issue-alone',
      named: [issue.id],
    };
  if (mark.matter !== '') {
    const marked = byMark(mark, mine, { by: '', why: 'nothing-known' });
    const notes = [...(marked.notes ?? []), ...differing(issued, mark.matter, mark.caseNumber)];
    return { ...marked, notes };
  }
  const purposes = issued.some(({ matter }) => matter !== '');
  if (purposes && !second) return { by: '', why: 'mark-contradicts', named: idsOf(issued) };
  const known = ofCase(mark, mine);
  if (purposes) return { ...known, by: '', why: 'two-issues', named: idsOf(issued) };
  // A booking of the same case at another hour does not tell the matter: a case has many steps.
  return { ...known, by: '', why: mark.caseNumber === '' ? 'nothing-known' : 'mark-without-matter' };
}

/** By the mark alone; `otherwise` where it names neither matter nor case. */
function byMark(mark: ClipMark, mine: readonly FieldBooking[], otherwise: Decision): Decision {
  if (mark.matter !== '')
    return { ...ofCase(mark, mine), matter: mark.matter, by: 'mark', why: 'mark-alone' };
  if (mark.caseNumber === '') return otherwise;
  const ofThisCase = mine.filter((booking) => caseForm(booking.caseNumber) === caseForm(mark.caseNumber));
  const [booking, second] = ofThisCase;
  if (booking && !second && booking.matter !== '')
    return { ...booking, by: 'mark', why: 'mark-names-case', named: [booking.id] };
  const known = ofCase(mark, mine);
  return second
    ? { ...known, by: '', why: 'two-bookings', named: idsOf(ofThisCase) }
    : { ...known, by: '', why: 'mark-without-matter' };
}

function ofCase(mark: ClipMark, mine: readonly FieldBooking[]): Partial<Decision> {
  return { ...caseFacts(mark.caseNumber, mine), caseNumber: mark.caseNumber };
}

function differing(
  issued: readonly DeviceIssue[],
  matter: FieldMatter,
  caseNumber: string,
): readonly ClassingNote[] {
  const other = issued.some(
    (issue) =>
      (issue.matter !== '' && issue.matter !== matter) ||
      (issue.caseNumber !== '' && caseNumber !== '' && caseForm(issue.caseNumber) !== caseForm(caseNumber)),
  );
  return other ? ['issue-differs'] : [];
}

function idsOf(of: readonly { readonly id: string }[]): string[] {
  return of.map(({ id }) => id);
}

function shortened(ids: readonly string[]): string[] {
  const once = [...new Set(ids)];
  return once.length > maxNamed ? [...once.slice(0, maxNamed - 1), '…'] : once;
}
