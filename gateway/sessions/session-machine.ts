// One room's session as a pure machine: idle, opening, open, closing. It decides and does nothing; the hands
// (ledger, recorder, files) are in session-service.ts. Whether the room really records is room-state.ts's say.
import type { ResumeCause } from '../recording/recorder-protocol.ts';

export type SessionState =
  | { readonly at: 'idle' }
  /**
   * The ledger says opened; that the recorder has begun is not known yet. `resume` is set when it was
   * recording before, so that the recorder recovers the files and records the gap (P3).
   */
  | { readonly at: 'opening'; readonly session: string; readonly resume: ResumeCause | null }
  | { readonly at: 'open'; readonly session: string }
  /**
   * The ledger says closing. `stop`: the recorder still has to seal the files. `finish`: everything is
   * sealed; the rest of the journal, the closing entry and the proof are left.
   */
  | { readonly at: 'closing'; readonly session: string; readonly step: 'stop' | 'finish' };

export type SessionInput =
  /** A request that session-request.ts found good. */
  | { readonly on: 'open'; readonly session: string }
  | { readonly on: 'close' }
  /** The recorder is connected, and this is how it stands with the room's session. */
  | {
      readonly on: 'recorder-back';
      /** It records the session now. */
      readonly running: boolean;
      /** Its journal of the session has records: files may be there to be recovered. */
      readonly begun: boolean;
      /** Its journal of the session ends with `stopped`: every file is sealed. */
      readonly sealed: boolean;
      readonly cause: ResumeCause;
    }
  | { readonly on: 'recorder-gone' }
  /** The ledger could not take SessionOpened or SessionClosing: it has not happened (P5). */
  | { readonly on: 'not-written'; readonly what: 'opened' | 'closing'; readonly session: string }
  | { readonly on: 'started'; readonly session: string }
  | { readonly on: 'stopped'; readonly session: string }
  | { readonly on: 'finished'; readonly session: string };

export type SessionEffect =
  | { readonly do: 'record-opened'; readonly session: string }
  | { readonly do: 'start'; readonly session: string; readonly resume: ResumeCause | null }
  | { readonly do: 'record-closing'; readonly session: string }
  | { readonly do: 'stop'; readonly session: string }
  /** Take in the rest of the journal, then SessionClosed, checkpoint and proof. */
  | { readonly do: 'finish'; readonly session: string }
  | { readonly do: 'refuse'; readonly code: 'SESSION_ALREADY_OPEN'; readonly session: string }
  | { readonly do: 'refuse'; readonly code: 'SESSION_CLOSING'; readonly session: string }
  | { readonly do: 'refuse'; readonly code: 'SESSION_NOT_OPEN' };

export interface SessionStep {
  readonly state: SessionState;
  readonly effects: readonly SessionEffect[];
}

/** The next state and what is to be done, in order. A pair in which nothing happens answers the same state. */
export function next(state: SessionState, input: SessionInput): SessionStep {
  switch (state.at) {
    case 'idle':
      return nextIdle(state, input);
    case 'opening':
      return nextOpening(state, input);
    case 'open':
      return nextOpen(state, input);
    case 'closing':
      return nextClosing(state, input);
  }
}

function nextIdle(state: SessionState & { at: 'idle' }, input: SessionInput): SessionStep {
  if (input.on === 'open') {
    const { session } = input;
    return {
      state: { at: 'opening', session, resume: null },
      effects: [
        { do: 'record-opened', session },
        { do: 'start', session, resume: null },
      ],
    };
  }
  if (input.on === 'close') return { state, effects: [{ do: 'refuse', code: 'SESSION_NOT_OPEN' }] };
  return nothing(state);
}

function nextOpening(state: SessionState & { at: 'opening' }, input: SessionInput): SessionStep {
  const { session } = state;
  switch (input.on) {
    case 'open':
      return alreadyOpen(state);
    case 'close':
      return beginClosing(session);
    case 'started':
      return input.session === session ? { state: { at: 'open', session }, effects: [] } : nothing(state);
    case 'recorder-back':
      // It may have begun before the connection or the control process was lost: then nothing is missing.
      if (input.running) return { state: { at: 'open', session }, effects: [] };
      return {
        state,
        effects: [{ do: 'start', session, resume: state.resume ?? (input.begun ? input.cause : null) }],
      };
    case 'not-written':
      return input.session === session && input.what === 'opened'
        ? { state: { at: 'idle' }, effects: [] }
        : nothing(state);
    default:
      return nothing(state);
  }
}

function nextOpen(state: SessionState & { at: 'open' }, input: SessionInput): SessionStep {
  const { session } = state;
  switch (input.on) {
    case 'open':
      return alreadyOpen(state);
    case 'close':
      return beginClosing(session);
    case 'recorder-back':
      // A lost connection alone is no loss: the recorder goes on without us (P8).
      if (input.running) return nothing(state);
      return {
        state: { at: 'opening', session, resume: input.cause },
        effects: [{ do: 'start', session, resume: input.cause }],
      };
    default:
      return nothing(state);
  }
}

function nextClosing(state: SessionState & { at: 'closing' }, input: SessionInput): SessionStep {
  const { session } = state;
  switch (input.on) {
    case 'open':
    case 'close':
      return { state, effects: [{ do: 'refuse', code: 'SESSION_CLOSING', session }] };
    case 'recorder-back':
      if (state.step === 'finish') return { state, effects: [{ do: 'finish', session }] };
      if (input.sealed)
        return { state: { at: 'closing', session, step: 'finish' }, effects: [{ do: 'finish', session }] };
      if (input.running) return { state, effects: [{ do: 'stop', session }] };
      // It died with files open: taking the session up recovers them, and stopping seals them.
      return {
        state,
        effects: [
          { do: 'start', session, resume: input.cause },
          { do: 'stop', session },
        ],
      };
    case 'not-written':
      // It is still recording, or about to be; the next word of the recorder tells which.
      if (input.session !== session || state.step !== 'stop') return nothing(state);
      // Closing was asked for while the opening was on its way to the disk: there is nothing to close.
      if (input.what === 'opened') return { state: { at: 'idle' }, effects: [] };
      return { state: { at: 'opening', session, resume: null }, effects: [] };
    case 'stopped':
      if (input.session !== session || state.step !== 'stop') return nothing(state);
      return { state: { at: 'closing', session, step: 'finish' }, effects: [{ do: 'finish', session }] };
    case 'finished':
      return input.session === session && state.step === 'finish'
        ? { state: { at: 'idle' }, effects: [] }
        : nothing(state);
    default:
      return nothing(state);
  }
}

function beginClosing(session: string): SessionStep {
  return {
    state: { at: 'closing', session, step: 'stop' },
    effects: [
      { do: 'record-closing', session },
      { do: 'stop', session },
    ],
  };
}

function alreadyOpen(state: SessionState & { session: string }): SessionStep {
  return { state, effects: [{ do: 'refuse', code: 'SESSION_ALREADY_OPEN', session: state.session }] };
}

function nothing(state: SessionState): SessionStep {
  return { state, effects: [] };
}
