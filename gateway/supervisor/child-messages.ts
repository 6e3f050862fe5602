// What the supervisor and the control process say to each other over Node's IPC channel. The recorder has no
// such channel: it is asked over its own socket, so that it can outlive the supervisor that began it (P8).

/** Supervisor to control. */
export type ToChild =
  /** Answer with `alive` and the same number, from the main loop, so that a blocked loop shows. */
  | { readonly kind: 'ping'; readonly n: number }
  /** Seal what is to be sealed and end with exit code 0. */
  | { readonly kind: 'stop' }
  /** SIGHUP: read the settings again. */
  | { readonly kind: 'reload' };

/** Control to supervisor. */
export type FromChild =
  /** Everything that `run` promises works: rooms are watched, commands are answered. */
  { readonly kind: 'ready' } | { readonly kind: 'alive'; readonly n: number };

/** True for a message a child may send; anything else is ignored with a warning. */
export function isFromChild(message: unknown): message is FromChild {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, n } = message as { kind?: unknown; n?: unknown };
  return kind === 'ready' || (kind === 'alive' && typeof n === 'number');
}

/** True for a message the supervisor may send. */
export function isToChild(message: unknown): message is ToChild {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, n } = message as { kind?: unknown; n?: unknown };
  return kind === 'stop' || kind === 'reload' || (kind === 'ping' && typeof n === 'number');
}
