// StandardFirmata 2.5 as it was built for boards with an ATmega328P (16 MHz), out of a package that carries it to flash
// boards with. Only that one file is taken, at test time, and only if it is the one that is meant.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Nothing of it is installed or run; its own dependencies do not come along. */
const carrier = 'avrgirl-arduino@5.0.1';
const member = 'package/junk/hex/duemilanove328/StandardFirmata.cpp.hex';
const sha256 = 'e1e8a7e4a4384ad9f95b5ce7e638a13e43ec8eccdea766b6a3b8d7d6892d14d2';
const fetchMs = 60_000;
const run = promisify(execFile);

/** The machine code from address 0. Throws where the registry is not reached, or has something else. */
export async function standardFirmata(): Promise<Uint8Array> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', carrier], {
      cwd: folder,
      timeout: fetchMs,
    });
    await run('tar', ['-xzf', path.basename(stdout.trim()), member], { cwd: folder, timeout: fetchMs });
    const hex = await readFile(path.join(folder, member));
    const found = createHash('sha256').update(hex).digest('hex');
    if (found !== sha256) throw new Error(`${carrier} ${member} is not the one that is meant: ${found}`);
    return readIntelHex(hex.toString('ascii'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Data records (type 0) up to the end (type 1); an ATmega328P needs no others. Throws for those, and bad sums. */
function readIntelHex(text: string): Uint8Array {
  const parts: { readonly at: number; readonly bytes: Buffer }[] = [];
  for (const line of text.split(/\s+/).filter(Boolean)) {
    const bytes = Buffer.from(line.slice(1), 'hex');
    const length = bytes[0] ?? 0;
    const sum = bytes.reduce((all, byte) => (all + byte) & 0xff, 0);
    if (!line.startsWith(':') || bytes.length !== length + 5 || sum !== 0)
      throw new Error(`no record: ${line}`);
    if (bytes[3] === 1) break;
    if (bytes[3] !== 0) throw new Error(`a record of another kind: ${line}`);
    parts.push({ at: bytes.readUInt16BE(1), bytes: bytes.subarray(4, 4 + length) });
  }
  const program = new Uint8Array(Math.max(...parts.map(({ at, bytes }) => at + bytes.length)));
  for (const { at, bytes } of parts) program.set(bytes, at);
  return program;
}
