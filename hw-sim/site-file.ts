// The site file of the simulator (YAML): what may be in it, and every fault with its line. Starting the cameras is
// left to site.ts.
import { parseYaml, type YamlPath } from '../config/yaml.ts';
import type { SimCameraSpec } from './camera/sim-camera.ts';

export const maxSiteCameras = 64;
export const maxSitePanels = 16;

const videos = ['h264', 'h264-b-frames', 'h264-small', 'h265'] as const;
const audios = ['aac', 'pcma', 'pcmu', 'opus', 'none'] as const;
const auths = ['none', 'basic', 'digest', 'digest-sha256', 'digest-both'] as const;

export interface SiteFile {
  /** 0 = any free port. */
  readonly control: number;
  readonly username: string;
  /** The environment variable that holds the cameras' password. */
  readonly passwordEnv: string | undefined;
  /** Without login, which is the same for all. */
  readonly cameras: readonly SimCameraSpec[];
  readonly panels: readonly SimPanelSpec[];
}

export interface SimPanelSpec {
  readonly id: string;
  /** 0 = any free port. */
  readonly port: number;
}

type Raw = Readonly<Record<string, unknown>>;

/** Throws Error with all faults in one line each, `line N: …`, when the text cannot be used. */
export function readSiteFile(text: string): SiteFile {
  const yaml = parseYaml(text);
  const faults = yaml.faults.map(({ line, message }) => `line ${line}: ${message}`);
  const bad = (path: YamlPath, message: string): void => {
    faults.push(`line ${yaml.lineOf(path)}: ${message}`);
  };
  const map = (value: unknown, path: YamlPath, keys: readonly string[]): Raw => {
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      bad(path, `${path.at(-1) ?? 'the file'} must be a mapping with ${keys.join(', ')}`);
      return {};
    }
    for (const key of Object.keys(value))
      if (!keys.includes(key)) bad([...path, key], `${key} is unknown; allowed are ${keys.join(', ')}`);
    return value as Raw;
  };
  const port = (value: unknown, path: YamlPath): number | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
    bad(path, `${path.at(-1)} must be a port from 0 (any) to 65535`);
    return undefined;
  };
  const word = (value: unknown, path: YamlPath): string | undefined => {
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    bad(path, `${path.at(-1)} must be a text`);
    return undefined;
  };
  const oneOf = <Name extends string>(
    value: unknown,
    path: YamlPath,
    names: readonly Name[],
  ): Name | undefined => {
    const name = names.find((each) => each === value);
    if (value !== undefined && name === undefined)
      bad(path, `${path.at(-1)} must be one of ${names.join(', ')}`);
    return name;
  };

  const root = map(yaml.value ?? undefined, [], ['control', 'credentials', 'cameras', 'panels']);
  const login = map(root['credentials'], ['credentials'], ['username', 'passwordEnv']);
  const list = (key: 'cameras' | 'panels', most: number): readonly unknown[] => {
    const listed: unknown = root[key] ?? [];
    if (!Array.isArray(listed)) bad([key], `${key} must be a list`);
    const rows: unknown[] = Array.isArray(listed) ? listed : [];
    if (rows.length > most) bad([key, most], `at most ${most} ${key}`);
    return rows.slice(0, most);
  };
  const ports = new Set<number>();
  const idOf = (raw: Raw, at: YamlPath, ids: Set<string>): string => {
    const id = word(raw['id'], [...at, 'id']) ?? '';
    if (!/^[a-z0-9-]{1,64}$/.test(id))
      bad([...at, 'id'], 'id must be of small letters, digits and "-", at most 64');
    else if (ids.has(id)) bad([...at, 'id'], `the id ${id} is there twice`);
    ids.add(id);
    return id;
  };
  const take = (raw: Raw, at: YamlPath, key: string): void => {
    const taken = raw[key];
    if (typeof taken !== 'number' || taken === 0) return;
    if (ports.has(taken)) bad([...at, key], `the port ${taken} is there twice`);
    ports.add(taken);
  };
  const cameraIds = new Set<string>();
  const cameras = list('cameras', maxSiteCameras).map((row, index): SimCameraSpec => {
    const at: YamlPath = ['cameras', index];
    const keys = ['id', 'rtsp', 'onvif', 'discovery', 'video', 'audio', 'auth', 'serial', 'mac'];
    const raw = map(row, at, keys);
    const id = idOf(raw, at, cameraIds);
    for (const key of ['rtsp', 'onvif']) take(raw, at, key);
    if (raw['discovery'] !== undefined && raw['onvif'] === undefined)
      bad([...at, 'discovery'], 'discovery needs onvif: it announces that address');
    const audio = oneOf(raw['audio'], [...at, 'audio'], audios);
    return {
      id,
      rtspPort: port(raw['rtsp'], [...at, 'rtsp']) ?? 0,
      onvifPort: port(raw['onvif'], [...at, 'onvif']),
      discoveryPort: port(raw['discovery'], [...at, 'discovery']),
      video: oneOf(raw['video'], [...at, 'video'], videos),
      audio: audio === 'none' ? null : audio,
      auth: oneOf(raw['auth'], [...at, 'auth'], auths),
      serial: word(raw['serial'], [...at, 'serial']),
      mac: word(raw['mac'], [...at, 'mac']),
    };
  });
  const panelIds = new Set<string>();
  const panels = list('panels', maxSitePanels).map((row, index): SimPanelSpec => {
    const at: YamlPath = ['panels', index];
    const raw = map(row, at, ['id', 'port']);
    const id = idOf(raw, at, panelIds);
    take(raw, at, 'port');
    return { id, port: port(raw['port'], [...at, 'port']) ?? 0 };
  });
  const file = {
    control: port(root['control'], ['control']) ?? 0,
    username: word(login['username'], ['credentials', 'username']) ?? 'liuhen',
    passwordEnv: word(login['passwordEnv'], ['credentials', 'passwordEnv']),
    cameras,
    panels,
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return file;
}
