// Custody on a real driver, a simulated dock with real volumes, a real copier in this process, and a ledger in memory
// that can refuse. One bench outlives its services, as a box outlives its gateway's processes.
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { monotonicTime, sleep, wallTime } from '../../../../config/clock.ts';
import type { BodyCamSettings, Settings } from '../../../../config/settings-types.ts';
import { Dock } from '../../../../device-drivers/dock/dock.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { unclassed } from '../../../../gateway/bodycam/custody/clip-entry.ts';
import { CustodyService, type CustodyParts } from '../../../../gateway/bodycam/custody/custody-service.ts';
import { registerOf } from '../../../../gateway/bodycam/devices/device-register.ts';
import { OffloadBook } from '../../../../gateway/bodycam/custody/offload-book.ts';
import type { RoomContext } from '../../../../gateway/gateway-feature.ts';
import type { BodycamBody, LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { SimBodyCam, type BodyCamFacts } from '../../../../hw-sim/dock/sim-body-cam.ts';
import { writeClip } from '../../../../hw-sim/dock/sim-clip.ts';
import { createSimDock, type SimDock, type SimDockSpec } from '../../../../hw-sim/dock/sim-dock.ts';
import { openSimVolumes, type SimVolumes } from '../../../../hw-sim/dock/sim-volumes.ts';
import { testTimes } from '../../../contract/dock-bench.ts';
import { settings as plain } from '../../sessions/fakes.ts';
import { Life } from './one-life.ts';

const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
} as unknown as RoomContext['log'];

export type Case = BodycamBody['case'];
type Value<C extends Case> = Extract<BodycamBody, { case: C }>['value'];

export class CustodyBench {
  readonly entries: LedgerBody[] = [];
  readonly sim: SimDock;
  readonly volumes: SimVolumes;
  readonly store: string;
  settings: Settings;
  /** Sessions that record now. */
  readonly open = new Map<string, unknown>();
  /** What the ledger does not take. */
  refuse: ReadonlySet<string> = new Set();
  /** Called before an entry is taken. */
  before: (body: LedgerBody) => void = () => undefined;
  /** Called when an entry is in the ledger, and nobody was told so yet. */
  after: (body: LedgerBody, index: number) => void = () => undefined;
  service: CustodyService | null = null;
  #life = new Life();
  #ticking: NodeJS.Timeout | undefined;
  #made = 0;
  #driver: Dock | null = null;

  constructor(sim: SimDock, volumes: SimVolumes, store: string) {
    this.sim = sim;
    this.volumes = volumes;
    this.store = store;
    this.settings = {
      ...plain,
      docks: [{ id: 'dock-1', room: 'talk', address: sim.address, baudRate: 115_200, minBuild: 0 }],
      bodyCams: [this.registered('bc-1', 'BC00001'), this.registered('bc-2', 'BC00002')],
      offload: {
        storeFolder: store,
        ownDisk: false,
        keepFreeBytes: 0,
        capBytesPerSecond: 40_000_000,
        slots: 4,
        kernelLists: volumes.folder,
      },
    };
  }

  registered(id: string, serial: string, gateway: string | null = null): BodyCamSettings {
    return { id, serial, unit: '鼓楼中队', officer: { name: '张三', certificate: 'HY-001' }, gateway };
  }

  /** A body-cam with MP4 clips of so many bytes. */
  async cam(facts: Partial<BodyCamFacts>, ...bytes: readonly number[]): Promise<SimBodyCam> {
    const device = new SimBodyCam(facts);
    const folder = this.volumes.cardFolder(`cam-${(this.#made += 1)}`);
    for (const [index, size] of bytes.entries()) {
      const beginWallMs = wallTime() - 3_600_000 + index * 60_000 + device.facts.clockSkewMs;
      device.record(
        await writeClip(folder, { id: `MOV_${this.#made}_${index + 1}`, bytes: size, beginWallMs }),
      );
    }
    return device;
  }

  /** The control process begins: what it knows is what the ledger says. */
  async start(
    change: Partial<CustodyParts> | ((life: Life) => Partial<CustodyParts>) = {},
  ): Promise<CustodyService> {
    const life = new Life();
    this.#life = life;
    const book = new OffloadBook();
    for (const [index, body] of this.entries.entries()) book.entry({ seq: index + 1, body });
    const append = async (body: LedgerBody): Promise<{ seq: number }> => {
      await Promise.resolve();
      life.must();
      this.before(body);
      life.must();
      if (this.refuse.has(body.case)) throw new Error('the disk is full');
      const seq = this.entries.push(body);
      this.after(body, seq - 1);
      life.must();
      book.entry({ seq, body });
      return { seq };
    };
    const context = {
      settings: () => this.settings,
      ledger: { fold: { open: this.open }, append },
      signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      now: () => ({ wall: wallTime(), mono: monotonicTime() }),
      log: silent,
    } as unknown as RoomContext;
    const service = new CustodyService(context, book, {
      makeDock: ({ address, minBuild }) => {
        this.#driver = new Dock({ address, minBuild, times: testTimes, pollMs: 50 });
        return this.#driver;
      },
      lookUp: registerOf(() => this.settings),
      classify: () => unclassed,
      due: () => ({ dueWallMs: 0, article: '' }),
      listed: () => undefined,
      againMs: 40,
      settleMs: 0,
      copier: { copy: copyClip, close: () => undefined },
      ...(typeof change === 'function' ? change(life) : change),
    });
    this.service = service;
    await service.settle();
    if (life.over) return service;
    this.#ticking = setInterval(() => void service.tick(), 20);
    return service;
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    await this.service?.close();
    this.service = null;
  }

  /** SIGKILL: nothing of it goes on from here; resolves when what it had begun has come to its end. */
  async kill(): Promise<void> {
    this.#life.end();
    clearInterval(this.#ticking);
    const { service } = this;
    this.service = null;
    await service?.close();
  }

  of<C extends Case>(name: C): readonly Value<C>[] {
    return this.entries.flatMap((body) => (body.case === name ? [body.value as Value<C>] : []));
  }

  /** The insertion that the driver knows of in a slot. */
  seen(slot: number): number {
    return this.#driver?.status.slots.find(({ at }) => at.slot === slot)?.at.insertion ?? 0;
  }

  slot(slot = 0) {
    return this.service?.view()[0]?.slots.find((each) => each.slot === slot);
  }

  async until(what: string, is: () => boolean, withinMs = 20_000): Promise<void> {
    const end = monotonicTime() + withinMs;
    while (!is()) {
      if (monotonicTime() > end)
        throw new Error(
          `never came: ${what}; ${JSON.stringify(this.slot())} ${this.entries.map((each) => each.case).join(' ')}`,
        );
      await sleep(5);
    }
  }

  /** SHA-256 of every clip in the store, by its path below it; drafts and receipts are not among them. */
  async stored(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const each of await readdir(this.store, { recursive: true, withFileTypes: true })) {
      const file = path.join(each.parentPath, each.name);
      const below = path.relative(this.store, file);
      if (!each.isFile() || below.startsWith('receipts/') || /\.part(\.state)?$/.test(below)) continue;
      found.set(
        below,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
    }
    return found;
  }
}

export async function custodyBench(
  t: Test,
  slots = 4,
  spec: Partial<SimDockSpec> = {},
): Promise<CustodyBench> {
  const volumes = await openSimVolumes();
  const store = await realpath(await mkdtemp(path.join(tmpdir(), 'lh-store-')));
  const sim = await createSimDock({ ...spec, disks: volumes, slots });
  const bench = new CustodyBench(sim, volumes, store);
  t.teardown(async () => {
    await bench.stop();
    await sim.close();
    volumes.close();
    await rm(store, { recursive: true, force: true });
  });
  return bench;
}
