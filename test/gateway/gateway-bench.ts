// A gateway over real sockets, with a recorder and a ledger without disks: what outlives a "restart" is in the
// World. The tests with the real recorder and ledger are stories.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../config/log.ts';
import type { Settings } from '../../config/settings-types.ts';
import type { GatewayParts } from '../../gateway/gateway-ports.ts';
import { startGateway, type Gateway } from '../../gateway/gateway.ts';
import { serveChannel, type ChannelServer } from '../../gateway/link/local-channel.ts';
import { recorderProtocol, type RecorderRequests } from '../../gateway/recording/recorder-protocol.ts';
import type { RoomView } from '../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../gateway/sessions/ledger-port.ts';
import { runPaths } from '../../gateway/supervisor/run-paths.ts';
import { FakeRecorder, settings as plainSettings } from './sessions/fakes.ts';

export class World {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'liuhen-gw-'));
  readonly entries: LedgerBody[] = [];
  /** When each of them was entered. */
  readonly walls: number[] = [];
  wallMs: () => number = () => Date.now();
  readonly published: RoomView[] = [];
  readonly proofs = new Set<string>();
  readonly socket = runPaths(this.folder).controlSocket;
  recorder = new FakeRecorder();
  settings: Settings = { ...plainSettings, dataFolder: this.folder };
  /** What the settings file holds when it is read again. */
  file: () => Promise<Settings> = () => Promise.resolve(this.settings);
  bootId = 'boot-1';
  brokers = 0;
  refills = 0;
  /** What the ledger's disk does not take. */
  refuse: LedgerBody['case'] | null = null;
  #server: ChannelServer | null = null;

  cases(): string[] {
    return this.entries.map((body) => body.case);
  }

  /** The recorder's process begins. */
  async startRecorder(): Promise<void> {
    const { folder, recorderSocket } = runPaths(this.folder);
    mkdirSync(folder, { recursive: true });
    const { recorder } = this;
    const server = await serveChannel({
      path: recorderSocket,
      protocol: recorderProtocol,
      handle: (name, body) => recorder.ask(name as keyof RecorderRequests, body as never),
    });
    recorder.onRecord = (session, record) => server.broadcast('journal', { session, record });
    this.#server = server;
  }

  /** It dies: what it recorded stays on the disk. */
  async killRecorder(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
    this.recorder = new FakeRecorder(this.recorder.disk);
  }

  startGateway(change: Partial<GatewayParts> = {}): Promise<Gateway> {
    return startGateway({
      settings: this.settings,
      readSettings: () => this.file(),
      version: '0.1.0',
      bootId: this.bootId,
      log: silentLog,
      parts: { ...this.#parts(), ...change },
    });
  }

  async end(): Promise<void> {
    await this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #parts(): GatewayParts {
    const { entries, walls, published, proofs } = this;
    const append = async (body: LedgerBody): Promise<{ seq: number; wallMs: number }> => {
      await Promise.resolve();
      if (body.case === this.refuse) throw new Error('the disk is full');
      const wallMs = this.wallMs();
      walls.push(wallMs);
      return { seq: entries.push(body), wallMs };
    };
    return {
      openLedger: async (_settings, _log, onEntry) => {
        for (const [index, body] of entries.entries())
          onEntry({ seq: index + 1, body, wallMs: walls[index] ?? 0 });
        return {
          epoch: entries.filter((body) => body.case === 'boxStarted').length + 1,
          publicKeyPem: 'key',
          sign: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
          signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
          head: () => ({ seq: entries.length, headHex: 'ab' }),
          append,
          checkpoint: async () => undefined,
          refillReserve: () => {
            this.refills += 1;
            return true;
          },
          enterClosed: async ({ session, segments, gaps, bytes }, lastJournalRecord, enter) => {
            const filesSha256 = new Uint8Array(32);
            await enter({
              case: 'sessionClosed',
              value: { session, lastJournalRecord, segments, gaps, bytes, filesSha256 },
            });
          },
          hasProof: async ({ folder }) => proofs.has(folder),
          prove: async ({ folder }) => {
            proofs.add(folder);
          },
          close: async () => undefined,
        };
      },
      startBroker: async () => {
        this.brokers += 1;
        return null;
      },
      openUplink: async () => ({
        connected: true,
        receivedSeq: 0,
        state: 'delivering',
        publishRoom: (room) => {
          published.push(room);
        },
        close: async () => undefined,
      }),
      resolveCamera: () => Promise.reject(new Error('no ONVIF here')),
    };
  }
}
