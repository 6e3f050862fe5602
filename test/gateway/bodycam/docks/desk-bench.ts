// The desk for a dock, on a custody bench: images signed with the dock's key, or with another, as files.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { now } from '../../../../config/clock.ts';
import { silentLog } from '../../../../config/log.ts';
import type { CustodyParts } from '../../../../gateway/bodycam/custody/custody-service.ts';
import { DockDesk } from '../../../../gateway/bodycam/docks/dock-desk.ts';
import { DockHealth } from '../../../../gateway/bodycam/docks/dock-health.ts';
import type { UpdateView } from '../../../../gateway/bodycam/docks/dock-requests.ts';
import type { UpdateTimes } from '../../../../gateway/bodycam/docks/dock-update.ts';
import type { SimDockSpec } from '../../../../hw-sim/dock/sim-dock.ts';
import { encodeFirmwareFile } from '../../../../protocols/dock/firmware-file.ts';
import { signFirmware } from '../../../../protocols/dock/firmware-image.ts';
import type { FirmwareManifest } from '../../../../protocols/dock/messages.ts';
import { custodyBench, type CustodyBench } from '../custody/custody-bench.ts';

const deskTimes: UpdateTimes = {
  lookMs: 10,
  awayMostMs: 20_000,
  busyMostMs: 20_000,
  restartMostMs: 20_000,
};

export type About = Partial<Pick<FirmwareManifest, 'target' | 'model' | 'name' | 'build'>>;

export class DeskBench {
  readonly custody: CustodyBench;
  readonly folder: string;
  readonly #key: KeyObject;
  readonly #stranger = generateKeyPairSync('ed25519').privateKey;
  #desk: DockDesk | null = null;
  #ticking: NodeJS.Timeout | undefined;
  #images = 0;

  constructor(custody: CustodyBench, folder: string, key: KeyObject) {
    this.custody = custody;
    this.folder = folder;
    this.#key = key;
  }

  get desk(): DockDesk {
    if (this.#desk === null) throw new Error('it has not begun');
    return this.#desk;
  }

  /** The control process, with what the ledger says. */
  async start(times: Partial<UpdateTimes> = {}, parts: Partial<CustodyParts> = {}): Promise<DockDesk> {
    const health = new DockHealth();
    for (const body of this.custody.entries) health.entry(body);
    const service = await this.custody.start(parts);
    const desk = new DockDesk({
      docks: () => service.owned(),
      enter: (body) => service.appendSure(body),
      health,
      context: { now, log: silentLog },
      times: { ...deskTimes, ...times },
    });
    this.#desk = desk;
    this.#ticking = setInterval(() => desk.tick(), 20);
    await this.custody.until('it speaks', () => /^(ready|wrong-firmware)$/.test(this.view()?.state ?? ''));
    return desk;
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    const ended = this.#desk?.close();
    await this.custody.stop();
    await ended;
    this.#desk = null;
  }

  view() {
    return this.#desk?.docks()[0];
  }

  update(): UpdateView | null {
    return this.view()?.update ?? null;
  }

  /** The path of an image of so many bytes, for build 150 of the simulated dock where nothing else is said. */
  async image(about: About = {}, { bytes = 5000, stranger = false } = {}): Promise<string> {
    const file = path.join(this.folder, `${(this.#images += 1)}.lhfw`);
    const whole = { target: 'dock', model: 'DK-4', name: '1.5.0', build: 150, ...about } as const;
    const content = Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 7) & 0xff));
    await writeFile(
      file,
      encodeFirmwareFile(signFirmware(whole, content, stranger ? this.#stranger : this.#key)),
    );
    return file;
  }

  ask(image: string): Promise<UpdateView> {
    return this.desk.firmware({ dock: 'dock-1', image, by: '王工' });
  }
}

export async function deskBench(t: Test, spec: Partial<SimDockSpec> = {}): Promise<DeskBench> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const custody = await custodyBench(t, 4, { firmwareKey: publicKey, ...spec });
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-fw-'));
  const bench = new DeskBench(custody, folder, privateKey);
  t.teardown(async () => {
    await bench.stop();
    await rm(folder, { recursive: true });
  });
  return bench;
}
