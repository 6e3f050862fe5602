// What the session service remembers of one room between two requests, and the queue its work waits in: one after
// the other. What is done, and when, is session-service.ts's.
import type { SessionState } from './session-machine.ts';
import { Turns } from './turns.ts';

export class SessionRoom {
  readonly id: string;
  state: SessionState = { at: 'idle' };
  /** Seen recording since this process began: what happens to it then is the recorder's doing. */
  live = false;
  retry: NodeJS.Timeout | null = null;
  /** Cameras of an opening that is on its way to the ledger: the fold does not name them yet. */
  asked: readonly string[] = [];
  #pending = 0;
  readonly #turns = new Turns();

  constructor(id: string) {
    this.id = id;
  }

  /** Requests whose effects wait in the queue: the state is ahead of the ledger until they ran. */
  get pending(): number {
    return this.#pending;
  }

  /** Work of a request: it counts as pending until it begins. */
  request(work: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    return this.inTurn(() => {
      this.#pending -= 1;
      return work();
    });
  }

  /** Behind the work that waits already. */
  inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.inTurn(work);
  }
}
