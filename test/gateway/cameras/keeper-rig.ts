// A camera keeper with a recorder and a camera that only say what they were asked.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monoMs } from '../../../config/clock.ts';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import type { CameraSettings } from '../../../config/settings-types.ts';
import type { DeviceIdentity } from '../../../device-drivers/camera/device-identity.ts';
import {
  CameraKeeper,
  type CameraKeeperOptions,
  type ResolvedCamera,
} from '../../../gateway/cameras/camera-keeper.ts';
import { UrlCache } from '../../../gateway/cameras/url-cache.ts';
import type {
  CameraStatus,
  RecorderRequests,
  RecorderStatus,
  WarmRequest,
} from '../../../gateway/recording/recorder-protocol.ts';
import { FakeLedger } from '../sessions/fakes.ts';

export const rtsp: CameraSettings = {
  id: 'r',
  source: { kind: 'rtsp', url: 'rtsp://10.0.0.1/s' },
  transport: 'tcp',
  requiredTracks: ['video'],
  credentials: { username: 'u', password: new Secret('p') },
};
export const onvif: CameraSettings = {
  id: 'o',
  source: { kind: 'onvif', url: 'http://10.0.0.2/onvif' },
  transport: 'auto',
  requiredTracks: ['video', 'audio'],
};
export const device: DeviceIdentity = { serial: 'SN1', mac: '00:00:5e:00:53:01', fingerprint256: null };
export const found: ResolvedCamera = {
  url: 'rtsp://admin:hunter2@10.0.0.2:554/live',
  identity: 'A 1',
  device,
  skewMs: 0,
  osd: Promise.resolve(null),
};

export function setUp(options: Partial<CameraKeeperOptions> & { file?: string; ledger?: FakeLedger } = {}): {
  keeper: CameraKeeper;
  ledger: FakeLedger;
  warmed: WarmRequest[];
  released: string[];
  clock: { ms: number };
  file: string;
} {
  const file = options.file ?? path.join(mkdtempSync(path.join(tmpdir(), 'liuhen-cam-')), 'streams.json');
  const ledger = options.ledger ?? new FakeLedger();
  const warmed: WarmRequest[] = [];
  const released: string[] = [];
  const clock = { ms: 1000 };
  const keeper = new CameraKeeper({
    ledger,
    recorder: {
      ask: async (name, body) => {
        if (name === 'warm') warmed.push(body as WarmRequest);
        if (name === 'release') released.push((body as { camera: string }).camera);
        return null as RecorderRequests[typeof name]['answer'];
      },
    },
    resolve: () => Promise.resolve(found),
    cache: new UrlCache(file, silentLog),
    inUse: () => false,
    now: () => monoMs(clock.ms),
    log: silentLog,
    ...options,
  });
  return { keeper, ledger, warmed, released, clock, file };
}

export const status = (camera: Partial<CameraStatus>): RecorderStatus => ({
  pid: 1,
  monoMs: 0,
  cameras: [{ camera: 'r', state: 'playing', tracks: [], skewMs: null, ...camera }],
  sessions: [],
  disk: { freeBytes: 1, syncMs: 1, writable: true },
});
