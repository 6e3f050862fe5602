// The certificate of a working day: what was expected of a room, what is on disk of each track, and each gap with its
// cause (A1, I8). Deterministic text, signed by the box; when it is made is reception-schedule.ts's.
import type { CitedArticle } from '../../config/policy/policy-book.ts';
import type { DayReason } from '../../config/calendar/working-days.ts';
import type { LedgerBody } from '../sessions/ledger-port.ts';
import type { TrackCoverage } from './coverage.ts';

/** Gaps of one track that a certificate lists; what is beyond is counted. */
export const maxListedGaps = 500;

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

/**
 * The text that is signed, byte for byte:
 * `liuhen-coverage-v1\n` gateway `\n` room `\n` day `\n` expected ms `\n`, then per track
 * `camera track recorded-ms missing-ms gaps\n`, then per listed gap `camera track from to cause excuse\n` in ms of 1970.
 */
export function certificateText({ gateway, room, day, expectedMs, tracks }: DayCertificate): string {
  const lines = ['liuhen-coverage-v1', gateway, room, day, String(expectedMs)];
  for (const { camera, track, recordedMs, missing } of tracks)
    lines.push(`${camera} ${track} ${recordedMs} ${expectedMs - recordedMs} ${missing.length}`);
  for (const { camera, track, missing } of tracks)
    for (const { from, to, cause, excuse } of missing.slice(0, maxListedGaps))
      lines.push(`${camera} ${track} ${from} ${to} ${cause} ${excuse}`.trimEnd());
  return `${lines.join('\n')}\n`;
}

/** The ledger entry of a certificate, with its signature. */
export function certificateBody(
  certificate: DayCertificate,
  sign: (text: Uint8Array) => { readonly signature: Uint8Array; readonly keySha256: Uint8Array },
): LedgerBody {
  const { room, day, reason, expectedMs, tracks, articles } = certificate;
  const { signature, keySha256 } = sign(Buffer.from(certificateText(certificate)));
  return {
    case: 'coverageCertified',
    value: {
      room,
      day,
      reason,
      expectedMs,
      tracks: tracks.map(({ camera, track, recordedMs, missing }) => ({
        camera,
        track,
        recordedMs,
        gapCount: missing.length,
        gaps: missing.slice(0, maxListedGaps).map(({ from, to, cause, excuse }) => ({
          fromWallMs: from,
          toWallMs: to,
          cause,
          excuse,
        })),
      })),
      article: articles.map(({ citation }) => citation).join(', '),
      signature,
      keySha256,
    },
  };
}
