// When every required picture of a session was missing, by the gap records of the ledger: the exact bounds of an
// interruption, also of one that nobody watched because both processes were down. A fold of one session.
import type { LedgerBody, MomentValue } from '../sessions/ledger-port.ts';

/** Gaps of one camera that are remembered; the oldest is forgotten first, and excuses nothing then. */
export const maxPictureGaps = 64;

export interface Missing {
  readonly from: MomentValue;
  /** Null while pictures are missing. */
  readonly to: MomentValue | null;
  /** The box was started in between: its monotonic times are of two boots. */
  readonly restarted: boolean;
}

type Opened = Extract<LedgerBody, { case: 'sessionOpened' }>['value'];

export class PictureBook {
  readonly #cameras = new Map<string, Missing[]>();

  constructor(cameras: Opened['cameras']) {
    const watched = cameras.filter(({ required }) => required.includes('video'));
    for (const { camera } of watched) this.#cameras.set(camera, []);
  }

  /**
   * Takes GapOpened and GapClosed in order. Only gaps of a whole camera: losses of one track are joined while they
   * last, and there may be pictures between them.
   */
  apply(body: LedgerBody): void {
    if (body.case !== 'gapOpened' && body.case !== 'gapClosed') return;
    const spans = this.#cameras.get(body.value.camera);
    if (!spans || body.value.track !== 'all') return;
    const { from, cause } = body.value;
    // What the session's end closed has no picture behind it.
    const to = body.case === 'gapClosed' && !body.value.unrecovered ? body.value.to : null;
    join(spans, { from, to, restarted: cause === 'box-restarted' });
  }

  /** The last picture that there was, when none of the cameras has any now; null when one has, or nothing is known. */
  lastPicture(): MomentValue | null {
    const last = this.#common().at(-1);
    return last && last.to === null ? last.from : null;
  }

  /** The last picture of what ended without any for longer than `limitMs`; null where it did not. */
  lastBefore(end: MomentValue, limitMs: number): MomentValue | null {
    const last = this.#common().at(-1);
    return last && last.to === null && lengthMs(last, end) > limitMs ? last.from : null;
  }

  /** The first picture after a moment since which all were missing; null while there is none, or it is not known. */
  firstAfter(since: MomentValue): MomentValue | null {
    const found = this.#common().find(
      ({ from, to }) => to && from.wallMs <= since.wallMs && to.wallMs > since.wallMs,
    );
    return found?.to ?? null;
  }

  /** Spans without any picture that are over and lasted longer than `limitMs`, oldest first. */
  longerThan(limitMs: number): readonly Missing[] {
    return this.#common().filter((span) => span.to !== null && lengthMs(span, span.to) > limitMs);
  }

  #common(): readonly Missing[] {
    const [first = [], ...others] = this.#cameras.values();
    return others.reduce<readonly Missing[]>(
      (common, spans) => common.flatMap((one) => spans.flatMap((other) => both(one, other))),
      first,
    );
  }
}

/** A crash ends a gap where it begins its own: they are one. Nothing else is joined, whatever the wall clock says. */
function join(spans: Missing[], { from, to, restarted }: Missing): void {
  const before = spans.at(-1);
  if (before && (before.to === null || before.to.wallMs === from.wallMs)) {
    spans[spans.length - 1] = { from: before.from, to, restarted: before.restarted || restarted };
    return;
  }
  spans.push({ from, to, restarted });
  if (spans.length > maxPictureGaps) spans.shift();
}

function both(one: Missing, other: Missing): readonly Missing[] {
  const from = one.from.wallMs >= other.from.wallMs ? one.from : other.from;
  const to = earlier(one.to, other.to);
  if (to && to.wallMs <= from.wallMs) return [];
  return [{ from, to, restarted: one.restarted || other.restarted }];
}

function earlier(one: MomentValue | null, other: MomentValue | null): MomentValue | null {
  if (one === null || other === null) return one ?? other;
  return one.wallMs <= other.wallMs ? one : other;
}

/** A wall clock that was set forward makes nothing longer than it was. */
function lengthMs({ from, restarted }: Missing, to: MomentValue): number {
  const wall = to.wallMs - from.wallMs;
  const mono = to.monoMs - from.monoMs;
  return !restarted && mono >= 0 ? Math.min(wall, mono) : wall;
}
