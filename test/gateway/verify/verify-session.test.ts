// A session recorded from a real stream, closed and proved by the gateway, then checked offline: as it is, with any
// one bit flipped, with files missing, added, cut or swapped, and with another key.
import { generateKeyPairSync, randomInt } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { maxPrerollMs } from '../../../gateway/verify/preroll.ts';
import { verifySession } from '../../../gateway/verify/verify-session.ts';
import { recordSessions } from './recorded-session.ts';

const { base, closed, open } = await recordSessions();
t.teardown(() => rmSync(base, { recursive: true, force: true }));

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
  // H2: of the time before the opening there is what waited in memory, and no more.
  t.ok((report.prerollMs ?? 0) > 0 && (report.prerollMs ?? 0) <= maxPrerollMs, `${report.prerollMs} ms`);
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
