// Holds this process and its children to a number of bytes a second on one disk, so that a bench can measure against a
// disk that is slower than the machine's own (Linux, cgroup v1 blkio, as root).
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { sleep } from '../config/clock.ts';

const blkio = '/sys/fs/cgroup/blkio';

/** What is given back ends it, when the children have ended. Throws with what is missing. */
export function slowDisk(folder: string, bytesPerSecond: number): () => Promise<void> {
  const group = `${blkio}/liuhen-bench-${process.pid}`;
  const { dev } = statSync(folder);
  // As gnu_dev_major(3) and gnu_dev_minor(3).
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const before = /^\d+:[^:]*blkio[^:]*:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (before === undefined) throw new Error('no cgroup v1 with blkio here: --disk cannot hold the disk back');
  mkdirSync(group);
  const writes = `${group}/blkio.throttle.write_bps_device`;
  writeFileSync(writes, `${major}:${wholeDisk(major, minor)} ${bytesPerSecond}`);
  writeFileSync(`${group}/cgroup.procs`, String(process.pid));
  return async () => {
    writeFileSync(`${blkio}${before}/cgroup.procs`, String(process.pid));
    // A child that was killed is in it for a moment still.
    for (let left = 100; readFileSync(`${group}/cgroup.procs`, 'utf8') !== '' && left > 0; left -= 1)
      await sleep(100);
    rmdirSync(group);
  };
}

/** Throttling is of whole disks; a partition stands in its disk's folder. */
function wholeDisk(major: number, minor: number): number {
  try {
    const dev = readFileSync(`/sys/dev/block/${major}:${minor}/../dev`, 'utf8');
    return Number(dev.trim().split(':')[1]);
  } catch {
    // No folder above with a `dev`: it is the disk itself.
    return minor;
  }
}
