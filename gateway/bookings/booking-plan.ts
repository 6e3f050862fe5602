// The calendar of the rooms: a fold over the ledger (P5) and what is to be done at a moment. Pure; opening, closing and
// telling the ledger is booking-service.ts's, what a person may book booking-request.ts's.
import type { LedgerBody } from '../sessions/ledger-port.ts';

/** Bookings that are remembered, of all rooms. */
export const maxBookings = 1000;
/** A booking that is over is forgotten this many milliseconds after its end. */
export const forgottenAfterMs = 86_400_000;

export type BookingMade = Extract<LedgerBody, { case: 'bookingMade' }>['value'];

export interface Booking extends BookingMade {
  /** The session that it opened; empty before. */
  readonly session: string;
  /** Its session is over, also by a close before its end. */
  readonly over: boolean;
  /** Somebody has marked something in its session: people are there, and they close it. */
  readonly marked: boolean;
}

export type BookingStep = { readonly do: 'open' | 'close' | 'miss'; readonly booking: Booking };

/** Who opened a session of this booking, as the ledger says it. */
export function bookingName(booking: string): string {
  return `booking ${booking}`;
}

export class BookingBook {
  readonly #bookings = new Map<string, Booking>();

  /** Takes the ledger's entries in order, from the first. */
  apply(body: LedgerBody): void {
    switch (body.case) {
      case 'bookingMade':
        this.#set({ ...body.value, session: '', over: false, marked: false });
        // A ledger of years holds more than these: the one that ended first is the one that is over.
        if (this.#bookings.size > maxBookings) this.#dropOldest();
        break;
      case 'bookingCancelled':
        this.#bookings.delete(body.value.booking);
        break;
      case 'sessionOpened': {
        const { openedBy, room, session } = body.value;
        const booking = this.all.find((each) => bookingName(each.booking) === openedBy && each.room === room);
        if (booking) this.#set({ ...booking, session });
        break;
      }
      case 'sessionMarked':
        this.#ofSession(body.value.session, { marked: true });
        break;
      case 'sessionClosing':
      case 'sessionClosed':
        this.#ofSession(body.value.session, { over: true });
        break;
      default:
    }
  }

  /** Forgets what has been over for `forgottenAfterMs`. `at` in milliseconds of the wall clock. */
  forget(at: number): void {
    for (const { booking, over, toWallMs } of this.#bookings.values())
      if (over && toWallMs + forgottenAfterMs < at) this.#bookings.delete(booking);
  }

  get(booking: string): Booking | undefined {
    return this.#bookings.get(booking);
  }

  /** By their beginning. */
  get all(): readonly Booking[] {
    return [...this.#bookings.values()].toSorted((a, b) => a.fromWallMs - b.fromWallMs);
  }

  /** The booking of the room that shares a moment with [from, to); one whose session is over leaves its time free. */
  overlapping(room: string, from: number, to: number): Booking | undefined {
    return this.all.find(
      (each) => each.room === room && !each.over && each.fromWallMs < to && from < each.toWallMs,
    );
  }

  /**
   * What is to be done at `at`. `sessionIn` is the session of a room, null when it is free. An overrun is never cut
   * (A10): the next one waits until the room is free, and is missed when its own span is over by then.
   */
  steps(at: number, sessionIn: (room: string) => string | null): readonly BookingStep[] {
    const steps: BookingStep[] = [];
    const taken = new Set<string>();
    for (const booking of this.all) {
      const { room, session, fromWallMs, toWallMs } = booking;
      if (session === '') {
        if (at >= toWallMs) steps.push({ do: 'miss', booking });
        else if (at >= fromWallMs && sessionIn(room) === null && !taken.has(room)) {
          taken.add(room);
          steps.push({ do: 'open', booking });
        }
      } else if (!booking.over && booking.endsItself && !booking.marked && at >= toWallMs) {
        if (sessionIn(room) === session) steps.push({ do: 'close', booking });
      }
    }
    return steps;
  }

  #set(booking: Booking): void {
    this.#bookings.set(booking.booking, booking);
  }

  #ofSession(session: string, change: Partial<Booking>): void {
    for (const booking of this.#bookings.values())
      if (booking.session === session) this.#set({ ...booking, ...change });
  }

  #dropOldest(): void {
    const oldest = [...this.#bookings.values()].reduce((a, b) => (b.toWallMs < a.toWallMs ? b : a));
    this.#bookings.delete(oldest.booking);
  }
}
