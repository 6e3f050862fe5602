// One view of the whole gateway, made from the fold, the recorder's last status and the uplink: pure. The
// command line, the demo's table and headquarters' room states are all cut from it (P1).
import type { Moment, MonoMs } from '../../config/clock.ts';
import type { Settings } from '../../config/settings-types.ts';
import type { BodycamView } from '../bodycam/bodycam-view.ts';
import type { RecorderStatus } from '../recording/recorder-protocol.ts';
import {
  maxShownDebts,
  type GatewayView,
  type RoomInterruption,
  type RoomNotice,
  type RoomPanelView,
  type RoomView,
} from '../sessions/control-protocol.ts';
import { deriveRoomState, freshMs, statusStaleMs } from '../sessions/room-state.ts';
import type { SessionFold } from '../sessions/session-fold.ts';

export interface ViewInput {
  readonly settings: Settings;
  readonly fold: SessionFold;
  readonly recorder: RecorderStatus | null;
  readonly epoch: number;
  readonly ledger: { readonly seq: number; readonly headHex: string };
  /** Null while it is not open. */
  readonly uplink: GatewayView['uplink'] | null;
  /** When this process began, CLOCK_MONOTONIC ms: no session was watched before. */
  readonly startedMonoMs: number;
  /** Sessions that opened since then. */
  readonly ownSessions: ReadonlySet<string>;
  /** What the people in a room are told now. */
  readonly notices: (room: string) => readonly RoomNotice[];
  readonly interruption?: (room: string) => RoomInterruption | null;
  /** What its panel tells. */
  readonly panel: (room: string) => RoomPanelView | null;
  readonly bodycams?: BodycamView;
  readonly now: Moment;
}

/** The rooms of the settings, and any other room that still has a session. */
export function gatewayView(input: ViewInput): GatewayView {
  const { settings, fold, now } = input;
  // One that is there and says nothing is known no better than one that is gone: what it said last is not of now.
  const recorder = isHeard(input.recorder, now.mono) ? input.recorder : null;
  const rooms = settings.rooms.map(({ id, name, kind }) => roomView(input, id, name, kind));
  for (const { room } of fold.open.values()) {
    if (!rooms.some((each) => each.room === room)) rooms.push(roomView(input, room, room, ''));
  }
  return {
    agency: settings.agency,
    site: settings.site,
    gateway: settings.gateway,
    epoch: input.epoch,
    wallMs: now.wall,
    ledger: input.ledger,
    uplink: {
      connected: input.uplink?.connected ?? false,
      receivedSeq: input.uplink?.receivedSeq ?? 0,
      state: input.uplink?.state ?? 'offline',
    },
    recorder: { connected: recorder !== null, pid: input.recorder?.pid ?? null },
    // Null: not measured yet.
    disk:
      recorder && recorder.disk.freeBytes !== null
        ? { freeBytes: recorder.disk.freeBytes, writable: recorder.disk.writable }
        : null,
    rooms,
    cameras: settings.cameras.map(({ id }) => {
      const status = recorder?.cameras.find((each) => each.camera === id);
      return {
        camera: id,
        state: status?.state ?? 'unknown',
        warm: status?.state === 'playing' && isWarm(status.tracks, now.mono),
        fault: status?.fault ?? fold.cameras.get(id)?.fault ?? '',
        rooms: settings.rooms.filter((room) => room.cameras.includes(id)).map((room) => room.id),
        tracks: (status?.tracks ?? []).map(({ kind, lastFrameMonoMs: last, bytes, degraded }) => ({
          kind,
          ageMs: last === null ? null : Math.max(0, now.mono - last),
          bytes,
          degraded,
        })),
        hints: fold.cameras.get(id)?.hints ?? [],
        soundDb: status?.tracks.find(({ levelDb }) => levelDb !== undefined)?.levelDb ?? null,
      };
    }),
    debts: [...fold.debts.values()]
      .toSorted((one, other) => one.dueWallMs - other.dueWallMs)
      .slice(0, maxShownDebts)
      .map(({ session, debt, article, dueWallMs, missed }) => ({
        session,
        debt,
        article,
        dueWallMs,
        missed,
      })),
    debtCount: fold.debts.size,
    ...(input.bodycams === undefined ? {} : { bodycams: input.bodycams }),
  };
}

function isHeard(recorder: RecorderStatus | null, nowMs: MonoMs): boolean {
  return recorder !== null && nowMs - recorder.monoMs <= statusStaleMs;
}

/**
 * Sound alone begins no file: the picture must be there, where there is one. And it must be of late: what came
 * before a stream broke off is no longer in memory.
 */
function isWarm(tracks: RecorderStatus['cameras'][number]['tracks'], nowMs: MonoMs): boolean {
  const video = tracks.filter((track) => track.kind === 'video');
  const leading = video.length > 0 ? video : tracks;
  return (
    leading.length > 0 &&
    leading.every(({ lastFrameMonoMs: last }) => last !== null && nowMs - last <= freshMs)
  );
}

function roomView(input: ViewInput, room: string, name: string, kind: string): RoomView {
  const session = input.fold.inRoom(room);
  const derived = deriveRoomState({
    session: session
      ? {
          session: session.session,
          closing: session.closing !== null,
          // The opening's monotonic time counts only in the process, and so in the boot, that took it.
          sinceMonoMs: input.ownSessions.has(session.session) ? session.opened.monoMs : input.startedMonoMs,
          cameras: session.cameras,
        }
      : null,
    recorder: input.recorder,
    now: input.now.mono,
  });
  return {
    room,
    name,
    kind,
    state: derived.state,
    why: derived.why,
    session: derived.session,
    sessionKind: session?.kind ?? null,
    openedWallMs: session?.opened.wallMs ?? null,
    folder: session?.folder ?? null,
    gaps: session?.gaps ?? 0,
    tracks: derived.tracks,
    notices: input.notices(room),
    interruption: input.interruption?.(room) ?? null,
    panel: input.panel(room),
  };
}
