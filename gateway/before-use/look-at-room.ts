// Looks at one room by the gateway's derived view and the settings: what is really known of each item, `unknown`
// where nothing is. Pure and immediate. What it comes to is before-use-rules.ts's.
import type { CheckFinding, CheckItem, CheckResult } from '../../config/check-words.ts';
import { localDay } from '../../config/local-day.ts';
import type { CameraSettings, RoomSettings, Settings } from '../../config/settings-types.ts';
import { wallMs } from '../../config/clock.ts';
import { frozenMs, silentMs } from '../recording/content-watch.ts';
import type { CameraView, GatewayView } from '../sessions/control-protocol.ts';
import { freshMs, openingMs } from '../sessions/room-state.ts';
import type { SeenItem } from './before-use-rules.ts';
import type { Watched } from './camera-watch.ts';
import type { ClockSync } from './clock-sync.ts';
import { lookAtDocks } from './look-at-docks.ts';

/** Bytes a second of a camera that is not measured: 16 Mbit/s, above what cameras of rooms are set to. */
export const assumedBytesPerSecond = 2_000_000;
/** Before this the product did not exist: such a clock has lost its time. */
export const earliestWallMs = Date.UTC(2025, 0, 1);
/** The recorder looks at a picture once a second: so much longer than its own limit until its silence means well. */
const watchMarginMs = 1500;

/** What a camera says of its picture; the others of its hints are about something else. */
const pictureHints: readonly string[] = ['tamper', 'signal-lost', 'too-dark', 'too-bright', 'too-blurry'];

export interface RoomLook {
  readonly room: RoomSettings;
  readonly settings: Pick<Settings, 'cameras' | 'docks' | 'recording' | 'timezone'>;
  readonly view: GatewayView;
  readonly watched: (camera: string) => Watched;
  readonly clock: ClockSync;
  /** Milliseconds for which control has been up. */
  readonly upMs: number;
}

/** Every item of `roomItems` in its order, and what lies in the room's docks; those of the cameras once for each camera of the room. */
export function lookAtRoom(look: RoomLook): SeenItem[] {
  const { room, settings, view } = look;
  const cameras = settings.cameras.filter(({ id }) => room.cameras.includes(id));
  const each = (see: (camera: CameraSettings, seen: CameraView | undefined) => SeenItem[]): SeenItem[] =>
    cameras.flatMap((camera) =>
      see(
        camera,
        view.cameras.find((one) => one.camera === camera.id),
      ),
    );
  const sound = each((camera, seen) => soundOf(camera, seen, look.watched(camera.id)));
  const { battery, docks } = lookAtDocks(room, settings, view.bodycams);
  return [
    recorderOf(look),
    ...each((camera, seen) => [upOf(camera, seen)]),
    ...each(framesOf),
    ...(sound.length > 0 ? sound : [seenAs('sound', 'none', 'no-sound-wanted')]),
    ...each((camera, seen) => pictureOf(camera, seen, look.watched(camera.id))),
    inViewOf(look),
    spaceOf(look),
    writableOf(view),
    ...battery,
    clockOf(look),
    panelOf(look),
    ...docks,
  ];
}

function seenAs(
  item: CheckItem,
  result: CheckResult,
  finding: CheckFinding | '' = '',
  detail = '',
  device = '',
): SeenItem {
  return { item, device, result, finding, detail };
}

// ---- cameras ------------------------------------------------------------------------------------------

const faultFindings: Readonly<Record<string, CheckFinding>> = {
  unreachable: 'camera-unreachable',
  'wrong-password': 'camera-login',
  forbidden: 'camera-login',
  'no-reply': 'camera-silent',
  stalled: 'camera-silent',
  closed: 'camera-silent',
};

function upOf({ id, credentials }: CameraSettings, seen: CameraView | undefined): SeenItem {
  if (seen?.state === 'playing') return seenAs('camera-up', 'ok', '', credentials ? '' : 'no login set', id);
  const fault = seen?.fault ?? '';
  if (fault === '') return seenAs('camera-up', 'unknown', 'camera-connecting', '', id);
  return seenAs('camera-up', 'fault', faultFindings[fault] ?? 'camera-stream', fault, id);
}

function framesOf({ id, requiredTracks }: CameraSettings, seen: CameraView | undefined): SeenItem[] {
  if (!requiredTracks.includes('video')) return [];
  const track = trackOf(seen, 'video');
  const missing = track?.degraded.find(
    (each) => each === 'no-decodable-frame' || each === 'parameter-sets-lost',
  );
  if (missing !== undefined) return [seenAs('frames', 'fault', 'frames-missing', missing, id)];
  if (track === undefined || track.ageMs === null)
    return [seenAs('frames', 'unknown', 'frames-not-seen', '', id)];
  if (track.ageMs > freshMs)
    return [seenAs('frames', 'fault', 'frames-missing', `${Math.round(track.ageMs)} ms`, id)];
  return [seenAs('frames', 'ok', '', '', id)];
}

function soundOf(
  { id, requiredTracks }: CameraSettings,
  seen: CameraView | undefined,
  watched: Watched,
): SeenItem[] {
  if (!requiredTracks.includes('audio')) return [];
  const track = trackOf(seen, 'audio');
  if (track?.degraded.includes('no-sound')) return [seenAs('sound', 'fault', 'sound-missing', '', id)];
  if (track?.degraded.includes('sound-silent')) return [seenAs('sound', 'fault', 'sound-silent', '', id)];
  if (watched.playingMs < silentMs + watchMarginMs)
    return [seenAs('sound', 'unknown', 'sound-not-seen', '', id)];
  // Nothing arrived in all that time: a camera without a microphone has no such track at all.
  if (track === undefined || track.ageMs === null || track.ageMs > freshMs)
    return [seenAs('sound', 'fault', 'sound-missing', '', id)];
  const level = seen?.soundDb;
  return [seenAs('sound', 'ok', '', typeof level === 'number' ? `${Math.round(level)} dBFS` : '', id)];
}

function pictureOf(
  { id, requiredTracks }: CameraSettings,
  seen: CameraView | undefined,
  watched: Watched,
): SeenItem[] {
  if (!requiredTracks.includes('video')) return [];
  const track = trackOf(seen, 'video');
  if (track?.degraded.includes('picture-frozen'))
    return [seenAs('picture', 'fault', 'picture-frozen', '', id)];
  if (track?.degraded.includes('bit-rate-fallen'))
    return [seenAs('picture', 'fault', 'picture-poor', '', id)];
  const hints = (seen?.hints ?? []).filter((hint) => pictureHints.includes(hint));
  // A hint is no proof: what the camera says of itself is shown, and keeps nothing from starting.
  if (hints.length > 0) return [seenAs('picture', 'unknown', 'picture-hint', hints.join(' '), id)];
  if (track === undefined || watched.playingMs < frozenMs + watchMarginMs)
    return [seenAs('picture', 'unknown', 'picture-not-seen', '', id)];
  return [seenAs('picture', 'ok', '', '', id)];
}

/** The track of a camera that is playing: what came before it broke off says nothing. */
function trackOf(seen: CameraView | undefined, kind: 'video' | 'audio') {
  return seen?.state === 'playing' ? seen.tracks?.find((track) => track.kind === kind) : undefined;
}

// ---- the room and the box -----------------------------------------------------------------------------

/** It begins beside control, and a start at boot must not be refused for being the faster one. */
function recorderOf({ view, upMs }: RoomLook): SeenItem {
  if (view.recorder.connected) return seenAs('recorder', 'ok');
  return upMs < openingMs
    ? seenAs('recorder', 'unknown', 'recorder-starting')
    : seenAs('recorder', 'fault', 'recorder-gone');
}

function inViewOf({ room, settings, view }: RoomLook): SeenItem {
  const confirmed = room.bothInView;
  const today = localDay(wallMs(view.wallMs), settings.timezone);
  // A day that has not come yet confirms nothing.
  if (confirmed === undefined || confirmed.on > today)
    return seenAs('both-in-view', 'unknown', 'view-not-confirmed', confirmed?.on ?? '');
  return seenAs('both-in-view', 'ok', '', `${confirmed.confirmedBy}, ${confirmed.on}`);
}

/** The longest session of this room beside those that other rooms record now. */
function spaceOf({ room, settings, view, watched }: RoomLook): SeenItem {
  if (view.disk === null) return seenAs('disk-space', 'unknown', 'disk-not-measured');
  const { reserveBytes, longestSessionMs } = settings.recording;
  const busy = view.rooms.filter(({ session }) => session !== null).map((each) => each.room);
  const cameras = view.cameras.filter(
    ({ camera, rooms }) => room.cameras.includes(camera) || rooms.some((each) => busy.includes(each)),
  );
  const rates = cameras.map(({ camera }) => watched(camera).bytesPerSecond);
  const assumed = rates.includes(null);
  const perSecond = rates.reduce<number>((sum, rate) => sum + (rate ?? assumedBytesPerSecond), 0);
  const needed = (perSecond * longestSessionMs) / 1000;
  const free = Math.max(0, view.disk.freeBytes - reserveBytes);
  const detail = `${gib(free)} free, ${gib(needed)} needed${assumed ? ' (assumed)' : ''}`;
  if (free >= needed) return seenAs('disk-space', 'ok', '', detail);
  // What is assumed is more than cameras usually send: too little for it may still be enough.
  if (assumed && free > 0) return seenAs('disk-space', 'unknown', 'rate-not-measured', detail);
  return seenAs('disk-space', 'fault', 'disk-short', detail);
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function writableOf({ disk }: GatewayView): SeenItem {
  if (disk === null) return seenAs('disk-writable', 'unknown', 'disk-not-measured');
  return disk.writable
    ? seenAs('disk-writable', 'ok')
    : seenAs('disk-writable', 'fault', 'disk-not-writable');
}

function clockOf({ view, clock }: RoomLook): SeenItem {
  if (view.wallMs < earliestWallMs)
    return seenAs('clock', 'fault', 'clock-lost', new Date(view.wallMs).toISOString().slice(0, 10));
  switch (clock) {
    case 'synchronised':
      return seenAs('clock', 'ok');
    case 'not-synchronised':
      return seenAs('clock', 'fault', 'clock-not-synchronised');
    case 'unknown':
      return seenAs('clock', 'unknown', 'clock-not-known');
  }
}

function panelOf({ room, view }: RoomLook): SeenItem {
  if (room.panel === undefined) return seenAs('panel', 'none', 'no-panel');
  const panel = view.rooms.find((each) => each.room === room.id)?.panel ?? null;
  if (panel === null) return seenAs('panel', 'unknown', 'panel-not-known');
  return panel.connected ? seenAs('panel', 'ok') : seenAs('panel', 'fault', 'panel-gone');
}
