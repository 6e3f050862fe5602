// All docks of the box: one copier for all of them, one way into the ledger, and what the rooms' recording leaves of the
// disk. What is done in a slot is custody-slot.ts's.
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../../../config/clock.ts';
import { isLiuhenError } from '../../../config/errors.ts';
import type { DockSettings, Settings } from '../../../config/settings-types.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import type { RetryWaits } from '../../../device-drivers/supervisor.ts';
import type { RoomContext } from '../../gateway-feature.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { DockView } from '../bodycam-view.ts';
import { copyClip, type ClipToCopy } from '../copying/clip-copy.ts';
import type { ClipDisk } from '../copying/clip-disk.ts';
import type { ClipClass } from './clip-entry.ts';
import type { CopyOutcome } from '../copying/clip-outcome.ts';
import { CopyProcesses } from '../copying/copy-process.ts';
import { CopyScheduler } from '../copying/copy-scheduler.ts';
import { CustodyDock } from './custody-dock.ts';
import type { CustodySlot } from './custody-slot.ts';
import type { DeviceLookUp } from '../devices/device-register.ts';
import { readStores } from './device-talk.ts';
import { frameStallMs } from './frame-card.ts';
import type { OwnedDock } from '../docks/dock-update.ts';
import type { OffloadBook } from './offload-book.ts';
import type { DockedClip, SlotParts } from './slot-parts.ts';
import { isOwnDisk, makeFolder } from './store-folder.ts';

/** Entries that wait for a ledger that takes none; beyond them the oldest is lost, and the log has it. */
export const maxOwed = 2000;
/** Milliseconds between two tries with a full disk or a ledger that takes no entry. */
export const againMs = 2000;
/** Room beyond what is kept free before copying goes on: less would fill again at once. */
export const goOnBytes = 64 * 1024 ** 2;

/** What is handed in: the driver, and what others know of devices and clips. */
export interface CustodyParts {
  readonly makeDock: (settings: DockSettings) => Dock;
  readonly lookUp: DeviceLookUp;
  readonly classify: (clip: DockedClip) => ClipClass;
  readonly due: SlotParts['due'];
  readonly listed: SlotParts['listed'];
  /** Left out: all of it is in the store. */
  readonly oldestUnsaved?: SlotParts['oldestUnsaved'];
  /** As CopyProcesses'; tests copy in their own process. */
  readonly copier?: Pick<CopyProcesses, 'copy' | 'close'>;
  /** Default againMs. */
  readonly againMs?: number;
  /** Default measureEveryMs of custody-dock.ts. */
  readonly measureEveryMs?: number;
  /** Default settleMs of custody-dock.ts. */
  readonly settleMs?: number;
  /** Between two tries of a dock's line; default the supervisor's. */
  readonly waits?: RetryWaits;
}

export class CustodyService {
  readonly #context: RoomContext;
  readonly #book: OffloadBook;
  readonly #parts: CustodyParts;
  readonly #docks = new Map<
    string,
    { readonly key: string; readonly dock: CustodyDock; readonly driver: Dock }
  >();
  readonly #owed: BodycamBody[] = [];
  readonly #waiting = new WeakMap<ClipToCopy, (outcome: CopyOutcome) => void>();
  readonly #frames = new Map<string, ClipDisk>();
  readonly #copier: Pick<CopyProcesses, 'copy' | 'close'>;
  readonly #scheduler: CopyScheduler;
  #owing: Promise<void> = Promise.resolve();
  #lastTryMonoMs = 0;
  #closed = false;

  constructor(context: RoomContext, book: OffloadBook, parts: CustodyParts) {
    this.#context = context;
    this.#book = book;
    this.#parts = parts;
    this.#copier = parts.copier ?? new CopyProcesses();
    const { slots } = context.settings().offload;
    this.#scheduler = new CopyScheduler({
      slots,
      copy: (clip, asked) => {
        const { keepFreeBytes } = context.settings().offload;
        const ways = { ...asked, keepFreeBytes };
        const disk = this.#frames.get(clip.root);
        // What comes through a dock's frames comes through this process, which has the dock.
        return disk
          ? copyClip(clip, { ...ways, disk, stallMs: frameStallMs })
          : this.#copier.copy(clip, ways);
      },
      done: (clip, outcome) => this.#waiting.get(clip)?.(outcome),
      full: (isFull) => {
        if (isFull) for (const slot of this.#slots()) slot.diskFull();
      },
    });
  }

  /** Opens the docks of the settings, closes those that are no longer in them. */
  async settle(): Promise<void> {
    const settings = this.#context.settings();
    const wanted = new Map(settings.docks.map((each) => [each.id, each]));
    for (const [id, { key, dock }] of this.#docks) {
      const still = wanted.get(id);
      if (still && keyOf(still, settings) === key) continue;
      this.#docks.delete(id);
      await dock.close();
    }
    if (settings.docks.length > 0) await this.#makeStore(settings.offload.storeFolder);
    for (const [id, each] of wanted) {
      if (this.#docks.has(id)) continue;
      const driver = this.#parts.makeDock(each);
      const slotParts = this.#slotParts(each, driver, settings);
      const dock = new CustodyDock(each, driver, slotParts, this.#parts.waits);
      this.#docks.set(id, { key: keyOf(each, settings), dock, driver });
      dock.start();
    }
  }

  async tick(): Promise<void> {
    const { ledger, now, settings } = this.#context;
    const { mono } = now();
    // A session records: its disk and its cores come first.
    this.#scheduler.setRecording(ledger.fold.open.size > 0, settings().offload.capBytesPerSecond);
    for (const { dock } of this.#docks.values()) dock.tick(mono);
    if (mono - this.#lastTryMonoMs < (this.#parts.againMs ?? againMs)) return;
    this.#lastTryMonoMs = mono;
    this.#payOwed();
    const held = this.#slots().filter(({ state }) => state.at === 'offloading' && state.held !== '');
    // Also when no slot is held: who met the full disk may have been taken out, and the others wait all the same.
    const stands = this.#scheduler.state === 'disk-full';
    if (held.length === 0 && !stands) return;
    if ((stands || held.some(isFull)) && !(await this.#hasRoom())) {
      if (stands) for (const slot of this.#slots()) slot.diskFull();
      return;
    }
    this.#scheduler.goOn();
    for (const slot of held) slot.retry();
  }

  /** As they are now, for whoever looks after the docks themselves. */
  owned(): readonly OwnedDock[] {
    return [...this.#docks.values()].map(({ dock }) => ({
      settings: dock.settings,
      driver: dock.driver,
      slots: dock.slots,
      lend: () => dock.lend(this.#parts.makeDock({ ...dock.settings, minBuild: 0 })),
      takeBack: () => dock.takeBack(),
    }));
  }

  /** Into the ledger as soon as it takes entries, behind those that wait already. */
  appendSure(body: BodycamBody): void {
    this.#owe(body);
  }

  view(): readonly DockView[] {
    return [...this.#docks.values()].map(({ dock }) =>
      dock.view((root) => this.#scheduler.secondsLeft(root)),
    );
  }

  /** What a device in a slot has now, asked of it; null while it stands in none, or does not answer. */
  async look(serial: string): Promise<{
    readonly dock: string;
    readonly slot: number;
    readonly batteryPct: number;
    readonly totalBytes: number;
    readonly freeBytes: number;
    readonly clips: number;
  } | null> {
    for (const { dock, driver } of this.#docks.values())
      for (const slot of dock.slots) {
        if (slot.serial !== serial || slot.ref === null) continue;
        try {
          return { dock: dock.settings.id, slot: slot.slot, ...(await readStores(driver, slot.ref)) };
        } catch (error) {
          this.#context.log.warn('a device does not tell', { serial, error: error as Error });
          return null;
        }
      }
    return null;
  }

  /** Nothing is read, written or asked any more when it resolves. What is safe stays; the rest goes on next time. */
  async close(): Promise<void> {
    this.#closed = true;
    const ends = [...this.#docks.values()].map(({ dock }) => dock.close());
    await this.#scheduler.stop();
    this.#copier.close();
    await Promise.all(ends);
    await this.#owing;
  }

  #slots(): readonly CustodySlot[] {
    return [...this.#docks.values()].flatMap(({ dock }) => dock.slots);
  }

  #slotParts(dock: DockSettings, driver: Dock, settings: Settings): SlotParts {
    const { signText, now, log, ledger } = this.#context;
    const { storeFolder, ownDisk, kernelLists: lists } = settings.offload;
    const places =
      lists === undefined
        ? {}
        : { places: { sys: path.join(lists, 'sys'), mountinfo: path.join(lists, 'mountinfo') } };
    return {
      dockId: dock.id,
      room: dock.room,
      dock: driver,
      lookUp: this.#parts.lookUp,
      book: this.#book,
      copy: (clip, store, done) => {
        this.#waiting.set(clip, done);
        if (!this.#scheduler.add(clip, store)) return 'too-many';
        return this.#scheduler.state === 'disk-full' ? 'waits' : 'taken';
      },
      frames: this.#frames,
      drop: async (root) => {
        await this.#scheduler.drop(root);
        this.#frames.delete(root);
      },
      append: ledger.append,
      appendSure: (body) => this.#owe(body),
      classify: this.#parts.classify,
      due: this.#parts.due,
      listed: this.#parts.listed,
      oldestUnsaved: this.#parts.oldestUnsaved ?? (() => 0),
      // Which of two that say the same is the device nobody can tell, so neither is read.
      isDouble: (serial) => this.#withSerial(serial).length > 1,
      stopDoubles: (serial) => {
        for (const slot of this.#withSerial(serial)) slot.stop('double');
      },
      sign: signText,
      gateway: settings.gateway,
      timezone: settings.timezone,
      storeFolder,
      storeIsThere: async () => !ownDisk || isOwnDisk(storeFolder, settings.dataFolder),
      ...(this.#parts.measureEveryMs === undefined ? {} : { measureEveryMs: this.#parts.measureEveryMs }),
      ...(this.#parts.settleMs === undefined ? {} : { settleMs: this.#parts.settleMs }),
      ...places,
      now,
      log,
    };
  }

  #withSerial(serial: string): readonly CustodySlot[] {
    // Without a number there is no other with the same: those that have not answered yet have none either.
    if (serial === '') return [];
    // What stands in a dock that does not answer nobody knows; when it does again, it tells of each device anew.
    const docks = [...this.#docks.values()].filter(({ driver }) => driver.status.state === 'ready');
    const slots = docks.flatMap(({ dock }) => dock.slots);
    return slots.filter((slot) => slot.serial === serial && slot.state.at !== 'empty');
  }

  /** A store that is not there is told by each slot; docks are looked after without it. */
  async #makeStore(folder: string): Promise<void> {
    try {
      await makeFolder(folder, []);
    } catch (error) {
      this.#context.log.error('there is no store for footage', { error: error as Error });
    }
  }

  async #hasRoom(): Promise<boolean> {
    const { storeFolder, keepFreeBytes } = this.#context.settings().offload;
    try {
      const { bavail, bsize } = await statfs(storeFolder);
      return bavail * bsize >= keepFreeBytes + goOnBytes;
    } catch (error) {
      this.#context.log.warn('the store does not tell its room', { error: error as Error });
      return false;
    }
  }

  /** In the order in which it happened. */
  #owe(body: BodycamBody): void {
    if (this.#owed.length >= maxOwed) {
      const lost = this.#owed.shift();
      this.#context.log.error('an entry is lost: the ledger takes none', { what: lost?.case ?? '' });
    }
    this.#owed.push(body);
    this.#payOwed();
  }

  #payOwed(): void {
    this.#owing = this.#owing.then(async () => {
      const { log, ledger } = this.#context;
      for (let body = this.#owed[0]; body; body = this.#owed[0]) {
        try {
          await ledger.append(body);
          this.#owed.shift();
        } catch (error) {
          log.error('the ledger takes no entry', { what: body.case, error: error as Error });
          // One that can never be written holds up no other.
          if (isLiuhenError(error, 'HQ_MESSAGE_INVALID')) {
            this.#owed.shift();
            continue;
          }
          if (this.#closed) return;
          await sleep(0);
          return;
        }
      }
    });
  }
}

function isFull({ state }: CustodySlot): boolean {
  return state.at === 'offloading' && state.held === 'disk-full';
}

function keyOf(dock: DockSettings, { offload, gateway }: Settings): string {
  return JSON.stringify([dock, offload, gateway]);
}
