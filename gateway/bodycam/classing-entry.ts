// A classing as it stands in the ledger: the fields of ClipOffloaded, and of ClipClassed for one by hand. What was decided
// is classing.ts's and classing-by-hand.ts's; the entry is made by who has the clip.
import { classingCode } from '../../config/classing-words.ts';
import { citations } from '../../config/policy/policy-text.ts';
import type { SessionOfficer } from '../sessions/session-request.ts';
import type { ClassedByHand } from './classing-by-hand.ts';
import type { Classing } from './classing.ts';

interface ClassingFields {
  readonly matter: string;
  readonly caseNumber: string;
  readonly caseName: string;
  readonly party: string;
  /** Without a name where it is not clear. */
  readonly officer: SessionOfficer;
  /** Of the duty and of the class of retention; '' where the pack is silent on both. */
  readonly article: string;
  readonly why: string;
}

/** Of ClipOffloaded; `why` is a classing code. */
export function offloadedFields(classing: Classing): ClassingFields & { readonly classedBy: string } {
  return { ...fieldsOf(classing), classedBy: classing.by, why: classingCode(classing) };
}

/** Of ClipClassed; `why` is the person's note. */
export function classedFields(
  classing: Classing,
  { who, note }: ClassedByHand,
): ClassingFields & { readonly by: string } {
  return { ...fieldsOf(classing), by: who, why: note };
}

function fieldsOf({ matter, caseNumber, caseName, party, officer, articles }: Classing) {
  const nobody: SessionOfficer = { name: '', certificate: '' };
  return { matter, caseNumber, caseName, party, officer: officer ?? nobody, article: citations(articles) };
}
