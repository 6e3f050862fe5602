// Opens and closes the rooms that record the whole working time, without anybody thinking of it (A1: HY 7(1), 9(4)),
// certifies each day, and is loud when the calendar ends. When is day-plan.ts; sessions are opened as by a person.
import { localDay } from '../../config/local-day.ts';
import type { WorkingDays } from '../../config/calendar/working-days.ts';
import { localTime, workingSpans, type WorkingSpan } from '../../config/calendar/working-hours.ts';
import { monoMs, type Moment, type MonoMs, type WallMs } from '../../config/clock.ts';
import { isLiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { Policy } from '../../config/policy/policy-book.ts';
import type { RoomSettings, Settings } from '../../config/settings-types.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import { recordingDuty } from '../sessions/session-rules.ts';
import { certificateBody, type DayCertificate } from './certificate.ts';
import { coverageOf } from './coverage.ts';
import type { DayBook } from './day-book.ts';
import { planStep, recordingSpans } from './day-plan.ts';

/** Milliseconds until what was refused, an opening or a closing, is asked again. */
export const retryMs = 5000;
/** Milliseconds between two readings of the calendar and of the plan. */
export const planAgainMs = 600_000;

/** The session of a reception room as the ledger has it. */
export interface ReceptionSession {
  readonly session: string;
  readonly kind: string;
  readonly openedBy: string;
  /** Matters that were begun in it and not ended. */
  readonly matters: number;
}

export interface ReceptionScheduleOptions {
  readonly settings: () => Settings;
  /** Reads the tables anew: an import counts from the next planning on. */
  readonly readDays: () => Promise<WorkingDays>;
  readonly sessionIn: (room: string) => ReceptionSession | undefined;
  readonly book: DayBook;
  /** Days that are certified already, as `<room> <day>`. */
  readonly certified: (room: string, day: string) => boolean;
  /** True when the ledger has said that this year is missing. */
  readonly missingTold: (year: number) => boolean;
  readonly open: (request: { room: string; kind: string; by: string }) => Promise<unknown>;
  readonly close: (request: { room: string; by: string; reason: string }) => Promise<unknown>;
  readonly enter: (body: LedgerBody) => Promise<unknown>;
  readonly sign: (text: Uint8Array) => { signature: Uint8Array; keySha256: Uint8Array };
  readonly now: () => Moment;
  readonly log: Log;
}

/** Days that are certified late, after a box that was off at their end. */
export const lateDays = 14;

/** By whom the schedule's sessions are opened and closed, in the ledger. */
export const scheduleName = 'schedule';

interface RoomPlan {
  readonly room: RoomSettings;
  readonly policy: Policy;
  /** What is expected, without the lead. */
  readonly expected: readonly WorkingSpan[];
  readonly recorded: readonly WorkingSpan[];
}

interface Plan {
  /** Days before this one, newest first, as they should have been. */
  readonly past: readonly { readonly day: string; readonly rooms: readonly RoomPlan[] }[];
  readonly day: string;
  readonly madeMono: MonoMs;
  readonly settings: Settings;
  readonly days: WorkingDays;
  readonly rooms: readonly RoomPlan[];
}

export class ReceptionSchedule {
  readonly #options: ReceptionScheduleOptions;
  #plan: Plan | null = null;
  readonly #notBefore = new Map<string, MonoMs>();
  readonly #refusedTold = new Set<string>();
  /** Rooms that are being opened or closed. */
  readonly #asking = new Set<string>();

  constructor(options: ReceptionScheduleOptions) {
    this.#options = options;
  }

  /** Looks once; called every half second. Never rejects: what fails is in the log and is tried again. */
  async tick(): Promise<void> {
    const { now, log } = this.#options;
    try {
      const moment = now();
      const plan = await this.#planFor(moment);
      // Nobody waits for a room: one whose files the disk does not seal must not keep another one shut.
      for (const room of plan.rooms) this.#look(room, moment);
      await this.#certify(plan, moment.wall);
    } catch (error) {
      log.error('the schedule of the reception rooms cannot be followed', { error: error as Error });
      this.#plan = null;
    }
  }

  async #planFor({ wall, mono }: Moment): Promise<Plan> {
    const settings = this.#options.settings();
    const day = localDay(wall, settings.timezone);
    const old = this.#plan;
    if (old && old.day === day && old.settings === settings && mono - old.madeMono < planAgainMs) return old;
    const days = await this.#options.readDays();
    await this.#tellMissing(days, day);
    const roomsOn = (on: string): RoomPlan[] =>
      roomsOfWholeDay(settings, on).map(({ room, policy }) => {
        const expected = this.#spans(on, settings, days);
        return { room, policy, expected, recorded: recordingSpans(expected, settings.workingTime.leadMs) };
      });
    const past = daysBefore(day, lateDays).map((before) => ({ day: before, rooms: roomsOn(before) }));
    const plan: Plan = { day, past, madeMono: mono, settings, days, rooms: roomsOn(day) };
    this.#plan = plan;
    return plan;
  }

  /** A day that nobody knows is taken for a working day: recorded too much can be explained, too little cannot. */
  #spans(day: string, settings: Settings, days: WorkingDays): readonly WorkingSpan[] {
    const { workingTime, timezone } = settings;
    try {
      return workingSpans(day, workingTime, days, timezone);
    } catch (error) {
      if (!isLiuhenError(error, 'CALENDAR_YEAR_MISSING')) throw error;
      return workingTime.hours.map((span) => {
        const [from = '', to = ''] = span.split('-');
        return { from: localTime(day, from, timezone), to: localTime(day, to, timezone) };
      });
    }
  }

  async #tellMissing(days: WorkingDays, day: string): Promise<void> {
    const { missingTold, enter, log } = this.#options;
    const year = days.missingYear(day);
    if (year === null) return;
    log.error('the calendar of working days is missing; bring it with liuhen calendar import', { year });
    if (!missingTold(year)) await enter({ case: 'calendarMissing', value: { year, known: days.years } });
  }

  #look({ room, recorded }: RoomPlan, { wall, mono }: Moment): void {
    const { sessionIn } = this.#options;
    if (this.#asking.has(room.id)) return;
    const session = sessionIn(room.id);
    // Somebody's own session in the room is theirs to end; it records as well as ours would.
    if (session && session.openedBy !== scheduleName) return;
    const step = planStep(recorded, {
      at: wall,
      open: session !== undefined,
      matterOpen: (session?.matters ?? 0) > 0,
    });
    if (step === 'nothing' || mono < (this.#notBefore.get(room.id) ?? Number.NEGATIVE_INFINITY)) return;
    this.#notBefore.set(room.id, monoMs(mono + retryMs));
    this.#asking.add(room.id);
    void this.#ask(room.id, step).finally(() => this.#asking.delete(room.id));
  }

  async #ask(room: string, step: 'open' | 'close'): Promise<void> {
    const { open, close, log } = this.#options;
    try {
      if (step === 'open') await open({ room, kind: 'reception', by: scheduleName });
      else await close({ room, by: scheduleName, reason: 'working time is over' });
      this.#refusedTold.delete(room);
    } catch (error) {
      if (!this.#refusedTold.has(room))
        log.error('a reception room does not follow its schedule', { room, step, error: error as Error });
      this.#refusedTold.add(room);
    }
  }

  /**
   * Certifies each room of the day once its time is over and its session sealed; at midnight at the latest. A box that
   * was off at that time does it later, when what it recorded is sealed.
   */
  async #certify(plan: Plan, wall: WallMs): Promise<void> {
    for (const each of plan.rooms) await this.#certifyRoom(plan, plan.day, each, wall);
    for (const { day, rooms } of plan.past)
      for (const each of rooms) await this.#certifyRoom(plan, day, each, wall);
  }

  async #certifyRoom(
    plan: Plan,
    day: string,
    { room, policy, expected }: RoomPlan,
    wall: WallMs,
  ): Promise<void> {
    const { book, certified, enter, sign, settings } = this.#options;
    const [first, last] = [expected[0], expected.at(-1)];
    if (!first || !last || wall < last.to || certified(room.id, day)) return;
    const isPast = day !== plan.day;
    // Before its first session the box, or the room, was not there.
    if (isPast && last.to < book.firstOpened(room.id)) return;
    const span = { from: first.from, to: last.to };
    const sealed = book.sessionsIn(room.id, span).every(({ closed }) => closed);
    // A matter may go on into the night; the day's own time is over all the same.
    if (!sealed && (isPast || wall < localTime(day, '24:00', plan.settings.timezone) - planAgainMs)) return;
    const tracks = tracksOf(room, settings(), book.tracksIn(room.id, span, wall));
    const certificate: DayCertificate = {
      gateway: plan.settings.gateway,
      room: room.id,
      day,
      reason: this.#reason(plan.days, day),
      ...coverageOf(expected, tracks),
      articles: recordingDuty(policy, room.kind, 'reception')?.articles ?? [],
    };
    await enter(certificateBody(certificate, sign));
  }

  #reason(days: WorkingDays, day: string): DayCertificate['reason'] {
    try {
      return days.reason(day);
    } catch (error) {
      if (!isLiuhenError(error, 'CALENDAR_YEAR_MISSING')) throw error;
      return 'weekday';
    }
  }
}

/**
 * The rooms that record the whole working time of a day: those of which the policy asks it, and halls that must record
 * (A6: FS 10 para 3, "synchronously"), because somebody may come with a request at any time and nobody is to press for
 * each of them. What the policy only allows, or does not speak of, the site decides (`wholeWorkingTime`).
 */
export function roomsOfWholeDay(
  settings: Settings,
  day: string,
): readonly { readonly room: RoomSettings; readonly policy: Policy }[] {
  return settings.rooms.flatMap((room) => {
    if (room.kind !== 'reception' && room.kind !== 'hall') return [];
    const policy = settings.policies.inForce(room.pack ?? settings.policy.pack, day);
    const duty = recordingDuty(policy, room.kind, 'reception')?.value ?? null;
    const asked = duty === 'whole-working-time' || (room.kind === 'hall' && duty === 'must');
    // In writing only: the site may not turn that into its opposite by a setting for every visitor.
    const chosen = room.wholeWorkingTime === true && duty !== 'text-only';
    return asked || chosen ? [{ room, policy }] : [];
  });
}

/** Every track that the room has to record is in the certificate, also one of which there is nothing. */
function tracksOf(
  room: RoomSettings,
  { cameras }: Settings,
  booked: ReturnType<DayBook['tracksIn']>,
): ReturnType<DayBook['tracksIn']> {
  const missing = cameras
    .filter(({ id }) => room.cameras.includes(id))
    .flatMap(({ id: camera, requiredTracks }) =>
      requiredTracks
        .filter((track) => !booked.some((each) => each.camera === camera && each.track === track))
        .map((track) => ({ camera, track, files: [], gaps: [] })),
    );
  return [...booked, ...missing];
}

/** The days before a day, newest first. */
function daysBefore(day: string, count: number): string[] {
  const start = Date.parse(`${day}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) =>
    new Date(start - (index + 1) * 86_400_000).toISOString().slice(0, 10),
  );
}
