// Who waits for a session to be sealed: each gets the answer, a time-out, or the word that the process ends first.
import { LiuhenError } from '../../config/errors.ts';
import type { CloseAnswer } from './control-protocol.ts';

/** Longest wait of one `close` for the sealing, in milliseconds; the closing itself goes on after it. */
export const closeWaitMs = 80_000;

interface Waiter {
  resolve(answer: CloseAnswer): void;
  /** The process ends first: the closing is taken up at the next start. */
  giveUp(): void;
}

export class CloseWaiters {
  readonly #waiting = new Map<string, Set<Waiter>>();

  /** Resolves with the answer; rejects with SESSION_CLOSING when it does not come in time. */
  wait(session: string, room: string): Promise<CloseAnswer> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiting.get(session) ?? new Set<Waiter>();
      this.#waiting.set(session, waiters);
      const waiter: Waiter = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        giveUp: () => {
          clearTimeout(timer);
          reject(new LiuhenError('SESSION_CLOSING', { room, session }));
        },
      };
      waiters.add(waiter);
      const timer = setTimeout(() => {
        waiters.delete(waiter);
        reject(new LiuhenError('SESSION_CLOSING', { room, session }));
      }, closeWaitMs);
    });
  }

  answer(answer: CloseAnswer): void {
    const waiters = this.#waiting.get(answer.session) ?? [];
    this.#waiting.delete(answer.session);
    for (const waiter of waiters) waiter.resolve(answer);
  }

  giveUp(): void {
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.giveUp();
    this.#waiting.clear();
  }
}
