// What may be booked, as a table, and whatever else somebody may send.
import fc from 'fast-check';
import t from 'tap';
import { wallMs } from '../../../config/clock.ts';
import { checkBooking, maxAheadMs, maxSpanMs } from '../../../gateway/bookings/booking-request.ts';
import { request, settings } from '../sessions/fakes.ts';

const now = wallMs(Date.parse('2026-03-02T08:00:00+08:00'));
const good = { ...request, from: '2026-03-02T09:00', to: '2026-03-02T10:30' };
const after = (ms: number): string => new Date(now + ms).toISOString();

const refused: readonly [name: string, request: unknown, code: string][] = [
  ['no times', request, 'BOOKING_TIME'],
  ['a day that there is not', { ...good, from: '2026-02-30T09:00' }, 'BOOKING_TIME'],
  ['an hour that there is not', { ...good, to: '2026-03-02T25:00' }, 'BOOKING_TIME'],
  ['ISO without an offset', { ...good, from: '2026-03-02T09:00:00' }, 'BOOKING_TIME'],
  ['an end before its beginning', { ...good, to: '2026-03-02T08:59' }, 'BOOKING_TIME'],
  ['a beginning that is past', { ...good, from: '2026-03-02T07:59' }, 'BOOKING_TIME'],
  ['longer than a day', { ...good, from: after(1000), to: after(2000 + maxSpanMs) }, 'BOOKING_TIME'],
  ['too far ahead', { ...good, from: after(maxAheadMs + 1), to: after(maxAheadMs + 2) }, 'BOOKING_TIME'],
  ['an unknown room', { ...good, room: 'cellar' }, 'SESSION_ROOM_UNKNOWN'],
  ['a kind that the room is not for', { ...good, kind: 'hearing' }, 'SESSION_KIND_NOT_ALLOWED'],
  ['times that are not text', { ...good, from: 5 }, 'SESSION_FIELD_INVALID'],
  ['H1: what may not be recorded', { ...good, forbidden: 'by-law' }, 'SESSION_FORBIDDEN'],
];
for (const [name, asked, code] of refused)
  t.test(`${name} is refused`, async (t) => {
    const check = checkBooking(asked, settings, now);
    t.match(check, { ok: false, error: { code } });
  });

t.test('A2: local times of the site and ISO 8601 are the same moment; what is missing is owed', async (t) => {
  const local = checkBooking(good, settings, now);
  t.match(local, { ok: true, fromWallMs: Date.parse('2026-03-02T01:00:00Z'), open: { debts: [] } });
  t.match(checkBooking({ ...good, from: '2026-03-02T01:00Z' }, settings, now), {
    ok: true,
    fromWallMs: Date.parse('2026-03-02T01:00:00Z'),
  });
  const bare = checkBooking({ ...good, caseName: '' }, settings, now);
  t.match(bare, { ok: true, open: { debts: [{ debt: 'case-name' }] } });
});

t.test('no request whatever makes the check throw', async (t) => {
  const holds = fc.property(fc.anything(), fc.anything(), fc.anything(), (from, to, room) => {
    checkBooking({ ...good, from, to, room }, settings, now);
    checkBooking(from, settings, now);
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }));
});
