// The control process's end of the line to its supervisor: answers pings, passes on stop and reload, and
// notices when the supervisor is gone. Started by hand, without a supervisor, signals do the same.
import { isToChild, type FromChild } from './child-messages.ts';

export interface ParentHandlers {
  /**
   * Called once. `asked`: the supervisor or a signal asks to seal and end. `parent-gone`: the supervisor
   * died; end, and leave the recorder alone, because the next supervisor adopts it.
   */
  stop(why: 'asked' | 'parent-gone'): void;
  /** Read the settings again. */
  reload(): void;
}

export interface ParentLink {
  /** False when the process was started without a supervisor. */
  readonly supervised: boolean;
  /** Says that the service is ready; systemd hears it from the supervisor. */
  ready(): void;
  /** Lets the process end: takes the listeners off. Safe twice. */
  close(): void;
}

/** Follows the supervisor, or SIGTERM, SIGINT and SIGHUP when there is none. */
export function followParent(handlers: ParentHandlers): ParentLink {
  const supervised = process.channel !== undefined;
  let stopped = false;
  const stop = (why: 'asked' | 'parent-gone'): void => {
    if (stopped) return;
    stopped = true;
    handlers.stop(why);
  };
  const tell = (message: FromChild): void => {
    // A failed send means that the supervisor is gone; 'disconnect' says so and is acted upon.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  const onMessage = (message: unknown): void => {
    if (!isToChild(message)) return;
    if (message.kind === 'ping') tell({ kind: 'alive', n: message.n });
    else if (message.kind === 'stop') stop('asked');
    else handlers.reload();
  };
  const onGone = (): void => stop('parent-gone');
  const onSignal = (): void => stop('asked');
  const onHangUp = (): void => handlers.reload();

  process.on('SIGTERM', onSignal).on('SIGINT', onSignal).on('SIGHUP', onHangUp);
  if (supervised) {
    process.on('message', onMessage).on('disconnect', onGone);
    // It may have died between the fork and this line; 'disconnect' is not sent twice.
    if (!process.connected) setImmediate(onGone);
  }
  return {
    supervised,
    ready: () => tell({ kind: 'ready' }),
    close: () => {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal).off('SIGHUP', onHangUp);
      process.off('message', onMessage).off('disconnect', onGone);
      if (process.connected) process.disconnect();
    },
  };
}
