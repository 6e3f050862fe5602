// What one room's screen shows, cut from the derived view of the gateway and from the room's policy. Pure: it decides
// nothing, least of all whether the room is recording (P1).
import { localDay } from '../../config/local-day.ts';
import { dutyText } from '../../config/policy/duty-text.ts';
import { citations, wordText } from '../../config/policy/policy-text.ts';
import type { Settings } from '../../config/settings-types.ts';
import { wallMs } from '../../config/clock.ts';
import { interruptionRules } from '../interruptions/interruption-rules.ts';
import type { BookingView, GatewayView } from '../sessions/control-protocol.ts';
import { allowedKinds, sessionRules } from '../sessions/session-rules.ts';
import { clipScreenView } from './clip-screen.ts';
import { screenProtocol, type ScreenView, type ScreenWord } from './screen-protocol.ts';

/** Debts that one screen shows. */
export const maxScreenDebts = 20;
/** Bookings that one screen shows. */
export const maxScreenBookings = 3;
/** Body-cams with footage that is due that one screen shows. */
export const maxScreenOffloads = 8;

/** Null for a room that is not in the settings. */
export function screenView(
  view: GatewayView,
  settings: Settings,
  roomId: string,
  bookings: readonly BookingView[] = [],
): ScreenView | null {
  const room = settings.rooms.find(({ id }) => id === roomId);
  const seen = view.rooms.find((each) => each.room === roomId);
  if (!room || !seen) return null;
  const policy = settings.policies.inForce(
    room.pack ?? settings.policy.pack,
    localDay(wallMs(view.wallMs), settings.timezone),
  );
  const keyMoments = policy.rule('keyMoments');
  const forbidden = policy.rule('forbidden');
  const interruptions = interruptionRules(policy);
  return {
    protocol: screenProtocol,
    room: room.id,
    name: room.name,
    rooms: settings.rooms.map(({ id, name }) => ({
      room: id,
      name,
      state: view.rooms.find((each) => each.room === id)?.state ?? 'idle',
    })),
    language: settings.language,
    timezone: settings.timezone,
    wallMs: view.wallMs,
    state: seen.state,
    why: seen.why,
    session: seen.session,
    sessionKind: seen.sessionKind,
    openedWallMs: seen.openedWallMs,
    gaps: seen.gaps,
    tracks: seen.tracks.map(({ camera, kind, required, state, behindMs }) => ({
      camera,
      kind,
      required,
      state,
      behindMs,
      soundDb:
        kind === 'audio' ? (view.cameras.find((each) => each.camera === camera)?.soundDb ?? null) : null,
    })),
    cameras: view.cameras
      .filter(({ rooms }) => rooms.includes(roomId))
      .map(({ camera, warm, fault }) => ({ camera, warm, fault })),
    notices: seen.notices ?? [],
    interruption: seen.interruption ?? null,
    causes: { article: interruptions.causesArticle, causes: interruptions.causes.map(named) },
    bookings: bookings
      .filter(({ room: of, state }) => of === roomId && state !== 'over')
      .slice(0, maxScreenBookings)
      .map(({ booking, kind, fromWallMs, toWallMs, state }) => ({
        booking,
        kind,
        fromWallMs,
        toWallMs,
        state,
      })),
    kinds: allowedKinds(room.kind).map((kind) => {
      const { demands, officers, urgent, duty, article } = sessionRules(
        policy,
        settings.policy,
        room.kind,
        kind,
      );
      const words = { zh: dutyText(duty, article, 'zh-CN'), en: dutyText(duty, article, 'en') };
      return { kind, duty: words, demands, officers, urgentWithinMs: urgent.withinMs };
    }),
    keyMoments: {
      article: keyMoments ? citations(keyMoments.articles) : '',
      moments: (keyMoments?.value ?? []).map(named),
    },
    forbidden: {
      article: forbidden ? citations(forbidden.articles) : '',
      grounds: (forbidden?.value ?? []).map(named),
      room: room.forbidden === undefined ? null : named(room.forbidden),
    },
    debts: view.debts.filter(({ session }) => roomOf(session) === roomId).slice(0, maxScreenDebts),
    ...offloadsOf(view, roomId),
    ...clipScreenView(view.bodycams, roomId),
    panel: seen.panel ?? null,
    headquarters: {
      connected: view.uplink.connected,
      waiting: Math.max(0, view.ledger.seq - view.uplink.receivedSeq),
    },
    recorder: view.recorder.connected,
    disk: view.disk,
  };
}

function offloadsOf(
  { bodycams }: GatewayView,
  roomId: string,
): Pick<ScreenView, 'offloads' | 'offloadCount'> {
  const own = (bodycams?.offloads ?? []).filter(({ room }) => room === roomId);
  return {
    offloads: own.slice(0, maxScreenOffloads).map(({ room: _room, ...offload }) => offload),
    offloadCount: own.length,
  };
}

/** `20261121T084704-reception-1f13` names its room in the middle. */
export function roomOf(session: string): string {
  return session.slice(session.indexOf('-') + 1, session.lastIndexOf('-'));
}

function named(id: string): ScreenWord {
  return { id, words: { zh: wordText(id, 'zh-CN'), en: wordText(id, 'en') } };
}
