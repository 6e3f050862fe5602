import t from 'tap';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { silentLog } from '../../config/log.ts';
import { Secret } from '../../config/secret.ts';
import type { Settings } from '../../config/settings-types.ts';
import { RtspStream } from '../../device-drivers/camera/rtsp-stream.ts';
import { startGateway } from '../../gateway/gateway.ts';
import { gatewayParts } from '../../gateway/gateway-parts.ts';
import type { Ledger } from '../../gateway/ledger/ledger.ts';
import { controlBody } from '../../gateway/ledger/plain-body.ts';
import { serveRecorder } from '../../gateway/recording/recorder-server.ts';
import { nodeDisk } from '../../gateway/recording/recording-disk.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import { runPaths } from '../../gateway/supervisor/run-paths.ts';
import { createSimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { segmentText, signedBy } from '../../protocols/hq/chain.ts';
import { request, settings as plain, until } from './sessions/fakes.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

t.test('a room records a real stream into a real ledger, from the control socket to the seal', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'liuhen-real-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const camera = await createSimCamera({ id: 'a', audio: 'pcma', username: 'u', password: 'p' });
  t.teardown(() => camera.close());
  const settings: Settings = {
    ...plain,
    dataFolder: folder,
    mqtt: { url: `mqtt://127.0.0.1:${await freePort()}`, embedded: true, protocolVersion: 4, json: false },
    rooms: [{ id: 'talk', name: '询问室', kind: 'interview', cameras: ['a'] }],
    cameras: [
      {
        id: 'a',
        source: { kind: 'rtsp', url: camera.rtspUrl },
        transport: 'tcp',
        requiredTracks: ['video', 'audio'],
        credentials: { username: 'u', password: new Secret('p') },
      },
    ],
  };
  const paths = runPaths(folder);
  let ledger: Ledger | undefined;
  const gateway = await startGateway({
    settings,
    readSettings: () => Promise.resolve(settings),
    version: '0.1.0',
    bootId: 'boot',
    log: silentLog,
    parts: gatewayParts({
      version: '0.1.0',
      prover: (opened) => {
        ledger = opened;
        return {
          enterClosed: async ({ session, segments, gaps, bytes }, lastJournalRecord, append) => {
            const filesSha256 = new Uint8Array(32);
            await append({
              case: 'sessionClosed',
              value: { session, lastJournalRecord, segments, gaps, bytes, filesSha256 },
            });
          },
          hasProof: async () => false,
          prove: async () => undefined,
        };
      },
      resolveCamera: () => Promise.reject(new Error('the camera has an RTSP address')),
    }),
  });
  t.teardown(() => gateway.stop('asked'));
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
  t.teardown(() => recorder.close());
  await until('the camera plays', () => gateway.view().cameras[0]?.state === 'playing');

  // A sine of 8000 of 32768: 20·log10(8000 / 32768 / √2) = -15.3 dBFS, whatever our own tables say.
  await until('the level of the microphone', () => typeof gateway.view().cameras[0]?.soundDb === 'number');
  t.match(gateway.view().cameras[0], { rooms: ['talk'], soundDb: -15 }, 'B1: from the wire to the view');

  await until('the uplink', () => gateway.view().uplink.connected);
  const opened = await askControl(paths.controlSocket, 'open', request);
  await until('recording', () => gateway.view().rooms[0]?.state === 'recording');
  const view = await askControl(paths.controlSocket, 'status', null);
  t.ok((view.rooms[0]?.tracks[0]?.bytes ?? 0) > 0, 'P1: there are bytes on disk when it says recording');
  const closed = await askControl(paths.controlSocket, 'close', { room: 'talk', by: 'clerk' });
  t.equal(closed.segments, 1);
  t.ok(readdirSync(path.join(folder, opened.folder)).some((name) => name.endsWith('.mp4')));

  if (!ledger) return t.fail('no ledger');
  const bodies = [];
  for await (const { body } of ledger.entries()) if (body) bodies.push(controlBody(body));
  const sealed = bodies.find((body) => body.case === 'segmentSealed');
  if (sealed?.case !== 'segmentSealed') return t.fail('no seal in the ledger');
  const { session, file, merkleRoot, chainHead, signature } = sealed.value;
  t.ok(signedBy(ledger.key.publicKeyPem, segmentText(session, file, merkleRoot, chainHead), signature));
  t.equal(gateway.view().rooms[0]?.state, 'idle');
});
