// What comes over the recorder's socket, checked before it is believed: a request of the wrong shape is refused
// with the field and what is allowed, and changes nothing.
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';
import type {
  JournalRequest,
  ReleaseRequest,
  StartRequest,
  StopRequest,
  TrackKind,
  WarmRequest,
} from './recorder-protocol.ts';

export const maxTextLength = 4096;
export const maxCamerasOfSession = 64;
/** Journal records of one answer, so that it stays under the channel's limit. */
export const maxJournalAnswer = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** Throws RECORDER_REQUEST that names the field and what is allowed; so do the others. */
export function readWarm(body: unknown): WarmRequest {
  const fields = record('warm', body);
  return {
    camera: cameraName('warm', fields['camera']),
    url: matching(
      'warm',
      'url',
      fields['url'],
      /^rtsps?:\/\/[^@/?#]+([/?#].*)?$/i,
      'rtsp:// without user info',
    ),
    ...optional(fields, 'username', (value) => text('warm', 'username', value)),
    ...optional(fields, 'password', (value) => text('warm', 'password', value)),
    transport: oneOf('warm', 'transport', fields['transport'], ['auto', 'tcp', 'udp'] as const),
    requiredTracks: trackKinds('warm', fields['requiredTracks']),
  };
}

export function readRelease(body: unknown): ReleaseRequest {
  return { camera: cameraName('release', record('release', body)['camera']) };
}

export function readStart(body: unknown): StartRequest {
  const fields = record('start', body);
  const cameras = fields['cameras'];
  if (!Array.isArray(cameras) || cameras.length === 0 || cameras.length > maxCamerasOfSession)
    throw refused('start', `cameras must be a list of 1 to ${maxCamerasOfSession}`);
  return {
    session: text('start', 'session', fields['session']),
    room: text('start', 'room', fields['room']),
    folder: folder('start', fields['folder']),
    cameras: cameras.map((each) => {
      const camera = record('start', each);
      return {
        camera: cameraName('start', camera['camera']),
        requiredTracks: trackKinds('start', camera['requiredTracks']),
      };
    }),
    openedWallMs: time('start', 'openedWallMs', fields['openedWallMs']),
    openedMonoMs: time('start', 'openedMonoMs', fields['openedMonoMs']),
    ...optional(fields, 'resume', (value) =>
      oneOf('start', 'resume', value, ['recorder-died', 'box-restarted'] as const),
    ),
  };
}

export function readStop(body: unknown): StopRequest {
  const fields = record('stop', body);
  return {
    session: text('stop', 'session', fields['session']),
    closedWallMs: time('stop', 'closedWallMs', fields['closedWallMs']),
    closedMonoMs: time('stop', 'closedMonoMs', fields['closedMonoMs']),
  };
}

export function readJournalRequest(body: unknown): JournalRequest {
  const fields = record('journal', body);
  return {
    session: text('journal', 'session', fields['session']),
    folder: folder('journal', fields['folder']),
    after: count('journal', 'after', fields['after']),
    limit: Math.min(maxJournalAnswer, count('journal', 'limit', fields['limit'])),
  };
}

/** Camera names become file names: nothing in one may lead out of the session's folder. */
function cameraName(request: string, value: unknown): string {
  const allowed = '1 to 64 letters, digits, dots, dashes and underscores';
  return matching(request, 'camera', value, /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, allowed);
}

function folder(request: string, value: unknown): string {
  const name = text(request, 'folder', value);
  if (!path.isAbsolute(name)) throw refused(request, 'folder must be an absolute path');
  return name;
}

function trackKinds(request: string, value: unknown): TrackKind[] {
  if (!Array.isArray(value) || value.length > 2)
    throw refused(request, 'requiredTracks must be a list of video and audio');
  return value.map((each) => oneOf(request, 'requiredTracks', each, ['video', 'audio'] as const));
}

function record(request: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused(request, 'the body must be an object');
  return value as Fields;
}

function text(request: string, field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > maxTextLength)
    throw refused(request, `${field} must be a text of 1 to ${maxTextLength} characters`);
  return value;
}

function matching(request: string, field: string, value: unknown, pattern: RegExp, allowed: string): string {
  const found = text(request, field, value);
  if (!pattern.test(found)) throw refused(request, `${field} must be ${allowed}`);
  return found;
}

function oneOf<T extends string>(request: string, field: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw refused(request, `${field} must be one of ${allowed.join(', ')}`);
  return found;
}

function time<T extends number>(request: string, field: string, value: unknown): T {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw refused(request, `${field} must be a number of milliseconds`);
  return value as T;
}

function count(request: string, field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refused(request, `${field} must be a whole number from 0`);
  return value;
}

function optional<K extends string, T>(
  fields: Fields,
  name: K,
  read: (value: unknown) => T,
): Partial<Record<K, T>> {
  const value = fields[name];
  return value === undefined ? {} : ({ [name]: read(value) } as Record<K, T>);
}

function refused(request: string, why: string): LiuhenError {
  return new LiuhenError('RECORDER_REQUEST', { request, why });
}
