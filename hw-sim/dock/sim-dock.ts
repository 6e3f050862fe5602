// A simulated dock at the end of a wire: a TCP port, any duplex (a pty), or a pair in memory. It fakes the wire and
// nothing above: the real driver talks to it.
import type { KeyObject } from 'node:crypto';
import { duplexPair, type Duplex } from 'node:stream';
import { maxPayloadBytes } from '../../protocols/dock/limits.ts';
import type { DockRequest, FirmwareName, LampWord } from '../../protocols/dock/messages.ts';
import type { DockBehaviour, DockFacts } from './dock-behaviour.ts';
import { TcpPlug } from '../tcp-plug.ts';
import { DockCore, type DiskHost } from './dock-core.ts';
import { FirmwareBank } from './firmware-bank.ts';
import type { SimBodyCam } from './sim-body-cam.ts';

export interface SimDockSpec {
  readonly host?: string;
  /** Default: any. */
  readonly port?: number;
  /** Default 4. */
  readonly slots?: number;
  readonly facts?: Partial<DockFacts>;
  readonly firmware?: FirmwareName;
  /** Public key of its firmware's maker; without one it takes no image. */
  readonly firmwareKey?: KeyObject;
  /** Where its body-cams in disk mode show up; without one nowhere. */
  readonly disks?: DiskHost;
}

export interface SimDock {
  readonly port: number;
  /** `tcp://127.0.0.1:port`. */
  readonly address: string;
  /** The host's end of a new pair in memory. Throws while it is unplugged. */
  connect(): Duplex;
  /** Takes this line as its own, as a dock behind a pty does. */
  attach(line: Duplex): void;
  /** Puts a device into a slot; what was there is pulled out. */
  insert(slot: number, device: SimBodyCam): void;
  pull(slot: number): SimBodyCam | null;
  readonly slots: readonly {
    readonly device: SimBodyCam | null;
    readonly insertion: number;
    readonly locked: boolean;
    readonly lamp: LampWord;
    readonly diskMode: boolean;
  }[];
  readonly firmware: FirmwareName;
  /** Bytes of images that were ever written to its flash. */
  readonly flashedBytes: number;
  /** Requests that were done, oldest first; repetitions are not among them. */
  readonly received: readonly DockRequest[];
  readonly plugged: boolean;
  /** Names of the behaviours that lie on it, newest first. */
  readonly behaviours: readonly string[];
  /** Lays a behaviour on top; gives what takes it off again. */
  use(behaviour: DockBehaviour): () => void;
  /** Power off and on at once. The lines stay. */
  reboot(): void;
  /** Cuts every line, and the disks go; no line is taken until `plug`. */
  unplug(): void;
  /** A dock that has just booted. Nothing happens when it is plugged in. */
  plug(): Promise<void>;
  /** Bytes on the line that belong to nothing. */
  junk(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const usualFacts: DockFacts = {
  vendor: 'Sim',
  model: 'DK-4',
  serial: 'DK00001',
  minVersion: 1,
  maxVersion: 1,
  maxPayloadBytes,
  shownBuild: null,
};

/** Listens on loopback. Rejects when the port is taken. */
export async function createSimDock(spec: SimDockSpec = {}): Promise<SimDock> {
  const { host = '127.0.0.1', slots = 4, firmware = { name: '1.4.2', build: 142 } } = spec;
  const facts = { ...usualFacts, ...spec.facts };
  const bank = new FirmwareBank(facts.model, firmware, spec.firmwareKey ?? null);
  const core = new DockCore(facts, slots, bank, spec.disks);
  const lines = new Set<Duplex>();
  let current: Duplex | null = null;

  const attach = (line: Duplex): void => {
    // One host at a time: the newest one (SPEC.md §2.6).
    current?.destroy();
    lines.add(line);
    current = line;
    // A line that is reset from the other side is a cable, not a fault of ours.
    line.on('error', () => undefined);
    line.once('close', () => lines.delete(line));
    core.attach((bytes) => {
      if (current === line && line.writable) line.write(bytes);
    });
    line.on('data', (bytes: Buffer) => core.hear(bytes));
    line.once('end', () => line.destroy());
  };
  const cable = new TcpPlug(host, spec.port ?? 0, attach);
  const unplug = (): void => {
    cable.unplug();
    core.dropDisks();
    for (const line of lines) line.destroy();
  };
  await cable.plug();
  return {
    get port() {
      return cable.port;
    },
    get address() {
      return cable.address;
    },
    connect: () => {
      if (!cable.plugged) throw new Error('no cable');
      const [ours, theirs] = duplexPair();
      // A pair does not close together; a cable does.
      ours.once('close', () => theirs.destroy());
      theirs.once('close', () => ours.destroy());
      attach(ours);
      return theirs;
    },
    attach,
    insert: (slot, device) => core.insert(slot, device),
    pull: (slot) => core.pull(slot),
    get slots() {
      return core.slots;
    },
    get firmware() {
      return core.bank.running;
    },
    get flashedBytes() {
      return core.bank.written;
    },
    get received() {
      return core.received.list();
    },
    get plugged() {
      return cable.plugged;
    },
    get behaviours() {
      return core.behaviours;
    },
    use: (behaviour) => core.use(behaviour),
    reboot: () => core.reboot(),
    unplug,
    plug: async () => {
      if (cable.plugged) return;
      core.reboot();
      await cable.plug();
    },
    junk: (bytes) => current?.write(bytes),
    close: async () => {
      unplug();
      await cable.close();
    },
  };
}
