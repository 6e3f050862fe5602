// Interruptions as a feature of the gateway: what it hears, which requests it answers, and what a room shows of them.
// What it does is interruption-service.ts's.
import { LiuhenError } from '../../config/errors.ts';
import { interruptionWords } from '../../config/interruption-words.ts';
import { wordText } from '../../config/policy/policy-text.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { RoomInterruption, RoomNotice } from '../sessions/control-protocol.ts';
import { InterruptionBook } from './interruption-book.ts';
import { InterruptionService } from './interruption-service.ts';

/** How long those in the room see why it was interrupted, in milliseconds. */
export const causeShownMs = 60_000;

export function interruptionFeature(): GatewayFeature {
  const book = new InterruptionBook();
  let running: { readonly box: RoomContext; readonly service: InterruptionService } | null = null;
  const service = (): InterruptionService => {
    if (running === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return running.service;
  };
  return {
    name: 'interruptions',
    entry: ({ body }) => {
      book.apply(body, running?.box.now().wall);
      if (body.case !== 'sessionClosing' || running === null) return;
      const { service: ending, box } = running;
      // Before the session is sealed, so that what it owes lies within it; otherwise the next tick does it.
      ending.tick().catch((error: unknown) => {
        box.log.warn('an interruption is not ended yet', { error: error as Error });
      });
    },
    start: (box) => {
      book.live = true;
      running = { box, service: new InterruptionService(box, book) };
      return Promise.resolve();
    },
    asks: {
      interrupt: async (body) => service().interrupt(body),
      resume: async (body) => service().resume(body),
    },
    tick: () => running?.service.tick() ?? Promise.resolve(),
    interruption: shown,
    notices: (room) => {
      const notice = told(room);
      return notice ? [notice] : [];
    },
    close: async () => {
      const ending = running?.service;
      running = null;
      await ending?.rest();
    },
  };

  function shown(room: string): RoomInterruption | null {
    const matter = book.inRoom(room)?.matter;
    if (!running || (matter?.phase !== 'interrupted' && matter?.phase !== 'back')) return null;
    const { causes, packSilent, article } = running.service.rulesOf(room);
    const sinceWallMs = matter.since.wallMs;
    const rules = { sinceWallMs, causes, packSilent, article };
    if (matter.phase === 'back') return { state: 'cause-asked', how: 'detected', cause: '', ...rules };
    return { state: 'interrupted', how: matter.how, cause: matter.cause, ...rules };
  }

  /** The cause is announced to those in the room when it goes on (C3). */
  function told(room: string): RoomNotice | null {
    const known = book.inRoom(room);
    if (!running || !known) return null;
    const { language } = running.box.settings();
    const words = interruptionWords[language];
    const line = (sinceWallMs: number, text: string, cause: string): RoomNotice => {
      const named = cause === '' ? '' : `${words.colon}${wordText(cause, language)}`;
      return { what: 'interruption', text: text + named, sinceWallMs, state: 'shown' };
    };
    const { matter, resumed } = known;
    if (matter.phase === 'interrupted') return line(matter.since.wallMs, words.interrupted, matter.cause);
    if (matter.phase === 'back') return line(matter.since.wallMs, words.causeAsked, '');
    if (!resumed) return null;
    const { atWallMs, cause } = resumed;
    const shownMs = running.box.now().wall - atWallMs;
    // A clock that was set back shows nothing for longer.
    return shownMs >= 0 && shownMs <= causeShownMs ? line(atWallMs, words.wentOn, cause) : null;
  }
}
