// A whole site for a story: simulated cameras, broker and headquarters in the test's process, the gateway as the
// processes that a box runs. Everything is waited for; everything that was started is ended by its id.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { silentLog } from '../../config/log.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import type { ControlRequests, GatewayView } from '../../gateway/sessions/control-protocol.ts';
import { startEmbeddedBroker, type EmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { Headquarters } from '../../headquarters/headquarters.ts';
import { createSimCamera, type SimCamera } from '../../hw-sim/camera/sim-camera.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cli = path.join(root, 'dist', 'cli', 'liuhen.js');
/** On a loaded machine with two cores everything here takes under a tenth of it. */
const patienceMs = 30_000;

export const address = { agency: 'story', site: 'front', gateway: 'box-1' };
export const officers = [
  '--officer',
  '张三:A-1',
  '--officer',
  '李四:A-2',
  '--case',
  'S-1',
  '--case-name',
  '示例案件',
  '--party',
  '王五',
  '--stage',
  '调查取证',
];

export interface Site {
  readonly folder: string;
  readonly dataFolder: string;
  readonly cameras: readonly SimCamera[];
  readonly hq: Headquarters;
  readonly brokerUrl: string;
  /** The settings file: a story may write another one before SIGHUP. */
  readonly config: string;
  ask<Name extends keyof ControlRequests>(
    request: Name,
    body: ControlRequests[Name]['body'],
  ): Promise<ControlRequests[Name]['answer']>;
  /** `liuhen <args>` to its end. */
  liuhen(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }>;
  startGateway(): Promise<void>;
  /** The ids of supervisor, recorder and control. */
  processes(): Promise<{ supervisor: number; recorder: number; control: number }>;
  /** SIGTERM to the supervisor; its exit code. */
  endGateway(): Promise<number | null>;
  killBroker(): Promise<void>;
  startBroker(): Promise<void>;
  until(what: string, holds: (view: GatewayView) => boolean): Promise<GatewayView>;
  /** The first line of the gateway's log, of all its starts, that matches; waits for it. */
  logged(what: RegExp): Promise<string>;
}

/** Everything up but the gateway. */
export async function openSite(t: Test, audio: 'aac' | 'pcma' = 'aac'): Promise<Site> {
  // Unix sockets lie below it: the path must stay short.
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  const dataFolder = path.join(folder, 'd');
  const cameras = [
    await createSimCamera({ id: 'left', audio, onvifPort: 0 }),
    await createSimCamera({ id: 'right', audio: 'pcmu' }),
  ];
  const port = await freePort();
  let broker: EmbeddedBroker | null = await startEmbeddedBroker({ port, log: silentLog });
  const url = `mqtt://127.0.0.1:${port}`;
  const hq = await Headquarters.open({ url, store: path.join(folder, 'hq'), log: silentLog });
  const config = path.join(folder, 'site.yaml');
  writeFileSync(config, settingsText(url, cameras));
  const env = { ...process.env, LIUHEN_DATA: dataFolder, LIUHEN_CREDENTIAL_ROOM: 'liuhen:simulated' };
  const socket = path.join(dataFolder, 'run', 'control.sock');
  const logFile = path.join(folder, 'gateway.log');
  let gateway: ChildProcess | null = null;
  // A test that ran out of time is ended without its teardown: what it started must not go on for hours.
  process.once('exit', () => gateway?.kill('SIGTERM'));
  /** Recorders outlive their supervisor: when a story fails between two starts, nobody else would end them. */
  const recorders = new Set<number>();
  const site: Site = {
    folder,
    dataFolder,
    cameras,
    hq,
    brokerUrl: url,
    config,
    ask: (request, body) => askControl(socket, request, body),
    liuhen: (...args) => run(args, env),
    startGateway: async () => {
      const log = openSync(logFile, 'a');
      gateway = spawn(process.execPath, [cli, 'run', '--config', config], {
        env,
        stdio: ['ignore', log, log],
      });
      closeSync(log);
      await site.until('every camera is warm', ({ cameras: seen }) => seen.every((camera) => camera.warm));
    },
    processes: async () => {
      const supervisor = gateway?.pid ?? 0;
      const recorder = (await site.ask('status', null)).recorder.pid ?? 0;
      recorders.add(recorder);
      const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8').trim();
      const control =
        children
          .split(' ')
          .map(Number)
          .find((pid) => pid !== recorder) ?? 0;
      return { supervisor, recorder, control };
    },
    endGateway: async () => {
      const child = gateway;
      gateway = null;
      if (child === null) return null;
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
    killBroker: async () => {
      await broker?.close();
      broker = null;
    },
    startBroker: async () => {
      broker = await startEmbeddedBroker({ port, log: silentLog });
    },
    until: async (what, holds) => {
      const before = Date.now() + patienceMs;
      let last = '';
      while (Date.now() < before) {
        try {
          const view = await site.ask('status', null);
          if (holds(view)) return view;
          last = view.rooms.map((room) => `${room.room} ${room.state} ${room.why}`).join('; ');
        } catch (error) {
          last = (error as Error).message; // the gateway is on its way up
        }
        // Each look costs the box a view of everything, and it is the box that is looked at.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`waited in vain until ${what}: ${last}`);
    },
    logged: async (what) => {
      const before = Date.now() + patienceMs;
      for (;;) {
        const found = readFileSync(logFile, 'utf8')
          .split('\n')
          .find((line) => what.test(line));
        if (found !== undefined) return found;
        if (Date.now() > before) throw new Error(`not in the log: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    },
  };
  t.teardown(async () => {
    await site.endGateway();
    for (const pid of recorders) if (isOurs(pid, folder)) process.kill(pid, 'SIGKILL');
    await hq.close();
    await site.killBroker();
    for (const camera of cameras) await camera.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return site;
}

export function roomOf(view: GatewayView): GatewayView['rooms'][number] {
  const [room] = view.rooms;
  if (room === undefined) throw new Error('no room');
  return room;
}

export const recording = (view: GatewayView): boolean => roomOf(view).state === 'recording';

/** Until headquarters has all that the box has; answers both heads. */
export async function hqCaughtUp(site: Site): Promise<{ box: string; hq: string; seq: number }> {
  const view = await site.until('HQ has everything', (v) => v.uplink.receivedSeq >= v.ledger.seq);
  const head = await site.hq.head(address);
  return { box: view.ledger.headHex, hq: Buffer.from(head.hash).toString('hex'), seq: Number(head.seq) };
}

function settingsText(url: string, [left, right]: readonly SimCamera[]): string {
  return [
    `agency: ${address.agency}`,
    `site: ${address.site}`,
    `gateway: ${address.gateway}`,
    'timezone: Asia/Shanghai',
    'language: zh-CN',
    'data: ./d',
    'recording: { part: 250ms, segment: 10min, reserve: 16MiB }',
    'policy: { officers: 2, caseNumber: required, urgentDebt: 24h }',
    // Stories are told in silence, on machines with a sound card too.
    'notice: { audio: { command: [no-such-player] } }',
    `mqtt: { url: "${url}", embedded: false }`,
    'rooms:',
    '  - { id: talk, name: 询问室, kind: interview, cameras: [left, right] }',
    'cameras:',
    `  - { id: left, onvif: "${left?.onvifUrl}", credentials: room, tracks: [video, audio] }`,
    `  - { id: right, rtsp: "${right?.rtspUrl}", credentials: room, tracks: [video, audio] }`,
    '',
  ].join('\n');
}

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Whether the process still runs and works below `folder`: a number alone may be another's by now. */
export function isOurs(pid: number, folder: string): boolean {
  try {
    return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false; // ENOENT: it has ended
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const found = server.address();
  server.close();
  return typeof found === 'object' && found !== null ? found.port : 0;
}
