// The debts of all gateways at headquarters, with their countdown: says once when a deadline comes near and once when it
// has gone by, by headquarters' own clock, whether or not the box is there. What is owed is debt-view.ts's fold.
import { monotonicTime, wallTime } from '../config/clock.ts';
import type { Log } from '../config/log.ts';
import type { Store } from '../config/store.ts';
import { decodeBody, decodeHeader } from '../protocols/hq/codec.ts';
import type { GatewayStatus } from '../protocols/hq/messages.ts';
import { addressText as keyOf, type GatewayAddress } from '../protocols/hq/topics.ts';
import { readDebts, readGateways, type DebtView, type OwedDebt } from './debt-view.ts';
import type { DebtEvent, FeedEvent } from './feed-event.ts';
import { fresh } from './freshness.ts';
import { readStoredEntries } from './gateway-copy.ts';

/** A debt is told of as due soon from this long before its deadline, in milliseconds. */
export const dueSoonMs = 3_600_000;
/** How often the deadlines are looked at, in milliseconds. */
export const debtTickMs = 1000;
/** How long a box that is still sending older entries is waited for before its debts are judged, in milliseconds. */
export const catchUpMs = 30_000;
/** After this many entries without a change the view is kept anew, so that a start reads at most so many. */
export const keepEvery = 1000n;

/** A debt as headquarters sees it now. */
export interface DebtRow extends OwedDebt {
  readonly address: GatewayAddress;
  /** Until the deadline by headquarters' clock, milliseconds; negative when it has gone by. */
  readonly leftMs: number;
  readonly state: 'owed' | 'due-soon' | 'overdue';
  /** Who says that it is overdue: the box, by an entry, or headquarters' own clock. Null before. */
  readonly by: 'gateway' | 'headquarters' | null;
  /** Whether the box is heard; one that is not may have settled it meanwhile. */
  readonly online: boolean;
}

interface Desk {
  readonly address: GatewayAddress;
  readonly view: DebtView;
  keptSeq: bigint;
  status: { readonly value: GatewayStatus; readonly atMs: number } | null;
  /** When an entry last came, or the box first said that it has more; CLOCK_MONOTONIC ms. */
  progressMs: number;
  /** What was told of each debt. */
  readonly told: Map<string, 'due-soon' | 'overdue'>;
}

export interface DebtDeskOptions {
  readonly store: Store;
  /** Gateways at most. */
  readonly limit: number;
  readonly log: Log;
  onDebt(event: DebtEvent): void;
}

export class DebtDesk {
  readonly #options: DebtDeskOptions;
  readonly #desks = new Map<string, Desk>();
  readonly #timer: NodeJS.Timeout;

  /** Reads the debts of every gateway in the store, and folds what was stored since they were kept. */
  static async open(options: DebtDeskOptions): Promise<DebtDesk> {
    const desk = new DebtDesk(options);
    for await (const address of readGateways(options.store, options.limit)) await desk.#know(address);
    return desk;
  }

  private constructor(options: DebtDeskOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.tick(wallTime()), debtTickMs);
  }

  /** What is owed by `nowMs` (milliseconds since 1970), the nearest deadline first. */
  debts(nowMs: number): readonly DebtRow[] {
    const rows: DebtRow[] = [];
    for (const desk of this.#desks.values()) {
      for (const debt of desk.view.owed) rows.push(rowOf(desk, debt, nowMs));
    }
    return rows.toSorted((one, other) => one.dueWallMs - other.dueWallMs);
  }

  /** Debts that are in the ledgers but were too many to be kept here. */
  get leftOut(): number {
    return [...this.#desks.values()].reduce((sum, { view }) => sum + view.leftOut, 0);
  }

  /** Takes entries that are verified and stored. A view that cannot be kept is folded anew at the next start. */
  async take(address: GatewayAddress, events: readonly FeedEvent[]): Promise<void> {
    const desk = await this.#know(address);
    for (const event of events) {
      if (event.type !== 'entry') continue;
      desk.view.take(event.header.seq, event.body);
      desk.progressMs = monotonicTime();
    }
    await this.#keep(desk);
  }

  /** What the box says of itself: whether it is there, and whether it has more to send. */
  async heard(address: GatewayAddress, value: GatewayStatus): Promise<void> {
    const desk = await this.#know(address);
    const before = desk.status;
    const behindBefore = before !== null && before.value.ledgerSeq > desk.view.seq;
    if (value.ledgerSeq > desk.view.seq && !behindBefore) desk.progressMs = monotonicTime();
    desk.status = { value, atMs: monotonicTime() };
  }

  /** Tells what has come near or gone by since the last look. */
  tick(nowMs: number): void {
    for (const desk of this.#desks.values()) {
      if (catchesUp(desk)) continue;
      const owed = new Set<string>();
      for (const debt of desk.view.owed) {
        const key = tellingKey(debt);
        owed.add(key);
        const row = rowOf(desk, debt, nowMs);
        const { state } = row;
        if (state === 'owed' || desk.told.get(key) === state) continue;
        desk.told.set(key, state);
        this.#options.onDebt({ type: 'debt', ...row, state });
      }
      for (const key of desk.told.keys()) if (!owed.has(key)) desk.told.delete(key);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #know(address: GatewayAddress): Promise<Desk> {
    const { store } = this.#options;
    const known = this.#desks.get(keyOf(address));
    if (known) return known;
    const view = await readDebts(store, address);
    const keptSeq = view.seq;
    for await (const raw of readStoredEntries(store, address, view.seq + 1n)) {
      view.take(decodeHeader(raw.header).seq, decodeBody(raw.body));
    }
    const never = Number.NEGATIVE_INFINITY;
    const desk: Desk = { address, view, keptSeq, status: null, progressMs: never, told: new Map() };
    // Two may have asked at once; both have read the same entries.
    const meanwhile = this.#desks.get(keyOf(address));
    if (meanwhile) return meanwhile;
    this.#desks.set(keyOf(address), desk);
    await this.#keep(desk);
    return desk;
  }

  async #keep(desk: Desk): Promise<void> {
    const { view, address } = desk;
    if (!view.changed && view.seq - desk.keptSeq < keepEvery) return;
    try {
      await this.#options.store.write([view.toKeep(address)]);
      desk.keptSeq = view.seq;
    } catch (error) {
      // Only the shortcut is lost: the entries are stored, and are folded again at the next start.
      this.#options.log.error('the debts could not be kept', {
        gateway: keyOf(address),
        error: error as Error,
      });
    }
  }
}

/** A device's deadline may move: each is told of anew. */
function tellingKey({ session, debt, footage, dueWallMs }: OwedDebt): string {
  return footage === undefined ? `${session}\n${debt}` : `${debt}\n${footage.serial}\n${dueWallMs}`;
}

function rowOf({ address, status }: Desk, debt: OwedDebt, nowMs: number): DebtRow {
  const leftMs = debt.dueWallMs - nowMs;
  const away = debt.footage?.away === true;
  const overdue = !away && (debt.missed || leftMs <= 0);
  return {
    ...debt,
    address,
    leftMs,
    state: overdue ? 'overdue' : !away && leftMs <= dueSoonMs ? 'due-soon' : 'owed',
    by: overdue && debt.missed ? 'gateway' : overdue ? 'headquarters' : null,
    online: status !== null && status.value.online && fresh(status),
  };
}

/** A debt of yesterday may be settled by the next entry: a box that is sending is let finish, for a while. */
function catchesUp({ status, view, progressMs }: Desk): boolean {
  if (status === null || !status.value.online || !fresh(status)) return false;
  return status.value.ledgerSeq > view.seq && monotonicTime() - progressMs < catchUpMs;
}
