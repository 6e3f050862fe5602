// One update of one dock's firmware, from the first byte until the new build was seen to run: over lines that end, until
// the devices in its slots are done, over its restart. What is sent is device-drivers'.
import { sleep, type Moment } from '../../../config/clock.ts';
import { isLiuhenError } from '../../../config/errors.ts';
import type { Log } from '../../../config/log.ts';
import type { DockSettings } from '../../../config/settings-types.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import { updateFirmware } from '../../../device-drivers/dock/dock-firmware.ts';
import type { FirmwareFile } from '../../../protocols/dock/firmware-file.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { SlotState } from '../custody/custody-machine.ts';
import type { UpdateState, UpdateView } from './dock-requests.ts';

/** Attempts in a row that brought no byte into the dock, until it is given up. */
export const maxBarrenAttempts = 10;

export interface UpdateTimes {
  /** Between two looks at a dock that is away, restarts, or whose slots are not done. */
  readonly lookMs: number;
  /** After it, a dock that is away is given up; the bytes it has are not lost. */
  readonly awayMostMs: number;
  /** The slots of a dock may keep it from restarting for so long. */
  readonly busyMostMs: number;
  /** From the restart to the next session. */
  readonly restartMostMs: number;
}
/** In milliseconds. */
export const updateTimes: UpdateTimes = {
  lookMs: 250,
  awayMostMs: 3_600_000,
  busyMostMs: 12 * 3_600_000,
  restartMostMs: 300_000,
};

/** A dock as the custody has it now. */
export interface OwnedDock {
  readonly settings: DockSettings;
  readonly driver: Dock;
  readonly slots: readonly {
    readonly slot: number;
    readonly serial: string;
    readonly state: SlotState;
  }[];
  /** Opens one whose build is below what the site demands, for an update only; `driver` is another one then. */
  lend(): Promise<void>;
  takeBack(): Promise<void>;
}

export interface UpdateParts {
  readonly dock: string;
  readonly file: FirmwareFile;
  readonly by: string;
  /** Null: it is not in the settings any more. */
  readonly owned: () => OwnedDock | null;
  readonly enter: (body: BodycamBody) => void;
  readonly now: () => Moment;
  readonly log: Log;
  /** Default updateTimes. */
  readonly times?: UpdateTimes;
}

/** Ended without its build running; the message is a code. */
class GivenUp extends Error {
  readonly outOfUse: boolean;
  constructor(why: string, outOfUse: boolean, cause?: unknown) {
    super(why, { cause });
    this.outOfUse = outOfUse;
  }
}

export class DockUpdate {
  /** The dock has taken the image, or it has ended: rejects as it ends. Whoever waits for it is answered. */
  readonly begun: Promise<void>;
  readonly #parts: UpdateParts;
  readonly #times: UpdateTimes;
  readonly #ending = new AbortController();
  readonly #began: Moment;
  readonly #run: Promise<void>;
  #state: UpdateState = 'sending';
  #why = '';
  #storedBytes = 0;
  #waitsFor: readonly number[] = [];
  #serial = '';
  #barren = 0;

  constructor(parts: UpdateParts) {
    this.#parts = parts;
    this.#times = parts.times ?? updateTimes;
    this.#began = parts.now();
    let begun: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const run = this.#update(begun);
    this.begun = Promise.race([taken, run]);
    this.#run = run.catch(() => undefined);
    this.begun.catch(() => undefined);
  }

  get over(): boolean {
    return this.#state === 'done' || this.#state === 'failed';
  }

  view(): UpdateView {
    const { dock, file, by } = this.#parts;
    const { name, build } = file.manifest;
    return {
      dock,
      firmware: { name, build },
      state: this.#state,
      bytes: file.image.image.length,
      storedBytes: this.#storedBytes,
      slots: this.#waitsFor,
      why: this.#why,
      by,
      beganWallMs: this.#began.wall,
    };
  }

  /** The dock keeps what it has; the same image goes on there when it is asked for again. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#run;
  }

  async #update(begun: () => void): Promise<void> {
    try {
      try {
        await this.#untilItRuns(begun);
      } finally {
        await this.#parts.owned()?.takeBack();
      }
      if (this.#ending.signal.aborted) return;
      this.#state = 'done';
      this.#enter('', true);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const { dock, log } = this.#parts;
      log.warn('a dock was not updated', { dock, error: error as Error });
      this.#state = 'failed';
      this.#why = whyOf(error);
      this.#enter(this.#why, !(error instanceof GivenUp && error.outOfUse));
      throw error;
    }
  }

  async #untilItRuns(begun: () => void): Promise<void> {
    const { image } = this.#parts.file;
    for (;;) {
      const driver = await this.#ready(this.#times.awayMostMs, null);
      // Seen in a session of its own: also after a restart whose answer was lost, or that another process asked for.
      if (driver === null || this.#runs(driver)) return;
      this.#state = 'sending';
      const session = driver.status.identity;
      const before = this.#storedBytes;
      try {
        await updateFirmware(driver, image, {
          told: (bytes) => {
            this.#storedBytes = bytes;
            begun();
          },
          mayRestart: () => this.#slotsDone(driver),
        });
      } catch (error) {
        this.#barren = this.#storedBytes > before ? 0 : this.#barren + 1;
        if (!isPassing(error) || this.#barren >= maxBarrenAttempts) throw error;
        await sleep(this.#times.lookMs, this.#ending.signal);
        continue;
      }
      this.#state = 'restarting';
      const again = await this.#ready(this.#times.restartMostMs, session);
      if (again === null || this.#runs(again)) return;
      throw new GivenUp('other-build', false);
    }
  }

  /** Ready, in another session than `before`; null when this ends. */
  async #ready(withinMs: number, before: Dock['status']['identity']): Promise<Dock | null> {
    const end = this.#parts.now().mono + withinMs;
    while (!this.#ending.signal.aborted) {
      const owned = this.#parts.owned();
      if (owned === null) throw new GivenUp('not-in-settings', false);
      const { state, identity } = owned.driver.status;
      if (state === 'ready' && identity !== before) {
        const serial = identity?.serial ?? '';
        // Another one at the same line is nobody's to update.
        if (this.#serial !== '' && serial !== this.#serial) throw new GivenUp('other-dock', true);
        this.#serial = serial;
        this.#why = '';
        return owned.driver;
      }
      if (state === 'wrong-firmware') await owned.lend();
      if (before === null) {
        this.#state = 'away';
        this.#why = state;
      }
      if (this.#parts.now().mono >= end) throw new GivenUp(before === null ? state : 'not-back', true);
      await sleep(this.#times.lookMs, this.#ending.signal);
    }
    return null;
  }

  #runs(driver: Dock): boolean {
    const { target, model, name, build } = this.#parts.file.manifest;
    const { identity } = driver.status;
    if (target !== 'dock' || identity?.model !== model) return false;
    return identity.firmware?.build === build && identity.firmware.name === name;
  }

  /** A restart in the middle of an offload costs it time: it is put off until no slot is read or erased. */
  async #slotsDone(driver: Dock): Promise<void> {
    const end = this.#parts.now().mono + this.#times.busyMostMs;
    for (;;) {
      const owned = this.#parts.owned();
      if (this.#ending.signal.aborted) throw new GivenUp('gateway-ends', false);
      // What has ended is said by the next command on it.
      if (owned?.driver !== driver || driver.status.state !== 'ready') break;
      this.#waitsFor = busySlots(owned).map(({ slot }) => slot);
      if (this.#waitsFor.length === 0) break;
      this.#state = 'waiting';
      this.#barren = 0;
      if (this.#parts.now().mono >= end) {
        this.#waitsFor = [];
        throw new GivenUp('slots-never-done', false);
      }
      await sleep(this.#times.lookMs, this.#ending.signal);
    }
    this.#waitsFor = [];
  }

  /** The whole attempt is of the dock's history, also one that it refused (D6). */
  #enter(why: string, inUse: boolean): void {
    const { dock, file, by, now, enter } = this.#parts;
    const { name, build } = file.manifest;
    const { wall, mono } = now();
    enter({
      case: 'deviceMaintained',
      value: {
        device: dock,
        serial: this.#serial,
        what: `firmware ${name} (${build})${why === '' ? '' : `: ${why}`}`,
        provider: '',
        outcome: inUse ? 'in-use' : 'out-of-use',
        by,
        at: { wallMs: wall, monoMs: mono },
        article: '',
      },
    });
  }
}

/** Those whose device is being prepared, read or erased: nothing of the kind happens while an offload is held up. */
export function busySlots({ slots }: OwnedDock): OwnedDock['slots'] {
  return slots.filter(
    ({ state }) =>
      state.at === 'preparing' || state.at === 'listing' || (state.at === 'offloading' && state.held === ''),
  );
}

/** What another attempt may get over: the line, a full queue, a dock at work, flash that did not take its bytes. */
function isPassing(error: unknown): boolean {
  if (isLiuhenError(error, 'DOCK_DOWN', 'DOCK_QUEUE_FULL')) return true;
  if (!isLiuhenError(error, 'DOCK_REFUSED')) return false;
  return error.details['refusal'] === 'flash-failed' || error.details['refusal'] === 'busy';
}

/** A code for the ledger and for people's words; the words of the error are in the log. */
export function whyOf(error: unknown): string {
  if (error instanceof GivenUp) return error.message;
  if (isLiuhenError(error, 'DOCK_REFUSED')) return String(error.details['refusal']);
  if (isLiuhenError(error, 'DOCK_DOWN')) return String(error.details['state']);
  return isLiuhenError(error) ? error.code.toLowerCase().replaceAll('_', '-') : 'unknown';
}
