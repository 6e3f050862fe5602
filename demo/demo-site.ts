// Brings a whole simulated site up: simulator, broker, headquarters and gateway, each a process of its own that
// meets the others on a wire, as in a real site. Settings and cameras are those of the examples.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nextDay } from '../config/calendar/working-days.ts';
import { sleep, wallTime } from '../config/clock.ts';
import { LiuhenError, errorLine } from '../config/errors.ts';
import { localDay } from '../config/local-day.ts';
import { loadSettings } from '../config/settings.ts';
import type { Settings } from '../config/settings-types.ts';
import { askControl } from '../gateway/sessions/control-api.ts';
import type { ControlRequests, GatewayView } from '../gateway/sessions/control-protocol.ts';
import { runPaths } from '../gateway/supervisor/run-paths.ts';
import { panelPins } from '../hw-sim/panel/sim-panel.ts';
import { readSiteFile, type SiteFile } from '../hw-sim/site-file.ts';
import { startLiuhen, type DemoProcess } from './processes.ts';

/** Unix sockets lie below the data folder, and their paths are short by law of the kernel (unix(7)). */
const longestFolder = 70;
/** The control port of hw-sim/site.example.yaml, the panel in it with its port, and the dock. */
export const simControlPort = 18100;
export const demoPanel = 'interview';
export const demoDock = 'field';
const demoPanelPort = 18121;
/** Beside the settings file: the disks of the simulated body-cams, and the lists in place of the kernel's. */
const volumesFolder = 'volumes';
/** Everything is up within this, on a slow box. */
const startTimeoutMs = 40_000;

export interface DemoSite {
  /** All that the demo leaves behind. */
  readonly folder: string;
  readonly settingsFile: string;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly logFolder: string;
  readonly hqFolder: string;
  ask<Name extends keyof ControlRequests>(
    request: Name,
    body: ControlRequests[Name]['body'],
  ): Promise<ControlRequests[Name]['answer']>;
  startBroker(): Promise<void>;
  killBroker(): Promise<void>;
  /** Ends the gateway alone: it seals what is open. */
  endGateway(): Promise<number | null>;
  endHeadquarters(): Promise<void>;
  /** Ends everything in good order. Safe twice. */
  end(): Promise<void>;
}

const root = projectRoot();

/** The folder with package.json, above the sources and the compiled files alike. */
function projectRoot(): string {
  let here = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(here, 'package.json'))) here = path.dirname(here);
  return here;
}

/** Starts everything and waits until every camera plays. Throws LiuhenError DEMO_NOT_UP with the log to look at. */
export async function startDemoSite(say: (line: string) => void, signal: AbortSignal): Promise<DemoSite> {
  const folder = demoFolder();
  const logFolder = path.join(folder, 'logs');
  const hqFolder = path.join(folder, 'headquarters');
  mkdirSync(logFolder, { recursive: true });
  const settingsFile = path.join(folder, 'site.yaml');
  const simulated = readFileSync(path.join(root, 'hw-sim', 'site.example.yaml'), 'utf8');
  // Beside the settings, so that both name the folder of the body-cams' disks in the same way.
  const simulatedFile = path.join(folder, 'simulated.yaml');
  writeFileSync(simulatedFile, `${simulated}volumes: ${volumesFolder}\n`);
  const example = readFileSync(path.join(root, 'config', 'site.example.yaml'), 'utf8');
  writeFileSync(settingsFile, withDock(withPanel(atAnyHour(example)), readSiteFile(simulated)));
  const password = randomBytes(12).toString('hex');
  const env = {
    ...process.env,
    LIUHEN_DATA: path.join(folder, 'data'),
    LIUHEN_SIM_PASSWORD: password,
    LIUHEN_CREDENTIAL_ROOM_CAMERAS: `liuhen:${password}`,
  };
  const settings = await loadSettings(settingsFile, env);
  const socket = runPaths(settings.dataFolder).controlSocket;
  const running = new Map<string, DemoProcess>();
  const start = (name: string, args: readonly string[]): DemoProcess => {
    const child = startLiuhen(name, args, { logFolder, env });
    running.set(name, child);
    return child;
  };
  const startBroker = async (): Promise<void> => {
    const { host } = new URL(settings.mqtt.url);
    start('broker', ['broker', '--listen', host]);
  };
  const stop = async (name: string): Promise<void> => {
    const child = running.get(name);
    running.delete(name);
    await child?.end();
  };
  const site: DemoSite = {
    folder,
    settingsFile,
    settings,
    env,
    logFolder,
    hqFolder,
    ask: (request, body) => askControl(socket, request, body),
    startBroker,
    killBroker: async () => {
      const broker = running.get('broker');
      running.delete('broker');
      await broker?.kill();
    },
    endGateway: async () => {
      const gateway = running.get('gateway');
      running.delete('gateway');
      await gateway?.end(60_000);
      return gateway === undefined ? null : gateway.ended;
    },
    endHeadquarters: () => stop('headquarters'),
    end: async () => {
      await site.endGateway();
      for (const name of ['headquarters', 'broker', 'simulator']) await stop(name);
    },
  };
  try {
    say('starting the simulated cameras, the broker, headquarters and the gateway …');
    start('simulator', ['sim', '--site', simulatedFile]);
    await startBroker();
    const { agency, site: siteName, mqtt } = settings;
    const hq = [
      'feed',
      '--broker',
      mqtt.url,
      '--agency',
      agency,
      '--site',
      siteName,
      '--store',
      hqFolder,
      '--json',
    ];
    start('headquarters', hq);
    start('gateway', ['run', '--config', settingsFile]);
    await waitUntilUp(site, running, signal);
    return site;
  } catch (error) {
    await site.end();
    throw error;
  }
}

async function waitUntilUp(
  site: DemoSite,
  running: Map<string, DemoProcess>,
  signal: AbortSignal,
): Promise<void> {
  const before = Date.now() + startTimeoutMs;
  let view: GatewayView | null = null;
  let last = '';
  while (Date.now() < before && !signal.aborted) {
    for (const child of running.values()) if (!child.running) throw notUp(`${child.name} ended`, child);
    try {
      view = await site.ask('status', null);
      const waiting = view.cameras.filter((camera) => camera.state !== 'playing' || !camera.warm);
      const panels = view.rooms.every(({ panel }) => panel?.connected ?? true);
      if (waiting.length === 0 && view.cameras.length > 0 && view.uplink.connected && panels) return;
      last =
        waiting.map((camera) => `${camera.camera} ${camera.state} ${camera.fault}`).join(', ') ||
        (panels ? 'uplink' : 'panel');
    } catch (error) {
      last = errorLine(error);
    }
    await sleep(200, signal);
  }
  if (!signal.aborted) throw notUp(last, running.get('gateway'));
}

function notUp(why: string, child: DemoProcess | undefined): LiuhenError {
  const log = child?.logFile ?? '';
  const tail = log === '' ? '' : readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n');
  return new LiuhenError('DEMO_NOT_UP', { why, log, tail });
}

/** `data/demo-<time>` below the project; a short path elsewhere when that one is too long for sockets. */
function demoFolder(): string {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(2, 14);
  const wanted = path.join(root, 'data', `demo-${stamp}`);
  if (wanted.length > longestFolder) return mkdtempSync(path.join(tmpdir(), 'liuhen-'));
  mkdirSync(wanted, { recursive: true });
  return wanted;
}

/** The interview room has the panel of hw-sim/site.example.yaml. */
function withPanel(site: string): string {
  const pins = Object.entries(panelPins).map(([part, pin]) => `${part}: ${pin}`);
  const panel = `    panel: { address: 'tcp://127.0.0.1:${demoPanelPort}', pins: { ${pins.join(', ')} } }\n`;
  const changed = site.replace(/^ {4}# panel: .*\n/m, panel);
  if (changed === site) throw new Error('config/site.example.yaml has no panel to replace');
  return changed;
}

/** The dock and the body-cams of hw-sim/site.example.yaml: the dock at the interview room, whose screen the demo shows. */
function withDock(site: string, { docks, bodyCams }: SiteFile): string {
  const added = {
    docks: docks.map(({ id, port }) => ({ id, room: demoPanel, address: `tcp://127.0.0.1:${port}` })),
    bodyCams: bodyCams.map(({ id, serial, unit, officerName, officerNumber }) => ({
      id,
      serial,
      ...(unit === undefined ? {} : { unit }),
      ...(officerName && officerNumber ? { officer: { name: officerName, certificate: officerNumber } } : {}),
    })),
    offload: { kernelLists: volumesFolder },
  };
  // What JSON writes is YAML.
  const lines = Object.entries(added).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `${site.trimEnd()}\n${lines.join('')}`;
}

/** The reception room records by its schedule whenever the demo is started: today and tomorrow are open all day. */
function atAnyHour(site: string): string {
  const today = localDay(wallTime(), 'Asia/Shanghai');
  const days = [today, nextDay(today)].map((day) => `{ day: '${day}', hours: ['00:00-24:00'] }`);
  const changed = site.replace('  special: []', `  special: [${days.join(', ')}]`);
  if (changed === site) throw new Error('config/site.example.yaml has no special days to replace');
  return changed;
}
