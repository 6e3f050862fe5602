// The site file of the simulator (YAML): what may be in it, and every fault with its line. The part of the
// docks is dock/dock-site-file.ts's; starting the devices is left to site.ts.
import type { YamlPath } from '../config/yaml.ts';
import type { SimCameraSpec } from './camera/sim-camera.ts';
import { readDocks, type SimBodyCamSpec, type SimDockPlace } from './dock/dock-site-file.ts';
import { SiteChecks } from './site-checks.ts';

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
  readonly docks: readonly SimDockPlace[];
  readonly bodyCams: readonly SimBodyCamSpec[];
  /** Folder of the volumes and the kernel lists, as written; absent: a temporary one. */
  readonly volumes: string | undefined;
}

export interface SimPanelSpec {
  readonly id: string;
  /** 0 = any free port. */
  readonly port: number;
}

/** Throws Error with all faults in one line each, `line N: …`, when the text cannot be used. */
export function readSiteFile(text: string): SiteFile {
  const checks = new SiteChecks(text);
  const { bad, map, port, word, oneOf, list, idOf, take } = checks;
  const keys = ['control', 'credentials', 'cameras', 'panels', 'docks', 'bodyCams', 'volumes'];
  const root = map(checks.value, [], keys);
  const login = map(root['credentials'], ['credentials'], ['username', 'passwordEnv']);
  const cameraIds = new Set<string>();
  const cameras = list(root, 'cameras', maxSiteCameras).map((row, index): SimCameraSpec => {
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
  const panels = list(root, 'panels', maxSitePanels).map((row, index): SimPanelSpec => {
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
    ...readDocks(checks, root),
  };
  checks.done();
  return file;
}
