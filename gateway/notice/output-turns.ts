// Whose turn it is at each audio output: rooms that share one are told one after the other, the others at the same time.
// Two names of one and the same loudspeaker are two outputs here: that is the settings' business.
import type { AudioOutput } from '../../config/settings-types.ts';
import { Turns } from '../sessions/turns.ts';

export class OutputTurns {
  /** An output is in here while somebody uses it or waits for it: as many as there are rooms at most. */
  readonly #outputs = new Map<string, { readonly turns: Turns; users: number }>();

  /** Begins when everything before at that output has ended, well or not; settles as the work does. */
  async inTurn<Result>(output: AudioOutput, work: () => Promise<Result>): Promise<Result> {
    const key = JSON.stringify([output.command ?? null, output.device ?? null]);
    const known = this.#outputs.get(key) ?? { turns: new Turns(), users: 0 };
    this.#outputs.set(key, known);
    known.users += 1;
    try {
      return await known.turns.inTurn(work);
    } finally {
      known.users -= 1;
      if (known.users === 0) this.#outputs.delete(key);
    }
  }

  /** Resolves when everything that was asked for so far has ended. Never rejects. */
  async rest(): Promise<void> {
    await Promise.all([...this.#outputs.values()].map(({ turns }) => turns.rest()));
  }
}
