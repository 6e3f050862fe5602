// What the sessions of one gateway still owe (E7, C4) and which body-cam footage is due (E1-E3), folded from the entries that headquarters has verified, and kept
// beside its chain. Pure but for the store; when somebody is told is debt-desk.ts's.
import type { Store, StoreChange } from '../config/store.ts';
import type { Body } from '../protocols/hq/messages.ts';
import type { GatewayAddress } from '../protocols/hq/topics.ts';

/** Debts kept of one gateway; beyond, the one that fell due first is left out and counted. */
export const maxDebtsPerGateway = 500;
/** Sessions whose room is remembered for a debt that comes later; beyond, the oldest is forgotten. */
export const maxSessionsRemembered = 200;
/** A text of the box is kept up to this length. */
const maxText = 120;

/** A body-cam whose footage is not in the store, as the box said it last. */
export interface OwedFootage {
  readonly serial: string;
  /** The agency's number. */
  readonly device: string;
  readonly officer: string;
  /** Who was told by the box: officer, unit-head or headquarters; empty before. */
  readonly step: string;
  /** Remote work is declared: no deadline before the return, and before the box has said it anew. */
  readonly away: boolean;
}

export interface OwedDebt {
  /** Empty for footage. */
  readonly session: string;
  /** Empty when the opening is no longer remembered. */
  readonly room: string;
  readonly debt: string;
  readonly article: string;
  /** By the gateway's clock, milliseconds since 1970. */
  readonly dueWallMs: number;
  /** The gateway itself said that the deadline went by. */
  readonly missed: boolean;
  /** Only where `debt` is `footage`. */
  readonly footage?: OwedFootage;
}

/** The name among debts of what is due of a body-cam. */
export const footageDebt = 'footage';
/** Devices kept of one gateway; beyond, the one that was due first is left out and counted. */
export const maxFootagePerGateway = 500;

interface Kept {
  /** The last entry that is in here. */
  readonly seq: bigint;
  readonly debts: readonly OwedDebt[];
  readonly rooms: readonly (readonly [session: string, room: string])[];
  readonly leftOut: number;
}

export class DebtView {
  readonly #debts = new Map<string, OwedDebt>();
  /** By the device's serial number. */
  readonly #footage = new Map<string, OwedDebt & { readonly footage: OwedFootage }>();
  readonly #rooms = new Map<string, string>();
  #seq: bigint;
  #leftOut: number;
  #changed = false;

  constructor(kept: Kept = { seq: 0n, debts: [], rooms: [], leftOut: 0 }) {
    this.#seq = kept.seq;
    this.#leftOut = kept.leftOut;
    for (const debt of kept.debts) {
      const { footage } = debt;
      if (footage === undefined) this.#debts.set(idOf(debt), debt);
      else this.#footage.set(footage.serial, { ...debt, footage });
    }
    for (const [session, room] of kept.rooms) this.#rooms.set(session, room);
  }

  /** The one that falls due first comes first. */
  get owed(): readonly OwedDebt[] {
    return sorted([...this.#debts.values(), ...this.#footage.values()]);
  }

  /** The last entry that was folded. */
  get seq(): bigint {
    return this.#seq;
  }

  /** How many were left out because there were too many; they are in the ledger. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether anything here has changed since `toKeep` was last asked. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Takes the next verified entry; one that is folded already, and all that say nothing of debts, change nothing. */
  take(seq: bigint, body: Body | undefined): void {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    switch (body?.case) {
      case 'sessionOpened': {
        const { session, room } = body.value;
        this.#rooms.set(short(session), short(room));
        for (const [oldest] of this.#rooms) {
          if (this.#rooms.size <= maxSessionsRemembered) break;
          this.#rooms.delete(oldest);
        }
        break;
      }
      case 'debtIncurred': {
        const session = short(body.value.session);
        const debt = short(body.value.debt);
        this.#debts.set(idOf({ session, debt }), {
          session,
          room: this.#rooms.get(session) ?? '',
          debt,
          article: short(body.value.article),
          dueWallMs: Number(body.value.dueWallMs),
          missed: false,
        });
        if (this.#debts.size > maxDebtsPerGateway) this.#leaveOneOut();
        break;
      }
      case 'debtMissed': {
        const key = idOf({ session: short(body.value.session), debt: short(body.value.debt) });
        const owed = this.#debts.get(key);
        if (owed) this.#debts.set(key, { ...owed, missed: true });
        break;
      }
      case 'debtSettled':
        this.#debts.delete(idOf({ session: short(body.value.session), debt: short(body.value.debt) }));
        break;
      case 'offloadReminded':
        this.#due(body.value);
        break;
      case 'offloadMissed': {
        // What came late is in the store: nothing of it is owed any more.
        const owed = this.#footage.get(short(body.value.serial));
        if (!owed || body.value.reason === 'late') break;
        const dueWallMs = Number(body.value.dueWallMs);
        const article = short(body.value.article);
        this.#footage.set(owed.footage.serial, { ...owed, dueWallMs, article, missed: true });
        break;
      }
      case 'remoteWorkDeclared':
        if (body.value.returnedWallMs !== 0n) break;
        for (const [serial, owed] of this.#footage) {
          if (owed.footage.device !== short(body.value.device)) continue;
          this.#footage.set(serial, { ...owed, footage: { ...owed.footage, away: true } });
        }
        break;
      default:
        return;
    }
    this.#changed = true;
  }

  #due(value: Extract<Body, { case: 'offloadReminded' }>['value']): void {
    const serial = short(value.serial);
    this.#footage.delete(serial);
    if (value.dueWallMs === 0n) return;
    const [device, officer, step] = [value.device, value.officer.name, value.to].map(short);
    this.#footage.set(serial, {
      session: '',
      room: '',
      debt: footageDebt,
      article: short(value.article),
      dueWallMs: Number(value.dueWallMs),
      missed: false,
      footage: { serial, device: device ?? '', officer: officer ?? '', step: step ?? '', away: false },
    });
    if (this.#footage.size <= maxFootagePerGateway) return;
    const [first] = sorted([...this.#footage.values()]);
    if (first?.footage === undefined) return;
    this.#footage.delete(first.footage.serial);
    this.#leftOut += 1;
  }

  /** What to write so that `readDebts` gives this view again. */
  toKeep(address: GatewayAddress): StoreChange {
    this.#changed = false;
    const { seq, owed } = this;
    const value = JSON.stringify({
      seq: String(seq),
      debts: owed,
      rooms: [...this.#rooms],
      leftOut: this.#leftOut,
    });
    return { type: 'put', key: keyOf(address), value: Buffer.from(value) };
  }

  #leaveOneOut(): void {
    const [first] = sorted([...this.#debts.values()]);
    if (!first) return;
    this.#debts.delete(idOf(first));
    this.#leftOut += 1;
  }
}

/** The view as it was kept; an empty one when there is none, or none that can be read: the chain has it all. */
export async function readDebts(store: Store, address: GatewayAddress): Promise<DebtView> {
  const value = await store.get(keyOf(address));
  return new DebtView(value === undefined ? undefined : decode(value));
}

/** The gateways of which the store has entries, at most `limit`; one look-up each, however long their chains are. */
export async function* readGateways(store: Store, limit: number): AsyncGenerator<GatewayAddress> {
  let from = 'g/';
  for (let found = 0; found < limit; found += 1) {
    let key: string | undefined;
    for await (const [first] of store.entries({ from, to: 'g0', limit: 1 })) key = first;
    const [, agency, site, gateway] = key?.split('/') ?? [];
    if (agency === undefined || site === undefined || gateway === undefined) return;
    yield { agency, site, gateway };
    from = `g/${agency}/${site}/${gateway}0`; // '0' follows '/'
  }
}

function decode(value: Uint8Array): Kept | undefined {
  let kept: unknown;
  try {
    kept = JSON.parse(Buffer.from(value).toString('utf8'));
  } catch {
    return undefined; // it is only a shortcut: the entries are folded anew
  }
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { seq, debts, rooms, leftOut } = kept as Record<string, unknown>;
  if (typeof seq !== 'string' || !/^\d{1,20}$/.test(seq) || typeof leftOut !== 'number') return undefined;
  if (!Array.isArray(debts) || !debts.every(isOwed)) return undefined;
  if (!Array.isArray(rooms) || !rooms.every(isPair)) return undefined;
  return { seq: BigInt(seq), debts, rooms, leftOut };
}

function isOwed(value: unknown): value is OwedDebt {
  if (typeof value !== 'object' || value === null) return false;
  const { session, room, debt, article, dueWallMs, missed } = value as Record<string, unknown>;
  const { footage } = value as Record<string, unknown>;
  if (footage !== undefined && !isFootage(footage)) return false;
  const texts = [session, room, debt, article].every((text) => typeof text === 'string');
  return texts && typeof dueWallMs === 'number' && typeof missed === 'boolean';
}

function isFootage(value: unknown): value is OwedFootage {
  if (typeof value !== 'object' || value === null) return false;
  const { serial, device, officer, step, away } = value as Record<string, unknown>;
  return (
    [serial, device, officer, step].every((text) => typeof text === 'string') && typeof away === 'boolean'
  );
}

function sorted<Debt extends OwedDebt>(debts: readonly Debt[]): readonly Debt[] {
  return debts.toSorted((one, other) => one.dueWallMs - other.dueWallMs);
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'string';
}

function idOf({ session, debt }: Pick<OwedDebt, 'session' | 'debt'>): string {
  return `${session}\n${debt}`;
}

function short(text: string): string {
  return text.slice(0, maxText);
}

function keyOf({ agency, site, gateway }: GatewayAddress): string {
  return `d/${agency}/${site}/${gateway}`;
}
