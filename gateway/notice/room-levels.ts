// The sound levels of the rooms' microphones, remembered for some seconds, so that an announcement can be compared with
// what was there before it. What follows from the numbers is audibility.ts's.
import type { GatewayView } from '../sessions/control-protocol.ts';

/** Levels from before that are kept of a room: ticks of half a second. */
export const maxBefore = 10;
/** Levels during one announcement that are kept. */
export const maxDuring = 1000;
/** A level is the mean of a second that ended up to a second and a half ago: what comes sooner is from before. */
export const levelDelayMs = 2500;

interface OneRoom {
  readonly room: string;
  readonly fromMonoMs: number;
  readonly before: readonly number[];
  readonly during: number[];
}

/** One announcement, from its beginning on. */
export interface Listening {
  end(): { readonly before: readonly number[]; readonly during: readonly number[] };
}

export class RoomLevels {
  readonly #before = new Map<string, number[]>();
  readonly #listening = new Set<OneRoom>();

  /** Every half second. The loudest microphone of a room counts; a room without a level gets none. */
  tick({ cameras, rooms }: Pick<GatewayView, 'cameras' | 'rooms'>, nowMonoMs: number): void {
    for (const { room } of rooms) {
      const found = cameras
        .filter((camera) => camera.rooms.includes(room))
        .flatMap(({ soundDb }) => (soundDb === null || soundDb === undefined ? [] : [soundDb]));
      if (found.length === 0) {
        this.#before.delete(room);
        continue;
      }
      const level = Math.max(...found);
      const before = this.#before.get(room) ?? [];
      before.push(level);
      if (before.length > maxBefore) before.shift();
      this.#before.set(room, before);
      for (const each of this.#listening)
        if (
          each.room === room &&
          nowMonoMs - each.fromMonoMs > levelDelayMs &&
          each.during.length < maxDuring
        )
          each.during.push(level);
    }
  }

  /** From now on the levels of the room are those of an announcement, until `end`. */
  listen(room: string, nowMonoMs: number): Listening {
    const before = [...(this.#before.get(room) ?? [])];
    const listening: OneRoom = { room, fromMonoMs: nowMonoMs, before, during: [] };
    this.#listening.add(listening);
    return {
      end: () => {
        this.#listening.delete(listening);
        return listening;
      },
    };
  }
}
