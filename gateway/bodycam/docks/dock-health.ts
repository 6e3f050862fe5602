// What docks say of their own health, asked when they open and every ten minutes: a fault that appears or goes is told to
// the ledger once, also over restarts of this process (D6). What a fault means is SPEC.md §5's.
import type { Moment } from '../../../config/clock.ts';
import type { Log } from '../../../config/log.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import { dockFaults } from '../../../protocols/dock/limits.ts';
import type { ReplyTo } from '../../../protocols/dock/messages.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { DockHealthView } from './dock-requests.ts';
import type { OwnedDock } from './dock-update.ts';

/** Milliseconds between two looks at a dock that stays open. */
export const healthEveryMs = 600_000;
/** A dock that opens again and again is not looked at more often than this, in milliseconds. */
export const healthLeastMs = 60_000;
/** Docks of which faults are remembered: those of the settings, and some that were there before. */
export const maxKnownDocks = 64;

const faultWords: readonly (readonly [bit: number, word: string])[] = [
  [dockFaults.supply, 'supply'],
  [dockFaults.temperature, 'temperature'],
  [dockFaults.flash, 'flash'],
  [dockFaults.usbHub, 'usb-hub'],
  [dockFaults.clock, 'clock'],
];
const knownBits = faultWords.reduce((bits, [bit]) => bits | bit, 0);
/** As states of `dockChanged`. */
export const healthState = /^health-(supply|temperature|flash|usb-hub|clock|other)(-over)?$/;

export interface HealthParts {
  readonly enter: (body: BodycamBody) => void;
  readonly now: () => Moment;
  readonly log: Log;
}

interface Look {
  /** The session in which it was asked last. */
  session: Dock['status']['identity'];
  atMonoMs: number;
  asking: Promise<void> | null;
  health: DockHealthView | null;
}

export class DockHealth {
  /** Faults that the ledger has and that are not over, by dock. */
  readonly #told = new Map<string, Set<string>>();
  readonly #looks = new Map<string, Look>();

  /** Every entry of the ledger, from the first. */
  entry(body: { readonly case: string; readonly value: unknown }): void {
    if (body.case !== 'dockChanged') return;
    const { dock, state } = body.value as Extract<BodycamBody, { case: 'dockChanged' }>['value'];
    const found = healthState.exec(state);
    if (found?.[1] !== undefined) this.#note(dock, found[1], found[2] === undefined);
  }

  /** What was known last; null while nothing is. */
  last(dock: string): DockHealthView | null {
    return this.#looks.get(dock)?.health ?? null;
  }

  /** Begins the looks that are due, and waits for none: a dock that does not answer must hold up nothing. */
  tick(docks: readonly OwnedDock[], parts: HealthParts): void {
    for (const dock of this.#looks.keys())
      if (!docks.some(({ settings }) => settings.id === dock)) this.#looks.delete(dock);
    const { mono } = parts.now();
    for (const owned of docks) {
      const { state, identity } = owned.driver.status;
      const look = this.#look(owned.settings.id);
      const everyMs = identity === look.session ? healthEveryMs : healthLeastMs;
      if (state !== 'ready' || look.asking || mono - look.atMonoMs < everyMs) continue;
      look.session = identity;
      look.atMonoMs = mono;
      look.asking = this.ask(owned, parts)
        .then(
          () => undefined,
          (error: unknown) =>
            parts.log.warn('a dock does not tell its health', {
              dock: owned.settings.id,
              error: error as Error,
            }),
        )
        .finally(() => {
          look.asking = null;
        });
    }
  }

  /** Now. Rejects as Dock.ask does. */
  async ask({ settings, driver }: OwnedDock, parts: HealthParts): Promise<DockHealthView> {
    const { id: dock, room } = settings;
    const reply = await driver.ask('dockHealth', {});
    const faults = faultsOf(reply);
    const { uptimeS, temperatureC, supplyMv, framesReceived, framesBad } = reply;
    const health: DockHealthView = {
      wallMs: parts.now().wall,
      uptimeS,
      temperatureC,
      supplyMv,
      framesReceived,
      framesBad,
      faults,
    };
    this.#look(dock).health = health;
    const detail = `${(supplyMv / 1000).toFixed(1)} V, ${temperatureC} °C`;
    const told = this.#told.get(dock) ?? new Set();
    for (const state of [
      ...faults.filter((fault) => !told.has(fault)).map((fault) => `health-${fault}`),
      ...[...told].filter((fault) => !faults.includes(fault)).map((fault) => `health-${fault}-over`),
    ]) {
      const body: BodycamBody = { case: 'dockChanged', value: { dock, room, state, detail } };
      // Noted here already: a ledger that takes nothing now gets each of them once, later.
      this.entry(body);
      parts.enter(body);
    }
    return health;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#looks.values()].flatMap(({ asking }) => asking ?? []));
  }

  #look(dock: string): Look {
    const found = this.#looks.get(dock) ?? {
      session: null,
      atMonoMs: Number.NEGATIVE_INFINITY,
      asking: null,
      health: null,
    };
    this.#looks.set(dock, found);
    return found;
  }

  #note(dock: string, fault: string, isThere: boolean): void {
    const told = this.#told.get(dock) ?? new Set();
    if (isThere) told.add(fault);
    else told.delete(fault);
    this.#told.delete(dock);
    if (told.size > 0) this.#told.set(dock, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > maxKnownDocks && oldest !== undefined) this.#told.delete(oldest);
  }
}

function faultsOf({ faults }: ReplyTo<'dockHealth'>): readonly string[] {
  const found = faultWords.filter(([bit]) => (faults & bit) !== 0).map(([, word]) => word);
  return (faults & ~knownBits) === 0 ? found : [...found, 'other'];
}
