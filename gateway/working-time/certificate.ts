// The certificate of a working day: what was expected of a room, what is on disk of each track, and each gap with its
// cause (A1, I8), signed by the box. When it is made is reception-schedule.ts's.
import type { DayReason } from '../../config/calendar/working-days.ts';
import type { CitedArticle } from '../../config/policy/policy-book.ts';
import { citations } from '../../config/policy/policy-text.ts';
import { coverageText } from '../../protocols/hq/coverage-text.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import type { TrackCoverage } from './coverage.ts';

/** Gaps of one track that a certificate lists; all are counted. */
export const maxListedGaps = 500;
/** Gaps of all tracks together: an entry's body ends at 64 KiB. */
export const maxListedInAll = 600;

export interface DayCertificate {
  readonly gateway: string;
  readonly room: string;
  /** YYYY-MM-DD in the site's time zone. */
  readonly day: string;
  readonly reason: DayReason;
  readonly expectedMs: number;
  readonly tracks: readonly TrackCoverage[];
  /** What makes the room record. */
  readonly articles: readonly CitedArticle[];
}

/** The ledger entry of a certificate, with its signature over coverageText. */
export function certificateBody(
  certificate: DayCertificate,
  sign: (text: Uint8Array) => { readonly signature: Uint8Array; readonly keySha256: Uint8Array },
): LedgerBody {
  const { gateway, room, day, reason, expectedMs, tracks, articles } = certificate;
  const each = Math.min(maxListedGaps, Math.floor(maxListedInAll / Math.max(1, tracks.length)));
  const facts = {
    room,
    day,
    reason,
    expectedMs: Math.round(expectedMs),
    tracks: tracks.map(({ camera, track, recordedMs, missing }) => ({
      camera,
      track,
      recordedMs: Math.round(recordedMs),
      gapCount: missing.length,
      gaps: missing.slice(0, each).map(({ from, to, cause, excuse }) => ({
        fromWallMs: Math.round(from),
        toWallMs: Math.round(to),
        cause,
        excuse,
      })),
    })),
    article: citations(articles),
  };
  return { case: 'coverageCertified', value: { ...facts, ...sign(coverageText(gateway, facts)) } };
}
