// What the ledger tells of the recordings of one room and day, as a fold over its entries: files and gaps by track.
// Bounded to the newest sessions; the certificate of a day is made of it by certificate.ts.
import { wallMs } from '../../config/clock.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import { excuseGap, type ExcusedSpan, type TrackGap, type TrackRecord } from './coverage.ts';
import type { WorkingSpan } from '../../config/calendar/working-hours.ts';

/** Sessions that are remembered: a site of 64 rooms, with the day before. */
export const maxBookedSessions = 512;
/** Files, and gaps, that are remembered of one camera in one session; beyond, the oldest files count as missing. */
export const maxBookedSpans = 20_000;

type Track = 'video' | 'audio';

interface BookedCamera {
  readonly required: readonly string[];
  readonly files: WorkingSpan[];
  /** By gap number; `to` is null while it is open. */
  readonly gaps: Map<string, { track: string; cause: string; from: number; to: number | null }>;
  /** When the file that is being written began; null when none is. */
  writingFrom: number | null;
}

export interface BookedSession {
  readonly session: string;
  readonly room: string;
  readonly kind: string;
  readonly opened: number;
  closing: number | null;
  /** Everything of it is sealed and in the ledger. */
  closed: boolean;
  readonly cameras: ReadonlyMap<string, BookedCamera>;
  /** Interruptions whose cause was stated; their article excuses what is missing in them. */
  readonly excused: ExcusedSpan[];
  /** The one that has not ended; null when none has. */
  interruptedFrom: number | null;
}

export class DayBook {
  readonly #sessions = new Map<string, BookedSession>();

  /** Takes the entries in order, from the first. */
  apply(body: LedgerBody): void {
    switch (body.case) {
      case 'sessionOpened': {
        const { session, room, kind, opened, cameras } = body.value;
        const booked = new Map<string, BookedCamera>();
        for (const { camera, required } of cameras)
          booked.set(camera, { required, files: [], gaps: new Map(), writingFrom: null });
        this.#sessions.set(session, {
          session,
          room,
          kind,
          opened: opened.wallMs,
          closing: null,
          closed: false,
          cameras: booked,
          excused: [],
          interruptedFrom: null,
        });
        const [oldest] = this.#sessions.keys();
        if (this.#sessions.size > maxBookedSessions && oldest !== undefined) this.#sessions.delete(oldest);
        return;
      }
      case 'sessionClosing':
        this.#with(body.value.session, (session) => {
          session.closing = body.value.closed.wallMs;
        });
        return;
      case 'sessionClosed':
        this.#with(body.value.session, (session) => {
          session.closed = true;
        });
        return;
      case 'interruptionBegan':
        this.#with(body.value.session, (session) => {
          session.interruptedFrom = body.value.from.wallMs;
        });
        return;
      case 'interruptionEnded':
        this.#with(body.value.session, (session) => {
          const { cause, article, to, outcome } = body.value;
          const from = session.interruptedFrom;
          session.interruptedFrom = null;
          // Where no rule names the cause, no rule excuses; and beyond the bound nothing more is excused. One that nobody
          // ended is not explained: a word at its beginning would excuse whatever was missing until the close.
          if (from === null || cause === '' || article === '' || outcome === 'closed') return;
          if (session.excused.length < maxBookedSpans && to.wallMs > from)
            session.excused.push({ ...spanOf(from, to.wallMs), excuse: `${cause}: ${article}` });
        });
        return;
      case 'segmentOpened':
        this.#camera(body.value, (camera) => {
          camera.writingFrom = body.value.first.wallMs;
        });
        return;
      case 'segmentSealed':
        this.#camera(body.value, (camera) => {
          camera.writingFrom = null;
          camera.files.push(spanOf(body.value.first.wallMs, body.value.last.wallMs));
          // Never the other way round: nothing may count as recorded that was not.
          if (camera.files.length > maxBookedSpans) camera.files.shift();
        });
        return;
      case 'gapOpened':
      case 'gapClosed':
        this.#camera(body.value, ({ gaps }) => {
          const { gap, track, cause, from } = body.value;
          const to = body.case === 'gapClosed' ? body.value.to.wallMs : null;
          gaps.set(String(gap), { track, cause, from: from.wallMs, to });
          if (gaps.size > maxBookedSpans) joinOldest(gaps);
        });
        return;
      default:
        return;
    }
  }

  /** When the first session of a room that is remembered opened, ms of 1970; infinite when there is none. */
  firstOpened(room: string): number {
    for (const each of this.#sessions.values()) if (each.room === room) return each.opened;
    return Number.POSITIVE_INFINITY;
  }

  /** The sessions of a room that touch the span, oldest first. */
  sessionsIn(room: string, { from, to }: WorkingSpan): readonly BookedSession[] {
    return [...this.#sessions.values()].filter(
      (each) => each.room === room && each.opened < to && (each.closing ?? Number.POSITIVE_INFINITY) > from,
    );
  }

  /** The tracks that those sessions had to record, with what there is of them; what is open lasts until `now`. */
  tracksIn(room: string, span: WorkingSpan, now: number): readonly TrackRecord[] {
    const records = new Map<
      string,
      { camera: string; track: Track; files: WorkingSpan[]; gaps: TrackGap[] }
    >();
    for (const { cameras, excused } of this.sessionsIn(room, span))
      for (const [id, camera] of cameras)
        for (const track of ['video', 'audio'] as const) {
          if (!camera.required.includes(track)) continue;
          const key = `${id} ${track}`;
          const record = records.get(key) ?? { camera: id, track, files: [], gaps: [] };
          records.set(key, record);
          record.files.push(...camera.files);
          if (camera.writingFrom !== null && camera.writingFrom < now)
            record.files.push(spanOf(camera.writingFrom, now));
          for (const gap of camera.gaps.values())
            if (gap.track === 'all' || gap.track === track)
              record.gaps.push(
                ...excuseGap({ ...spanOf(gap.from, gap.to ?? now), cause: gap.cause }, excused),
              );
        }
    return [...records.values()];
  }

  #with(session: string, change: (session: BookedSession) => void): void {
    const booked = this.#sessions.get(session);
    if (booked) change(booked);
  }

  #camera(of: { session: string; camera: string }, change: (camera: BookedCamera) => void): void {
    const camera = this.#sessions.get(of.session)?.cameras.get(of.camera);
    if (camera) change(camera);
  }
}

function spanOf(from: number, to: number): WorkingSpan {
  return { from: wallMs(from), to: wallMs(to) };
}

/** The two oldest gaps become one that spans both: a gap that is forgotten would count as recorded. */
function joinOldest(gaps: BookedCamera['gaps']): void {
  const [[first, one] = [], [second, two] = []] = gaps;
  if (first === undefined || second === undefined || !one || !two) return;
  const to = one.to === null || two.to === null ? null : Math.max(one.to, two.to);
  const cause = one.cause === two.cause ? one.cause : `${one.cause}, ${two.cause}`.slice(0, 80);
  gaps.delete(first);
  gaps.set(second, {
    track: one.track === two.track ? one.track : 'all',
    cause,
    from: Math.min(one.from, two.from),
    to,
  });
}
