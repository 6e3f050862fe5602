// What a process has cost, read from /proc: processor time of all its threads and children, and its share of
// memory. Linux only.
import { readFile, readdir } from 'node:fs/promises';

/** USER_HZ, fixed at 100 for every architecture that Node runs on (proc(5)). */
const ticksPerSecond = 100;

export interface CpuTime {
  /** User and system seconds of the process, its threads and the children it has waited for (proc(5), stat). */
  readonly stat: number;
  /** Seconds its living threads have run, to a nanosecond (proc(5), schedstat); NaN where the kernel has none. */
  readonly run: number;
}

export async function cpuTime(pid: number): Promise<CpuTime> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1');
  // The name is in brackets and may hold anything; fields are counted behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime, cstime: fields 14 to 17 of proc(5), which counts from 1 and has two before these.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { stat: ticks / ticksPerSecond, run: await threadsRan(pid) };
}

async function threadsRan(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    try {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'latin1');
      nanoseconds += Number(text.split(' ')[0]);
    } catch (error) {
      // A thread that ended between the listing and the reading; `stat` still has its time.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return nanoseconds / 1e9;
}

/** Proportional set size in bytes: shared pages are divided among those who share them (proc(5)). */
export async function pssBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}

/** Sums over several processes, each read once. */
export async function sumCpu(pids: readonly number[]): Promise<CpuTime> {
  const each = await Promise.all(pids.map((pid) => cpuTime(pid)));
  return {
    stat: each.reduce((sum, one) => sum + one.stat, 0),
    run: each.reduce((sum, one) => sum + one.run, 0),
  };
}

export async function sumPss(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map((pid) => pssBytes(pid)));
  return each.reduce((sum, one) => sum + one, 0);
}
