// The parent process of `liuhen run`: checks the settings once, keeps the recorder and control alive, and is the
// one that systemd watches. It touches neither a stream nor the ledger, so that it has no reason to die.
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { monotonicTime, sleep } from '../../config/clock.ts';
import type { Environment } from '../../config/credentials.ts';
import type { Log } from '../../config/log.ts';
import { loadSettings } from '../../config/settings.ts';
import type { Settings } from '../../config/settings-types.ts';
import { isLive } from '../link/is-live.ts';
import { recorderNodeFlags } from '../recording/recorder-node-flags.ts';
import { keepControl, type ControlChild } from './control-child.ts';
import { keepRecorder } from './recorder-child.ts';
import { takeRunLock } from './run-lock.ts';
import { runPaths, type RunPaths } from './run-paths.ts';
import { connectSystemd } from './systemd.ts';

/** How long the control of a supervisor that was killed may take to end, before ours is started anyway. */
export const formerControlMs = 10_000;
/** How often control is asked whether it answers, where systemd does not say, in milliseconds. */
export const controlAskMs = 10_000;

export interface SupervisorOptions {
  readonly configPath: string;
  /** Aborts on SIGTERM and SIGINT: control is ended first, then the recorder. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly environment?: Environment;
  /** Called when control is ready, each time. */
  onReady?(): void;
  /** What to start after `node`, for tests: by default the entry files beside this one. */
  readonly commands?: { readonly recorder: readonly string[]; readonly control: readonly string[] };
}

/**
 * Runs until `signal` aborts, and resolves when both children have ended.
 * @throws LiuhenError SETTINGS_*, RUN_FOLDER or RUN_ALREADY before anything was started.
 */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  // First of all: before somebody listens, the signal would end us. A control that starts later reads the file anyway.
  let reload: () => void = () => undefined;
  const onHangUp = (): void => reload();
  process.on('SIGHUP', onHangUp);
  try {
    await supervise(options, (control) => {
      reload = () => control.reload();
    });
  } finally {
    process.off('SIGHUP', onHangUp);
  }
}

async function supervise(
  options: SupervisorOptions,
  onControl: (control: ControlChild) => void,
): Promise<void> {
  const { log, signal, environment = process.env } = options;
  const configPath = path.resolve(options.configPath);
  const settings = await loadSettings(configPath, environment);
  const paths = runPaths(settings.dataFolder);
  const lock = await takeRunLock(paths.folder);
  const systemd = connectSystemd(environment, log);
  const commands = options.commands ?? ownCommands(configPath, settings, paths);

  const recorder = keepRecorder({ command: commands.recorder, socket: paths.recorderSocket, log });
  await formerControlEnded(paths.controlSocket, signal, log);
  const control = keepControl({
    command: commands.control,
    log,
    onReady: () => {
      log.info('ready', { recorder: recorder.pid, control: control.pid });
      options.onReady?.();
      void systemd.notify('READY=1');
    },
  });
  onControl(control);
  const watching = watch();

  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  log.info('stopping');
  await systemd.notify('STOPPING=1');
  await control.stop();
  await recorder.quit();
  await watching;
  await lock.release();
  log.info('stopped');

  /** WATCHDOG=1 at half the time systemd allows, and only while both children answer. */
  async function watch(): Promise<void> {
    // The control that did not answer last time. A recorder that hangs is systemd's to judge: it may be a slow disk.
    let silent: number | undefined;
    while (!signal.aborted) {
      const asked = control.pid;
      const [controlAnswers, recorderAnswers] = await Promise.all([control.answers(), recorder.answers()]);
      if (controlAnswers && recorderAnswers) await systemd.notify('WATCHDOG=1');
      else log.error('the watchdog is not fed', { controlAnswers, recorderAnswers });
      const hangs = !controlAnswers && !signal.aborted && asked !== undefined && asked === control.pid;
      if (hangs && asked === silent) {
        log.error('control hangs; it is ended by force', { pid: asked });
        control.endByForce();
      }
      const again = hangs && asked !== silent;
      silent = again ? asked : undefined;
      // Asked a second time at once: both times together are less than systemd waits.
      if (!again) await sleep(systemd.watchdogMs ?? controlAskMs, signal);
    }
  }
}

/** The entry files beside this one, compiled or, under tsx, as source; loaders of this process are passed on. */
function ownCommands(
  configPath: string,
  { recording, dataFolder }: Settings,
  paths: RunPaths,
): { recorder: readonly string[]; control: readonly string[] } {
  const extension = path.extname(fileURLToPath(import.meta.url));
  const entry = (name: string): string => fileURLToPath(new URL(`../${name}${extension}`, import.meta.url));
  const { execArgv } = process;
  return {
    recorder: [
      ...execArgv,
      ...recorderNodeFlags,
      entry('recording/recorder-main'),
      '--socket',
      paths.recorderSocket,
      '--part',
      String(recording.partMs),
      '--segment-ms',
      String(recording.segmentMs),
      '--recordings',
      dataFolder,
      '--reserve-bytes',
      String(recording.reserveBytes),
    ],
    control: [...execArgv, entry('main'), '--config', configPath],
  };
}

/** A supervisor that was killed leaves a control that is just ending; two would fight for the ledger. */
async function formerControlEnded(socket: string, signal: AbortSignal, log: Log): Promise<void> {
  const deadline = monotonicTime() + formerControlMs;
  while (!signal.aborted && (await isLive(socket))) {
    if (monotonicTime() > deadline) {
      log.warn('the former control still answers; another one is started', { socket });
      return;
    }
    await sleep(100, signal);
  }
}
