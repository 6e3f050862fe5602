// Which room a request means: by room, or by the session that is open in it. Pure.
import { LiuhenError } from '../../config/errors.ts';
import type { RoomSettings } from '../../config/settings-types.ts';
import type { ClosedSession, SessionFold } from './session-fold.ts';
import type { SessionEffect } from './session-machine.ts';
import type { FieldReader } from './session-request.ts';

/** Throws SESSION_FIELD_INVALID, SESSION_UNKNOWN, SESSION_NOT_OPEN for a session closed not long ago, SESSION_ROOM_MISSING or SESSION_ROOM_UNKNOWN. */
export function askedRoom(fields: FieldReader, fold: SessionFold, rooms: readonly RoomSettings[]): string {
  const room = fields.text('room');
  const session = fields.text('session');
  if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
  const allowed = rooms.map((each) => each.id);
  if (session !== '') {
    const open = fold.open.get(session);
    if (open && (room === '' || room === open.room)) return open.room;
    const closed = fold.recentlyClosed.find((each) => each.session === session);
    if (closed && (room === '' || room === closed.room)) throw notOpen(closed.room, closed);
    throw new LiuhenError('SESSION_UNKNOWN', { session });
  }
  if (room === '') throw new LiuhenError('SESSION_ROOM_MISSING', { allowed: allowed.join(', ') });
  // A room that has left the settings may still have a session to close.
  if (!allowed.includes(room) && !fold.inRoom(room)) {
    throw new LiuhenError('SESSION_ROOM_UNKNOWN', { room, allowed: allowed.join(', ') });
  }
  return room;
}

/** SESSION_NOT_OPEN, naming the session that was closed there and when (UTC), where it is known. */
export function notOpen(room: string, last: ClosedSession | undefined): LiuhenError {
  const session = last ? { session: last.session } : {};
  const when = last?.closed ? `, ${new Date(last.closed.wallMs).toISOString()}` : '';
  return new LiuhenError('SESSION_NOT_OPEN', { room, ...session, closed: last ? last.session + when : '-' });
}

/** What the machine's refusal is called; null when it did not refuse. */
export function refusalError(
  room: string,
  effects: readonly SessionEffect[],
  fold: SessionFold,
): LiuhenError | null {
  for (const effect of effects) {
    if (effect.do !== 'refuse') continue;
    if (effect.code === 'SESSION_NOT_OPEN') return notOpen(room, fold.lastClosedIn(room));
    const session = 'session' in effect ? { session: effect.session } : {};
    return new LiuhenError(effect.code, { room, ...session });
  }
  return null;
}
