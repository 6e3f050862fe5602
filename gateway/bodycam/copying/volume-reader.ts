// Reads what the kernel knows of disks and mounts (sysfs, /proc/self/mountinfo) and asks volume-finder.ts for those of
// a device. It mounts nothing, and changes nothing.
import fs from 'node:fs/promises';
import path from 'node:path';
import { findVolumes, readMountinfo, type Disk, type VolumeSearch } from './volume-finder.ts';

/** Disks that are looked at. */
export const maxDisks = 256;
/** Bytes of the list of mounts that are looked at. */
export const maxMountinfoBytes = 4 * 1024 * 1024;

/** Where the kernel's lists are; other folders in tests. */
export interface KernelPlaces {
  readonly sys: string;
  readonly mountinfo: string;
}

const kernel: KernelPlaces = { sys: '/sys', mountinfo: '/proc/self/mountinfo' };

/** The volumes of the device with this serial number now. Rejects when the kernel's lists cannot be read. */
export async function readVolumes(serial: string, places: KernelPlaces = kernel): Promise<VolumeSearch> {
  const [disks, mounts] = await Promise.all([readDisks(places.sys), fs.readFile(places.mountinfo, 'utf8')]);
  return findVolumes(serial, disks, readMountinfo(mounts.slice(0, maxMountinfoBytes)));
}

/** The disks with their serial numbers; one that goes while it is looked at is left out. */
export async function readDisks(sys: string): Promise<readonly Disk[]> {
  const names = (await fs.readdir(path.join(sys, 'block'))).toSorted().slice(0, maxDisks);
  const disks = await Promise.all(
    names.map(async (name) => {
      const folder = await realFolder(path.join(sys, 'block', name));
      const device = folder === null ? null : await word(path.join(folder, 'dev'));
      if (folder === null || device === null) return [];
      const parts = (await list(folder)).filter((one) => one.startsWith(name)).toSorted(byNumber);
      const partDevices = await Promise.all(parts.map((part) => word(path.join(folder, part, 'dev'))));
      const devices = [device, ...partDevices.filter((one) => one !== null)];
      return [{ name, serial: await serialOf(folder, await fs.realpath(sys)), devices }];
    }),
  );
  return disks.flat();
}

/**
 * Of the USB device that the disk hangs on: the nearest folder above with `idVendor` has its `serial`. A disk on no
 * USB has its own under `device/serial` or `serial`.
 */
async function serialOf(folder: string, sys: string): Promise<string | null> {
  for (let above = folder; above.startsWith(`${sys}/`); above = path.dirname(above))
    if ((await word(path.join(above, 'idVendor'))) !== null) return word(path.join(above, 'serial'));
  return (await word(path.join(folder, 'device', 'serial'))) ?? word(path.join(folder, 'serial'));
}

/** The text of a small file of sysfs without its newline; null when there is none, or it is empty. */
async function word(file: string): Promise<string | null> {
  try {
    return (await fs.readFile(file, 'utf8')).trim() || null;
  } catch {
    // Devices come and go, and few have every file.
    return null;
  }
}

async function realFolder(link: string): Promise<string | null> {
  try {
    return await fs.realpath(link);
  } catch {
    // Gone since it was listed.
    return null;
  }
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await fs.readdir(folder);
  } catch {
    // Gone since it was listed.
    return [];
  }
}

function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
