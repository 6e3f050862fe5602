// The named states of a dock: what went wrong, never just that something did. SPEC.md §7 says what each one means.
import { LiuhenError } from '../../config/errors.ts';
import type { StreamFault } from '../camera/media-stream.ts';

/** What ends a line, with how the supervisor waits after it. */
export const dockFailures = {
  unreachable: 'unreachable',
  silent: 'no-reply',
  noise: 'bad-reply',
  'wrong-version': 'bad-reply',
  'wrong-firmware': 'bad-reply',
  refused: 'bad-reply',
  'bad-reply': 'bad-reply',
  'no-reply': 'no-reply',
  rebooted: 'closed',
  lost: 'closed',
} as const satisfies Record<string, StreamFault>;

export type DockFailure = keyof typeof dockFailures;
/** 'closed': nobody has opened it, or close() was called. */
export type DockState = 'closed' | 'opening' | 'ready' | DockFailure;

/** The error of a line that has ended. */
export function dockDown(
  state: DockFailure | 'closed',
  address: string,
  why: string,
  cause?: unknown,
): LiuhenError {
  const fault = state === 'closed' ? 'closed' : dockFailures[state];
  return new LiuhenError('DOCK_DOWN', { address, state, why, fault }, { cause });
}
