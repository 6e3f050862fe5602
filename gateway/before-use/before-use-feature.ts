// The check before use as a feature of the gateway: it looks at a room when it is asked and before a session opens,
// and enters what was found. A start waits for nothing here: only derived state is read, and the entry follows it.
import { LiuhenError } from '../../config/errors.ts';
import { findingText } from '../../config/check-words.ts';
import type { Language } from '../../config/dictionary.ts';
import { localDay } from '../../config/local-day.ts';
import { wallMs, type Moment, type WallMs } from '../../config/clock.ts';
import type { RoomSettings } from '../../config/settings-types.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { CheckAnswer } from '../sessions/control-protocol.ts';
import { FieldReader, type CheckedOpen } from '../sessions/session-request.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import type { BeforeOpen } from '../sessions/session-service-options.ts';
import { judgeCheck, recordingItems, type CheckVerdict } from './before-use-rules.ts';
import { CameraWatch, type Watched } from './camera-watch.ts';
import { CheckHistory, type CheckBody } from './check-history.ts';
import { readClockSync, type ClockSync } from './clock-sync.ts';
import { lookAtRoom } from './look-at-room.ts';

/** Milliseconds between two questions whether the clock is synchronised. */
export const clockEveryMs = 60_000;

export interface BeforeUseParts {
  /** Never rejects. */
  readonly readClock?: () => Promise<ClockSync>;
}

export function beforeUseFeature({ readClock = readClockSync }: BeforeUseParts = {}): GatewayFeature {
  const history = new CheckHistory();
  const watch = new CameraWatch();
  const watched = (camera: string): Watched => watch.of(camera);
  /** Checks of rooms whose session is about to be in the ledger; at most one for each room. */
  const waiting = new Map<string, CheckBody>();
  /** Sessions that opened while control came up, before anybody could look: they are looked at as soon as it is. */
  const early = new Map<string, Extract<LedgerBody, { case: 'sessionOpened' }>['value']>();
  let context: RoomContext | null = null;
  let clock: ClockSync = 'unknown';
  let clockAskedMs = Number.NEGATIVE_INFINITY;
  let asking = false;
  let startedMs = 0;

  const running = (): RoomContext => {
    if (context === null) throw new LiuhenError('CONTROL_STOPPING', {});
    return context;
  };

  const look = (own: RoomContext, room: RoomSettings, { wall, mono }: Moment) => {
    const settings = own.settings();
    const day = dayOf(own, wall);
    const policy = settings.policies.inForce(room.pack ?? settings.policy.pack, day);
    const upMs = mono - startedMs;
    const seen = lookAtRoom({ room, settings, view: own.view(), watched, clock, upMs });
    return { pack: policy.pack.id, verdict: judgeCheck(seen, policy, settings.policies, day) };
  };

  const isDue = (own: RoomContext, body: CheckBody): boolean =>
    history.isDue(body, (at) => dayOf(own, wallMs(at)));

  const askClock = async ({ mono }: Moment): Promise<void> => {
    if (asking || mono - clockAskedMs < clockEveryMs) return;
    asking = true;
    clockAskedMs = mono;
    clock = await readClock();
    asking = false;
  };

  return {
    name: 'check before use',
    entry: ({ body }) => {
      history.apply(body);
      // Those of the processes before this one have been looked at, or are recorded whatever a look would say now.
      if (body.case === 'boxStarted') early.clear();
      if (body.case === 'sessionClosing') early.delete(body.value.session);
      if (body.case !== 'sessionOpened') return;
      const { room, session } = body.value;
      if (context === null) {
        early.set(session, body.value);
        return;
      }
      const found = waiting.get(room);
      waiting.delete(room);
      // Behind the opening and not before it: the check must not hold the recording up.
      if (found) enterSoon(context, { ...found, session });
    },
    start: (own) => {
      context = own;
      startedMs = own.now().mono;
      void askClock(own.now());
      for (const { session, room: id, openedBy: by, urgent } of early.values()) {
        const room = own.settings().rooms.find((each) => each.id === id);
        const moment = own.now();
        if (room)
          enterSoon(own, { ...bodyOf(id, look(own, room, moment).verdict, moment, { by, urgent }), session });
      }
      early.clear();
      return Promise.resolve();
    },
    tick: () => {
      if (context === null) return Promise.resolve();
      const moment = context.now();
      watch.tick(context.view().cameras, moment.mono);
      // Not waited for: a bus that hangs must not keep the cameras from being watched.
      void askClock(moment);
      return Promise.resolve();
    },
    beforeOpen: (open): BeforeOpen | null => {
      if (context === null) return null;
      const moment = context.now();
      const { verdict } = look(context, open.room, moment);
      const body = bodyOf(open.room.id, verdict, moment, open);
      if (verdict.mayStart || open.urgent) {
        waiting.set(open.room.id, body);
        return { check: verdict, refusal: null };
      }
      // Who asks in a loop does not fill the ledger: the refusals are counted, and the same check is entered once.
      if (isDue(context, body)) enterSoon(context, body);
      return { check: verdict, refusal: refusalOf(open, verdict) };
    },
    asks: {
      check: async (request): Promise<CheckAnswer> => {
        const own = running();
        const { room, by } = readRequest(request, own.settings().rooms);
        const moment = own.now();
        const { pack, verdict } = look(own, room, moment);
        const body = bodyOf(room.id, verdict, moment, { by, urgent: false });
        const last = history.last(room.id);
        const due = isDue(own, body);
        const entered = due ? await own.ledger.append({ case: 'checkedBeforeUse', value: body }) : null;
        return { ...verdict, room: room.id, wallMs: moment.wall, pack, seq: entered?.seq ?? null, last };
      },
    },
    close: () => {
      context = null;
      waiting.clear();
      return Promise.resolve();
    },
  };
}

function dayOf({ settings }: RoomContext, at: WallMs): string {
  return localDay(at, settings().timezone);
}

/** Nobody waits for it; a ledger that refuses is an error in the log. */
function enterSoon({ ledger, log }: RoomContext, body: CheckBody): void {
  ledger.append({ case: 'checkedBeforeUse', value: body }).catch((error: unknown) => {
    log.error('a check before use is not in the ledger', { room: body.room, error: error as Error });
  });
}

function bodyOf(
  room: string,
  { items, mayStart, startArticle, outOfUse }: CheckVerdict,
  { wall, mono }: Moment,
  { by, urgent }: Pick<CheckedOpen, 'by' | 'urgent'>,
): CheckBody {
  const at = { wallMs: wall, monoMs: mono };
  return { room, session: '', at, by, items, mayStart, startArticle, urgent, outOfUse };
}

function refusalOf({ room }: CheckedOpen, { items, startArticle }: CheckVerdict): BeforeOpen['refusal'] {
  const wrong = items.filter(({ item, result }) => result === 'fault' && recordingItems.includes(item));
  const told = (language: Language): string =>
    wrong
      .map(({ finding, device }) => `${findingText(finding, language)}${device === '' ? '' : ` (${device})`}`)
      .join(language === 'en' ? ', ' : '、');
  const article = startArticle || '-';
  const details = { room: room.id, faults: told('en'), faultsZh: told('zh-CN'), article };
  return { error: new LiuhenError('SESSION_CHECK_FAILED', details), article: startArticle };
}

function readRequest(request: unknown, rooms: readonly RoomSettings[]): { room: RoomSettings; by: string } {
  const fields = new FieldReader(request);
  const [id, by] = [fields.text('room'), fields.text('by')];
  if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
  const allowed = rooms.map((each) => each.id).join(', ');
  if (id === '') throw new LiuhenError('SESSION_ROOM_MISSING', { allowed });
  const room = rooms.find((each) => each.id === id);
  if (!room) throw new LiuhenError('SESSION_ROOM_UNKNOWN', { room: id, allowed });
  return { room, by };
}
