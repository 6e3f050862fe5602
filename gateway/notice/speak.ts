// Speaks an announcement through the audio output of a room: the agency's own WAV file, or espeak-ng's voice. What cannot
// be spoken comes back with the reason; nothing here is entered or shown.
import { accessSync, constants, statSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { monotonicTime } from '../../config/clock.ts';
import type { Language, NoticeFaultWord } from '../../config/dictionary.ts';
import type { Log } from '../../config/log.ts';
import type { AudioOutput } from '../../config/settings-types.ts';
import { wavHeadBytes, wavLengthMs } from '../../protocols/media/wav-length.ts';
import type { Announcement } from './notice-plan.ts';
import { runChild } from './run-child.ts';

/** Longest playback, in milliseconds: 2000 characters take six minutes. */
export const maxPlayMs = 480_000;
/** Longest making of a voice, in milliseconds. */
export const maxVoiceMs = 30_000;
/** A player that ends sooner than this share of the sound did not play it: ffplay without a device ends with 0. */
export const leastPlayed = 0.8;
/** Players in the order in which they are looked for; `device` says how each takes the audio device, null = not. */
export const players = [
  { name: 'aplay', args: ['-q'], device: (device: string) => ['-D', device] },
  { name: 'paplay', args: [], device: (device: string) => [`--device=${device}`] },
  { name: 'ffplay', args: ['-nodisp', '-autoexit', '-loglevel', 'error'], device: null },
] as const;
/** Words a minute: a little slower than espeak-ng's own 175, because it is a notice. */
const voiceSpeed = '150';
const voices: Readonly<Record<Language, string>> = { 'zh-CN': 'cmn', en: 'en' };

/** Where a program is, absolute; null when it is not on the box. */
export type Lookup = (name: string) => string | null;

export interface Spoken {
  /** Played to its end. */
  readonly how: 'spoken' | 'shown';
  /** The player and what it played: `aplay file`, `aplay espeak-ng`; '' when nothing was played. */
  readonly by: string;
  readonly fault: NoticeFaultWord | '';
}

export interface SpeakRequest {
  readonly announcement: Announcement;
  /** Whose words they are, for the agency's file. */
  readonly pack: string;
  /** Where the room hears it. */
  readonly output: AudioOutput;
  /** WAV files by the id of the pack. */
  readonly files: ReadonlyMap<string, string>;
  /** A folder of the box's own for a voice that is made; it is gone afterwards. */
  readonly folder: string;
  readonly lookup: Lookup;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Sound begins. */
  readonly onStart: () => void;
}

/** Resolves when it has been played or cannot be; never rejects. */
export async function speak(request: SpeakRequest): Promise<Spoken> {
  try {
    return await speakOnce(request);
  } catch (error) {
    request.log.error('the voice of a notice failed', { error: error as Error });
    return { how: 'shown', by: '', fault: 'voice-failed' };
  }
}

async function speakOnce(request: SpeakRequest): Promise<Spoken> {
  const { announcement, output, files, lookup, folder } = request;
  const player = findPlayer(output, lookup);
  if (player === null) return { how: 'shown', by: '', fault: 'no-player' };
  const file = announcement.what === 'notice' ? files.get(request.pack) : undefined;
  const fileMs = file === undefined ? null : await lengthOf(file);
  if (file !== undefined && fileMs !== null)
    return await play(player, { file, lengthMs: fileMs, what: 'file', fault: '' }, request);
  if (file !== undefined) request.log.warn('the words of a notice cannot be read', { file });
  const fault = file === undefined ? '' : 'file-unreadable';
  const espeak = lookup('espeak-ng');
  if (espeak === null) return { how: 'shown', by: '', fault: fault || 'no-voice' };

  const own = await mkdtemp(path.join(folder, 'voice-'));
  try {
    const wav = path.join(own, 'voice.wav');
    const made = await runChild({
      command: espeak,
      args: ['-v', voices[announcement.language], '-s', voiceSpeed, '-b', '1', '-w', wav, '--stdin'],
      input: announcement.text,
      limitMs: maxVoiceMs,
      signal: request.signal,
    });
    if (!made.ok) {
      if (made.why === 'cut-off') return { how: 'shown', by: '', fault: 'cut-off' };
      request.log.warn('espeak-ng failed', { why: made.why, detail: made.detail });
      return { how: 'shown', by: '', fault: 'voice-failed' };
    }
    const lengthMs = await lengthOf(wav);
    if (lengthMs === null) return { how: 'shown', by: '', fault: 'voice-failed' };
    return await play(player, { file: wav, lengthMs, what: 'espeak-ng', fault }, request);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

interface Sound {
  readonly file: string;
  readonly lengthMs: number;
  readonly what: 'file' | 'espeak-ng';
  /** What went wrong on the way to it. */
  readonly fault: NoticeFaultWord | '';
}

async function play(player: readonly string[], sound: Sound, request: SpeakRequest): Promise<Spoken> {
  const { signal, log, onStart } = request;
  const [command = '', ...args] = player;
  const by = `${path.basename(command)} ${sound.what}`;
  const began = monotonicTime();
  const end = await runChild({ command, args: [...args, sound.file], limitMs: maxPlayMs, signal, onStart });
  const playedMs = monotonicTime() - began;
  if (!end.ok && end.why !== 'failed') return { how: 'shown', by, fault: end.why };
  if (end.ok && playedMs >= sound.lengthMs * leastPlayed) return { how: 'spoken', by, fault: sound.fault };
  log.warn('the player of a notice failed', { by, playedMs, lengthMs: sound.lengthMs, ...end });
  return { how: 'shown', by, fault: 'player-failed' };
}

/** Milliseconds that a WAV file plays; null when it is none or cannot be read. */
async function lengthOf(file: string): Promise<number | null> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(wavHeadBytes), 0, wavHeadBytes, 0);
      return wavLengthMs(buffer.subarray(0, bytesRead), size);
    } finally {
      await handle.close();
    }
  } catch {
    return null; // not there, or not for us: the caller says so
  }
}

/** The command before the file's path; null when the box has none. */
export function findPlayer(output: AudioOutput, lookup: Lookup): readonly string[] | null {
  const { command, device } = output;
  if (command !== undefined) {
    const [name = '', ...args] = command;
    const found = lookup(name);
    return found === null ? null : [found, ...args];
  }
  for (const player of players) {
    // A player that cannot be told the device would speak in the wrong room.
    if (device !== undefined && player.device === null) continue;
    const found = lookup(player.name);
    if (found !== null)
      return [found, ...player.args, ...(device === undefined ? [] : (player.device?.(device) ?? []))];
  }
  return null;
}

/** Looks for a program in the folders of PATH; a name with a slash is a path already. */
export function onPath(name: string): string | null {
  const folders = name.includes('/')
    ? ['']
    : (process.env['PATH'] ?? '').split(':').filter((at) => at !== '');
  for (const folder of folders) {
    const file = path.resolve(folder, name);
    if (isProgram(file)) return file;
  }
  return null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not for us: the caller says so
  }
}
