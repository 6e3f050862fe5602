// The control process's life: started by the supervisor (or by hand), it reads the settings, starts the gateway
// and ends when it is asked to or when the supervisor is gone. Everything else is gateway.ts's.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { errorLine } from '../config/errors.ts';
import { createLog, type Log } from '../config/log.ts';
import { loadSettings } from '../config/settings.ts';
import type { GatewayParts } from './gateway-ports.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { followParent } from './supervisor/parent-link.ts';

/** The kernel's boot id (proc(5)); '' where there is none, and then every start counts as a new boot. */
function readBootId(log: Log): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch (error) {
    log.warn('no boot id: every start counts as a new boot', { error: error as Error });
    return '';
  }
}

/** From package.json, which lies above both the sources and the compiled files. */
export function readVersion(): string {
  for (const above of ['../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as {
        version?: unknown;
      };
      if (typeof version === 'string') return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}

/** Runs until it is asked to end, then exits 0; exits 1 when the settings or the ledger cannot be used. */
export function runControl(parts: GatewayParts): void {
  const log = createLog({ name: 'control' });
  run(parts, log).catch((error: unknown) => {
    log.error('control cannot start', { why: errorLine(error) });
    process.exit(1);
  });
}

async function run(parts: GatewayParts, log: Log): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  const { config } = values;
  if (config === undefined) throw new Error('control needs --config FILE');

  // A stop may come while the ledger is still being opened: it is then done as soon as that is through.
  let gateway: Gateway | null = null;
  // Nor is a SIGHUP lost that comes while the ledger is being opened: the file was read before.
  let reloadAsked = false;
  let stopWhy: 'asked' | 'parent-gone' | null = null;
  const finish = async (): Promise<void> => {
    if (gateway === null || stopWhy === null) return;
    await gateway.stop(stopWhy);
    parent.close();
    process.exit(0);
  };
  const fail = (error: unknown): never => {
    log.error('control failed', { error: error as Error });
    process.exit(1);
  };
  const parent = followParent({
    stop: (why) => {
      stopWhy = why;
      finish().catch(fail);
    },
    reload: () => {
      if (gateway === null) reloadAsked = true;
      else reload(gateway);
    },
  });
  const reload = (running: Gateway): void => {
    running.reload().catch((error: unknown) => {
      log.error('reload failed', { error: error as Error });
    });
  };
  gateway = await startGateway({
    settings: await loadSettings(config, process.env),
    readSettings: () => loadSettings(config, process.env),
    version: readVersion(),
    bootId: readBootId(log),
    parts,
    log,
  });
  if (reloadAsked) reload(gateway);
  if (stopWhy === null) parent.ready();
  else await finish();
}
