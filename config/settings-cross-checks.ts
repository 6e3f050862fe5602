// What a schema cannot say: how settings fit together. Works on the raw values, so that it finds its faults
// even when the shape is wrong elsewhere; what has the wrong shape is passed over, the schema tells it.
import { nearestName } from './nearest-name.ts';
import { settingsFault, type SettingsFault, type SettingsFaultKind } from './settings-faults.ts';
import type { YamlPath } from './yaml.ts';

type Values = Readonly<Record<string, string | number>>;
type Raw = Readonly<Record<string, unknown>>;
/** Folders of the store beside those of the devices, which are called as the devices are. */
const storeFolders = ['receipts', 'by-case'];
const loopbackHosts = ['127.0.0.1', '[::1]', '::1', 'localhost'];

/** Every way in which rooms, cameras and the broker do not fit together. */
export function crossCheck(raw: unknown, lineOf: (path: YamlPath) => number): SettingsFault[] {
  const faults: SettingsFault[] = [];
  const fault = (kind: SettingsFaultKind, path: YamlPath, values: Values = {}): void => {
    faults.push(settingsFault(kind, pathText(path), lineOf(path), values));
  };
  const settings = record(raw);
  const rooms = list(settings['rooms']).map(record);
  const cameras = list(settings['cameras']).map(record);

  const cameraLines = checkIds(cameras, 'cameras');
  checkIds(rooms, 'rooms');
  cameras.forEach((camera, index) => checkCamera(camera, ['cameras', index]));
  checkSameStreams();
  checkRooms();
  checkBodycams(list(settings['docks']).map(record), list(settings['bodyCams']).map(record));
  checkMqtt(record(settings['mqtt']));
  const { host = '127.0.0.1', credentials } = record(settings['console']);
  if (typeof host === 'string' && !loopbackHosts.includes(host) && credentials === undefined)
    fault('consoleNeedsCode', ['console', 'host']);
  for (const path of urlPaths()) {
    const url = parseUrl(at(settings, path));
    if (url && (url.username !== '' || url.password !== '')) fault('userInfo', path);
  }
  return faults;

  function checkIds(items: readonly Raw[], where: string): Map<string, number> {
    const seen = new Map<string, number>();
    items.forEach(({ id }, index) => {
      if (typeof id !== 'string') return;
      const path = [where, index, 'id'];
      const line = seen.get(id);
      if (line === undefined) seen.set(id, lineOf(path));
      else fault('doubleId', path, { id, line });
    });
    return seen;
  }

  function checkCamera(camera: Raw, path: YamlPath): void {
    const onvif = camera['onvif'];
    if ((onvif === undefined) === (camera['rtsp'] === undefined)) fault('onvifOrRtsp', path);
    for (const name of ['profile', 'osdText'])
      if (camera[name] !== undefined && onvif === undefined) fault('onlyOnvif', [...path, name]);
    if (camera['fingerprint256'] !== undefined && parseUrl(onvif)?.protocol !== 'https:') {
      fault('onlyHttps', [...path, 'fingerprint256']);
    }
    const tracks = list(camera['tracks']);
    if (tracks.length > 0 && !tracks.includes('video')) fault('noVideo', [...path, 'tracks']);
  }

  function checkSameStreams(): void {
    const seen = new Map<string, { camera: string; line: number }>();
    cameras.forEach((camera, index) => {
      const url = parseUrl(camera['onvif'] ?? camera['rtsp']);
      if (!url) return;
      const key = `${url.href} ${JSON.stringify(camera['profile'] ?? '')}`;
      const path = ['cameras', index];
      const first = seen.get(key);
      if (first) fault('sameStream', path, first);
      else seen.set(key, { camera: String(camera['id']), line: lineOf(path) });
    });
  }

  function checkRooms(): void {
    const owners = new Map<string, { room: string; line: number }>();
    const known = [...cameraLines.keys()];
    rooms.forEach((room, roomIndex) => {
      if (room['wholeWorkingTime'] === true && room['kind'] !== 'reception' && room['kind'] !== 'hall')
        fault('onlyWholeDay', ['rooms', roomIndex, 'wholeWorkingTime']);
      list(room['cameras']).forEach((camera, index) => {
        if (typeof camera !== 'string') return;
        const path = ['rooms', roomIndex, 'cameras', index];
        const owner = owners.get(camera);
        if (!cameraLines.has(camera)) {
          const near = nearestName(camera, known);
          if (near === undefined) fault('noSuchCamera', path, { camera, allowed: known.join(', ') });
          else fault('noSuchCameraNear', path, { camera, near });
        } else if (owner) fault('cameraTwice', path, { camera, ...owner });
        else owners.set(camera, { room: String(room['id']), line: lineOf(path) });
      });
    });
  }

  function checkBodycams(docks: readonly Raw[], bodyCams: readonly Raw[]): void {
    checkIds(docks, 'docks');
    checkIds(bodyCams, 'bodyCams');
    const known = rooms.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
    docks.forEach(({ room }, index) => {
      if (typeof room === 'string' && !known.includes(room))
        fault('noSuchRoom', ['docks', index, 'room'], { room, allowed: known.join(', ') });
    });
    bodyCams.forEach(({ id }, index) => {
      if (typeof id === 'string' && storeFolders.includes(id))
        fault('reservedId', ['bodyCams', index, 'id'], { id });
    });
    checkOnce(docks, 'docks', 'address', 'sameDock');
    checkOnce(bodyCams, 'bodyCams', 'serial', 'sameSerial');
  }

  function checkOnce(items: readonly Raw[], where: string, field: string, kind: SettingsFaultKind): void {
    const seen = new Map<string, { id: string; line: number }>();
    items.forEach((item, index) => {
      const value = item[field];
      if (typeof value !== 'string') return;
      const path = [where, index, field];
      const first = seen.get(value);
      if (first) fault(kind, path, first);
      else seen.set(value, { id: String(item['id']), line: lineOf(path) });
    });
  }

  function checkMqtt(mqtt: Raw): void {
    const url = parseUrl(mqtt['url']);
    const tls = record(mqtt['tls']);
    if (mqtt['tls'] !== undefined && url?.protocol === 'mqtt:') fault('tlsNeedsMqtts', ['mqtt', 'tls']);
    if ((tls['cert'] === undefined) !== (tls['key'] === undefined)) fault('certWithKey', ['mqtt', 'tls']);
    if (mqtt['embedded'] !== true || !url) return;
    if (url.protocol !== 'mqtt:' || !loopbackHosts.includes(url.hostname))
      fault('embeddedPlain', ['mqtt', 'url']);
    if (mqtt['protocol'] === '5') fault('embeddedProtocol', ['mqtt', 'protocol']);
    for (const camera of cameras) {
      const theirs = parseUrl(camera['onvif'] ?? camera['rtsp']);
      if (!theirs || portOf(theirs) !== portOf(url) || !loopbackHosts.includes(theirs.hostname)) continue;
      fault('portTaken', ['mqtt', 'url'], { camera: String(camera['id']) });
    }
  }

  function urlPaths(): YamlPath[] {
    const ofCameras = cameras.flatMap((_, index) => [
      ['cameras', index, 'onvif'],
      ['cameras', index, 'rtsp'],
    ]);
    return [['mqtt', 'url'], ...ofCameras];
  }
}

/** `['cameras', 2, 'onvif']` as `cameras[2].onvif`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text;
}

const defaultPorts: Readonly<Record<string, string>> = {
  'mqtt:': '1883',
  'mqtts:': '8883',
  'rtsp:': '554',
  'http:': '80',
  'https:': '443',
};

function portOf(url: URL): string {
  return url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port;
}

function parseUrl(value: unknown): URL | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
}

function at(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step],
    value,
  );
}

function record(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
