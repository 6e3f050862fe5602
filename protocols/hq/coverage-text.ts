// The text of a working day's certificate, byte for byte as the box signs it and headquarters checks it (liuhen.proto,
// CoverageCertified). What counts as recorded is the box's.

/** A certificate without its signature; integers as numbers or bigints, which print alike. */
export interface CoverageFacts {
  readonly room: string;
  readonly day: string;
  readonly reason: string;
  readonly expectedMs: number | bigint;
  readonly tracks: readonly {
    readonly camera: string;
    readonly track: string;
    readonly recordedMs: number | bigint;
    readonly gapCount: number;
    readonly gaps: readonly {
      readonly fromWallMs: number | bigint;
      readonly toWallMs: number | bigint;
      readonly cause: string;
      readonly excuse: string;
    }[];
  }[];
  readonly article: string;
}

/**
 * UTF-8 lines, each a JSON array, so that no name can look like the next field: a heading with the gateway, then one
 * per track, then one per listed gap. Integers are decimal text.
 */
export function coverageText(gateway: string, facts: CoverageFacts): Uint8Array {
  const { room, day, reason, expectedMs, tracks, article } = facts;
  const rows: string[][] = [['liuhen-coverage-v1', gateway, room, day, reason, String(expectedMs), article]];
  for (const { camera, track, recordedMs, gapCount } of tracks)
    rows.push([camera, track, String(recordedMs), String(gapCount)]);
  for (const { camera, track, gaps } of tracks)
    for (const { fromWallMs, toWallMs, cause, excuse } of gaps)
      rows.push([camera, track, String(fromWallMs), String(toWallMs), cause, excuse]);
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
