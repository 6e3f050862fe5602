// Keeps one camera's event hints coming: an attempt, then another after a wait that fits the fault, without end.
// Slower than streams by far, because nothing rests on hints; one attempt is event-hints.ts's.
import type { CameraSettings } from '../../config/settings-types.ts';
import { superviseStream, type RetryWaits, type Supervision } from '../supervisor.ts';
import { EventHints, type CameraHint } from './event-hints.ts';
import type { StreamEnd } from './media-stream.ts';

const seldom = { first: 600_000, longest: 3_600_000 };
/** Waits in milliseconds: the first, and the longest; each failure doubles the wait. */
export const hintWaits: RetryWaits = {
  unreachable: { first: 5_000, longest: 60_000 },
  closed: { first: 2_000, longest: 60_000 },
  stalled: { first: 10_000, longest: 300_000 },
  'no-reply': { first: 10_000, longest: 300_000 },
  'bad-reply': { first: 10_000, longest: 600_000 },
  busy: { first: 60_000, longest: 600_000 },
  // The stream and the camera's own questions try a wrong password once a minute: hints must not add to that.
  'wrong-password': seldom,
  forbidden: seldom,
  // No event service: until the next firmware, or the next start.
  'not-found': { first: 3_600_000, longest: 3_600_000 },
  'no-video': seldom,
};
/** Milliseconds that a subscription must last for the waits to begin anew: one pull that hangs is no recovery. */
export const hintsRecoveredAfterMs = 50_000;

export interface HintListener {
  onHint(hint: CameraHint): void;
  onSubscribed(): void;
  /** The subscription ended or did not come; the next attempt begins in `delayMs`. */
  onWait(end: StreamEnd, delayMs: number): void;
}

/** Subscribes again and again until closed. The camera must have an ONVIF address. */
export function watchHints(settings: CameraSettings, listener: HintListener): Supervision {
  return superviseStream({
    attempt: () => {
      const hints = new EventHints({ settings });
      hints.events.on('hint', (hint) => listener.onHint(hint));
      return hints;
    },
    onOpen: () => listener.onSubscribed(),
    onWait: (end, delayMs) => listener.onWait(end, delayMs),
    waits: hintWaits,
    recoveredAfterMs: hintsRecoveredAfterMs,
  });
}
