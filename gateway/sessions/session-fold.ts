// What the ledger says of rooms and sessions, as a fold over its entries (P5): the only memory that outlives
// the process. It reads entries and decides nothing; session-service.ts takes up from here after a crash.
import type { TrackKind } from '../recording/recorder-protocol.ts';
import type { LedgerBody } from './ledger-port.ts';
import type { SessionOfficer } from './session-request.ts';

/** Closed sessions that are remembered, to find one whose proof was not written before a crash. */
export const maxRecentlyClosed = 64;
/** Debts that are remembered. Beyond, the oldest missed one is forgotten here; the ledger keeps it. */
export const maxDebts = 10_000;

/** Marks between which a reception room hears somebody: it is not closed on them (A1). */
export const matterBegins = 'matter-begins';
export const matterEnds = 'matter-ends';

export interface FoldMoment {
  readonly wallMs: number;
  readonly monoMs: number;
}

export interface FoldedSession {
  readonly session: string;
  readonly room: string;
  readonly kind: string;
  readonly openedBy: string;
  /** Matters of visitors that were begun in it and not ended, by their marks. */
  readonly matters: number;
  readonly officers: readonly SessionOfficer[];
  readonly caseNumber: string;
  readonly opened: FoldMoment;
  /** Below the data folder. */
  readonly folder: string;
  readonly cameras: readonly { readonly camera: string; readonly required: readonly TrackKind[] }[];
  /** Set when SessionClosing is in the ledger. */
  readonly closing: { readonly closed: FoldMoment; readonly by: string; readonly reason: string } | null;
  /** The number of the last journal record in the ledger; 0 before the first. */
  readonly lastJournal: number;
  /** Clock steps of this session entered since then: they carry no number of their own. */
  readonly stepsSince: number;
  readonly segments: number;
  readonly gaps: number;
  readonly bytes: number;
  /** Entries that name this session so far, and the number of the last. */
  readonly entryCount: number;
  readonly uptoSeq: number;
}

/** A closed session; null moments are unknown. */
export interface ClosedSession {
  readonly session: string;
  readonly room: string;
  /** Below the data folder. */
  readonly folder: string;
  /** When closing it was asked for. */
  readonly closed: FoldMoment | null;
}

export interface FoldedDebt {
  readonly session: string;
  readonly room: string;
  readonly debt: string;
  readonly article: string;
  readonly dueWallMs: number;
  readonly missed: boolean;
  /** Officers named at the opening, who count towards the debt `officers`. */
  readonly officers: readonly SessionOfficer[];
}

export interface FoldedCamera {
  readonly state: string;
  readonly fault: string;
  readonly detail: string;
  readonly skewMs: number | null;
  /** Topics of hints that began and have not ended. */
  readonly hints: readonly string[];
}

const unseen: FoldedCamera = { state: '', fault: '', detail: '', skewMs: null, hints: [] };

export interface FoldEntry {
  readonly seq: number;
  readonly body: LedgerBody;
  /** When it was entered, by the box's clock, milliseconds since 1970; absent where no ledger said so. */
  readonly wallMs?: number;
}

/** Holds the folded state; `apply` takes the entries in order, from the first or from the last one applied. */
export class SessionFold {
  readonly #open = new Map<string, FoldedSession>();
  readonly #debts = new Map<string, FoldedDebt>();
  readonly #cameras = new Map<string, FoldedCamera>();
  readonly #recentlyClosed: ClosedSession[] = [];
  #bootId = '';
  #recorderLost = false;
  #diskState = '';

  /** Sessions that are open or closing, in the order in which they opened. */
  get open(): ReadonlyMap<string, FoldedSession> {
    return this.#open;
  }

  /** What is owed and not settled, oldest first; by `<session>/<debt>`. */
  get debts(): ReadonlyMap<string, FoldedDebt> {
    return this.#debts;
  }

  get cameras(): ReadonlyMap<string, FoldedCamera> {
    return this.#cameras;
  }

  /** The newest last. */
  get recentlyClosed(): readonly ClosedSession[] {
    return this.#recentlyClosed;
  }

  lastClosedIn(room: string): ClosedSession | undefined {
    return this.#recentlyClosed.findLast((each) => each.room === room);
  }

  /** The kernel's boot id of the last start; '' before the first. */
  get bootId(): string {
    return this.#bootId;
  }

  get recorderLost(): boolean {
    return this.#recorderLost;
  }

  get diskState(): string {
    return this.#diskState;
  }

  /** The session that is open or closing in a room. */
  inRoom(room: string): FoldedSession | undefined {
    for (const session of this.#open.values()) if (session.room === room) return session;
    return undefined;
  }

  apply({ seq, body }: FoldEntry): void {
    this.#fold(body);
    if (!('session' in body.value)) return;
    this.#change(body.value.session, ({ entryCount }) => ({ entryCount: entryCount + 1, uptoSeq: seq }));
  }

  #fold(body: LedgerBody): void {
    switch (body.case) {
      case 'boxStarted':
        this.#bootId = body.value.bootId;
        return;
      case 'recorderLost':
        this.#recorderLost = true;
        return;
      case 'recorderBack':
        this.#recorderLost = false;
        return;
      case 'diskChanged':
        this.#diskState = body.value.state;
        return;
      case 'cameraChanged': {
        const { camera, state, fault, detail } = body.value;
        this.#cameras.set(camera, { ...(this.#cameras.get(camera) ?? unseen), state, fault, detail });
        return;
      }
      case 'cameraClockSkew': {
        const { camera, skewMs } = body.value;
        this.#cameras.set(camera, { ...(this.#cameras.get(camera) ?? unseen), skewMs });
        return;
      }
      case 'cameraHint': {
        const { camera, topic, state } = body.value;
        if (state === 'told') return;
        const known = this.#cameras.get(camera) ?? unseen;
        const others = known.hints.filter((each) => each !== topic);
        this.#cameras.set(camera, { ...known, hints: state === 'began' ? [...others, topic] : others });
        return;
      }
      case 'debtIncurred': {
        const { session, debt, article, dueWallMs } = body.value;
        const { officers = [], room = '' } = this.#open.get(session) ?? {};
        const missed = false;
        this.#debts.set(`${session}/${debt}`, { session, room, debt, article, dueWallMs, missed, officers });
        this.#forgetOldDebt();
        return;
      }
      case 'debtSettled':
        this.#debts.delete(`${body.value.session}/${body.value.debt}`);
        return;
      case 'debtMissed': {
        const key = `${body.value.session}/${body.value.debt}`;
        const debt = this.#debts.get(key);
        if (debt) this.#debts.set(key, { ...debt, missed: true });
        return;
      }
      default:
        this.#applySession(body);
    }
  }

  #applySession(body: LedgerBody): void {
    switch (body.case) {
      case 'sessionOpened': {
        const { session, room, kind, openedBy, officers, caseNumber, opened, folder, cameras } = body.value;
        this.#open.set(session, {
          session,
          room,
          kind,
          openedBy,
          matters: 0,
          officers,
          caseNumber,
          opened,
          folder,
          cameras: cameras.map(({ camera, required }) => ({
            camera,
            required: required.filter(isTrackKind),
          })),
          closing: null,
          lastJournal: 0,
          stepsSince: 0,
          segments: 0,
          gaps: 0,
          bytes: 0,
          entryCount: 0,
          uptoSeq: 0,
        });
        return;
      }
      case 'sessionMarked': {
        const change = { [matterBegins]: 1, [matterEnds]: -1 }[body.value.label];
        if (change !== undefined)
          this.#change(body.value.session, ({ matters }) => ({ matters: Math.max(0, matters + change) }));
        return;
      }
      case 'sessionClosing': {
        const { session, closed, closedBy, reason } = body.value;
        this.#change(session, () => ({ closing: { closed, by: closedBy, reason } }));
        return;
      }
      case 'sessionClosed': {
        const closed = this.#open.get(body.value.session);
        if (!closed) return;
        this.#open.delete(closed.session);
        const { session, room, folder, closing } = closed;
        this.#recentlyClosed.push({ session, room, folder, closed: closing?.closed ?? null });
        if (this.#recentlyClosed.length > maxRecentlyClosed) this.#recentlyClosed.shift();
        return;
      }
      case 'clockStepped':
        this.#change(body.value.session, (known) => ({ stepsSince: known.stepsSince + 1 }));
        return;
      case 'segmentSealed':
        this.#journal(body.value, (known) => ({
          segments: known.segments + 1,
          bytes: known.bytes + body.value.bytes,
        }));
        return;
      case 'gapOpened':
      case 'recordsDropped':
        this.#journal(body.value, (known) => ({ gaps: known.gaps + 1 }));
        return;
      case 'segmentOpened':
      case 'gapClosed':
      case 'trackDegraded':
      case 'trackRestored':
      case 'sessionResumed':
        this.#journal(body.value, () => ({}));
        return;
      default:
        return;
    }
  }

  #journal(
    value: { readonly session: string; readonly journal: number },
    also: (known: FoldedSession) => Partial<FoldedSession>,
  ): void {
    this.#change(value.session, (known) => ({ ...also(known), lastJournal: value.journal, stepsSince: 0 }));
  }

  #change(session: string, change: (known: FoldedSession) => Partial<FoldedSession>): void {
    const known = this.#open.get(session);
    if (known) this.#open.set(session, { ...known, ...change(known) });
  }

  #forgetOldDebt(): void {
    if (this.#debts.size <= maxDebts) return;
    for (const [key, debt] of this.#debts) {
      if (!debt.missed) continue;
      this.#debts.delete(key);
      return;
    }
  }
}

function isTrackKind(text: string): text is TrackKind {
  return text === 'video' || text === 'audio';
}
