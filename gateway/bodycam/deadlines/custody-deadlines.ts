// What custody asks of deadlines and tells them, in its own words. Both are built without each other.
import type { CustodyParts } from '../custody/custody-service.ts';
import type { FootageDeadlines } from './deadline-feature.ts';

/** For custodyFeature. A clip has no deadline where the rules are silent, and before a declared return. */
export function custodyDeadlines(
  deadlines: FootageDeadlines,
): Required<Pick<CustodyParts, 'due' | 'listed' | 'oldestUnsaved'>> {
  return {
    due: ({ place, times }) => {
      const due = deadlines.due(place.serial, times.endWallMs);
      return { dueWallMs: due?.dueWallMs ?? 0, article: due?.article ?? '' };
    },
    listed: (serial, clips) => {
      const all = clips.map(({ clip, times }) => ({
        clip: clip.id,
        bytes: clip.bytes,
        endWallMs: times.endWallMs,
        certain: times.certain,
      }));
      deadlines.listed(serial, all);
    },
    oldestUnsaved: (serial) => deadlines.oldestUnsaved(serial),
  };
}
