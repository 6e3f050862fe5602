// Which mounted volumes belong to the device with a serial number: from the kernel's list of mounts and the list of
// disks, both given as texts and values. Reading them is volume-reader.ts's, mounting nobody's here.
import { Buffer } from 'node:buffer';

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  /** `major:minor` of the block device; major 0 stands on none. */
  readonly device: string;
  /** Which folder of the file system is mounted; `/` is all of it. */
  readonly root: string;
  readonly point: string;
  /** This mount, and the file system itself: the first may forbid what another mount allows. */
  readonly readOnlyHere: boolean;
  readonly readOnlyEverywhere: boolean;
  readonly type: string;
}

/** A disk with its partitions. */
export interface Disk {
  readonly name: string;
  /** As the device gives it; null when it gives none. */
  readonly serial: string | null;
  /** `major:minor` of the disk and of each partition. */
  readonly devices: readonly string[];
}

export interface Volume {
  readonly device: string;
  readonly point: string;
  readonly type: string;
  /** Who can write to it while we read: `nobody`, `others` (through another mount), or `anybody` (mounted rw). */
  readonly writableBy: 'nobody' | 'others' | 'anybody';
}

export type VolumeSearch =
  | { readonly state: 'found'; readonly volumes: readonly Volume[] }
  /** No disk has this serial number. */
  | { readonly state: 'no-disk' }
  /** The disk is there, and nothing of it is mounted. */
  | { readonly state: 'not-mounted'; readonly disk: string }
  /** Two disks have it: which one is the device nobody can say, so neither is read. */
  | { readonly state: 'several-disks'; readonly disks: readonly string[] };

/** Lines that are looked at; a box has some fifty mounts, one with containers some hundreds. */
export const maxMounts = 10_000;

/** The mounts of a mountinfo text, in its order; a line of another shape is left out. */
export function readMountinfo(text: string): readonly Mount[] {
  return text
    .split('\n')
    .slice(0, maxMounts)
    .flatMap((line) => {
      const words = line.split(' ');
      // The optional fields before it may be none or many.
      const dash = words.indexOf('-', 6);
      const [, , device = '', root = '', point = '', options = ''] = words;
      const [type, , superOptions = ''] = words.slice(dash + 1);
      if (dash < 0 || type === undefined || !/^\d+:\d+$/.test(device) || !point.startsWith('/')) return [];
      return [
        {
          device,
          root: unescaped(root),
          point: unescaped(point),
          readOnlyHere: options.split(',').includes('ro'),
          readOnlyEverywhere: superOptions.split(',').includes('ro'),
          type,
        },
      ];
    });
}

/** The volumes of the device with this serial number, in the order of its partitions; each once. */
export function findVolumes(serial: string, disks: readonly Disk[], mounts: readonly Mount[]): VolumeSearch {
  const [disk, ...others] = disks.filter((one) => serial !== '' && one.serial === serial);
  if (!disk) return { state: 'no-disk' };
  if (others.length > 0) return { state: 'several-disks', disks: [disk, ...others].map(({ name }) => name) };
  const volumes = disk.devices.flatMap((device) => {
    // A later mount covers an earlier one at its point, and then this one is not what is read there.
    const open = mounts.filter(
      (one, index) =>
        one.device === device &&
        one.root === '/' &&
        !one.point.includes('\uFFFD') &&
        !mounts.slice(index + 1).some((later) => covers(later.point, one.point)),
    );
    const mount = open.find((one) => one.readOnlyHere || one.readOnlyEverywhere) ?? open[0];
    if (!mount) return [];
    return [{ device, point: mount.point, type: mount.type, writableBy: writers(mount) }];
  });
  return volumes.length > 0 ? { state: 'found', volumes } : { state: 'not-mounted', disk: disk.name };
}

function writers(mount: Mount): Volume['writableBy'] {
  if (mount.readOnlyEverywhere) return 'nobody';
  return mount.readOnlyHere ? 'others' : 'anybody';
}

function covers(later: string, point: string): boolean {
  return point === later || (later !== '/' && point.startsWith(`${later}/`));
}

/** Blank, tab, newline and backslash stand there as octal bytes; a name may be any bytes, read as UTF-8 here. */
function unescaped(word: string): string {
  if (!word.includes('\\')) return word;
  const bytes = Buffer.from(word).toString('latin1');
  const whole = bytes.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(whole, 'latin1').toString();
}
