// What the session service needs of the others; given by gateway.ts, or by a test.
import type { Moment } from '../../config/clock.ts';
import type { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { Settings } from '../../config/settings-types.ts';
import type { ResumeCause } from '../recording/recorder-protocol.ts';
import type { CheckVerdict } from '../before-use/before-use-rules.ts';
import type { SignSegment } from './journal-intake.ts';
import type { LedgerPort } from './ledger-port.ts';
import type { RecorderPort } from './recorder-link.ts';
import type { FoldedSession } from './session-fold.ts';
import type { CheckedOpen } from './session-request.ts';

export interface BeforeOpen {
  readonly check: CheckVerdict;
  /** The rules forbid a start with what was found, and it is not urgent. */
  readonly refusal: { readonly error: LiuhenError; readonly article: string } | null;
}

export interface SessionServiceOptions {
  readonly settings: () => Settings;
  readonly ledger: LedgerPort;
  readonly recorder: RecorderPort;
  readonly sign: SignSegment;
  /** Enters SessionClosed: everything of the session is sealed and in the ledger. */
  readonly enterClosed: (session: FoldedSession, lastJournalRecord: number) => Promise<void>;
  /** Checkpoint and proof of a closed session; safe to repeat. */
  readonly prove: (session: { readonly session: string; readonly folder: string }) => Promise<void>;
  /** Looks at the room before it opens; absent or null: nobody looks. Immediate, and never throws. */
  readonly beforeOpen?: (open: CheckedOpen) => BeforeOpen | null;
  readonly now: () => Moment;
  /** Four random hex digits, so that two sessions of one second differ. */
  readonly random: () => string;
  /** Why sessions that the ledger has open at the start were interrupted. */
  readonly interruptedBy: ResumeCause;
  readonly log: Log;
  /** Told after every change that a room state could show. */
  readonly onChange: () => void;
}
