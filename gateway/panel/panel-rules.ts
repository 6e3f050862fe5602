// What a press on the panel means, and what its lamp shows: pure. The lamp follows the room's derived state, never a
// press (P1); the wires are device-drivers/panel's, the timers panel-service.ts's.
import type { RoomStateWord } from '../../config/dictionary.ts';

/** Milliseconds that the button is held to close: nobody ends a recording by leaning on it. */
export const holdToCloseMs = 2000;
/** Milliseconds of one half of a blink. */
export const slowHalfMs = 1000;
export const fastHalfMs = 150;

export type LampPattern = 'off' | 'slow' | 'steady' | 'fast';

/** Steady is said only of what is on disk; a fault is shown as such though the other tracks go on. */
export const lampPatterns: Readonly<Record<RoomStateWord, LampPattern>> = {
  idle: 'off',
  opening: 'slow',
  recording: 'steady',
  degraded: 'fast',
  interrupted: 'fast',
  closing: 'slow',
};

/** Whether the lamp is lit `sinceMs` milliseconds after the pattern began; it begins lit. */
export function lampLit(pattern: LampPattern, sinceMs: number): boolean {
  switch (pattern) {
    case 'off':
      return false;
    case 'steady':
      return true;
    case 'slow':
      return Math.floor(sinceMs / slowHalfMs) % 2 === 0;
    case 'fast':
      return Math.floor(sinceMs / fastHalfMs) % 2 === 0;
  }
}

export type ButtonState =
  | { readonly at: 'up' }
  /** Held since then; `done` when the press has had its effect. */
  | { readonly at: 'down'; readonly sinceMs: number; readonly done: boolean };

export type ButtonInput =
  | { readonly on: 'down'; readonly atMs: number; readonly roomOpen: boolean }
  | { readonly on: 'up' }
  /** Time has passed. */
  | { readonly on: 'tick'; readonly atMs: number; readonly roomOpen: boolean }
  /** The panel is gone: nobody knows how the button stands. */
  | { readonly on: 'lost' };

export interface ButtonStep {
  readonly state: ButtonState;
  readonly effect: 'open' | 'close' | null;
}

/** A press opens at once; closing takes a long one, and begins while the button is still held. */
export function nextButton(state: ButtonState, input: ButtonInput): ButtonStep {
  if (input.on === 'lost' || input.on === 'up') return { state: { at: 'up' }, effect: null };
  if (input.on === 'down') {
    if (state.at === 'down') return { state, effect: null };
    const opens = !input.roomOpen;
    return {
      state: { at: 'down', sinceMs: input.atMs, done: opens },
      effect: opens ? 'open' : null,
    };
  }
  if (state.at === 'up' || state.done || input.atMs - state.sinceMs < holdToCloseMs)
    return { state, effect: null };
  return { state: { ...state, done: true }, effect: input.roomOpen ? 'close' : null };
}
