// Decides when a room's state goes to headquarters: at once when it changes, at a bounded rate, and again as a
// heartbeat, because a state that expires says nothing. Pure but for the clock that it is given.
import type { MonoMs } from '../../config/clock.ts';
import type { RoomView } from './control-protocol.ts';

/** Shortest time between two states of one room, in milliseconds. */
export const minPublishMs = 500;
/** An unchanged state is told again after this time, in milliseconds. */
export const heartbeatMs = 15_000;
/** A state older than this says nothing, in milliseconds: two heartbeats may be lost. */
export const expiresAfterMs = 45_000;

interface Told {
  readonly key: string;
  readonly atMonoMs: number;
}

export class RoomPublisher {
  readonly #told = new Map<string, Told>();

  /** The rooms whose state is to be published now. */
  due(rooms: readonly RoomView[], now: MonoMs): RoomView[] {
    for (const room of this.#told.keys()) {
      if (!rooms.some((each) => each.room === room)) this.#told.delete(room);
    }
    return rooms.filter((room) => {
      const told = this.#told.get(room.room);
      const key = changeKey(room);
      const age = told === undefined ? Number.POSITIVE_INFINITY : now - told.atMonoMs;
      if (age < minPublishMs || (told?.key === key && age < heartbeatMs)) return false;
      this.#told.set(room.room, { key, atMonoMs: now });
      return true;
    });
  }

  /** All rooms are due again, for instance on a new connection. */
  forget(): void {
    this.#told.clear();
  }
}

/** Counters alone are no change: they come with the next heartbeat. */
function changeKey({ state, why, session, tracks }: RoomView): string {
  const shown = tracks.map((track) => [track.camera, track.kind, track.state, track.gaps]);
  return JSON.stringify([state, why, session, shown]);
}
