// The comparisons that the classing of clips is made of: who had the device, which bookings and issues are at its time,
// what agrees with a mark, which class of retention a matter is in. What follows from them is classing.ts's.
import type { ClassingNote, RetentionClass } from '../../../config/classing-words.ts';
import type { FieldMatter } from '../../../config/field-matters.ts';
import type { CitedArticle, Policy } from '../../../config/policy/policy-book.ts';
import type { SessionOfficer } from '../../sessions/session-request.ts';
import { caseForm, type ClipMark } from './clip-mark.ts';

export interface ClipToClass {
  /** The agency's device number. */
  readonly device: string;
  /** Whose device it is by the settings; null where nobody's. An issue of the device says more. */
  readonly officer: SessionOfficer | null;
  /** True wall time, ms since 1970. */
  readonly beginMs: number;
  readonly endMs: number;
  /** The device's clock could not be measured, or was set in between: the times may be wrong. */
  readonly timeUncertain: boolean;
  /** As the device gives it; '' where it has none. */
  readonly caseMark: string;
  /** null: nobody looked. */
  readonly sound: boolean | null;
  readonly picture: boolean | null;
}

/** What a piece of field work is about; '' is not told. */
export interface FieldCase {
  readonly caseNumber: string;
  readonly caseName: string;
  readonly parties: readonly string[];
}

/** That officers go out for a matter from a time to a time, told before or on the way. */
export interface FieldBooking extends FieldCase {
  readonly id: string;
  readonly officers: readonly SessionOfficer[];
  /** '' where it names none: any device of these officers. */
  readonly device: string;
  /** '' where it tells only the case. */
  readonly matter: FieldMatter | '';
  /** ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Who took the device, when it came back (null: not yet), and what for where that was told. */
export interface DeviceIssue extends FieldCase {
  readonly id: string;
  readonly device: string;
  readonly officer: SessionOfficer;
  readonly matter: FieldMatter | '';
  readonly fromMs: number;
  readonly toMs: number | null;
}

interface Span {
  readonly fromMs: number;
  /** null is still going on. */
  readonly toMs: number | null;
}

/** A clip that ends before it begins tells nothing of when it was, whatever was measured. */
export function timeIsCertain(clip: ClipToClass): boolean {
  const { beginMs, endMs } = clip;
  return !clip.timeUncertain && Number.isFinite(beginMs) && Number.isFinite(endMs) && endMs >= beginMs;
}

/** Whether some of the clip lies in the span; touching at an end is not enough, unless the clip has no length. */
export function overlaps({ beginMs, endMs }: ClipToClass, { fromMs, toMs }: Span): boolean {
  const until = toMs ?? Infinity;
  if (beginMs === endMs) return fromMs <= beginMs && beginMs < until;
  return Math.max(beginMs, fromMs) < Math.min(endMs, until);
}

/** The certificate number names a person where both have one; names alone are compared only without. */
export function sameOfficer(one: SessionOfficer, other: SessionOfficer): boolean {
  const [first, second] = [caseForm(one.certificate), caseForm(other.certificate)];
  if (first !== '' && second !== '') return first === second;
  return caseForm(one.name) !== '' && caseForm(one.name) === caseForm(other.name);
}

export interface FoundOfficer {
  readonly officer: SessionOfficer | null;
  /** Issues that stand against one another. */
  readonly named: readonly string[];
  readonly notes: readonly ClassingNote[];
}

/**
 * Who had the device: the one it was issued to at that time, otherwise whose it is. With an uncertain time any of the
 * issues may be meant, and whose it is as well: it is clear only where all of them are one person.
 */
export function officerOf(clip: ClipToClass, issues: readonly DeviceIssue[]): FoundOfficer {
  const certain = timeIsCertain(clip);
  const meant = certain ? issuesAt(clip, issues) : issues.filter(({ device }) => device === clip.device);
  const people = meant.map(({ officer }) => officer);
  if (clip.officer && (!certain || people.length === 0)) people.push(clip.officer);
  const [first, ...others] = people;
  if (!first) return { officer: null, named: [], notes: ['officer-unclear'] };
  if (!others.every((each) => sameOfficer(each, first)))
    return { officer: null, named: meant.map(({ id }) => id), notes: ['officer-unclear'] };
  const another = clip.officer !== null && !sameOfficer(clip.officer, first);
  return { officer: first, named: [], notes: another ? ['officer-of-issue'] : [] };
}

/** Bookings of this officer that allow this device. Without a known officer on either side: those that name the device. */
export function bookingsOf(
  { device }: ClipToClass,
  officer: SessionOfficer | null,
  bookings: readonly FieldBooking[],
): readonly FieldBooking[] {
  return bookings.filter((booking) =>
    officer === null || booking.officers.length === 0
      ? booking.device === device
      : (booking.device === '' || booking.device === device) &&
        booking.officers.some((each) => sameOfficer(each, officer)),
  );
}

/** Issues of this device at the clip's time. */
export function issuesAt(clip: ClipToClass, issues: readonly DeviceIssue[]): readonly DeviceIssue[] {
  return issues.filter((issue) => issue.device === clip.device && overlaps(clip, issue));
}

/** What either leaves open agrees with everything. */
export function agreesWithMark(
  of: { readonly matter: FieldMatter | ''; readonly caseNumber: string },
  mark: ClipMark,
): boolean {
  if (mark.matter !== '' && of.matter !== '' && of.matter !== mark.matter) return false;
  return (
    mark.caseNumber === '' || of.caseNumber === '' || caseForm(of.caseNumber) === caseForm(mark.caseNumber)
  );
}

function said({ caseName, parties }: FieldCase): string {
  return JSON.stringify([caseName, parties]);
}

/** Name and parties of a case, where every booking that has it says the same; a note where they differ. */
export function caseFacts(
  caseNumber: string,
  bookings: readonly FieldBooking[],
): Partial<FieldCase> & { readonly notes?: readonly ClassingNote[] } {
  if (caseNumber === '') return {};
  const ofCase = bookings.filter((booking) => caseForm(booking.caseNumber) === caseForm(caseNumber));
  const [first] = ofCase;
  if (!first) return {};
  if (ofCase.some((each) => said(each) !== said(first))) return { notes: ['case-names-differ'] };
  return { caseName: first.caseName, parties: first.parties };
}

const classRules = [
  ['supervision', 'supervisionRetention'],
  ['supplementary', 'supplementaryRetention'],
  ['patrol', 'patrolRetention'],
] as const;

/** F1, F2: the class that the pack puts a matter into; '' and no article where it puts it into none. */
export function retentionOf(
  matter: FieldMatter | '',
  policy: Policy,
): { readonly retentionClass: RetentionClass; readonly articles: readonly CitedArticle[] } {
  for (const [retentionClass, rule] of matter === '' ? [] : classRules) {
    const ruling = policy.rule(rule);
    if (ruling?.value.matters.some((each) => each === matter))
      return { retentionClass, articles: ruling.articles };
  }
  return { retentionClass: '', articles: [] };
}

/** A recording in sound and picture has both; what is missing is told, and decides nothing. */
export function contentNotes({ sound, picture }: ClipToClass): readonly ClassingNote[] {
  const notes: ClassingNote[] = [];
  if (sound === false) notes.push('no-sound');
  if (picture === false) notes.push('no-picture');
  return notes;
}
