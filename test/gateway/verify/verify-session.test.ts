// A session recorded from a real stream, closed and proved by the gateway, then checked offline: as it is, with any
// one bit flipped, with files missing, added, cut or swapped, and with another key.
import { generateKeyPairSync, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
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
import { verifySession } from '../../../gateway/verify/verify-session.ts';
import { createSimCamera } from '../../../hw-sim/camera/sim-camera.ts';
import { request, settings as plain, until } from '../sessions/fakes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'lh-verify-'));
t.teardown(() => rmSync(base, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Records one short session and one that stays open; answers their folders after the gateway is gone. */
async function recordSessions(): Promise<{ closed: string; open: string }> {
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
  return { closed: path.join(base, first.folder), open };
}

const secret = new Secret('simulated');
const { closed, open } = await recordSessions();

/** A copy that a test may spoil. */
function copyOf(folder: string): string {
  const copy = mkdtempSync(path.join(base, 'copy-'));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

t.test('a closed session holds, with its own key and with the key known from elsewhere', async (t) => {
  const report = await verifySession(closed);
  t.same(report.findings, []);
  t.equal(report.verdict, 'holds');
  t.ok(report.frames.video > 0 && report.bytes > 0 && report.segments === 1);
  const publicKeyPem = readFileSync(path.join(closed, 'device.pub.pem'), 'utf8');
  const pinned = await verifySession(closed, { publicKeyPem });
  t.equal(pinned.verdict, 'holds');
  t.ok(pinned.keyPinned);
});

t.test('a session that is not closed yet is neither right nor wrong', async (t) => {
  const report = await verifySession(open);
  t.same(report.findings, []);
  t.equal(report.verdict, 'open');
});

t.test('one flipped bit anywhere in any file is found, and the file is named', async (t) => {
  const copy = copyOf(closed);
  for (const name of readdirSync(copy)) {
    const file = path.join(copy, name);
    const whole = readFileSync(file);
    const places = [0, whole.length - 1, ...Array.from({ length: 40 }, () => randomInt(whole.length))];
    for (const at of places) {
      const bit = randomInt(8);
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << bit);
      writeFileSync(file, spoilt);
      const { verdict, findings } = await verifySession(copy);
      const named = findings.some(
        (finding) => finding.file.startsWith(name) || name.startsWith(finding.file),
      );
      if (verdict !== 'wrong' || !named) {
        t.fail(`${name} byte ${at} bit ${bit}: ${verdict} ${JSON.stringify(findings)}`);
      }
    }
    writeFileSync(file, whole);
  }
  t.equal((await verifySession(copy)).verdict, 'holds', 'the files are whole again');
});

t.test('a missing, added, cut or swapped file is named', async (t) => {
  for (const name of readdirSync(closed)) {
    const copy = copyOf(closed);
    rmSync(path.join(copy, name));
    const { verdict, findings } = await verifySession(copy);
    // Without the excerpt nothing says that the session was ever closed.
    if (name === 'ledger.jsonl') t.not(verdict, 'holds');
    else
      t.ok(
        findings.some((finding) => finding.file === name),
        name,
      );
  }
  const copy = copyOf(closed);
  writeFileSync(path.join(copy, 'extra.mp4'), 'x');
  t.match((await verifySession(copy)).findings, [{ file: 'extra.mp4', what: 'file-unknown' }]);
  rmSync(path.join(copy, 'extra.mp4'));
  const film = path.join(copy, 'a-0001.mp4');
  writeFileSync(film, readFileSync(film).subarray(0, -1));
  t.ok((await verifySession(copy)).findings.some((finding) => finding.file === 'a-0001.mp4'));
});

t.test('a session that another key signed is refused', async (t) => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const stranger = await verifySession(closed, { publicKeyPem });
  t.equal(stranger.verdict, 'wrong');
  t.ok(stranger.findings.some((finding) => finding.what === 'key-differs'));
  const copy = copyOf(closed);
  writeFileSync(path.join(copy, 'device.pub.pem'), publicKeyPem);
  t.equal((await verifySession(copy)).verdict, 'wrong');
});
