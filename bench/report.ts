// The bench's figures as a table of 80 columns, the ratios, and whether each goal holds.

export interface RecordFigures {
  readonly recorder: string;
  readonly streams: number;
  /** From /proc/<pid>/stat over the measured seconds. */
  readonly cpuSecondsPerStream: number;
  /** From schedstat: percent of one core. */
  readonly cpuPercentPerStream: number;
  /** Sum over the recorder's processes. */
  readonly pssBytes: number;
  /** Per stream: capture of the first picture in the file minus the command; negative is before it. */
  readonly startGapsMs: readonly number[];
  /** Per stream: pictures sent before the stop command that are not in the file; negative is beyond it. */
  readonly stopTails: readonly number[];
  /** Pictures missing between the first and the last, over all streams. */
  readonly missing: number;
}

export interface KillFigures {
  readonly recorder: string;
  readonly lostMs: readonly number[];
  /** Files of which nothing could be read. */
  readonly unreadable: number;
}

export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

interface Summary {
  readonly cpuSeconds: number;
  readonly percent: number;
  readonly pss: number;
  readonly startGap: number;
  readonly worstStartGap: number;
  readonly stopTail: number;
  readonly missing: number;
}

function summary(figures: readonly RecordFigures[], recorder: string, streams: number): Summary | null {
  const own = figures.filter((one) => one.recorder === recorder && one.streams === streams);
  if (own.length === 0) return null;
  return {
    cpuSeconds: median(own.map((one) => one.cpuSecondsPerStream)),
    percent: median(own.map((one) => one.cpuPercentPerStream)),
    pss: median(own.map((one) => one.pssBytes)),
    startGap: median(own.flatMap((one) => one.startGapsMs)),
    worstStartGap: Math.max(...own.flatMap((one) => one.startGapsMs)),
    stopTail: median(own.flatMap((one) => one.stopTails)),
    missing: own.reduce((sum, one) => sum + one.missing, 0),
  };
}

/** The goals of the recorder against what was measured; those without their figures are left out. */
export function goals(recorded: readonly RecordFigures[], kills: readonly KillFigures[]): Verdict[] {
  const verdicts: Verdict[] = [];
  const most = Math.max(...recorded.map((one) => one.streams));
  const us = summary(recorded, 'us', most);
  const ffmpeg = summary(recorded, 'ffmpeg', most);
  const cat = summary(recorded, 'cat', most);
  const ratio = (goal: string, value: number, limit: number): void => {
    verdicts.push({ goal: `${goal} at N = ${most}`, measured: value.toFixed(2), holds: value <= limit });
  };
  if (us && ffmpeg) {
    ratio("CPU at most 0.5 of ffmpeg's", us.percent / ffmpeg.percent, 0.5);
    ratio("memory under a third of ffmpeg's", us.pss / ffmpeg.pss, 1 / 3);
  }
  if (us && cat) ratio("CPU at most 1.2 of cat's", us.percent / cat.percent, 1.2);
  const gaps = recorded.filter((one) => one.recorder === 'us').flatMap((one) => one.startGapsMs);
  if (gaps.length > 0) {
    const worst = Math.max(...gaps);
    verdicts.push({
      goal: 'start gap at most 0 ms, every stream',
      measured: `${worst.toFixed(0)} ms`,
      holds: worst <= 0,
    });
    const missing = recorded
      .filter((one) => one.recorder === 'us')
      .reduce((sum, one) => sum + one.missing, 0);
    verdicts.push({ goal: 'no picture missing in between', measured: String(missing), holds: missing === 0 });
  }
  const lost = (name: string): number =>
    median(kills.filter((one) => one.recorder === name).flatMap((one) => one.lostMs));
  const peers = [...new Set(kills.map((one) => one.recorder))].filter(
    (name) => !['us', 'cat'].includes(name),
  );
  if (!Number.isNaN(lost('us')) && peers.length > 0) {
    const best = Math.min(...peers.map(lost));
    verdicts.push({
      goal: 'kill -9 loses less than every peer',
      measured: `${lost('us').toFixed(0)} / ${best.toFixed(0)} ms`,
      holds: lost('us') < best,
    });
  }
  return verdicts;
}

export function table(report: {
  readonly seconds: number;
  readonly part: string;
  readonly fragmentMs: number;
  readonly writes: string;
  readonly recorded: readonly RecordFigures[];
  readonly kills: readonly KillFigures[];
  readonly verdicts: readonly Verdict[];
}): string {
  const { recorded, kills } = report;
  const lines = [
    `1080p25, 4 Mbit/s H.264, one write a ${report.writes}; ${report.seconds} s measured;`,
    `our parts: ${report.part}, fragments of others: ${report.fragmentMs} ms; medians`,
    '',
    row(['recorder', 'N', 'CPU s', '% core', 'PSS MB', 'start ms', 'worst', 'stop', 'lost']),
    row(['', '', '/stream', '/stream', 'in all', '', 'ms', 'frames', 'frames']),
  ];
  const names = [...new Set(recorded.map((one) => one.recorder))];
  for (const streams of new Set(recorded.map((one) => one.streams))) {
    for (const name of names) {
      const one = summary(recorded, name, streams);
      if (!one) continue;
      lines.push(
        row([
          name,
          String(streams),
          one.cpuSeconds.toFixed(3),
          one.percent.toFixed(3),
          (one.pss / 1e6).toFixed(1),
          one.startGap.toFixed(0),
          one.worstStartGap.toFixed(0),
          one.stopTail.toFixed(0),
          String(one.missing),
        ]),
      );
    }
    const us = summary(recorded, 'us', streams);
    for (const peer of names.filter((name) => us && name !== 'us')) {
      const other = summary(recorded, peer, streams)!;
      lines.push(
        `  us / ${peer}: CPU ${(us!.percent / other.percent).toFixed(2)}, memory ${(us!.pss / other.pss).toFixed(2)}`,
      );
    }
  }
  if (kills.length > 0) {
    lines.push('', 'kill -9 in mid recording: picture lost, ms');
    lines.push(row(['recorder', 'files', 'median', 'least', 'most', 'unreadable']));
    for (const name of new Set(kills.map((one) => one.recorder))) {
      const own = kills.filter((one) => one.recorder === name);
      const lost = own.flatMap((one) => one.lostMs);
      lines.push(
        row([
          name,
          String(lost.length),
          median(lost).toFixed(0),
          Math.min(...lost).toFixed(0),
          Math.max(...lost).toFixed(0),
          String(own.reduce((sum, one) => sum + one.unreadable, 0)),
        ]),
      );
    }
  }
  if (report.verdicts.length > 0) lines.push('');
  for (const { goal, measured, holds } of report.verdicts)
    lines.push(`${holds ? 'holds ' : 'MISSED'}  ${goal.padEnd(46)} ${measured}`);
  return lines.join('\n');
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(11) : cell.padStart(8)))
    .join(' ')
    .trimEnd();
}
