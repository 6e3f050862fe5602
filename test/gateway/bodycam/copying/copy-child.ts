// Copies one clip and is killed by its own hand (SIGKILL) at the moment that it was told: `<step> <offset>` before the
// step reaches the offset, or `<step>+ <offset>` after. A write is torn: half of it is written first.
import fs from 'node:fs';
import { BlockPool } from '../../../../gateway/bodycam/copying/block-pool.ts';
import { copyClip } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import { block, syncEvery } from './copy-bench.ts';
import { faultDisk } from './fault-disk.ts';

const [card = '', store = '', name = '', moment = '', turn = '1', offset = '0'] = process.argv.slice(2);
const { size, mtimeMs } = fs.statSync(`${card}/${name}`);
let times = Number(turn);
const die = (step: string, at: number, length: number): void => {
  if (step !== moment || at > Number(offset) || at + length < Number(offset)) return;
  times -= 1;
  if (times > 0) return;
  process.kill(process.pid, 'SIGKILL');
};
const disk = faultDisk({
  read: (at, wanted, look) => {
    die(`read${look}`, at, wanted);
    return null;
  },
  step: (step, at, length) => {
    if (step === 'part.write' && moment === step && at <= Number(offset) && at + length >= Number(offset))
      tear(at);
    die(step, at, length);
  },
  after: (step, at) => die(`${step}+`, at, Number.MAX_SAFE_INTEGER),
});
const outcome = await copyClip(
  {
    device: 'BC-7',
    root: card,
    path: Buffer.from(name),
    bytes: size,
    modifiedMs: Math.floor(mtimeMs),
    deviceSha256: null,
  },
  {
    store,
    disk,
    pool: new BlockPool(1, block),
    signal: new AbortController().signal,
    keepFreeBytes: 0,
    syncEveryBytes: syncEvery,
  },
);
process.stdout.write(JSON.stringify(outcome));

/** What a write leaves that was cut: bytes up to the offset, and they are not even the clip's. */
function tear(at: number): void {
  const part = fs.readdirSync(store).find((one) => one.endsWith('.part'));
  if (part === undefined) return;
  const length = Number(offset) - at;
  const file = fs.openSync(`${store}/${part}`, 'r+');
  if (length > 0) fs.writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at);
  fs.closeSync(file);
}
