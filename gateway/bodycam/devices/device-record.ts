// What the ledger tells of one body-cam: who had it when, what became of it, and its history. A fold of bounded size; the
// ledger keeps what is forgotten here. Which devices are ours is the register's.
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { DeviceOfficer } from './device-register.ts';

/** Spans in which somebody had the device; the oldest is forgotten, and nobody is named for that time. */
export const maxSpans = 64;
/** Reports, upkeep and suspicions of one device that are shown; the ledger has all (D6). */
export const maxUpkeep = 60;
/** Dockings, issues and returns of one device that are shown. */
export const maxMoves = 40;
/** Characters of a text of the box itself that are remembered. */
export const maxDetail = 120;
/** Suspicions that stand at once. */
export const maxSuspects = 20;
/** A clock that is further off has lost its time, as an empty cell makes it; no rule names a number. Milliseconds. */
export const clockLostMs = 86_400_000;

export interface HeldSpan {
  /** Null: it was reported stolen or lost, and nobody of ours had it. */
  readonly officer: DeviceOfficer | null;
  readonly fromWallMs: number;
  /** Null while it lasts. */
  readonly toWallMs: number | null;
}

export interface DeviceIssue {
  readonly officer: DeviceOfficer;
  readonly by: string;
  readonly sinceWallMs: number;
  readonly matter: string;
  readonly caseNumber: string;
  readonly seq: number;
}

/** What a report or its upkeep made of it. */
export interface DeviceMark<What extends string> {
  readonly what: What;
  readonly detail: string;
  readonly by: string;
  readonly article: string;
  readonly sinceWallMs: number;
  readonly seq: number;
}
export type Missing = DeviceMark<'stolen' | 'lost'>;
export type OutOfUse = DeviceMark<'fault' | 'out-of-use' | 'retired'>;

/** What the box itself saw, and no person has confirmed. */
export interface Suspect {
  /** A word of CustodyTrouble, or battery-empty, clock-lost or double. */
  readonly what: string;
  readonly detail: string;
  /** Of its first entry. */
  readonly seq: number;
  /** Of the docking in which it was seen. */
  readonly wallMs: number;
  readonly count: number;
}

export interface Docking {
  readonly dock: string;
  readonly slot: number;
  readonly standing: string;
  readonly wallMs: number;
  readonly batteryPct: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly clips: number;
  readonly clockOffsetMs: number;
  readonly seq: number;
}

export interface DeviceEvent {
  readonly seq: number;
  /** Null where its entry has none: it came behind the event before it. */
  readonly wallMs: number | null;
  readonly what: 'docked' | 'undocked' | 'issued' | 'returned' | 'reported' | 'maintained' | 'suspect';
  /** A word of bodycam-words.ts, or what was done. */
  readonly word: string;
  readonly detail: string;
  /** Who is named: the officer, or the provider of a repair. */
  readonly who: string;
  readonly by: string;
  readonly article: string;
}

export interface PendingReturn {
  readonly dock: string;
  readonly slot: number;
  readonly at: { readonly wallMs: number; readonly monoMs: number };
  readonly issue: DeviceIssue;
}

/** Trouble that may be the device's own. A full store or a ledger that takes nothing is the box's. */
const ownTrouble: readonly string[] = [
  'no-volume',
  'no-disk-mode',
  'several-disks',
  'other-volume',
  'not-whole',
  'unlisted-card',
  'read-error',
  'too-slow',
  'card-differs',
  'device-differs',
  'gave-up',
  'not-erased',
];

type Value<Case extends BodycamBody['case']> = Extract<BodycamBody, { case: Case }>['value'];

export class DeviceRecord {
  readonly serial: string;
  issue: DeviceIssue | null = null;
  missing: Missing | null = null;
  outOfUse: OutOfUse | null = null;
  /** The last one. */
  docking: Docking | null = null;
  /** `unknown`: the dock or the box was away since. */
  at: 'never' | 'in' | 'out' | 'unknown' = 'never';
  /** It came back into a dock, and its return is not in the ledger yet. */
  pending: PendingReturn | null = null;
  /** Of the last docking, docking or handing over that a person or the box saw; 0 before the first. */
  seenWallMs = 0;
  /** The last one; null where the ledger knows of none. */
  maintainedWallMs: number | null = null;
  /** Entries that are not shown any more. */
  forgotten = 0;
  readonly #spans: HeldSpan[] = [];
  #spansForgottenToMs: number | null = null;
  /** Where it lay when it was issued, until it has left; null once it has. */
  #issuedFrom: { readonly dock: string; readonly slot: number } | null = null;
  #suspects: Suspect[] = [];
  readonly #upkeep: DeviceEvent[] = [];
  readonly #moves: DeviceEvent[] = [];

  constructor(serial: string) {
    this.serial = serial;
  }

  get suspects(): readonly Suspect[] {
    return this.#suspects;
  }

  get spans(): readonly HeldSpan[] {
    return this.#spans;
  }

  /** Who had it before this is not known any more; null where nothing was forgotten. */
  get spansForgottenToMs(): number | null {
    return this.#spansForgottenToMs;
  }

  /** By their entries, the oldest first. */
  get events(): readonly DeviceEvent[] {
    return [...this.#upkeep, ...this.#moves].toSorted((one, other) => one.seq - other.seq);
  }

  /** The box was not there to see: what lay in a slot may have been taken. */
  boxStarted(): void {
    if (this.at === 'in') this.at = 'unknown';
  }

  docked(seq: number, value: Value<'deviceDocked'>): void {
    const { dock, slot, standing, at, batteryPercent, freeBytes, totalBytes, clipCount } = value;
    this.docking = {
      dock,
      slot,
      standing,
      wallMs: at.wallMs,
      batteryPct: batteryPercent,
      freeBytes,
      totalBytes,
      clips: clipCount,
      clockOffsetMs: value.clockOffsetMs,
      seq,
    };
    this.at = 'in';
    this.#saw(at.wallMs);
    this.#move({ seq, wallMs: at.wallMs, what: 'docked', word: standing, detail: place(dock, slot) });
    if (standing === 'double') this.#suspect(seq, 'double', place(dock, slot), at.wallMs);
    if (standing !== 'ours') return;
    // Nothing was read where it says that there is no card at all.
    if (totalBytes > 0 && batteryPercent === 0) this.#suspect(seq, 'battery-empty', '0 %', at.wallMs);
    if (Math.abs(value.clockOffsetMs) > clockLostMs)
      this.#suspect(seq, 'clock-lost', `${Math.round(value.clockOffsetMs / 1000)} s`, at.wallMs);
    const { issue } = this;
    if (issue === null) return;
    const from = this.#issuedFrom;
    // A dock that reboots tells again of a device that nobody has taken out yet: that is no return.
    if (from === null || from.dock !== dock || from.slot !== slot) this.pending = { dock, slot, at, issue };
  }

  undocked(seq: number, { dock, slot, outcome, clipsLeft }: Value<'deviceUndocked'>): void {
    const gone = outcome === 'dock-gone';
    const last = this.docking;
    // Another slot than the one where it was seen last: it was moved meanwhile, or there are two with its number.
    if (last === null || (last.dock === dock && last.slot === slot)) this.at = gone ? 'unknown' : 'out';
    if (!gone) this.#issuedFrom = null;
    const detail = clipsLeft > 0 ? `${place(dock, slot)}, ${clipsLeft} clips left` : place(dock, slot);
    this.#move({ seq, wallMs: null, what: 'undocked', word: outcome, detail });
    const since = this.docking?.seq ?? seq;
    // Everything that was on it came over well: what was suspected before this docking did not show again.
    if (outcome === 'done' && clipsLeft === 0)
      this.#suspects = this.#suspects.filter((each) => each.seq >= since);
  }

  trouble(seq: number, { what, detail, clip }: Value<'custodyTrouble'>): void {
    if (!ownTrouble.includes(what)) return;
    const about = [clip, detail]
      .filter((each) => each !== '')
      .join(' ')
      .slice(0, maxDetail);
    this.#suspect(seq, what, about, this.docking?.wallMs ?? 0);
  }

  issued(seq: number, value: Value<'deviceIssued'>): void {
    const { officer, by, at, dock, slot, matter, caseNumber } = value;
    this.#endSpan(at.wallMs);
    this.#beginSpan(officer, at.wallMs);
    this.issue = { officer, by, sinceWallMs: at.wallMs, matter, caseNumber, seq };
    this.pending = null;
    const last = this.at === 'in' || this.at === 'unknown' ? this.docking : null;
    this.#issuedFrom = dock === '' ? last && { dock: last.dock, slot: last.slot } : { dock, slot };
    this.#saw(at.wallMs);
    const detail = [matter, caseNumber].filter((each) => each !== '').join(' ');
    this.#move({ seq, wallMs: at.wallMs, what: 'issued', word: '', detail, who: nameOf(officer), by });
  }

  returned(seq: number, { officer, by, at, dock, slot, how }: Value<'deviceReturned'>): void {
    this.#endSpan(at.wallMs);
    this.issue = null;
    this.pending = null;
    this.#saw(at.wallMs);
    const detail = dock === '' ? '' : place(dock, slot);
    this.#move({ seq, wallMs: at.wallMs, what: 'returned', word: how, detail, who: nameOf(officer), by });
  }

  reported(seq: number, { what, detail, by, at, article }: Value<'deviceReported'>): void {
    const mark = { detail, by, article, sinceWallMs: at.wallMs, seq };
    this.#upkept({ seq, wallMs: at.wallMs, what: 'reported', word: what, detail, by, article });
    if (what === 'fault') {
      // What a repair has retired stays retired, whatever else is reported of it.
      if (this.outOfUse?.what !== 'retired') this.outOfUse = { ...mark, what };
    } else if (what === 'stolen' || what === 'lost') {
      this.missing = { ...mark, what };
      this.issue = null;
      this.pending = null;
      this.#endSpan(at.wallMs);
      this.#beginSpan(null, at.wallMs);
    } else if (what === 'found' && this.missing) {
      this.missing = null;
      this.#endSpan(at.wallMs);
      this.#saw(at.wallMs);
    }
  }

  maintainedBy(seq: number, value: Value<'deviceMaintained'>): void {
    const { what, provider, outcome, by, at, article } = value;
    const mark = { detail: what, by, article, sinceWallMs: at.wallMs, seq };
    if (outcome === 'in-use') {
      this.outOfUse = null;
      this.#suspects = [];
    } else if (outcome === 'out-of-use' || outcome === 'retired') this.outOfUse = { ...mark, what: outcome };
    this.maintainedWallMs = at.wallMs;
    this.#upkept({
      seq,
      wallMs: at.wallMs,
      what: 'maintained',
      word: outcome,
      detail: what,
      who: provider,
      by,
      article,
    });
  }

  #saw(wallMs: number): void {
    this.seenWallMs = Math.max(this.seenWallMs, wallMs);
  }

  #beginSpan(officer: DeviceOfficer | null, fromWallMs: number): void {
    this.#spans.push({ officer, fromWallMs, toWallMs: null });
    if (this.#spans.length <= maxSpans) return;
    const oldest = this.#spans.shift();
    this.#spansForgottenToMs = oldest?.toWallMs ?? fromWallMs;
  }

  #endSpan(at: number): void {
    const last = this.#spans.pop();
    if (last === undefined) return;
    // A clock that was set back must not make it end before it began.
    const ended = last.toWallMs === null ? { ...last, toWallMs: Math.max(at, last.fromWallMs) } : last;
    this.#spans.push(ended);
  }

  /** The same again counts once: a card that cannot be read fails with each of its clips. */
  #suspect(seq: number, what: string, detail: string, wallMs: number): void {
    const since = this.docking?.seq ?? 0;
    const known = this.#suspects.findIndex((each) => each.what === what && each.seq >= since);
    const found = this.#suspects[known];
    if (found) {
      this.#suspects[known] = { ...found, count: found.count + 1 };
      return;
    }
    const others = this.#suspects.filter((each) => each.what !== what);
    this.#suspects = [...others, { what, detail, seq, wallMs, count: 1 }].slice(-maxSuspects);
    const own = seq === since ? wallMs : null;
    this.#upkept({ seq, wallMs: own, what: 'suspect', word: what, detail });
  }

  #upkept(event: EventPart): void {
    this.#keep(this.#upkeep, event, maxUpkeep);
  }

  #move(event: EventPart): void {
    this.#keep(this.#moves, event, maxMoves);
  }

  #keep(list: DeviceEvent[], event: EventPart, most: number): void {
    list.push({ detail: '', who: '', by: '', article: '', ...event });
    if (list.length > most) {
      list.shift();
      this.forgotten += 1;
    }
  }
}

type EventPart = Pick<DeviceEvent, 'seq' | 'wallMs' | 'what' | 'word'> & Partial<DeviceEvent>;

function place(dock: string, slot: number): string {
  return `${dock}/${slot}`;
}

function nameOf({ name, certificate }: DeviceOfficer): string {
  return certificate === '' ? name : `${name} (${certificate})`;
}
