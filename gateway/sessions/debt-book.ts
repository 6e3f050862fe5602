// What urgent starts still owe (E7): settling it, and saying once that a deadline was missed. What is owed, and
// by which article, session-request.ts decides at the opening.
import type { Moment } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { SettleAnswer } from './control-protocol.ts';
import type { LedgerPort } from './ledger-port.ts';
import { FieldReader, distinctOfficers, maxLongText, readOfficers } from './session-request.ts';

export interface DebtBookOptions {
  readonly ledger: LedgerPort;
  /** How many officers a session in a room needs (I3). */
  readonly officersNeeded: (room: string) => number;
  readonly now: () => Moment;
  readonly log: Log;
}

export class DebtBook {
  readonly #options: DebtBookOptions;
  /** Debts whose entry is on its way to the disk: the fold does not show it yet. */
  readonly #inHand = new Set<string>();

  constructor(options: DebtBookOptions) {
    this.#options = options;
  }

  /** Settles a debt, also late and also after the session has closed. Rejects with a SESSION_… error. */
  async settle(request: unknown): Promise<SettleAnswer> {
    const fields = new FieldReader(request);
    const session = fields.text('session');
    const debt = fields.text('debt');
    const given = fields.text('with', maxLongText);
    const by = fields.text('by');
    const officers = readOfficers(fields);
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    const { debts } = this.#options.ledger.fold;
    const key = `${session}/${debt}`;
    const owed = debts.get(key);
    if (!owed || this.#inHand.has(key)) {
      const owes = [...debts.values()].filter((each) => each.session === session).map((each) => each.debt);
      throw new LiuhenError('SESSION_DEBT_UNKNOWN', { session, debt, allowed: owes.join(', ') || '-' });
    }
    let value = given;
    if (debt === 'officers') {
      const half = officers.find((each) => each.name === '' || each.certificate === '');
      if (half) {
        const officer = half.name || half.certificate;
        throw new LiuhenError('SESSION_OFFICER_INCOMPLETE', { officer, article: owed.article });
      }
      const needed = this.#options.officersNeeded(owed.room);
      const all = distinctOfficers([...owed.officers, ...officers]);
      if (all < needed) {
        throw new LiuhenError('SESSION_OFFICERS_MISSING', { needed, given: all, article: owed.article });
      }
      value = officers.map((each) => `${each.name}:${each.certificate}`).join(', ');
    } else if (given === '') {
      throw debt === 'case-number'
        ? new LiuhenError('SESSION_CASE_NUMBER_MISSING', { article: owed.article })
        : new LiuhenError('SESSION_DETAIL_MISSING', { detail: debt, article: owed.article });
    }
    const { seq } = await this.#inHandWhile(key, () =>
      this.#options.ledger.append({ case: 'debtSettled', value: { session, debt, with: value, by } }),
    );
    return { session, debt, seq };
  }

  /** Enters DebtMissed, once each, for what is owed past its deadline by the wall clock. */
  async check(): Promise<void> {
    const { ledger, log } = this.#options;
    const now = this.#options.now().wall;
    for (const [key, owed] of ledger.fold.debts) {
      if (owed.missed || owed.dueWallMs > now || this.#inHand.has(key)) continue;
      const { session, debt, article } = owed;
      await this.#inHandWhile(key, () =>
        ledger.append({ case: 'debtMissed', value: { session, debt, article } }),
      );
      log.warn('a debt was not settled in time', { session, debt, article });
    }
  }

  async #inHandWhile<Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> {
    this.#inHand.add(key);
    try {
      return await work();
    } finally {
      this.#inHand.delete(key);
    }
  }
}
