// One outside program from its start to its end: arguments as a list that no shell reads as text, a limit of time, and an
// end by its own pid when nobody wants it any more, or when this process is gone. Which program and why is speak.ts's.
import { spawn } from 'node:child_process';

/** Milliseconds between asking a program to end and ending it. */
export const killAfterMs = 1000;
/** Characters of what a program complains that are kept. */
export const maxComplaint = 300;
/** Of the environment these alone are handed on: the rest may hold passwords. */
export const handedOn = [
  'PATH',
  'HOME',
  'LANG',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'PULSE_SERVER',
  'PULSE_COOKIE',
  'PIPEWIRE_REMOTE',
  'ALSA_CONFIG_PATH',
  'AUDIODEV',
  'SDL_AUDIODRIVER',
] as const;

/**
 * What stands between: runs its arguments as they are, and ends the whole group when descriptor 3, which this process
 * holds open, comes to its end, however this process ended. A player that outlived control would speak into what the
 * next control says. TERM is the program's alone: its end is waited for, and is what this ends with.
 */
const guard = `
exec 4<&0
"$@" <&4 3<&- 4<&- &
child=$!
exec 4<&- </dev/null
(trap '' TERM; read -r _ <&3; kill -TERM 0; sleep 1; kill -KILL 0) >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap : TERM
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill -KILL "$watch"
exit "$code"
`;
const shell = '/bin/sh';

export interface ChildRun {
  readonly command: string;
  readonly args: readonly string[];
  /** For its standard input: what may hold names of people does not belong into arguments, which all users see. */
  readonly input?: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** It runs. */
  readonly onStart?: (pid: number) => void;
}

export type ChildEnd =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'failed' | 'too-long' | 'cut-off'; readonly detail: string };

/** Runs it and resolves at its end; never rejects. `cut-off`: the signal was aborted. */
export function runChild(run: ChildRun): Promise<ChildEnd> {
  const { signal } = run;
  if (signal.aborted) return Promise.resolve({ ok: false, why: 'cut-off', detail: '' });
  return new Promise((resolve) => {
    const child = spawn(shell, ['-c', guard, run.command, run.command, ...run.args], {
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      env: environment(),
      // A group of its own: a script that calls the player is ended with it.
      detached: true,
    });
    let asked: 'too-long' | 'cut-off' | null = null;
    let complaint = '';
    const lifeline = child.stdio[3];
    lifeline?.on('error', () => undefined); // it says nothing either way: its end is what counts
    let killing: NodeJS.Timeout | null = null;
    const end = (why: 'too-long' | 'cut-off'): void => {
      asked ??= why;
      killGroup(child.pid, 'SIGTERM');
      killing ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), killAfterMs);
    };
    const limit = setTimeout(() => end('too-long'), run.limitMs);
    const cut = (): void => end('cut-off');
    signal.addEventListener('abort', cut, { once: true });
    const done = (result: ChildEnd): void => {
      clearTimeout(limit);
      if (killing) clearTimeout(killing);
      signal.removeEventListener('abort', cut);
      child.stderr?.destroy();
      // What is left of the group ends with it.
      lifeline?.destroy();
      resolve(result);
    };
    child.once('spawn', () => {
      if (child.pid !== undefined) run.onStart?.(child.pid);
    });
    child.once('error', (error) => {
      if (child.pid === undefined) done({ ok: false, why: 'failed', detail: error.message });
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, maxComplaint);
    });
    // A program that does not read what it is given is judged by how it ends.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(run.input ?? '');
    // Not `close`: something it left behind may hold the pipes open for ever.
    child.once('exit', (code, killed) => {
      if (asked !== null) done({ ok: false, why: asked, detail: '' });
      else if (code === 0) done({ ok: true });
      else done({ ok: false, why: 'failed', detail: complaint.trim() || (killed ?? `code ${code}`) });
    });
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function environment(): NodeJS.ProcessEnv {
  const found = handedOn.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}
