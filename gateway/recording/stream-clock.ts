// Ties the tracks of one connection to one time line. With sender reports on every track the camera's own clock
// says how they stand; without, the least delayed arrival of the last half minute or so does.
import type { SenderReport } from '../../device-drivers/camera/media-stream.ts';
import type { Frame, Track } from '../../protocols/media/track.ts';

/** Milliseconds after which an older least delay is forgotten, so that drift is followed. */
export const delayWindowMs = 30_000;

interface Line {
  readonly msPerTick: number;
  since: number;
  current: number;
  previous: number;
  report: SenderReport | null;
}

export class StreamClock {
  readonly #lines = new Map<'video' | 'audio', Line>();

  constructor(tracks: readonly Track[]) {
    for (const { kind, clockRate } of tracks) {
      this.#lines.set(kind, {
        msPerTick: 1000 / clockRate,
        since: Number.NEGATIVE_INFINITY,
        current: Infinity,
        previous: Infinity,
        report: null,
      });
    }
  }

  onFrame({ kind, rtpTime, arrivalMonoMs }: Frame): void {
    const line = this.#lines.get(kind);
    if (!line) return;
    if (arrivalMonoMs - line.since > delayWindowMs) {
      line.previous = line.current;
      line.current = Infinity;
      line.since = arrivalMonoMs;
    }
    line.current = Math.min(line.current, arrivalMonoMs - rtpTime * line.msPerTick);
  }

  onReport(report: SenderReport): void {
    const line = this.#lines.get(report.kind);
    if (line) line.report = report;
  }

  /** The camera's clock minus ours in milliseconds by the newest report; null without one. */
  get skewMs(): number | null {
    const report = (this.#lines.get('video') ?? this.#lines.get('audio'))?.report;
    return report ? report.senderWallMs - report.arrivalWallMs : null;
  }

  /** The stamp on the `to` track of the moment that `from` stamps with `rtpTime`; null before its first frame. */
  translate(from: 'video' | 'audio', rtpTime: number, to: 'video' | 'audio'): number | null {
    const a = this.#lines.get(from);
    const b = this.#lines.get(to);
    if (!a || !b) return null;
    const [offsetA, offsetB] =
      a.report && b.report
        ? [reportOffset(a), reportOffset(b)]
        : [Math.min(a.current, a.previous), Math.min(b.current, b.previous)];
    const stamp = (rtpTime * a.msPerTick + offsetA - offsetB) / b.msPerTick;
    return Number.isFinite(stamp) ? Math.round(stamp) : null;
  }
}

function reportOffset({ report, msPerTick }: Line): number {
  return report ? report.senderWallMs - report.rtpTime * msPerTick : Infinity;
}
