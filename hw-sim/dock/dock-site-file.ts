// The docks and body-cams of a site file: what may be in it, and every fault with its line. Starting them is left to
// dock-site.ts.
import type { YamlPath } from '../../config/yaml.ts';
import { maxSlots, maxTextBytes } from '../../protocols/dock/limits.ts';
import { maxMp4Bytes, maxMp4Seconds, minMp4Bytes } from '../media/mp4-clip.ts';
import type { Raw, SiteChecks } from '../site-checks.ts';
import { maxMinutesAgo } from './dock-hands.ts';

export const maxSiteDocks = 16;
export const maxSiteBodyCams = 64;
/** Of one body-cam, in the file. */
export const maxSiteClips = 200;
/** A clock that is further off is no clock. */
const maxSkewMs = 100 * 366 * 86_400_000;

export interface SimDockPlace {
  readonly id: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly slots: number;
  readonly serial: string | undefined;
  /** File with the public key (PEM) of the maker of its firmware; absent: it takes no image. */
  readonly firmwareKey: string | undefined;
}

export interface SimClipSpec {
  readonly bytes: number | undefined;
  readonly seconds: number | undefined;
  readonly minutesAgo: number | undefined;
  readonly caseMark: string | undefined;
}

export interface SimBodyCamSpec {
  readonly id: string;
  readonly serial: string;
  readonly officerNumber: string | undefined;
  readonly officerName: string | undefined;
  readonly unit: string | undefined;
  readonly batteryPct: number | undefined;
  readonly clockSkewMs: number | undefined;
  readonly clips: readonly SimClipSpec[];
  /** Where it is docked from the start; null: nowhere. */
  readonly docked: { readonly dock: string; readonly slot: number } | null;
}

/** Adds its faults to the checks. */
export function readDocks(
  checks: SiteChecks,
  root: Raw,
): {
  readonly docks: readonly SimDockPlace[];
  readonly bodyCams: readonly SimBodyCamSpec[];
  readonly volumes: string | undefined;
} {
  const { bad, idOf, integer, list, map, number, port, take, word } = checks;
  const text = (raw: Raw, at: YamlPath, key: string): string | undefined => {
    const value = word(raw[key], [...at, key]);
    if (value !== undefined && Buffer.byteLength(value) > maxTextBytes)
      bad([...at, key], `${key} must be at most ${maxTextBytes} bytes long`);
    return value;
  };
  const dockIds = new Set<string>();
  const docks = list(root, 'docks', maxSiteDocks).map((row, index): SimDockPlace => {
    const at: YamlPath = ['docks', index];
    const raw = map(row, at, ['id', 'port', 'slots', 'serial', 'firmwareKey']);
    const id = idOf(raw, at, dockIds);
    take(raw, at, 'port');
    return {
      id,
      port: port(raw['port'], [...at, 'port']) ?? 0,
      slots: integer(raw['slots'], [...at, 'slots'], [1, maxSlots]) ?? 4,
      serial: text(raw, at, 'serial'),
      firmwareKey: word(raw['firmwareKey'], [...at, 'firmwareKey']),
    };
  });
  const ids = new Set<string>();
  const taken = new Set<string>();
  const bodyCams = list(root, 'bodyCams', maxSiteBodyCams).map((row, index): SimBodyCamSpec => {
    const at: YamlPath = ['bodyCams', index];
    const texts = ['serial', 'officerNumber', 'officerName', 'unit'];
    const raw = map(row, at, ['id', ...texts, 'batteryPct', 'clockSkewMs', 'clips', 'dock', 'slot']);
    const id = idOf(raw, at, ids);
    const serial = text(raw, at, 'serial');
    if (serial === undefined) bad(at, 'a body-cam needs a serial');
    return {
      id,
      serial: serial ?? '',
      officerNumber: text(raw, at, 'officerNumber'),
      officerName: text(raw, at, 'officerName'),
      unit: text(raw, at, 'unit'),
      batteryPct: integer(raw['batteryPct'], [...at, 'batteryPct'], [0, 100]),
      clockSkewMs: integer(raw['clockSkewMs'], [...at, 'clockSkewMs'], [-maxSkewMs, maxSkewMs]),
      clips: list(raw, 'clips', maxSiteClips, at).map((clip, place) => clipOf(clip, [...at, 'clips', place])),
      docked: dockedIn(raw, at),
    };
  });
  return { docks, bodyCams, volumes: word(root['volumes'], ['volumes']) };

  function clipOf(row: unknown, at: YamlPath): SimClipSpec {
    const raw = map(row, at, ['bytes', 'seconds', 'minutesAgo', 'caseMark']);
    if (raw['bytes'] !== undefined && raw['seconds'] !== undefined)
      bad(at, 'a clip has bytes or seconds, not both');
    const seconds = number(raw['seconds'], [...at, 'seconds'], [0, maxMp4Seconds]);
    if (seconds === 0) bad([...at, 'seconds'], 'seconds must be above 0');
    return {
      bytes: integer(raw['bytes'], [...at, 'bytes'], [minMp4Bytes(), maxMp4Bytes]),
      seconds,
      minutesAgo: number(raw['minutesAgo'], [...at, 'minutesAgo'], [0, maxMinutesAgo]),
      caseMark: text(raw, at, 'caseMark'),
    };
  }

  function dockedIn(raw: Raw, at: YamlPath): SimBodyCamSpec['docked'] {
    const id = word(raw['dock'], [...at, 'dock']);
    const slot = integer(raw['slot'], [...at, 'slot'], [0, maxSlots - 1]) ?? 0;
    if (id === undefined) {
      if (raw['slot'] !== undefined) bad([...at, 'slot'], 'slot needs a dock');
      return null;
    }
    const dock = docks.find((one) => one.id === id);
    if (!dock) bad([...at, 'dock'], `there is no dock ${id}`);
    else if (slot >= dock.slots) bad([...at, 'slot'], `${id} has slots 0 to ${dock.slots - 1}`);
    else if (taken.has(`${id}/${slot}`)) bad(at, `slot ${slot} of ${id} is taken twice`);
    taken.add(`${id}/${slot}`);
    return { dock: id, slot };
  }
}
