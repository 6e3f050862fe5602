// The deadlines of body-cam footage while the gateway runs (E1-E3): looks at them, enters reminders and misses once each,
// and takes declarations of remote work. What is due is deadline-plan.ts's, what is outstanding deadline-book.ts's.
import type { Moment } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { WorkingDays } from '../../../config/calendar/working-days.ts';
import { localDay } from '../../../config/local-day.ts';
import type { Settings } from '../../../config/settings-types.ts';
import type { RoomContext } from '../../gateway-feature.ts';
import { FieldReader } from '../../sessions/session-request.ts';
import { maxShownOffloads, type OffloadView } from '../bodycam-view.ts';
import type { BookedDevice, DeadlineBook } from './deadline-book.ts';
import {
  dueOf,
  offloadView,
  planOf,
  toEnter,
  type DeadlineRules,
  type DevicePlan,
  type DueCache,
} from './deadline-plan.ts';
import type { AwayAnswer } from './deadline-requests.ts';
import { offloadRules, type OffloadDue } from './offload-deadlines.ts';

/** Milliseconds that the wall clock has to run evenly before anything is entered by it; at a start too. */
export const steadyMs = 30_000;
/** A wall clock that moves by more than this against the monotonic one between two looks was set, in milliseconds. */
export const stepMs = 5000;
/** Milliseconds that a device whose clips nobody has listed yet is given for it. */
export const listWaitMs = 600_000;
/** Milliseconds after which the ledger is asked again when it took no entry, and the calendar is read again. */
export const enterAgainMs = 10_000;
export const readDaysEveryMs = 3_600_000;

export interface DeadlineServiceOptions {
  readonly box: RoomContext;
  readonly book: DeadlineBook;
  readonly readDays: (settings: Settings) => Promise<WorkingDays>;
}

export class DeadlineService {
  readonly #box: RoomContext;
  readonly #book: DeadlineBook;
  readonly #readDays: DeadlineServiceOptions['readDays'];
  #days = new WorkingDays(new Map());
  #daysMonoMs = Number.NEGATIVE_INFINITY;
  #calendarToldFor = '';
  /** Wall minus monotonic when it was last looked at, and since when it has not moved. */
  #steady: { readonly offsetMs: number; readonly sinceMonoMs: number };
  #againMonoMs = Number.NEGATIVE_INFINITY;
  /** Since when there is only an estimate of what is on a device, by its serial number. */
  readonly #estimates = new Map<string, number>();
  readonly #caches = new Map<string, { readonly key: string; readonly dues: DueCache }>();

  constructor({ box, book, readDays }: DeadlineServiceOptions) {
    this.#box = box;
    this.#book = book;
    this.#readDays = readDays;
    const { wall, mono } = box.now();
    this.#steady = { offsetMs: wall - mono, sinceMonoMs: mono };
  }

  /** Reads the calendar anew. Without one every day counts: deadlines come too early and not too late. */
  async readCalendar(): Promise<void> {
    this.#daysMonoMs = this.#box.now().mono;
    try {
      this.#days = await this.#readDays(this.#box.settings());
    } catch (error) {
      this.#box.log.error('the deadlines do not know the calendar', { error: error as Error });
    }
    this.#caches.clear();
  }

  /** Enters what is due. Rejects when the ledger takes nothing; it is tried again after enterAgainMs. */
  async tick(): Promise<void> {
    const now = this.#box.now();
    if (now.mono - this.#daysMonoMs >= readDaysEveryMs) await this.readCalendar();
    if (!this.#isSteady(now) || now.mono < this.#againMonoMs) return;
    for (const booked of this.#book.outstanding()) {
      if (this.#isWaiting(booked, now)) continue;
      const plan = this.#plan(booked, now);
      for (const body of toEnter(booked, plan, now.wall)) {
        try {
          await this.#box.ledger.append(body);
        } catch (error) {
          this.#againMonoMs = now.mono + enterAgainMs;
          throw error;
        }
        if (body.case !== 'offloadMissed') continue;
        const { device, serial, article, reason } = body.value;
        this.#box.log.warn('footage is not in the store in time', { device, serial, article, reason });
      }
    }
  }

  /** Those that are due first, at most maxShownOffloads, and how many there are. */
  offloads(): { readonly offloads: readonly OffloadView[]; readonly offloadCount: number } {
    const now = this.#box.now();
    const all: OffloadView[] = [];
    for (const booked of this.#book.outstanding()) {
      if (this.#isWaiting(booked, now)) continue;
      const view = offloadView(booked, this.#plan(booked, now), this.#roomOf(booked), now.wall);
      if (view) all.push(view);
    }
    const last = Number.POSITIVE_INFINITY;
    all.sort((one, other) => (one.dueWallMs ?? last) - (other.dueWallMs ?? last) || 0);
    return { offloads: all.slice(0, maxShownOffloads), offloadCount: all.length };
  }

  /** The deadline of a clip of this device that ended then, for ClipOffloaded. */
  due(serial: string, endWallMs: number): OffloadDue {
    const booked = this.#book.find(serial);
    const remote = this.#book.remote(booked?.device ?? this.#registered(serial)?.id ?? '');
    return dueOf(endWallMs, remote, this.#rulesOf(booked?.dock ?? '', this.#box.now()));
  }

  /** Remote, continuous or hard-to-reach work begins (JZ 13, CT 15). Rejects with a DEADLINE_… or SESSION_FIELD_INVALID. */
  async away(body: unknown): Promise<AwayAnswer> {
    const fields = new FieldReader(body);
    const [asked, why, by] = [fields.text('device'), fields.text('why'), fields.text('by')];
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    const { device, serial } = this.#device(asked);
    const now = this.#box.now();
    const dock = this.#book.find(serial)?.dock ?? '';
    const { rules } = this.#rulesOf(dock, now);
    const article = rules.returnArticle;
    // An entry that changes no deadline would look as if it did.
    if (rules.within.length === 0 || rules.afterReturn === null) {
      const pack = this.#packOf(dock);
      throw new LiuhenError('DEADLINE_NO_EXCEPTION', { pack, device, article: rules.article || '-' });
    }
    if (why === '') throw new LiuhenError('DEADLINE_WHY_MISSING', { device, article });
    const before = this.#book.remote(device);
    if (before?.returnedWallMs === null) {
      const since = new Date(before.fromWallMs).toISOString();
      throw new LiuhenError('DEADLINE_ALREADY_AWAY', { device, since });
    }
    return this.#declare(serial, { device, by, why, fromWallMs: now.wall, returnedWallMs: 0, article });
  }

  /** The return from it, also where the pack has changed meanwhile. Rejects as `away`. */
  async back(body: unknown): Promise<AwayAnswer> {
    const fields = new FieldReader(body);
    const [asked, by] = [fields.text('device'), fields.text('by')];
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    const { device, serial } = this.#device(asked);
    const before = this.#book.remote(device);
    if (before === null || before.returnedWallMs !== null)
      throw new LiuhenError('DEADLINE_NOT_AWAY', { device });
    const now = this.#box.now();
    const { rules } = this.#rulesOf(this.#book.find(serial)?.dock ?? '', now);
    // A clock that was set back brings nobody home before he left.
    const returnedWallMs = Math.max(now.wall, before.fromWallMs);
    const { fromWallMs } = before;
    const article = rules.returnArticle;
    return this.#declare(serial, { device, by, why: '', fromWallMs, returnedWallMs, article });
  }

  async #declare(
    serial: string,
    value: {
      readonly device: string;
      readonly by: string;
      readonly why: string;
      readonly fromWallMs: number;
      readonly returnedWallMs: number;
      readonly article: string;
    },
  ): Promise<AwayAnswer> {
    const { seq } = await this.#box.ledger.append({ case: 'remoteWorkDeclared', value });
    const booked = this.#book.find(serial);
    const due = booked ? this.#plan(booked, this.#box.now()).due : null;
    const { device, article, fromWallMs, returnedWallMs } = value;
    return {
      device,
      seq,
      article,
      fromWallMs,
      returnedWallMs: returnedWallMs || null,
      dueWallMs: due?.dueWallMs ?? null,
    };
  }

  #device(asked: string): { readonly device: string; readonly serial: string } {
    const { bodyCams, gateway } = this.#box.settings();
    const own = bodyCams.filter((each) => each.gateway === null || each.gateway === gateway);
    const found = own.find(({ id, serial }) => id === asked || serial === asked);
    if (found) return { device: found.id, serial: found.serial };
    const some = own.slice(0, 20).map(({ id }) => id);
    const allowed = [...some, ...(own.length > some.length ? ['…'] : [])].join(', ') || '-';
    throw new LiuhenError('DEADLINE_DEVICE_UNKNOWN', { device: asked || '-', allowed });
  }

  #registered(serial: string): Settings['bodyCams'][number] | undefined {
    return this.#box.settings().bodyCams.find((each) => each.serial === serial);
  }

  #plan(booked: BookedDevice, now: Moment): DevicePlan {
    const { serial, dock, remote } = booked;
    const { timezone } = this.#box.settings();
    const day = localDay(now.wall, timezone);
    const key = [this.#packOf(dock), day, timezone, remote?.fromWallMs, remote?.returnedWallMs].join(' ');
    let cache = this.#caches.get(serial);
    if (cache?.key !== key) {
      cache = { key, dues: new Map() };
      this.#caches.set(serial, cache);
    }
    const plan = planOf(booked, this.#rulesOf(dock, now), now.wall, cache.dues);
    if (plan.due === null) this.#caches.delete(serial);
    if (plan.due?.calendarMissing) this.#tellCalendar(day);
    return plan;
  }

  #rulesOf(dock: string, { wall }: Moment): DeadlineRules {
    const { policies, timezone } = this.#box.settings();
    const policy = policies.inForce(this.#packOf(dock), localDay(wall, timezone));
    return { rules: offloadRules(policy), site: { timezone, days: this.#days } };
  }

  /** The pack of the room where it was docked last, otherwise the site's. */
  #packOf(dock: string): string {
    const { docks, rooms, policy } = this.#box.settings();
    const room = docks.find(({ id }) => id === dock)?.room;
    return rooms.find(({ id }) => id === room)?.pack ?? policy.pack;
  }

  #roomOf({ dock }: BookedDevice): string {
    const { docks } = this.#box.settings();
    const own = docks.find(({ id }) => id === dock)?.room;
    if (own !== undefined) return own;
    const [first, ...others] = new Set(docks.map(({ room }) => room));
    return others.length === 0 ? (first ?? '') : '';
  }

  /**
   * Whether the wall clock may be believed: it has not been set for a while. A box that starts with a wrong clock is given
   * time to be put right before somebody is said to have been late by it.
   */
  #isSteady({ wall, mono }: Moment): boolean {
    const offsetMs = wall - mono;
    const moved = Math.abs(offsetMs - this.#steady.offsetMs) > stepMs;
    this.#steady = { offsetMs, sinceMonoMs: moved ? mono : this.#steady.sinceMonoMs };
    return mono - this.#steady.sinceMonoMs >= steadyMs;
  }

  /**
   * Whether custody is about to list what is on it: until then only the oldest possible age is known, and by that it would
   * be missed too early.
   */
  #isWaiting({ serial, footage }: BookedDevice, { mono }: Moment): boolean {
    if (footage.known !== 'estimate') {
      this.#estimates.delete(serial);
      return false;
    }
    const sinceMonoMs = this.#estimates.get(serial) ?? mono;
    this.#estimates.set(serial, sinceMonoMs);
    return mono - sinceMonoMs < listWaitMs;
  }

  #tellCalendar(day: string): void {
    if (this.#calendarToldFor === day) return;
    this.#calendarToldFor = day;
    this.#box.log.warn('a deadline of footage is counted without the calendar, every day as a working day', {
      day,
      years: this.#days.years.join(', '),
    });
  }
}
