// The disks of simulated body-cams: each a folder with real files, and an entry in a folder of lists that stands in for
// /sys and /proc/self/mountinfo. The cards themselves lie beside them. When a disk shows up is the dock's to say.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, realpath, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sleep } from '../../config/clock.ts';
import type { DiskHost } from './dock-core.ts';
import type { BodyCamFacts, SimBodyCam } from './sim-body-cam.ts';
import { clipSize, copyClip } from './sim-clip.ts';

/** Letters of disks: sda is the box's own. */
const diskLetters = 'bcdefghijklmnopqrstuvwxyz'.split('');
/** Disks that can be up at once. */
export const maxSimDisks = diskLetters.length;
/** Made by us, so that it may be removed: a folder with other things in it and without this is not taken. */
const marker = '.liuhen-simulated-volumes';
/** What we make in the folder. */
const ours = ['cards', 'coming', 'gone', 'mnt', 'sys', 'mountinfo', 'mountinfo.new'];

export interface ShownDisk {
  readonly name: string;
  readonly serial: string;
  /** The folder that is its volume; null when nobody has mounted it. */
  readonly point: string | null;
}

interface Disk extends ShownDisk {
  readonly number: number;
  /** All clips, by their path below the point. */
  readonly files: readonly string[];
}

/** Call `openSimVolumes`. */
export class SimVolumes implements DiskHost {
  /** Also what a gateway's `offload.kernelLists` takes. */
  readonly folder: string;
  readonly #temporary: boolean;
  readonly #coming = new Map<SimBodyCam, AbortController>();
  readonly #disks = new Map<SimBodyCam, Disk>();
  #made = 0;
  #problem: string | null = null;

  constructor(folder: string, temporary: boolean) {
    this.folder = folder;
    this.#temporary = temporary;
    for (const name of ['cards', 'mnt', 'coming', 'gone', 'sys/block'])
      mkdirSync(this.#at(name), { recursive: true });
    this.#writeMounts();
  }

  get disks(): readonly ShownDisk[] {
    return [...this.#disks.values()];
  }

  /** Why the last disk that did not show up did not; null when all did. */
  get problem(): string | null {
    return this.#problem;
  }

  diskOf(device: SimBodyCam): ShownDisk | null {
    return this.#disks.get(device) ?? null;
  }

  /** Where a body-cam keeps its clips: its own flash, which is in no list. */
  cardFolder(id: string): string {
    return this.#at('cards', id);
  }

  show(device: SimBodyCam, facts: BodyCamFacts): void {
    this.hide(device);
    const leaving = new AbortController();
    this.#coming.set(device, leaving);
    this.#bring(device, facts, leaving.signal)
      .catch((error: unknown) => {
        this.#problem = (error as Error).message;
      })
      .finally(() => {
        if (this.#coming.get(device) === leaving) this.#coming.delete(device);
      });
  }

  /** Its names are gone when this returns, and a file that somebody holds open ends where `cutAtByte` says. */
  hide(device: SimBodyCam): void {
    this.#coming.get(device)?.abort();
    this.#coming.delete(device);
    const disk = this.#disks.get(device);
    if (!disk) return;
    this.#disks.delete(device);
    if (disk.point !== null) {
      const gone = this.#at('gone', String(this.#made++));
      renameSync(disk.point, gone);
      this.#writeMounts();
      const { cutAtByte } = device;
      for (const file of disk.files) {
        const whole = path.join(gone, file);
        if (statSync(whole).size > cutAtByte) truncateSync(whole, cutAtByte);
      }
      rmSync(gone, { recursive: true, force: true });
    }
    rmSync(this.#at('sys', 'block', disk.name), { force: true });
    rmSync(this.#usb(disk.number), { recursive: true, force: true });
  }

  /** Everything that it made goes. */
  close(): void {
    for (const device of [...this.#disks.keys(), ...this.#coming.keys()]) this.hide(device);
    for (const name of [...ours, marker]) rmSync(this.#at(name), { recursive: true, force: true });
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true });
  }

  async #bring(device: SimBodyCam, facts: BodyCamFacts, signal: AbortSignal): Promise<void> {
    const look = device.disk;
    if (!look.shown) return;
    await sleep(look.afterMs, signal);
    if (signal.aborted) return;
    const coming = this.#at('coming', String(this.#made++));
    const files = await this.#fill(device, coming, signal);
    if (signal.aborted) {
      rmSync(coming, { recursive: true, force: true });
      return;
    }
    const used = new Set([...this.#disks.values()].map((disk) => disk.number));
    const number = diskLetters.findIndex((_, index) => !used.has(index));
    if (number < 0) throw new Error(`more than ${maxSimDisks} disks`);
    const name = `sd${diskLetters[number]}`;
    const point = look.mounted ? this.#at('mnt', name) : null;
    if (point === null) rmSync(coming, { recursive: true });
    else renameSync(coming, point);
    this.#disks.set(device, { name, serial: facts.serial, point, number, files });
    // As a USB disk: the number of the device stands above the disk, and /sys/block has links.
    const usb = this.#usb(number);
    const disk = path.join(usb, `1-${number + 1}:1.0`, 'host', 'block', name);
    mkdirSync(path.join(disk, `${name}1`), { recursive: true });
    writeFileSync(path.join(usb, 'idVendor'), '1d6b\n');
    writeFileSync(path.join(usb, 'serial'), `${facts.serial}\n`);
    writeFileSync(path.join(disk, 'dev'), `${deviceNumber(number, 0)}\n`);
    writeFileSync(path.join(disk, `${name}1`, 'dev'), `${deviceNumber(number, 1)}\n`);
    symlinkSync(path.relative(this.#at('sys', 'block'), disk), this.#at('sys', 'block', name));
    this.#writeMounts();
    device.diskUp();
  }

  /** Puts the clips of the card into `folder`, the files' times by the device's clock. */
  async #fill(device: SimBodyCam, folder: string, signal: AbortSignal): Promise<readonly string[]> {
    await mkdir(path.join(folder, 'DCIM'), { recursive: true });
    const files: string[] = [];
    for (const clip of device.clips) {
      if (signal.aborted) break;
      const { path: below } = device.describe(clip, false);
      const file = path.join(folder, below);
      await copyClip(clip, file);
      const bytes = device.fileBytes(clip);
      if (bytes < clipSize(clip)) await truncate(file, bytes);
      const end = new Date(clip.endWallMs);
      await utimes(file, end, end);
      files.push(below);
    }
    return files;
  }

  #writeMounts(): void {
    const lines = ['21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw'];
    for (const { number, name, point } of this.#disks.values())
      if (point !== null)
        lines.push(
          `${40 + number} 21 ${deviceNumber(number, 1)} / ${escaped(point)} ro,nosuid,nodev,noexec,relatime shared:${40 + number} - exfat /dev/${name}1 ro`,
        );
    // Whoever reads it gets the old list or the new one.
    writeFileSync(this.#at('mountinfo.new'), `${lines.join('\n')}\n`);
    renameSync(this.#at('mountinfo.new'), this.#at('mountinfo'));
  }

  #usb(number: number): string {
    return this.#at('sys', 'devices', 'usb1', `1-${number + 1}`);
  }

  #at(...below: readonly string[]): string {
    return path.join(this.folder, ...below);
  }
}

/**
 * In `folder`, which is made when there is none, or in a temporary one. What an earlier run left there is removed.
 * Rejects when the folder holds something else, or as the file system does.
 */
export async function openSimVolumes(folder?: string): Promise<SimVolumes> {
  if (folder === undefined)
    return new SimVolumes(await realpath(await mkdtemp(path.join(tmpdir(), 'lh-volumes-'))), true);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0 && !existsSync(path.join(folder, marker)))
    throw new Error(`${folder} holds something else than simulated volumes`);
  for (const name of ours) rmSync(path.join(folder, name), { recursive: true, force: true });
  writeFileSync(path.join(folder, marker), '');
  return new SimVolumes(await realpath(folder), false);
}

/** sd(4): sixteen numbers a disk; block major 8, and 65 from the 17th on. */
function deviceNumber(number: number, part: number): string {
  const disk = number + 1;
  return `${disk < 16 ? 8 : 65}:${(disk % 16) * 16 + part}`;
}

/** As the kernel writes a name there (proc_pid_mountinfo(5)). */
function escaped(point: string): string {
  return point.replace(/[\\ \t\n]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
