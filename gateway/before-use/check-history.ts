// The checks before use that are in the ledger, of each room the last: which new one is to be entered, so that the
// health of a room can be proved (D6) and the ledger does not fill with the same words. Pure; rebuilt from the entries.
import type { LedgerBody } from '../sessions/ledger-port.ts';

/** Rooms that are remembered; of one that fell out, the next check is entered again. */
export const maxRemembered = 256;

export type CheckBody = Extract<LedgerBody, { case: 'checkedBeforeUse' }>['value'];

export interface LastCheck {
  readonly wallMs: number;
  /** Empty: it was a check only, or the start was refused. */
  readonly session: string;
  readonly passed: boolean;
}

export class CheckHistory {
  readonly #last = new Map<string, LastCheck & { readonly outcome: string }>();

  /** Every ledger entry, from the first. */
  apply(body: LedgerBody): void {
    if (body.case !== 'checkedBeforeUse') return;
    const { room, session, at, items } = body.value;
    const passed = items.every(({ result }) => result !== 'fault');
    this.#last.delete(room);
    this.#last.set(room, { wallMs: at.wallMs, session, passed, outcome: outcomeOf(body.value) });
    const [oldest] = this.#last.keys();
    if (this.#last.size > maxRemembered && oldest !== undefined) this.#last.delete(oldest);
  }

  last(room: string): LastCheck | null {
    const last = this.#last.get(room);
    return last ? { wallMs: last.wallMs, session: last.session, passed: last.passed } : null;
  }

  /** True for the first check of a room, the first of a day, and one that came out otherwise. */
  isDue(check: CheckBody, dayOf: (wallMs: number) => string): boolean {
    const last = this.#last.get(check.room);
    return (
      last === undefined || dayOf(last.wallMs) !== dayOf(check.at.wallMs) || last.outcome !== outcomeOf(check)
    );
  }
}

/** Without the details: free bytes and the like change with every look. */
function outcomeOf({ items, mayStart, startArticle }: CheckBody): string {
  return JSON.stringify([
    mayStart,
    startArticle,
    items.map(({ item, device, result, finding, article }) => [item, device, result, finding, article]),
  ]);
}
