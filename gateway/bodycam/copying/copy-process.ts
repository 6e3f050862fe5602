// Copies clips in processes of their own, one for each clip that is copied at once: each hashes on a core of its own,
// and a card that hangs holds up nothing but its process. Otherwise as copyClip() of clip-copy.ts.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ClipToCopy, CopyWays } from './clip-copy.ts';
import type { CopyOutcome } from './clip-outcome.ts';
import { clipWords, type FromCopier, type ToCopier } from './copy-messages.ts';

/** A process that has nothing to do for this long is ended. */
export const idleMs = 60_000;
/** Processes at once; one whose disk hangs cannot even be killed, and stays until the kernel lets it go. */
export const maxProcesses = 32;
/** Threads of one process that wait for disks: two reads and two writes, and a sync. */
const threads = '6';
const environment = ['PATH', 'LANG', 'TZ', 'NODE_ENV', 'TSX_TSCONFIG_PATH'];

export class CopyProcesses {
  readonly #idle = new Map<ChildProcess, NodeJS.Timeout>();
  readonly #all = new Set<ChildProcess>();
  #closed = false;

  /** The processes that there are now. */
  get pids(): readonly number[] {
    return [...this.#all].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * As copyClip(); `ways.pool` and `ways.disk` are those of the process. A process that dies is the outcome
   * `write-error`: what had its mark is safe. Never rejects.
   */
  readonly copy = async (clip: ClipToCopy, ways: CopyWays): Promise<CopyOutcome> => {
    const none = { safeBytes: 0, resumedFrom: 0, file: null, sha256: null, reread: null };
    if (ways.signal.aborted || this.#closed) return { state: 'stopped', ...none, why: null };
    if (this.#idle.size === 0 && this.#all.size >= maxProcesses)
      return { state: 'too-slow', ...none, why: 'too many processes hang' };
    const child = this.#take();
    const { store, keepFreeBytes, stallMs, syncEveryBytes } = ways;
    let usable = false;
    const outcome = await new Promise<CopyOutcome | null>((resolve) => {
      const stop = (): void => say(child, { do: 'stop' });
      const hear = (message: FromCopier): void => {
        if (message.is === 'progress') ways.progress?.(message.bytes);
        if (message.is === 'synced') ways.synced?.();
        if (message.is === 'asking')
          void (ways.pace?.(message.bytes) ?? Promise.resolve()).then(() =>
            say(child, { do: 'read', bytes: message.bytes }),
          );
        if (message.is !== 'outcome') return;
        usable = message.usable;
        finish(message.outcome);
      };
      const dead = (): void => finish(null);
      const finish = (end: CopyOutcome | null): void => {
        ways.signal.removeEventListener('abort', stop);
        child.off('message', hear).off('exit', dead).off('error', dead);
        resolve(end);
      };
      child.on('message', hear).once('exit', dead).once('error', dead);
      ways.signal.addEventListener('abort', stop);
      say(child, { do: 'copy', clip: clipWords(clip), store, keepFreeBytes, stallMs, syncEveryBytes });
    });
    if (outcome === null) {
      this.#all.delete(child);
      return {
        state: ways.signal.aborted ? 'stopped' : 'write-error',
        ...none,
        why: 'the copying process died',
      };
    }
    if (this.#closed || !usable) this.#end(child);
    else this.#rest(child);
    return outcome;
  };

  /** Ends all processes; copies under way are `stopped` when their signal was, else they have died. */
  close(): void {
    this.#closed = true;
    for (const child of this.#all) this.#end(child);
  }

  #take(): ChildProcess {
    const [rested] = this.#idle;
    if (rested) {
      clearTimeout(rested[1]);
      this.#idle.delete(rested[0]);
      return rested[0];
    }
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const child = fork(fileURLToPath(new URL(`./copy-main.${ending}`, import.meta.url)), {
      env: {
        ...Object.fromEntries(environment.map((name) => [name, process.env[name]])),
        UV_THREADPOOL_SIZE: threads,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#all.add(child);
    child.once('exit', () => {
      clearTimeout(this.#idle.get(child));
      this.#idle.delete(child);
      this.#all.delete(child);
    });
    child.on('error', () => this.#all.delete(child));
    return child;
  }

  #rest(child: ChildProcess): void {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => {
      this.#idle.delete(child);
      this.#end(child);
    }, idleMs);
    timer.unref();
    this.#idle.set(child, timer);
  }

  #end(child: ChildProcess): void {
    clearTimeout(this.#idle.get(child));
    this.#idle.delete(child);
    child.kill('SIGKILL');
  }
}

/** A process that has died hears nothing; its exit tells. */
function say(child: ChildProcess, message: ToCopier): void {
  if (child.connected) child.send(message, () => {});
}
