// Classing by a person (A12, I1), and what becomes of a classing when there is a later one: nothing that was decided is
// deleted (C2), and what a person said the box does not overrule. Pure; the page and the ledger are the callers'.
import { LiuhenError } from '../../../config/errors.ts';
import { isFieldMatter } from '../../../config/field-matters.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import {
  maxFieldLength,
  maxLongText,
  maxPeople,
  type SessionOfficer,
} from '../../sessions/session-request.ts';
import { withRules, type Classing } from './classing.ts';
import type { FieldCase } from './classing-rules.ts';

/** Earlier classings of one clip that are remembered: the first ones, and the last. The ledger keeps all. */
export const maxEarlier = 16;

/** What a person sets. It stands as a whole: what is left empty is empty, whatever was decided before. */
export interface ClassedByHand extends FieldCase {
  /** Who says so. */
  readonly who: string;
  /** A matter, or '' where it is none of them; then `note` has to say what it is. */
  readonly matter: string;
  readonly officer: SessionOfficer | null;
  readonly note: string;
}

/** Throws CLASSING_INVALID with the field and `missing`, `too-long`, `too-many`, `not-text` or `unknown-matter`. */
export function classByHand(request: ClassedByHand, policy: Policy): Classing {
  const { who, matter, caseNumber, caseName, parties, officer, note } = request;
  if (who.trim() === '') throw invalid('who', 'missing');
  if (parties.length > maxPeople) throw invalid('parties', 'too-many');
  const fields = {
    who,
    'case-number': caseNumber,
    'case-name': caseName,
    officer: officer?.name ?? '',
    certificate: officer?.certificate ?? '',
  };
  for (const [field, text] of Object.entries(fields)) checkText(field, text, maxFieldLength);
  for (const party of parties) checkText('parties', party, maxFieldLength);
  checkText('note', note, maxLongText);
  if (officer?.name.trim() === '') throw invalid('officer', 'missing');
  if (matter !== '' && !isFieldMatter(matter)) throw invalid('matter', 'unknown-matter');
  if (matter === '' && note.trim() === '') throw invalid('note', 'missing');
  return withRules(
    {
      matter,
      caseNumber,
      caseName,
      party: parties.join('、'),
      officer,
      by: 'hand',
      why: 'by-hand',
      named: [],
      notes: officer ? [] : ['officer-unclear'],
    },
    policy,
  );
}

export interface ClassingRecord {
  readonly classing: Classing;
  /** ms since 1970. */
  readonly atMs: number;
  /** Who by hand; '' is the box. */
  readonly who: string;
  readonly note: string;
}

export interface ClassingHistory {
  readonly current: ClassingRecord;
  /** Oldest first. */
  readonly earlier: readonly ClassingRecord[];
  /** Between the first and the last of the earlier ones that are not remembered here. */
  readonly forgotten: number;
}

/**
 * The history with one more classing. It is the same object where nothing is new: the box decides as before, or a
 * person has decided and the box would say otherwise. Then there is nothing to enter either.
 */
export function reclassed(history: ClassingHistory | null, next: ClassingRecord): ClassingHistory {
  if (history === null) return { current: next, earlier: [], forgotten: 0 };
  const { current, earlier, forgotten } = history;
  const byHand = next.classing.by === 'hand';
  if (!byHand && (current.classing.by === 'hand' || sameClassing(current.classing, next.classing)))
    return history;
  const kept = keptEarlier(earlier, current);
  return { current: next, earlier: kept.earlier, forgotten: forgotten + kept.forgotten };
}

/** One more to the earlier ones: of very many the first and the last stay. */
export function keptEarlier<T>(
  earlier: readonly T[],
  one: T,
): { readonly earlier: readonly T[]; readonly forgotten: number } {
  const all = [...earlier, one];
  if (all.length <= maxEarlier) return { earlier: all, forgotten: 0 };
  const kept = [...all.slice(0, 1), ...all.slice(all.length - maxEarlier + 1)];
  return { earlier: kept, forgotten: all.length - kept.length };
}

function sameClassing(one: Classing, other: Classing): boolean {
  return JSON.stringify(decided(one)) === JSON.stringify(decided(other));
}

/** Without the words of the articles, which follow from the rest and the pack. */
function decided({ articles, ...rest }: Classing): unknown {
  const keys = Object.keys(rest).toSorted() as (keyof typeof rest)[];
  return [keys.map((key) => rest[key]), articles.map(({ citation }) => citation)];
}

function checkText(field: string, text: string, most: number): void {
  if (text.length > most) throw invalid(field, 'too-long');
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(field === 'note' ? text.replaceAll('\n', '') : text))
    throw invalid(field, 'not-text');
}

function invalid(detail: string, ground: string): LiuhenError {
  return new LiuhenError('CLASSING_INVALID', { detail, ground });
}
