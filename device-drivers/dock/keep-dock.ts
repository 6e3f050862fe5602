// Keeps one dock open: an attempt, then another after a wait that fits what went wrong (supervisor.ts).
import type { RetryWaits, Supervision } from '../supervisor.ts';
import { superviseStream } from '../supervisor.ts';
import { isLiuhenError } from '../../config/errors.ts';
import type { StreamEnd } from '../camera/media-stream.ts';
import type { Dock } from './dock.ts';
import { dockFailures, type DockFailure } from './dock-state.ts';

export interface KeepDockOptions {
  readonly dock: Dock;
  onOpen(): void;
  /** The dock's status says what went wrong; `error` says it in words. */
  onWait(end: StreamEnd, delayMs: number): void;
  /** For tests; default the supervisor's. */
  readonly waits?: RetryWaits;
  readonly jitter?: () => number;
}

export function keepDock({ dock, ...options }: KeepDockOptions): Supervision {
  return superviseStream({
    ...options,
    attempt: () => {
      let over: (end: StreamEnd) => void = () => undefined;
      const ended = new Promise<StreamEnd>((resolve) => {
        over = resolve;
      });
      const lost = (error: Error): void => {
        const state = isLiuhenError(error) ? (error.details['state'] as DockFailure) : 'lost';
        over({ fault: dockFailures[state], error });
      };
      return {
        ended,
        open: () => {
          dock.events.once('lost', lost);
          return dock.open();
        },
        close: async () => {
          dock.events.removeListener('lost', lost);
          dock.close();
          over({ fault: 'asked' });
        },
      };
    },
  });
}
