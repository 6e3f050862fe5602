// Whether the room's microphones heard an announcement: their level during it against the level before. Pure; a
// claim is made only where the numbers carry it, everything else is unknown.

/** As loud as this above what was there before, in dB, is heard. */
export const heardAboveDb = 6;
/** Less than this above is not. */
export const unheardBelowDb = 3;
/** Quieter than this nothing is heard, in dBFS. */
export const silentDb = -55;
/** A room that was louder than this before could have drowned it: not hearing it then says nothing. */
export const loudRoomDb = -35;

export interface Audibility {
  readonly audible: 'yes' | 'no' | 'unknown';
  /** dBFS; 0 when unknown for want of a level. */
  readonly quietDb: number;
  readonly heardDb: number;
}

/** From the levels in dBFS (mean over a second each) before and during it. */
export function audibility(before: readonly number[], during: readonly number[]): Audibility {
  if (before.length === 0 || during.length === 0) return { audible: 'unknown', quietDb: 0, heardDb: 0 };
  const quietDb = Math.round(meanDb(before));
  const heardDb = Math.round(meanDb(during));
  const above = heardDb - quietDb;
  const audible =
    heardDb >= silentDb && above >= heardAboveDb
      ? 'yes'
      : heardDb < silentDb || (above < unheardBelowDb && quietDb < loudRoomDb)
        ? 'no'
        : 'unknown';
  return { audible, quietDb, heardDb };
}

/** The level of the mean power. */
function meanDb(levels: readonly number[]): number {
  const power = levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length;
  return 10 * Math.log10(power);
}
