// What the ledger says of the matters of the sessions: whole, interrupted, over. A fold, the only memory of interruptions
// that outlives the process; what a look at the room adds is in it until the next start.
import type { LedgerBody, MomentValue } from '../sessions/ledger-port.ts';
import { whole, type Matter } from './interruption-machine.ts';
import { PictureBook } from './picture-book.ts';

/** Sessions that are remembered: open ones, and closed ones whose interruption has to be ended still. */
export const maxKnownSessions = 1000;

export interface KnownSession {
  readonly session: string;
  readonly room: string;
  readonly opened: MomentValue;
  readonly pictures: PictureBook;
  matter: Matter;
  /** The newest picture that this process saw on the disk; its opening at first, null when an earlier process opened it. */
  seen: MomentValue | null;
  /** Nothing before this moment is looked at again, ms of 1970. */
  judgedUntilMs: number;
  closing: MomentValue | null;
  /** Every gap record of it is in the ledger. */
  sealed: boolean;
  /** The newest resume, and when it was heard of, for those in the room. */
  resumed: { readonly cause: string; readonly atWallMs: number } | null;
}

export class InterruptionBook {
  readonly #sessions = new Map<string, KnownSession>();
  /** Set when the past has been told: sessions that open from now on are this process's own. */
  live = false;

  get sessions(): ReadonlyMap<string, KnownSession> {
    return this.#sessions;
  }

  /** The session of a room that is not closing. */
  inRoom(room: string): KnownSession | undefined {
    for (const known of this.#sessions.values()) if (known.room === room && !known.closing) return known;
    return undefined;
  }

  /** Takes the entries in order, from the first; those of the past without the time. */
  apply(body: LedgerBody, nowWallMs = 0): void {
    if (body.case === 'sessionOpened') {
      const { session, room, opened, cameras } = body.value;
      this.#sessions.set(session, {
        session,
        room,
        opened,
        pictures: new PictureBook(cameras),
        matter: whole,
        seen: this.live ? opened : null,
        judgedUntilMs: opened.wallMs,
        closing: null,
        sealed: false,
        resumed: null,
      });
      const [oldest] = this.#sessions.keys();
      if (this.#sessions.size > maxKnownSessions && oldest !== undefined) this.#sessions.delete(oldest);
      return;
    }
    const known = 'session' in body.value ? this.#sessions.get(body.value.session) : undefined;
    if (!known) return;
    known.pictures.apply(body);
    if (body.case === 'interruptionBegan') {
      const { cause, from } = body.value;
      const how = body.value.how === 'declared' ? 'declared' : 'detected';
      known.matter = { phase: 'interrupted', how, cause, since: from };
      known.resumed = null;
    } else if (body.case === 'interruptionEnded') {
      const { cause, outcome, to } = body.value;
      known.matter = outcome === 'cannot-go-on' ? { phase: 'over' } : whole;
      known.judgedUntilMs = Math.max(known.judgedUntilMs, to.wallMs);
      if (outcome === 'resumed') known.resumed = { cause, atWallMs: nowWallMs };
    } else if (body.case === 'sessionClosing') known.closing = body.value.closed;
    else if (body.case === 'sessionClosed') known.sealed = true;
    // An own one is looked at once more: what was missing at its end may have come with its last records.
    if (!this.live && known.sealed && !isPending(known.matter)) this.forget(known);
  }

  /** Of a sealed session with whose matter everything is done. */
  forget({ session }: KnownSession): void {
    this.#sessions.delete(session);
  }
}

/** An InterruptionBegan without its end. */
export function isPending({ phase }: Matter): boolean {
  return phase === 'interrupted' || phase === 'back';
}
