// The calendar of the rooms as a feature of the gateway: what it hears, and which requests it answers. What it does is
// booking-service.ts's.
import { LiuhenError } from '../../config/errors.ts';
import type { GatewayFeature } from '../gateway-feature.ts';
import { BookingBook } from './booking-plan.ts';
import { BookingService } from './booking-service.ts';

export function bookingFeature(): GatewayFeature {
  const book = new BookingBook();
  let service: BookingService | null = null;
  const running = (): BookingService => {
    if (service === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return service;
  };
  return {
    name: 'bookings',
    entry: ({ body }) => book.apply(body),
    start: (context) => {
      service = new BookingService(context, book);
      return Promise.resolve();
    },
    asks: {
      book: (body) => running().add(body),
      unbook: (body) => running().cancel(body),
      bookings: (body) => running().list(body),
    },
    tick: () => service?.tick() ?? Promise.resolve(),
    close: () => {
      service?.close();
      service = null;
      return Promise.resolve();
    },
  };
}
