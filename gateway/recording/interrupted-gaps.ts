// What a crash does to the gaps that were open: each ends where the crash's own gap begins, so that no moment is in
// two gaps and none in no gap. Pure: what the files still hold is recover-segments.ts's say.
import type { At, JournalFact, JournalRecord } from './recorder-protocol.ts';

type OpenedGap = Extract<JournalRecord, { type: 'gap-opened' }>;

export interface InterruptedGaps {
  /** To be written: the ends of the gaps that were open. */
  readonly closed: readonly JournalFact[];
  /** Where the crash's gap begins, by camera; a camera that is not here has nothing on disk. */
  readonly from: ReadonlyMap<string, At>;
}

/** From the journal as the crash left it and the facts that recovery found in the files. */
export function interruptedGaps(
  past: readonly JournalRecord[],
  recovered: readonly JournalFact[],
): InterruptedGaps {
  const from = new Map<string, At>();
  // The newest moment at which the recorder is known to have lived. All of these are of one boot of the box.
  let alive = past.at(-1)?.at;
  for (const fact of recovered)
    if (fact.type === 'segment-sealed' && (!alive || fact.last.monoMs > alive.monoMs)) alive = fact.last;
  for (const fact of [...past, ...recovered])
    if (fact.type === 'segment-sealed') from.set(fact.camera, fact.last);

  const open = openGaps(past);
  // A camera that was away has shown nothing since: its gap goes on for as long as the recorder is known to have lived.
  if (alive) for (const { camera, track } of open) if (track === 'all') from.set(camera, alive);
  const closed = open.map(({ gap, camera, track, cause, from: began }): JournalFact => {
    const to = from.get(camera) ?? began;
    return {
      type: 'gap-closed',
      gap,
      camera,
      track,
      cause,
      from: began,
      to: to.monoMs > began.monoMs ? to : began,
    };
  });
  return { closed, from };
}

function openGaps(past: readonly JournalRecord[]): OpenedGap[] {
  const open = new Map<number, OpenedGap>();
  for (const record of past) {
    if (record.type === 'gap-opened') open.set(record.gap, record);
    else if (record.type === 'gap-closed') open.delete(record.gap);
  }
  return [...open.values()];
}
