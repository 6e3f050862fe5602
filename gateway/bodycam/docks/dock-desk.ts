// What a technician does with the docks of a running gateway: looks at them, asks for their health, updates their firmware.
// The docks are the custody's; this borrows them.
import { sleep } from '../../../config/clock.ts';
import { isLiuhenError, LiuhenError } from '../../../config/errors.ts';
import { dockDown } from '../../../device-drivers/dock/dock-state.ts';
import type { RoomContext } from '../../gateway-feature.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import { FieldReader } from '../../sessions/session-request.ts';
import type { DockHealth } from './dock-health.ts';
import type { AskedHealth, DockDeskView, UpdateView } from './dock-requests.ts';
import { busySlots, DockUpdate, whyOf, type OwnedDock, type UpdateTimes } from './dock-update.ts';
import { readImageFile } from './read-image-file.ts';

/** Milliseconds in which a dock has taken or refused an image; what takes longer is seen with `docks`. */
export const beginMostMs = 10_000;
/** Characters of a path. */
const maxPathLength = 1024;

export interface DeskParts {
  readonly docks: () => readonly OwnedDock[];
  /** Kept and tried until the ledger takes it. */
  readonly enter: (body: BodycamBody) => void;
  readonly health: DockHealth;
  readonly context: Pick<RoomContext, 'now' | 'log'>;
  readonly times?: UpdateTimes;
}

export class DockDesk {
  readonly #parts: DeskParts;
  /** The last one of each dock. */
  readonly #updates = new Map<string, DockUpdate>();
  #closed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  tick(): void {
    const docks = this.#parts.docks();
    for (const [dock, update] of this.#updates)
      if (update.over && !docks.some(({ settings }) => settings.id === dock)) this.#updates.delete(dock);
    this.#parts.health.tick(docks, this.#healthParts());
  }

  docks(): readonly DockDeskView[] {
    return this.#parts.docks().map((owned) => {
      const { id: dock, room, address, minBuild } = owned.settings;
      const { state, identity, counts } = owned.driver.status;
      return {
        dock,
        room,
        address,
        state,
        identity: identity && {
          vendor: identity.vendor,
          model: identity.model,
          serial: identity.serial,
        },
        firmware: identity?.firmware ?? null,
        minBuild,
        slots: owned.slots
          .toSorted((one, other) => one.slot - other.slot)
          .map(({ slot, serial, state: { at } }) => ({ slot, at, serial })),
        wire: counts && {
          frames: counts.frames,
          bad: counts.broken + counts.wrongCheck + counts.tooLong,
          repeated: counts.repeated,
          unexpected: counts.unexpected,
        },
        health: this.#parts.health.last(dock),
        update: this.#updates.get(dock)?.view() ?? null,
      };
    });
  }

  /** Of one dock, or of each; one that does not tell says why. Rejects with DOCK_UNKNOWN. */
  async health(request: unknown): Promise<readonly AskedHealth[]> {
    const fields = new FieldReader(request);
    const dock = fields.text('dock');
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    const docks = dock === '' ? this.#parts.docks() : [this.#owned(dock)];
    return Promise.all(
      docks.map(async (owned) => {
        const { id } = owned.settings;
        try {
          return { dock: id, health: await this.#parts.health.ask(owned, this.#healthParts()), why: '' };
        } catch (error) {
          return { dock: id, health: null, why: whyOf(error) };
        }
      }),
    );
  }

  /**
   * Answers once the dock has taken the image; the rest goes on by itself. Rejects with DOCK_UNKNOWN, DOCK_DOWN, DOCK_IMAGE,
   * DOCK_BUSY, DOCK_UPDATING, or DOCK_REFUSED with the dock's own word.
   */
  async firmware(request: unknown): Promise<UpdateView> {
    const fields = new FieldReader(request);
    const [dock, by] = [fields.text('dock'), fields.text('by')];
    const image = fields.text('image', maxPathLength);
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    this.#ready(dock);
    const file = await readImageFile(image);
    // The disk took its time: what holds now is what counts.
    const owned = this.#ready(dock);
    // As people count them: the first is 1.
    const busy = busySlots(owned).map(
      ({ slot, serial }) => `${slot + 1}${serial === '' ? '' : ` (${serial})`}`,
    );
    if (busy.length > 0) throw new LiuhenError('DOCK_BUSY', { dock, slots: busy.join(', ') });
    const { now, log } = this.#parts.context;
    const update = new DockUpdate({
      dock,
      file,
      by,
      owned: () => this.#parts.docks().find(({ settings }) => settings.id === dock) ?? null,
      enter: this.#parts.enter,
      now,
      log,
      ...(this.#parts.times === undefined ? {} : { times: this.#parts.times }),
    });
    this.#updates.set(dock, update);
    const waited = new AbortController();
    try {
      await Promise.race([update.begun, sleep(beginMostMs, waited.signal)]);
    } catch (error) {
      // The view says why of what has no error of its own.
      if (isLiuhenError(error)) throw error;
    } finally {
      waited.abort();
    }
    return update.view();
  }

  /** What has begun ends with the docks' lines, and goes on when it is asked for again. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#updates.values()].map((update) => update.close()));
    await this.#parts.health.close();
  }

  #ready(dock: string): OwnedDock {
    const owned = this.#owned(dock);
    const { state } = owned.driver.status;
    // One that is too old for the site is what an update is for.
    if (state !== 'ready' && state !== 'wrong-firmware')
      throw dockDown(state === 'opening' ? 'closed' : state, owned.settings.address, 'it is not open');
    const under = this.#updates.get(dock);
    if (under && !under.over) {
      const { name, build } = under.view().firmware;
      throw new LiuhenError('DOCK_UPDATING', { dock, firmware: `${name} (${build})` });
    }
    return owned;
  }

  #owned(dock: string): OwnedDock {
    if (this.#closed) throw new LiuhenError('CONTROL_STOPPING', {});
    const docks = this.#parts.docks();
    const found = docks.find(({ settings }) => settings.id === dock);
    if (found) return found;
    const allowed = docks.map(({ settings }) => settings.id).join(', ') || '-';
    throw new LiuhenError('DOCK_UNKNOWN', { dock, allowed });
  }

  #healthParts(): Parameters<DockHealth['ask']>[1] {
    return { enter: this.#parts.enter, now: this.#parts.context.now, log: this.#parts.context.log };
  }
}
