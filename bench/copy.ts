// `npm run bench:copy`: how fast clips are copied, hashed and synced, against `cp` with `sync` of the same files and
// against what the disk takes. How it is measured: bench/README.md.
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import fs from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { monotonicTime } from '../config/clock.ts';
import { blockBytes, BlockPool } from '../gateway/bodycam/copying/block-pool.ts';
import { nodeClipDisk } from '../gateway/bodycam/copying/clip-disk.ts';
import { CopyProcesses } from '../gateway/bodycam/copying/copy-process.ts';
import { slowDisk } from './slow-disk.ts';
import { sumCpu } from './process-figures.ts';

const { values } = parseArgs({
  options: {
    slots: { type: 'string', default: '1,4' },
    megabytes: { type: 'string', default: '512' },
    clips: { type: 'string', default: '2' },
    repeat: { type: 'string', default: '3' },
    cards: { type: 'string', default: tmpdir() },
    store: { type: 'string', default: tmpdir() },
    disk: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run bench:copy -- [--slots 1,4] [--megabytes 512] [--clips 2] [--repeat 3]\n' +
      '  [--cards DIR] [--store DIR] [--disk 400] [--json]\n' +
      '  --disk holds the store to so many MB/s of writing (as root, with cgroup v1)\n' +
      '  --clips is of each slot, --megabytes of each clip; --cards and --store are folders of the disks to measure\n',
  );
  process.exit(0);
}

interface Round {
  readonly slots: number;
  readonly round: number;
  /** Megabytes (10^6) per second of all slots together. */
  readonly mbPerSecond: Readonly<Record<Way, number>>;
  /** Of this process, user and system, per gigabyte copied. */
  readonly cpuSecondsPerGb: number;
}

/** `us`: until synced, with hash; `proof`: until verified; `disk`: bare writing of as many bytes, past the page cache. */
const ways = ['cp', 'us', 'proof', 'disk'] as const;
type Way = (typeof ways)[number];

const bytes = count(values.megabytes) * 1_000_000;
const clips = count(values.clips);
const rounds: Round[] = [];
const goals: string[] = [];
const slotCounts = values.slots.split(',').map(count);
const pool = new BlockPool(Math.max(...slotCounts));
const processes = new CopyProcesses();
const cards = await fs.mkdtemp(path.join(values.cards, 'liuhen-bench-cards-'));
const store = await fs.mkdtemp(path.join(values.store, 'liuhen-bench-store-'));
const release = values.disk === undefined ? null : slowDisk(store, count(values.disk) * 1_000_000);
try {
  for (const slots of slotCounts) {
    const roots = await makeCards(slots);
    for (let round = 1; round <= count(values.repeat); round += 1) {
      note(`${slots} slot(s), round ${round}`);
      rounds.push(await measure(roots, round));
    }
    for (const root of roots) await fs.rm(root, { recursive: true });
  }
} finally {
  processes.close();
  await release?.();
  await fs.rm(cards, { recursive: true, force: true });
  await fs.rm(store, { recursive: true, force: true });
}
if (values.json) process.stdout.write(`${JSON.stringify({ bytes, clips, cores: cpus().length, rounds })}\n`);
else process.stdout.write(table());

/** Everybody copies the same files, in an order that moves on each round. */
async function measure(roots: readonly string[], round: number): Promise<Round> {
  const total = roots.length * clips * bytes;
  const mbPerSecond: Record<Way, number> = { cp: 0, us: 0, proof: 0, disk: 0 };
  let cpuSecondsPerGb = 0;
  for (let turn = 0; turn < ways.length; turn += 1) {
    const way = ways[(turn + round) % ways.length] ?? 'cp';
    const folder = path.join(store, way);
    await fs.mkdir(folder);
    // The cards lie in the page cache for everybody: it is the store that is measured, and our own work.
    for (const root of roots) await command('sh', ['-c', 'cat "$0"/* >/dev/null', root]);
    await command('sync', []);
    const cpu = await cpuSeconds();
    const begun = monotonicTime();
    await Promise.all(roots.map((root) => copyCard(way, root, folder)));
    mbPerSecond[way] = total / 1000 / (monotonicTime() - begun);
    if (way === 'us') cpuSecondsPerGb = ((await cpuSeconds()) - cpu) / (total / 1e9);
    await fs.rm(folder, { recursive: true });
  }
  return { slots: roots.length, round, mbPerSecond, cpuSecondsPerGb };
}

async function cpuSeconds(): Promise<number> {
  return (await sumCpu([process.pid, ...processes.pids])).run;
}

async function copyCard(way: Way, root: string, folder: string): Promise<void> {
  if (way === 'cp') {
    const to = path.join(folder, path.basename(root));
    await command('cp', ['-r', root, to]);
    const names = await fs.readdir(to);
    await command('sync', [...names.map((name) => path.join(to, name)), to]);
    return;
  }
  for (const name of await fs.readdir(root))
    if (way === 'disk') await writeBare(path.join(folder, `${path.basename(root)}-${name}`));
    else await copyWithUs(root, name, folder, way);
}

async function copyWithUs(root: string, name: string, folder: string, way: Way): Promise<void> {
  const { size, mtimeMs } = await fs.stat(path.join(root, name));
  const device = path.basename(root);
  const modifiedMs = Math.floor(mtimeMs);
  const stop = new AbortController();
  const { state, safeBytes, why } = await processes.copy(
    { device, root, path: Buffer.from(name), bytes: size, modifiedMs, deviceSha256: null },
    {
      store: folder,
      pool,
      keepFreeBytes: 0,
      signal: stop.signal,
      // Told to stop where the proof begins, what was measured is the copying alone.
      synced: () => (way === 'us' ? stop.abort() : undefined),
    },
  );
  if (state !== (way === 'us' ? 'stopped' : 'verified') || safeBytes !== size)
    throw new Error(`${state} after ${safeBytes} of ${size} bytes (${why})`);
}

/** What the disk takes at best: the same blocks, no source, no hash, two writes under way, one sync at the end. */
async function writeBare(file: string): Promise<void> {
  const blocks = await pool.borrow(60_000, new AbortController().signal);
  if (!blocks) throw new Error('no blocks');
  const out = await nodeClipDisk.openPart(file);
  const writes: Promise<void>[] = [];
  for (let at = 0; at < bytes; at += blockBytes) {
    const block = blocks[(at / blockBytes) % blocks.length];
    if (!block) throw new Error('no block');
    writes.push(out.write(block, Math.min(blockBytes, bytes - at), at));
    if (writes.length >= 2) await writes.shift();
  }
  await Promise.all(writes);
  await out.sync();
  await out.close();
  pool.giveBack(blocks);
}

/** A folder for each slot with clips of noise: what does not compress, as pictures do not. */
async function makeCards(slots: number): Promise<readonly string[]> {
  const noise = Buffer.alloc(16_000_000);
  const made: string[] = [];
  for (let slot = 1; slot <= slots; slot += 1) {
    const root = path.join(cards, `card${slot}`);
    await fs.mkdir(root);
    for (let clip = 1; clip <= clips; clip += 1) {
      const file = await fs.open(path.join(root, `MOV_000${clip}.MP4`), 'w');
      for (let left = bytes; left > 0; left -= noise.length) {
        randomFillSync(noise);
        await file.write(noise, 0, Math.min(noise.length, left));
      }
      await file.sync();
      await file.close();
    }
    made.push(root);
  }
  return made;
}

function table(): string {
  const lines = [
    `MB/s, all slots together; clips of ${bytes / 1e6} MB, ${clips} of each slot, ${cpus().length} cores; medians of ${values.repeat}${values.disk === undefined ? '' : `; the disk held to ${values.disk} MB/s`}`,
    '',
    '| slots | cp and sync | us, hashed and synced | us, verified | the disk | us : cp | verified : cp | us : disk | CPU s per GB |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const slots of new Set(rounds.map((one) => one.slots))) {
    const mine = rounds.filter((one) => one.slots === slots);
    const speed = (way: Way): string => median(mine.map((one) => one.mbPerSecond[way])).toFixed(0);
    // Rounds are compared with themselves: a disk that others use too is not the same a minute later.
    const ratio = (way: Way, to: Way): number =>
      median(mine.map(({ mbPerSecond }) => mbPerSecond[way] / mbPerSecond[to]));
    const cpu = median(mine.map((one) => one.cpuSecondsPerGb)).toFixed(2);
    const ratios = [ratio('us', 'cp'), ratio('proof', 'cp'), ratio('us', 'disk')].map((one) =>
      one.toFixed(2),
    );
    lines.push(
      `| ${slots} | ${speed('cp')} | ${speed('us')} | ${speed('proof')} | ${speed('disk')} | ${ratios.join(' | ')} | ${cpu} |`,
    );
    if (slots === 1) goals.push(goal('one slot, us : cp', ratio('us', 'cp'), 0.9));
    if (slots === 4) goals.push(goal('four slots, us : disk', ratio('us', 'disk'), 0.95));
  }
  return `${[...lines, '', ...goals].join('\n')}\n`;
}

function goal(name: string, value: number, least: number): string {
  return `${name} ≥ ${least}: ${value.toFixed(2)}, ${value >= least ? 'holds' : 'does not hold'}`;
}

function median(list: readonly number[]): number {
  const sorted = list.toSorted((one, other) => one - other);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}

function command(name: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${text}" is not a whole number from 1`);
  return value;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
