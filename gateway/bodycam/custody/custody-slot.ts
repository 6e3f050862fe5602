// One slot of a dock: gives custody-machine.ts what happens, has slot-work.ts do what it decides, one thing after the
// other, and drops what comes too late. Which slots there are is custody-service.ts's.
import { isLiuhenError } from '../../../config/errors.ts';
import type { LampWord, SlotRef } from '../../../protocols/dock/messages.ts';
import type { SlotView } from '../bodycam-view.ts';
import { empty, isHeld, next, type SlotEffect, type SlotInput, type SlotState } from './custody-machine.ts';
import { readStores } from './device-talk.ts';
import { endOf, unwatchedOf, type SlotTold } from './docking-entries.ts';
import { SlotWork } from './slot-work.ts';
import { newDocking, type Docking, type SlotParts } from './slot-parts.ts';
import { within } from '../copying/within.ts';

const lamps: Readonly<Record<Extract<SlotEffect, { do: 'lamp' }>['shows'], LampWord>> = {
  off: 'off',
  busy: 'slow',
  done: 'on',
  fault: 'fast',
  refused: 'fast',
};

/** A dock that does not answer keeps no process from ending; milliseconds. */
const unlockWithinMs = 1000;

interface Insertion {
  readonly docking: Docking;
  readonly work: SlotWork;
}

export class CustodySlot {
  readonly slot: number;
  readonly #parts: SlotParts;
  readonly #told: SlotTold = { docked: '', serial: null };
  #state: SlotState = empty;
  #current: Insertion | null = null;
  #queue: Promise<void> = Promise.resolve();
  #closed = false;
  #measuredMonoMs = Number.NEGATIVE_INFINITY;

  constructor(slot: number, parts: SlotParts) {
    this.slot = slot;
    this.#parts = parts;
  }

  get state(): SlotState {
    return this.#state;
  }

  /** Empty before it is identified. */
  get serial(): string {
    return this.#current?.docking.serial ?? '';
  }

  get ref(): SlotRef | null {
    return this.#current?.docking.ref ?? null;
  }

  inserted(ref: SlotRef): void {
    const roots = this.#current?.docking.roots ?? [];
    this.#current?.docking.ending.abort();
    const docking = newDocking(ref, roots);
    const work = new SlotWork(this.#parts, docking, this.#told, (input) => this.#answer(docking, input));
    this.#current = { docking, work };
    this.#measuredMonoMs = Number.NEGATIVE_INFINITY;
    this.#give({ on: 'inserted' });
  }

  removed(): void {
    const current = this.#current;
    const before = this.#state;
    current?.docking.ending.abort();
    this.#give({ on: 'removed' });
    if (!current) return;
    this.#current = null;
    this.#told.docked = '';
    const { serial, found } = current.docking;
    const { appendSure, dockId, oldestUnsaved } = this.#parts;
    // It never said its name: whoever stood there before is gone all the same.
    const stood = this.#told.serial ?? '';
    if (serial === '' && stood !== '') appendSure(unwatchedOf(dockId, this.slot, stood, this.#parts));
    this.#told.serial = '';
    if (serial === '') return;
    appendSure(endOf(dockId, this.slot, serial, found?.device ?? '', before, oldestUnsaved(serial)));
  }

  /** There is room again, the ledger may be asked again, or a device that failed is tried again. */
  retry(): void {
    const current = this.#current;
    if (!current) return;
    if (this.#state.at === 'failed') return this.inserted(current.docking.ref);
    this.#give({ on: 'retry' });
    for (const clip of current.docking.unbegun) this.#do({ do: 'copy', clip }, current);
  }

  diskFull(): void {
    this.#give({ on: 'disk-full' });
  }

  /** It is not read any more: another has its serial number, or somebody said that it is not ours. */
  stop(why: string): void {
    this.#give({ on: 'fault', why });
    // Also what is under way: a look at its card that has begun would go on to the end.
    if (this.#state.at === 'failed') this.#current?.docking.ending.abort();
  }

  view(secondsLeft: (root: string) => number | null): SlotView {
    const { serial = '', found, facts, roots } = this.#current?.docking ?? {};
    const state = this.#state;
    const clips = 'clips' in state ? state.clips : [];
    const count = (...phases: readonly string[]): number =>
      clips.filter(({ phase }) => phases.includes(phase)).length;
    const left = [...(roots ?? [])].flatMap((root) => secondsLeft(root) ?? []);
    return {
      slot: this.slot,
      at: state.at,
      device: found?.device ?? '',
      serial,
      officer: found?.officer?.name ?? '',
      why: whyIn(state),
      clips: {
        all: clips.length,
        safe: count('entered', 'erasing', 'erased'),
        erased: count('erased'),
        kept: count('kept'),
      },
      secondsLeft: state.at === 'offloading' && left.length > 0 ? Math.max(...left) : null,
      batteryPct: facts?.batteryPct ?? null,
      freeBytes: facts?.freeBytes ?? null,
    };
  }

  /** What charges and was emptied is asked again: a look at the room tells what there is now. */
  measure(nowMonoMs: number, everyMs: number): void {
    const current = this.#current;
    if (!current || this.#state.at !== 'done' || nowMonoMs - this.#measuredMonoMs < everyMs) return;
    this.#measuredMonoMs = nowMonoMs;
    this.#queue = this.#queue.then(async () => {
      const { docking } = current;
      if (this.#closed || docking.ending.signal.aborted || docking.facts === null) return;
      try {
        docking.facts = { ...docking.facts, ...(await readStores(this.#parts.dock, docking.ref)) };
      } catch (error) {
        const { log, dockId } = this.#parts;
        log.debug('a device does not tell', { dock: dockId, slot: this.slot, error: error as Error });
      }
    });
  }

  /** Ends what is under way; what is safe stays. */
  async close(): Promise<void> {
    this.#closed = true;
    const current = this.#current;
    current?.docking.ending.abort();
    await this.#queue;
    if (!current) return;
    // Only the settings may have changed: then the copying goes on, and another slot may have the volume next.
    for (const root of current.docking.roots) await this.#parts.drop(root);
    // Nobody opens it later: its dock may have left the settings.
    if (isHeld(this.#state)) await within(this.#signal({ do: 'unlock' }), unlockWithinMs);
  }

  #give(input: SlotInput): void {
    if (this.#closed) return;
    const { state, effects } = next(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#do(effect, this.#current);
  }

  /** What an answer of an insertion that is over says is not of the one that stands there now. */
  #answer(docking: Docking, input: SlotInput): void {
    if (docking === this.#current?.docking && !docking.ending.signal.aborted) this.#give(input);
  }

  #do(effect: SlotEffect, current: Insertion | null): void {
    if (!current) return;
    this.#queue = this.#queue.then(async () => {
      try {
        if (!this.#closed) await this.#run(effect, current);
      } catch (error) {
        this.#failed(effect, current.docking, error);
      }
    });
  }

  async #run(effect: SlotEffect, { docking, work }: Insertion): Promise<void> {
    if (effect.do === 'tell') return work.tell(effect.what, effect.clip);
    if (effect.do === 'stop') {
      for (const root of docking.roots) await this.#parts.drop(root);
      return;
    }
    if (effect.do === 'lamp' || effect.do === 'lock' || effect.do === 'unlock') return this.#signal(effect);
    if (docking.ending.signal.aborted) return;
    return 'clip' in effect ? work[effect.do](effect.clip) : work[effect.do]();
  }

  async #signal(effect: Extract<SlotEffect, { do: 'lamp' | 'lock' | 'unlock' }>): Promise<void> {
    const { dock, log, dockId } = this.#parts;
    try {
      if (effect.do === 'lamp') await dock.ask('slotLamp', { slot: this.slot, lamp: lamps[effect.shows] });
      else await dock.ask('slotLock', { slot: this.slot, locked: effect.do === 'lock' });
    } catch (error) {
      // A dock without a latch or a lamp keeps footage as well as another.
      log.warn('a slot', { dock: dockId, slot: this.slot, what: effect.do, error: error as Error });
    }
  }

  /** A line that has ended begins anew by itself: what stands in the slots is told again then. */
  #failed(effect: SlotEffect, docking: Docking, error: unknown): void {
    const { log, dockId } = this.#parts;
    log.warn('custody', { dock: dockId, slot: this.slot, what: effect.do, error: error as Error });
    if (isLiuhenError(error, 'DOCK_DOWN')) return;
    const why = whyOf(error);
    if ('clip' in effect && effect.clip !== '')
      this.#answer(docking, { on: 'clip-failed', clip: effect.clip, why });
    else this.#answer(docking, { on: 'fault', why });
  }
}

/** Why it is not as it should be: of a docking that is done, what stood in the way of the first clip that stays. */
function whyIn(state: SlotState): string {
  if ('why' in state) return state.why;
  if ('held' in state) return state.held;
  return 'clips' in state ? (state.clips.find(({ phase }) => phase === 'kept')?.why ?? '') : '';
}

/** A code for the ledger and the view; the words of the error are in the log. */
function whyOf(error: unknown): string {
  if (isLiuhenError(error, 'DOCK_REFUSED')) return String(error.details['refusal']);
  if (isLiuhenError(error)) return error.code.toLowerCase().replaceAll('_', '-');
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message.slice(0, 60) : 'unknown';
}
