// Two sessions recorded from a simulated camera by the real gateway and recorder: what the tests of verify check
// and spoil. Not a test itself.
import { once } from 'node:events';
import { cpSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { RtspStream } from '../../../device-drivers/camera/rtsp-stream.ts';
import { gatewayParts } from '../../../gateway/gateway-parts.ts';
import { startGateway } from '../../../gateway/gateway.ts';
import { nodeDisk } from '../../../gateway/recording/recording-disk.ts';
import { serveRecorder } from '../../../gateway/recording/recorder-server.ts';
import { askControl } from '../../../gateway/sessions/control-api.ts';
import { runPaths } from '../../../gateway/supervisor/run-paths.ts';
import { sessionProver } from '../../../gateway/verify/session-proof.ts';
import { createSimCamera } from '../../../hw-sim/camera/sim-camera.ts';
import { request, settings as plain, until } from '../sessions/fakes.ts';

const secret = new Secret('simulated');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface Recorded {
  /** A folder of its own, which the caller removes. */
  readonly base: string;
  readonly closed: string;
  readonly open: string;
}

/** Records one short session and one that stays open; answers their folders after the gateway is gone. */
export async function recordSessions(): Promise<Recorded> {
  const base = mkdtempSync(path.join(tmpdir(), 'lh-verify-'));
  const camera = await createSimCamera({ id: 'a', audio: 'pcma' });
  const settings: Settings = {
    ...plain,
    dataFolder: base,
    mqtt: { url: `mqtt://127.0.0.1:${await freePort()}`, embedded: true, protocolVersion: 4, json: false },
    rooms: [{ id: 'talk', name: '询问室', kind: 'interview', cameras: ['a'] }],
    cameras: [
      {
        id: 'a',
        source: { kind: 'rtsp', url: camera.rtspUrl },
        transport: 'tcp',
        requiredTracks: ['video', 'audio'],
        credentials: { username: 'liuhen', password: secret },
      },
    ],
  };
  const paths = runPaths(base);
  const gateway = await startGateway({
    settings,
    readSettings: () => Promise.resolve(settings),
    version: '0.1.0',
    bootId: 'boot',
    log: silentLog,
    parts: gatewayParts({
      version: '0.1.0',
      prover: (ledger, { dataFolder }) => sessionProver(ledger, dataFolder),
      resolveCamera: () => Promise.reject(new Error('the camera has an RTSP address')),
    }),
  });
  const recorder = await serveRecorder(
    paths.recorderSocket,
    {
      openStream: ({ url, transport, username = '', password = '' }, listener) =>
        new RtspStream({ url, transport, username, password, listener }),
      disk: nodeDisk,
      log: silentLog,
      partMs: 250,
      segmentMs: 600_000,
      reserveBytes: 0,
    },
    () => undefined,
  );
  const recording = (): boolean => gateway.view().rooms[0]?.state === 'recording';
  await until('the camera is warm', () => gateway.view().cameras[0]?.warm === true);
  const first = await askControl(paths.controlSocket, 'open', request);
  await until('recording', recording);
  await askControl(paths.controlSocket, 'close', { room: 'talk', by: 'clerk' });
  const second = await askControl(paths.controlSocket, 'open', request);
  await until('recording again', recording);
  const open = path.join(base, 'open');
  cpSync(path.join(base, second.folder), open, { recursive: true });
  await gateway.stop('asked');
  await recorder.close();
  await camera.close();
  return { base, closed: path.join(base, first.folder), open };
}
