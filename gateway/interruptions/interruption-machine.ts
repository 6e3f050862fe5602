// When a matter counts as interrupted (C3, C4): a pure machine of one session. There is no pause (C1): it says what is to
// be entered in the ledger and stops no recording. Entering it, and what is owed then, is interruption-service.ts.
import type { MomentValue } from '../sessions/ledger-port.ts';

export type Matter =
  | { readonly phase: 'whole' }
  /** Without pictures, not yet for long. */
  | { readonly phase: 'lost'; readonly since: MomentValue }
  | Interrupted
  /** There are pictures again, and the cause is asked for; of a detected one only. */
  | Back
  /** It was said that it cannot go on; nothing begins again before there are pictures. */
  | { readonly phase: 'over' };

export interface Interrupted {
  readonly phase: 'interrupted';
  readonly how: 'detected' | 'declared';
  readonly cause: string;
  readonly since: MomentValue;
}
export interface Back {
  readonly phase: 'back';
  readonly since: MomentValue;
  /** The first picture. */
  readonly again: MomentValue;
  /** Without pictures once more, not yet for long. */
  readonly lost: MomentValue | null;
}

export interface Look {
  /** Every required video track is without frames on the disk. */
  readonly lost: boolean;
  /** The newest picture that any of them has there. */
  readonly lastPicture: MomentValue;
  readonly now: MomentValue;
}

export const whole: Matter = { phase: 'whole' };

/**
 * What a look at the room makes of the matter. `began`: pictures are missing for longer than `limitMs` by the monotonic
 * clock, and the answer's `since` is the last one there was. The ledger may refuse: who enters it keeps the old matter
 * until the entry is there, and the next look says so again.
 */
export function lookAt(
  matter: Matter,
  { lost, lastPicture, now }: Look,
  limitMs: number,
): { readonly matter: Matter; readonly began: boolean } {
  const same = { matter, began: false };
  switch (matter.phase) {
    case 'whole':
      return lost ? lookAt({ phase: 'lost', since: lastPicture }, { lost, lastPicture, now }, limitMs) : same;
    case 'lost':
      if (!lost) return { matter: whole, began: false };
      return isLong(matter.since, now, limitMs) ? begun(matter.since) : same;
    case 'interrupted':
      if (lost || matter.how === 'declared') return same;
      return {
        matter: { phase: 'back', since: matter.since, again: lastPicture, lost: null },
        began: false,
      };
    case 'back': {
      if (!lost) return matter.lost === null ? same : { matter: { ...matter, lost: null }, began: false };
      const since = matter.lost ?? lastPicture;
      return isLong(since, now, limitMs)
        ? begun(since)
        : { matter: { ...matter, lost: since }, began: false };
    }
    case 'over':
      return lost ? same : { matter: whole, began: false };
  }
}

function isLong(since: MomentValue, now: MomentValue, limitMs: number): boolean {
  return now.monoMs - since.monoMs > limitMs;
}

function begun(since: MomentValue): { readonly matter: Matter; readonly began: boolean } {
  return { matter: { phase: 'interrupted', how: 'detected', cause: '', since }, began: true };
}
