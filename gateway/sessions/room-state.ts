// What is said of a room (P1): derived from the ledger's fold and from what the recorder has synced to disk,
// never from what somebody wanted. Lamp, page, feed and command line all read this one answer.
import type { MonoMs } from '../../config/clock.ts';
import type { RecorderStatus, RecordingTrackStatus, TrackKind } from '../recording/recorder-protocol.ts';

/** A required track whose newest frame on disk is older than this is not being recorded, in milliseconds. */
export const freshMs = 3000;
/** A recorder status older than this says nothing, in milliseconds. */
export const statusStaleMs = 2000;
/** How long a session may be "opening" before what is missing is called missing, in milliseconds. */
export const openingMs = 10_000;

export type RoomStateName = 'idle' | 'opening' | 'recording' | 'degraded' | 'interrupted' | 'closing';

export interface RoomTrack {
  readonly camera: string;
  readonly kind: TrackKind;
  readonly required: boolean;
  /** `recording`, `waiting`, `stale`, `gap:<cause>` or `degraded:<what>`. */
  readonly state: string;
  readonly frames: number;
  readonly bytes: number;
  readonly gaps: number;
  /** Age of the newest frame on disk in milliseconds; null when there is none. */
  readonly behindMs: number | null;
}

export interface RoomStateInput {
  /** The fold's word on the room; null when no session is open or closing. */
  readonly session: {
    readonly session: string;
    readonly closing: boolean;
    /** CLOCK_MONOTONIC ms since which this session could have been recording: its opening, or our own start. */
    readonly sinceMonoMs: number;
    readonly cameras: readonly { readonly camera: string; readonly required: readonly TrackKind[] }[];
  } | null;
  /** The last status the recorder gave; null when it gave none or is not connected. */
  readonly recorder: RecorderStatus | null;
  readonly now: MonoMs;
}

export interface DerivedRoomState {
  readonly state: RoomStateName;
  /** Empty for idle and recording; otherwise what is wrong, naming the track: `interview-a/video gap:stalled`. */
  readonly why: string;
  readonly session: string | null;
  readonly tracks: readonly RoomTrack[];
}

/** Derives the state of one room. Pure; both clocks are given. */
export function deriveRoomState({ session, recorder, now }: RoomStateInput): DerivedRoomState {
  if (session === null) return { state: 'idle', why: '', session: null, tracks: [] };
  const fresh = recorder !== null && now - recorder.monoMs <= statusStaleMs;
  const running = recorder?.sessions.find((each) => each.session === session.session);
  const tracks =
    fresh && running
      ? recordedTracks(session.cameras, running.tracks, recorder, now)
      : unknown(session.cameras);
  const say = (state: RoomStateName, why: string): DerivedRoomState => ({
    state,
    why,
    session: session.session,
    tracks,
  });

  if (session.closing) return say('closing', '');
  const young = now - session.sinceMonoMs < openingMs;
  if (!fresh) return say(young ? 'opening' : 'interrupted', 'recorder-gone');
  if (!running || running.stopping) return say(young ? 'opening' : 'interrupted', 'not-running');

  const required = tracks.filter((track) => track.required);
  const judged = required.length > 0 ? required : tracks;
  const wrong = judged.filter((track) => track.state !== 'recording');
  if (judged.length > 0 && wrong.length === 0) return say('recording', '');

  const why = wrong.map((track) => `${track.camera}/${track.kind} ${track.state}`).join(', ');
  // Nothing is missing as long as the first part of each track may still be on its way to the disk.
  if (young && wrong.every((track) => track.state === 'waiting')) return say('opening', why);
  if (!recorder.disk.writable) return say('interrupted', `disk${why === '' ? '' : `: ${why}`}`);
  const pictures = judged.filter((track) => track.kind === 'video');
  const watched = pictures.length > 0 ? pictures : judged;
  // A standing picture or a silent room is still on disk; the frames of the others are not.
  const lost = watched.every((track) => !isOnDisk(track));
  return lost ? say('interrupted', why === '' ? 'no-tracks' : why) : say('degraded', why);
}

function isOnDisk(track: RoomTrack): boolean {
  return (
    track.state === 'recording' ||
    (track.state.startsWith('degraded:') && track.state !== 'degraded:no-decodable-frame')
  );
}

function recordedTracks(
  wanted: NonNullable<RoomStateInput['session']>['cameras'],
  recorded: readonly RecordingTrackStatus[],
  recorder: RecorderStatus,
  now: MonoMs,
): RoomTrack[] {
  const tracks: RoomTrack[] = recorded.map((track) => ({
    camera: track.camera,
    kind: track.kind,
    required: isRequired(wanted, track),
    state: trackState(track, recorder, now),
    frames: track.frames,
    bytes: track.bytes,
    gaps: track.gaps,
    behindMs: track.durableMonoMs === null ? null : Math.max(0, Math.round(now - track.durableMonoMs)),
  }));
  // A required track that the recorder does not even know of is missing, not absent from the list.
  for (const track of unknown(wanted)) {
    const known = tracks.some((each) => each.camera === track.camera && each.kind === track.kind);
    if (!known) tracks.push(track);
  }
  return tracks.toSorted((a, b) => a.camera.localeCompare(b.camera) || b.kind.localeCompare(a.kind));
}

function isRequired(
  wanted: NonNullable<RoomStateInput['session']>['cameras'],
  track: RecordingTrackStatus,
): boolean {
  return wanted.some((each) => each.camera === track.camera && each.required.includes(track.kind));
}

function trackState(track: RecordingTrackStatus, recorder: RecorderStatus, now: MonoMs): string {
  if (track.gap !== null) return `gap:${track.gap}`;
  const stream = recorder.cameras
    .find((camera) => camera.camera === track.camera)
    ?.tracks.find((each) => each.kind === track.kind);
  const degraded = stream?.degraded[0];
  if (degraded === 'no-decodable-frame') return `degraded:${degraded}`;
  if (track.durableMonoMs === null) return 'waiting';
  if (now - track.durableMonoMs > freshMs) return 'stale';
  return degraded === undefined ? 'recording' : `degraded:${degraded}`;
}

function unknown(wanted: NonNullable<RoomStateInput['session']>['cameras']): RoomTrack[] {
  return wanted.flatMap(({ camera, required }) =>
    required.map((kind) => ({
      camera,
      kind,
      required: true,
      state: 'waiting',
      frames: 0,
      bytes: 0,
      gaps: 0,
      behindMs: null,
    })),
  );
}
