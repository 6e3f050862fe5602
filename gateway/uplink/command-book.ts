// The commands of headquarters that are remembered, as a fold over the ledger (P5): a command that comes again, also
// after the box was killed in the middle of it, is answered and not done again. Pure; commands.ts acts.
import { sameBytes } from '../../protocols/hq/chain.ts';
import type { Reply } from '../../protocols/hq/command-messages.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import type { FoldEntry } from '../sessions/session-fold.ts';
import { clockToleranceMs, type CommandFacts } from './command-check.ts';

/** Commands that are remembered: the oldest are forgotten, and never one that has not expired. */
export const maxRemembered = 1000;

/** `cut-off`: the box ended before anything was done; it may be done when it comes again. */
export type CommandOutcome = 'taken' | 'done' | 'refused' | 'cut-off';

export interface RememberedCommand {
  readonly facts: CommandFacts;
  outcome: CommandOutcome;
  code: string;
  why: string;
  /** What it did, as soon as that is in the ledger. */
  did: { readonly session: string; readonly booking: string } | null;
  /** Its last entry. */
  seq: number;
  /** The outcome is only known here: the box was killed before it was entered. */
  unentered: boolean;
  /** What was answered, since the box started. */
  reply: Reply | null;
}

/** Who acts, in the ledger. */
export function actsAs({ by }: Pick<CommandFacts, 'by'>): string {
  return `hq: ${by}`;
}

export class CommandBook {
  readonly #commands = new Map<string, RememberedCommand>();

  get(id: string): RememberedCommand | undefined {
    return this.#commands.get(id);
  }

  get all(): readonly RememberedCommand[] {
    return [...this.#commands.values()];
  }

  /** As many are remembered as may be, and none of them has expired yet. */
  full(nowWallMs: number): boolean {
    const first = this.#commands.size < maxRemembered ? undefined : this.#firstToExpire();
    return first !== undefined && first.facts.expiresWallMs + clockToleranceMs >= nowWallMs;
  }

  apply({ seq, body }: FoldEntry): void {
    if (body.case === 'commandTaken') this.#entered(seq, body.value);
    else if (body.case === 'boxStarted') this.#boxStarted();
    else this.#noteEffect(body);
  }

  #entered(seq: number, value: (LedgerBody & { case: 'commandTaken' })['value']): void {
    const { outcome, code, why, ...facts } = value;
    const known = this.#commands.get(facts.id);
    if (outcome === 'taken') {
      this.#commands.delete(facts.id);
      if (this.#commands.size >= maxRemembered) this.#commands.delete(this.#firstToExpire()?.facts.id ?? '');
      const nothing = { code, why, did: null, unentered: false, reply: null };
      this.#commands.set(facts.id, { facts, outcome, seq, ...nothing });
      return;
    }
    // A refusal before anything was tried is of nothing that is remembered, or of another command with its id.
    if (!known || !sameBytes(known.facts.commandSha256, facts.commandSha256)) return;
    if (known.outcome !== 'taken' && !known.unentered) return;
    const { session, booking } = value;
    if (outcome === 'done') Object.assign(known, { outcome, did: { session, booking } });
    else if (outcome === 'refused' || outcome === 'cut-off') known.outcome = outcome;
    Object.assign(known, { code, why, seq, unentered: false });
  }

  /** Nothing has happened that is not in the ledger: what has done nothing by now never will. */
  #boxStarted(): void {
    for (const command of this.#commands.values()) {
      if (command.outcome !== 'taken') continue;
      command.outcome = command.did === null ? 'cut-off' : 'done';
      command.unentered = true;
    }
  }

  /** Commands of one room are done one after the other, so that the first that fits is the one that did it. */
  #noteEffect(body: LedgerBody): void {
    const effect = effectOf(body);
    if (effect === null) return;
    for (const command of this.#commands.values()) {
      const { facts, outcome, did } = command;
      if (outcome !== 'taken' || did !== null || facts.what !== effect.what) continue;
      if (actsAs(facts) !== effect.by || !effect.fits(facts)) continue;
      command.did = { session: effect.session, booking: effect.booking };
      return;
    }
  }

  #firstToExpire(): RememberedCommand | undefined {
    let first: RememberedCommand | undefined;
    for (const each of this.#commands.values())
      if (first === undefined || each.facts.expiresWallMs < first.facts.expiresWallMs) first = each;
    return first;
  }
}

interface Effect {
  readonly what: string;
  readonly by: string;
  readonly session: string;
  readonly booking: string;
  readonly fits: (facts: CommandFacts) => boolean;
}

function effectOf(body: LedgerBody): Effect | null {
  switch (body.case) {
    case 'sessionOpened': {
      const { session, room, openedBy: by } = body.value;
      return { what: 'open', by, session, booking: '', fits: (facts) => facts.room === room };
    }
    case 'sessionClosing': {
      const { session, closedBy: by } = body.value;
      return { what: 'close', by, session, booking: '', fits: (facts) => facts.session === session };
    }
    case 'sessionMarked': {
      const { session, by } = body.value;
      return { what: 'mark', by, session, booking: '', fits: (facts) => facts.session === session };
    }
    case 'bookingMade': {
      const { booking, room, by } = body.value;
      return { what: 'book', by, session: '', booking, fits: (facts) => facts.room === room };
    }
    case 'bookingCancelled': {
      const { booking, by } = body.value;
      return { what: 'unbook', by, session: '', booking, fits: (facts) => facts.booking === booking };
    }
    default:
      return null;
  }
}
