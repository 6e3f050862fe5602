// The hands of the calendar: takes and cancels bookings, opens their sessions at their time, enters those that were
// missed. When what is due is booking-plan.ts's, what may be booked booking-request.ts's.
import { randomBytes } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import type { RoomContext } from '../gateway-feature.ts';
import type { BookingView } from '../sessions/control-protocol.ts';
import { RefusalBook } from '../sessions/refusal-book.ts';
import { checkOpenRequest, FieldReader } from '../sessions/session-request.ts';
import { Turns } from '../sessions/turns.ts';
import {
  bookingName,
  maxBookings,
  type Booking,
  type BookingBook,
  type BookingStep,
} from './booking-plan.ts';
import { checkBooking } from './booking-request.ts';

/** Milliseconds until a session that could not be opened or closed is tried again. */
export const retryMs = 10_000;

export type BookingContext = Pick<RoomContext, 'settings' | 'ledger' | 'open' | 'close' | 'now' | 'log'>;

export class BookingService {
  readonly #context: BookingContext;
  readonly #book: BookingBook;
  readonly #turns = new Turns();
  readonly #refusals: RefusalBook;
  /** When a booking may be tried again, CLOCK_MONOTONIC ms; at most as many as there are bookings. */
  readonly #waits = new Map<string, number>();

  /** `book` already holds the ledger's past and hears what comes. */
  constructor(context: BookingContext, book: BookingBook) {
    this.#context = context;
    this.#book = book;
    const { ledger, now, log } = context;
    this.#refusals = new RefusalBook({ ledger, now, log, rooms: () => context.settings().rooms });
  }

  /** Books a room. Rejects with SESSION_…, BOOKING_TIME, BOOKING_OVERLAPS or BOOKING_FULL, entered as a refusal (I8). */
  add(request: unknown): Promise<BookingView> {
    return this.#turns.inTurn(() => this.#add(request));
  }

  /** Rejects with BOOKING_UNKNOWN, also for one whose session has opened: that is closed, not cancelled. */
  cancel(request: unknown): Promise<BookingView> {
    return this.#turns.inTurn(async () => {
      const fields = new FieldReader(request);
      const [id, by] = [fields.text('booking'), fields.text('by')];
      if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
      const booking = this.#book.get(id);
      if (!booking || booking.session !== '') throw new LiuhenError('BOOKING_UNKNOWN', { booking: id });
      await this.#drop(booking, by, 'asked');
      return { ...this.#shown(booking), state: 'over' };
    });
  }

  /** By their beginning, those of one room when it is named. */
  list(request: unknown): Promise<readonly BookingView[]> {
    const room = new FieldReader(request).text('room');
    const wanted = this.#book.all.filter((each) => room === '' || each.room === room);
    return Promise.resolve(wanted.map((each) => this.#shown(each)));
  }

  /** Opens, closes and forgets what is due. Never rejects for one booking's sake. */
  tick(): Promise<void> {
    return this.#turns.inTurn(async () => {
      const { ledger, now, log } = this.#context;
      const { wall, mono } = now();
      this.#book.forget(wall);
      const inRoom = (room: string): string | null => ledger.fold.inRoom(room)?.session ?? null;
      const due = this.#book.steps(wall, inRoom);
      for (const id of this.#waits.keys())
        if (!due.some((step) => step.booking.booking === id)) this.#waits.delete(id);
      for (const step of due) {
        const { booking } = step.booking;
        if (mono < (this.#waits.get(booking) ?? mono)) continue;
        try {
          await this.#do(step);
        } catch (error) {
          this.#waits.set(booking, mono + retryMs);
          log.error('a booking could not be done; it is tried again', {
            booking,
            step: step.do,
            error: error as Error,
          });
        }
      }
    });
  }

  close(): void {
    this.#refusals.dispose();
  }

  async #add(request: unknown): Promise<BookingView> {
    const { settings, ledger, now } = this.#context;
    const { wall } = now();
    const check = checkBooking(request, settings(), wall);
    if (!check.ok) return this.#refuse(request, check.error, check.article);
    const { open, fromWallMs, toWallMs, endsItself } = check;
    const met = this.#book.overlapping(open.room.id, fromWallMs, toWallMs);
    if (met) {
      const [from, to] = [met.fromWallMs, met.toWallMs].map((at) => new Date(at).toISOString());
      const details = { room: met.room, booking: met.booking, from: from ?? '', to: to ?? '' };
      return this.#refuse(request, new LiuhenError('BOOKING_OVERLAPS', details));
    }
    this.#book.forget(wall);
    if (this.#book.all.length >= maxBookings)
      return this.#refuse(request, new LiuhenError('BOOKING_FULL', { limit: maxBookings }));
    const booking = `b-${randomBytes(5).toString('hex')}`;
    const { room, kind, officers, caseNumber, caseName, parties, stage, by } = open;
    const matter = { room: room.id, kind, officers, caseNumber, caseName, parties, stage };
    const value = { booking, ...matter, fromWallMs, toWallMs, endsItself, by };
    await ledger.append({ case: 'bookingMade', value });
    const missing = open.debts.map(({ debt }) => debt);
    return { ...this.#shown({ ...value, session: '', over: false, marked: false }), missing };
  }

  async #do({ do: what, booking }: BookingStep): Promise<void> {
    const { settings, open, close, now, log } = this.#context;
    const by = bookingName(booking.booking);
    if (what === 'miss') {
      log.warn('a booked room was never opened', { booking: booking.booking, room: booking.room });
      return this.#drop(booking, 'box', 'missed');
    }
    if (what === 'close') {
      await close({ session: booking.session, by, reason: 'booking-ended' });
      return;
    }
    const { room, kind, officers, caseNumber, caseName, parties, stage } = booking;
    const matter = { room, kind, officers, caseNumber, caseName, parties, stage, by };
    // What the pack demands on the day is judged anew: it may have changed since the booking.
    const whole = checkOpenRequest(matter, settings(), now().wall).ok;
    await open(whole ? matter : { ...matter, urgent: true });
  }

  async #drop({ booking, room }: Booking, by: string, why: string): Promise<void> {
    await this.#context.ledger.append({ case: 'bookingCancelled', value: { booking, room, by, why } });
  }

  async #refuse(request: unknown, error: LiuhenError, article = ''): Promise<never> {
    const fields = new FieldReader(request);
    const asked = { room: fields.text('room'), kind: fields.text('kind'), by: fields.text('by'), article };
    await this.#refusals.enter(error, asked);
    throw error;
  }

  #shown(booking: Booking): BookingView {
    const { booking: id, room, kind, caseNumber, fromWallMs, toWallMs, endsItself, by, session } = booking;
    const due = this.#context.now().wall >= fromWallMs;
    const state = booking.over ? 'over' : session !== '' ? 'open' : due ? 'due' : 'waiting';
    return { booking: id, room, kind, caseNumber, fromWallMs, toWallMs, endsItself, by, state, session };
  }
}
