// One dock: kept open, its slots followed, what it is in told to the ledger. What is done in a slot is custody-slot.ts's.
import type { DockSettings } from '../../../config/settings-types.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import { keepDock } from '../../../device-drivers/dock/keep-dock.ts';
import type { RetryWaits, Supervision } from '../../../device-drivers/supervisor.ts';
import type { SlotRef } from '../../../protocols/dock/messages.ts';
import { ChangeLimiter } from '../../cameras/change-limiter.ts';
import type { DockView } from '../bodycam-view.ts';
import { CustodySlot } from './custody-slot.ts';
import { unwatchedOf } from './docking-entries.ts';
import type { SlotParts } from './slot-parts.ts';

/** A device that failed is tried again after so many milliseconds, and twice as long each time. */
export const failedAgainMs = 15_000;
export const failedAgainMostMs = 600_000;

/** Between two looks at battery and card of a device that is done, in milliseconds. */
export const measureEveryMs = 60_000;

/** A slot into which something comes more often than this in a minute has a contact that is loose. */
export const maxInsertions = 6;
const insertionsWithinMs = 60_000;
/** Then it is looked at when nothing has moved for so many milliseconds. */
export const settleMs = 10_000;

interface Told {
  readonly state: string;
  readonly detail: string;
}

export class CustodyDock {
  readonly settings: DockSettings;
  readonly #dock: Dock;
  readonly #parts: SlotParts;
  readonly #waits: RetryWaits | undefined;
  readonly #slots = new Map<number, CustodySlot>();
  readonly #limiter = new ChangeLimiter<Told>((one, other) => one.state === other.state);
  readonly #again = new Map<CustodySlot, { atMonoMs: number; waitMs: number }>();
  #kept: Supervision | null = null;
  #lent: Dock | null = null;
  #closed = false;
  #detail = '';
  /** By slot: when something came into it. */
  readonly #came = new Map<number, number[]>();
  /** What came into a slot whose contact is loose. */
  readonly #loose = new Map<number, SlotRef>();
  /** Slots that were looked at since this process began. */
  readonly #seen = new Set<number>();

  /** `waits` between two tries of the line: default the supervisor's. */
  constructor(settings: DockSettings, dock: Dock, parts: SlotParts, waits?: RetryWaits) {
    this.settings = settings;
    this.#dock = dock;
    this.#parts = parts;
    this.#waits = waits;
    dock.events.on('inserted', (ref) => this.#inserted(ref));
    dock.events.on('removed', ({ slot }) => {
      this.#loose.delete(slot);
      this.#slots.get(slot)?.removed();
    });
  }

  get slots(): readonly CustodySlot[] {
    return [...this.#slots.values()];
  }

  /** For whoever looks after the dock itself: its slots are this one's. */
  get driver(): Dock {
    return this.#lent ?? this.#dock;
  }

  start(): void {
    this.#kept = keepDock({
      dock: this.#dock,
      ...(this.#waits ? { waits: this.#waits } : {}),
      onOpen: () => {
        this.#detail = '';
        this.#unwatched();
      },
      onWait: ({ error }) => {
        this.#detail = error?.message.slice(0, 200) ?? '';
      },
    });
  }

  /** A dock whose build is too old is read by nobody, and still has to get a newer one: over `driver`, until takeBack. */
  async lend(driver: Dock): Promise<void> {
    if (this.#closed || this.#lent) return;
    this.#lent = driver;
    await this.#kept?.close();
    if (this.#closed) return;
    // Whoever has it looks at its state.
    this.#kept = keepDock({ dock: driver, onOpen: () => undefined, onWait: () => undefined });
  }

  /** Nothing happens when it was not lent. */
  async takeBack(): Promise<void> {
    if (!this.#lent) return;
    await this.#kept?.close();
    this.#lent = null;
    if (!this.#closed) this.start();
  }

  /** Tells changes of its state, and tries again what failed. */
  tick(nowMonoMs: number): void {
    const { state } = this.#dock.status;
    // Being opened is on the way to something.
    if (state !== 'opening' && state !== 'closed') {
      const told = this.#limiter.offer({ state, detail: this.#detail }, nowMonoMs);
      if (told) {
        const { id: dock, room } = this.settings;
        this.#parts.appendSure({ case: 'dockChanged', value: { dock, room, ...told.value } });
      }
    }
    for (const [slot, ref] of this.#loose) {
      if (nowMonoMs - (this.#came.get(slot)?.at(-1) ?? 0) < (this.#parts.settleMs ?? settleMs)) continue;
      this.#loose.delete(slot);
      this.#slotAt(slot).inserted(ref);
    }
    for (const slot of this.#slots.values()) this.#look(slot, nowMonoMs);
    if (state !== 'ready') return;
    const everyMs = this.#parts.measureEveryMs ?? measureEveryMs;
    for (const slot of this.#slots.values()) slot.measure(nowMonoMs, everyMs);
  }

  view(secondsLeft: (root: string) => number | null): DockView {
    const { id: dock, room } = this.settings;
    const { state } = this.#dock.status;
    const slots = this.slots.toSorted((one, other) => one.slot - other.slot);
    const views = slots.map((slot) => slot.view(secondsLeft));
    const seen = views.map((one) =>
      this.#loose.has(one.slot) ? { ...one, at: 'failed', why: 'loose' } : one,
    );
    return { dock, room, state, slots: seen };
  }

  async close(): Promise<void> {
    this.#closed = true;
    // First the slots, so that the end of the line is not taken for a device that was pulled out.
    await Promise.all(this.slots.map((slot) => slot.close()));
    await this.#kept?.close();
    this.#dock.events.removeAllListeners();
  }

  /** A device that failed is tried again later and later; whose standing has changed, at once. */
  #look(slot: CustodySlot, nowMonoMs: number): void {
    const { state } = slot;
    const standing = slot.serial === '' ? null : this.#parts.lookUp.find(slot.serial).standing;
    if (state.at === 'refused' && state.why !== 'double' && standing === 'ours' && slot.ref)
      return slot.inserted(slot.ref);
    const read = state.at === 'preparing' || state.at === 'listing' || state.at === 'offloading';
    if (read && standing !== null && standing !== 'ours') return slot.stop(standing);
    if (state.at === 'failed' && state.why === 'double' && this.#parts.isDouble(slot.serial)) return;
    if (state.at !== 'failed') {
      if (state.at === 'done' || state.at === 'empty') this.#again.delete(slot);
      return;
    }
    const again = this.#again.get(slot) ?? { atMonoMs: nowMonoMs + failedAgainMs, waitMs: failedAgainMs };
    this.#again.set(slot, again);
    if (nowMonoMs < again.atMonoMs || this.#dock.status.state !== 'ready') return;
    const waitMs = Math.min(again.waitMs * 2, failedAgainMostMs);
    this.#again.set(slot, { atMonoMs: nowMonoMs + waitMs, waitMs });
    slot.retry();
  }

  #inserted(ref: SlotRef): void {
    const slot = this.#slotAt(ref.slot);
    this.#seen.add(ref.slot);
    if (this.#isLoose(ref.slot)) this.#loose.set(ref.slot, ref);
    else slot.inserted(ref);
  }

  /** Each time would be two entries: said once, and looked at when it is quiet. */
  #isLoose(slot: number): boolean {
    const { mono } = this.#parts.now();
    const before = (this.#came.get(slot) ?? []).filter((at) => mono - at < insertionsWithinMs);
    this.#came.set(slot, [...before, mono].slice(-maxInsertions - 1));
    if (before.length === maxInsertions) {
      const { id: dock, room } = this.settings;
      const of = { dock, room, slot, serial: '', device: '', clip: '', what: 'loose', detail: '' };
      this.#parts.appendSure({ case: 'custodyTrouble', value: of });
    }
    return before.length >= maxInsertions;
  }

  #slotAt(slot: number): CustodySlot {
    const found = this.#slots.get(slot) ?? new CustodySlot(slot, this.#parts);
    this.#slots.set(slot, found);
    return found;
  }

  /** What the line being away, or this process, did not see: slots that are empty now. */
  #unwatched(): void {
    const { id: dock } = this.settings;
    const there = this.#dock.status.slots;
    // A slot that the dock does not list any more has nothing in it that could be asked.
    for (const slot of this.#slots.values())
      if (!there.some(({ at }) => at.slot === slot.slot)) slot.removed();
    for (const { at } of there) {
      const slot = this.#slotAt(at.slot);
      if (at.insertion !== 0) continue;
      if (slot.state.at !== 'empty') slot.removed();
      else if (!this.#seen.has(at.slot)) {
        const serial = this.#parts.book.docked(dock, at.slot);
        if (serial !== null) this.#parts.appendSure(unwatchedOf(dock, at.slot, serial, this.#parts));
      }
      this.#seen.add(at.slot);
    }
  }
}
