// What a policy says of interruptions (C3-C5): the causes it names, and what is owed, each with its article. Pure; where
// the rules are silent the answer says so.
import type { Policy } from '../../config/policy/policy-book.ts';
import { interruptionCauses } from '../../config/policy/policy-schema.ts';
import { citations } from '../../config/policy/policy-text.ts';

/** Debts of an interruption by their names in the ledger. */
export const causeDebt = 'interruption-cause';
const laterDuties = ['report-to-head', 'written-explanation', 'key-steps'] as const;
export type InterruptionDebt = typeof causeDebt | (typeof laterDuties)[number];

export interface InterruptionRules {
  /** The pack's, or all that any pack names where it is silent. */
  readonly causes: readonly string[];
  /** The pack names no causes. */
  readonly packSilent: boolean;
  /** That names the causes; '' where the pack is silent. */
  readonly causesArticle: string;
  /** Of the duties; '' where the pack is silent. */
  readonly article: string;
  /** The pack has the cause stated when it goes on. */
  readonly causeStated: boolean;
  /** What is owed when it cannot go on. */
  readonly debts: readonly InterruptionDebt[];
  /** What is recorded by other means at least, where the pack asks for that and names key moments (C5: ZZ 49, 16). */
  readonly keySteps: readonly string[];
}

export function interruptionRules(policy: Policy): InterruptionRules {
  const causes = policy.rule('interruptionCauses');
  const duties = policy.rule('interruption');
  const owed = laterDuties.filter((duty) => duties?.value.includes(duty));
  return {
    causes: causes?.value ?? interruptionCauses,
    packSilent: causes === null,
    causesArticle: causes ? citations(causes.articles) : '',
    article: duties ? citations(duties.articles) : '',
    causeStated: duties?.value.includes('spoken-cause') ?? false,
    debts: owed,
    keySteps: owed.includes('key-steps') ? (policy.rule('keyMoments')?.value ?? []) : [],
  };
}

const debtTexts: Readonly<Record<InterruptionDebt, string>> = {
  'interruption-cause': 'the cause of the interruption',
  'report-to-head': 'the report to the department head',
  'written-explanation': 'the written explanation of the interruption',
  'key-steps': 'which key steps were recorded by other means, and with what',
};

/** The words of a debt for the ledger. No pack gives a deadline: it is the site's, and the debt says so. */
export function debtText(debt: InterruptionDebt): string {
  return `${debtTexts[debt]}; the rules give no deadline, it is the site's own (policy.interruptionDebt)`;
}
