// The demo's own child processes: started with their output in a log file, waited for, ended in good order.
// Only processes started here are ever ended, each by its id.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DemoProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** The exit code, or null after a signal. Never rejects. */
  readonly ended: Promise<number | null>;
  readonly running: boolean;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it is gone. */
  end(graceMs?: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const here = path.dirname(fileURLToPath(import.meta.url));
/** The same command line a person uses, compiled or not as this file is. */
const cliFile = path.join(here, '..', 'cli', `liuhen${path.extname(fileURLToPath(import.meta.url))}`);

/** Starts `liuhen <args>`, both outputs to `<logFolder>/<name>.log`. */
export function startLiuhen(
  name: string,
  args: readonly string[],
  options: { logFolder: string; env: NodeJS.ProcessEnv },
): DemoProcess {
  const logFile = path.join(options.logFolder, `${name}.log`);
  const log = openSync(logFile, 'a');
  // A group of its own: Ctrl-C reaches the demo alone, which then ends the others in the right order.
  const child = spawn(process.execPath, [...process.execArgv, cliFile, ...args], {
    env: options.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  return follow(name, logFile, child);
}

/** Runs `liuhen <args>` to its end and answers what it printed. */
export function runLiuhen(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, cliFile, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}

function follow(name: string, logFile: string, child: ChildProcess): DemoProcess {
  let running = true;
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code));
  }).then((code) => {
    running = false;
    return code;
  });
  const signal = async (first: NodeJS.Signals, graceMs: number): Promise<void> => {
    if (!running) return;
    child.kill(first);
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };
  return {
    name,
    pid: child.pid ?? 0,
    logFile,
    ended,
    get running() {
      return running;
    },
    end: (graceMs = 15_000) => signal('SIGTERM', graceMs),
    kill: () => signal('SIGKILL', 1000),
  };
}
