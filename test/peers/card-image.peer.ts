// Clips of a simulated body-cam judged by ffprobe and ffmpeg, and on a real file system of a real block device: an
// image behind a loop device, mounted read-only, that can be cut at any byte while it is read. Needs root.
//
// A loop device has no serial number in sysfs, so the list of disks is ours here (with the device's real number);
// the list of mounts, the mount, the reads and their errors are the kernel's.
import t, { type Test } from 'tap';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlockPool } from '../../gateway/bodycam/copying/block-pool.ts';
import { copyClip } from '../../gateway/bodycam/copying/clip-copy.ts';
import type { CopyOutcome } from '../../gateway/bodycam/copying/clip-outcome.ts';
import { scanClips, type ScannedClip } from '../../gateway/bodycam/copying/clip-scan.ts';
import { readDisks, readVolumes } from '../../gateway/bodycam/copying/volume-reader.ts';
import { clipSha256, writeClip, type SimClip } from '../../hw-sim/dock/sim-clip.ts';
import { judge } from './judge.ts';

const { signal } = new AbortController();
const serial = 'SIM-BC-LOOP';
const imageBytes = 24 * 1024 * 1024;

t.test('the clips of a simulated body-cam are whole for ffprobe, and every picture decodes', async (t) => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => fs.rm(folder, { recursive: true }));
  for (const [id, ask, seconds] of [
    ['by-seconds', { seconds: 20 }, 20],
    ['by-bytes', { bytes: 1_000_000 }, null],
    ['one-picture', { seconds: 0.01 }, 0.04],
  ] as const) {
    const clip = await writeClip(folder, { ...ask, id, beginWallMs: Date.now() });
    const verdict = await judge('file' in clip ? clip.file : '');
    t.equal(verdict.complaints, '');
    t.equal(verdict.exitCode, 0);
    t.match(verdict.tracks, [{ codec: 'h264', width: 640, height: 360, keyFirst: true, monotonic: true }]);
    t.ok(Math.abs(verdict.duration - (clip.endWallMs - clip.beginWallMs) / 1000) < 0.05);
    if (seconds !== null) t.ok(Math.abs(verdict.duration - seconds) < 0.05);
  }
});

t.test(
  'a card that is a real block device is found by the real list of mounts, scanned and copied',
  async (t) => {
    const card = await Card.make(t);
    t.match(
      await readVolumes(serial),
      { state: 'no-disk' },
      "a loop device has no serial in the kernel's own lists",
    );
    t.ok((await readDisks('/sys')).some(({ name }) => name === card.name));
    t.match(await readVolumes(serial, card.places), {
      state: 'found',
      volumes: [{ point: card.point, type: 'ext4', writableBy: 'nobody' }],
    });
    const scan = await scanClips(card.point, signal);
    t.same(scan.faults, []);
    t.equal(scan.clips.length, 2);
    for (const clip of scan.clips) t.match(clip.boxes, { fault: null });
    for (const [index, clip] of scan.clips.entries()) {
      const outcome = await card.copy(clip);
      t.match(outcome, { state: 'verified', reread: { card: 'disk' }, sha256: card.sha256(index) });
    }
  },
);

t.test('a block that cannot be read is read-error, and the copy goes on there when it can', async (t) => {
  const card = await Card.make(t);
  const [clip] = (await scanClips(card.point, signal)).clips;
  if (!clip) throw new Error('no clip');
  const at = await card.placeOf(2_000_000);
  const rest = await card.cut(at);
  const outcome = await card.copy(clip);
  // What could be read before the bad block came as a short answer; the next one would be EIO.
  t.match(outcome, { state: 'read-error', why: /EIO|ended before its length/, file: null });
  t.ok(outcome.safeBytes > 0 && outcome.safeBytes <= 2_000_000, `${outcome.safeBytes} bytes are safe`);
  await card.mend(at, rest);
  const again = await card.copy(clip);
  t.match(again, { state: 'verified', sha256: card.sha256(0), resumedFrom: outcome.safeBytes });
});

t.test(
  'a card that is pulled out at a byte of a clip is pulled-out, and verified when it is in again',
  async (t) => {
    const card = await Card.make(t);
    const [clip] = (await scanClips(card.point, signal)).clips;
    if (!clip) throw new Error('no clip');
    let asked = 0;
    let rest: Buffer | null = null;
    const outcome = await card.copy(clip, async (bytes) => {
      asked += bytes;
      if (asked < 1_500_000 || rest) return;
      rest = await card.cut(0);
      card.unmount();
    });
    t.match(outcome, { state: 'pulled-out', file: null });
    t.match(await readVolumes(serial, card.places), { state: 'not-mounted' });
    await card.mend(0, rest ?? Buffer.alloc(0));
    card.mount();
    t.match(await card.copy(clip), { state: 'verified', sha256: card.sha256(0) });
  },
);

/** An ext4 image with two clips, behind a loop device. */
class Card {
  readonly folder: string;
  readonly point: string;
  readonly places: { readonly sys: string; readonly mountinfo: string };
  readonly #clips: readonly SimClip[];
  readonly #image: string;
  readonly #pool = new BlockPool(2, 65_536);
  #loop = '';

  constructor(folder: string, clips: readonly SimClip[]) {
    this.folder = folder;
    this.#clips = clips;
    this.#image = path.join(folder, 'card.img');
    // As a file manager names it: with a blank, which the list of mounts writes in its own way.
    this.point = path.join(folder, 'NO NAME');
    this.places = { sys: path.join(folder, 'sys'), mountinfo: '/proc/self/mountinfo' };
  }

  static async make(t: Test): Promise<Card> {
    if (process.geteuid?.() !== 0) throw new Error('a loop device needs root');
    const folder = await fs.realpath(await fs.mkdtemp(path.join(tmpdir(), 'lh-')));
    const content = path.join(folder, 'content');
    const clips: SimClip[] = [];
    for (const [index, bytes] of [5_000_000, 300_000].entries())
      clips.push(
        await writeClip(path.join(content, 'DCIM'), {
          id: `MOV_000${index + 1}`,
          bytes,
          beginWallMs: Date.now() - 3_600_000,
        }),
      );
    const card = new Card(folder, clips);
    await fs.writeFile(card.#image, '');
    await fs.truncate(card.#image, imageBytes);
    execFileSync('mkfs.ext4', ['-q', '-d', content, card.#image]);
    const loop = execFileSync('losetup', ['--read-only', '--find', '--show', card.#image], {
      encoding: 'utf8',
    });
    card.#loop = loop.trim();
    t.teardown(async () => {
      card.unmount();
      execFileSync('losetup', ['--detach', card.#loop]);
      await fs.rm(folder, { recursive: true });
    });
    const disk = path.join(card.places.sys, 'block', card.name);
    await fs.mkdir(path.join(disk, 'device'), { recursive: true });
    await fs.writeFile(path.join(disk, 'dev'), await fs.readFile(`/sys/block/${card.name}/dev`));
    await fs.writeFile(path.join(disk, 'device', 'serial'), `${serial}\n`);
    for (const name of ['NO NAME', 'store']) await fs.mkdir(path.join(folder, name));
    card.mount();
    return card;
  }

  get name(): string {
    return path.basename(this.#loop);
  }

  sha256(index: number): string {
    const clip = this.#clips[index];
    return clip ? Buffer.from(clipSha256(clip)).toString('hex') : '';
  }

  mount(): void {
    execFileSync('mount', ['-t', 'ext4', '-o', 'ro,noload', this.#loop, this.point]);
  }

  /** Also while files are open, as a hand does it; nothing happens when it is not mounted. */
  unmount(): void {
    try {
      execFileSync('umount', ['--lazy', this.point], { stdio: 'ignore' });
    } catch {
      // Not mounted.
    }
  }

  copy(clip: ScannedClip, pace?: (bytes: number) => Promise<void>): Promise<CopyOutcome> {
    return copyClip(
      { device: serial, root: this.point, ...clip, deviceSha256: null },
      {
        store: path.join(this.folder, 'store'),
        pool: this.#pool,
        signal,
        keepFreeBytes: 0,
        syncEveryBytes: 524_288,
        ...(pace ? { pace } : {}),
      },
    );
  }

  /** Where in the image byte `at` of the first clip stands. */
  async placeOf(at: number): Promise<number> {
    const [clip] = this.#clips;
    if (!clip || !('file' in clip)) throw new Error('no clip');
    const block = (await fs.readFile(clip.file)).subarray(at - (at % 4096), at - (at % 4096) + 4096);
    return (await fs.readFile(this.#image)).indexOf(block);
  }

  /** From there on every read of the device is an error (EIO), as of a card with bad blocks. Gives what was there. */
  async cut(at: number): Promise<Buffer> {
    const rest = (await fs.readFile(this.#image)).subarray(at);
    await fs.truncate(this.#image, at);
    return rest;
  }

  async mend(at: number, rest: Buffer): Promise<void> {
    const image = await fs.open(this.#image, 'r+');
    await image.write(rest, 0, rest.length, at);
    await image.close();
  }
}
