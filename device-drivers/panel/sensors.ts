// What the raw numbers of a board's converter mean, sensor by sensor. Pure; when they are asked is panel.ts's.

/** 10 bits against the supply of 5 V, which is also the sensors': what they say as its share stays true when it sags. */
const fullScale = 1023;
const supplyMv = 5000;

/** A sensor that is linear between 0 and 100 % relative humidity, in millivolts at a supply of 5 V. */
export interface HumidityScale {
  readonly mvAt0: number;
  readonly mvAt100: number;
}

/** Honeywell HIH-4030: 0.16 of the supply at 0 % RH, and 0.0062 more for each percent (datasheet, output at 25 °C). */
export const hih4030: HumidityScale = { mvAt0: 800, mvAt100: 3900 };

/** A sensor may read so many percent beyond its scale by its tolerance; what is further out is no reading. */
const tolerancePct = 5;

/** A TMP36 (500 mV at 0 °C, 10 mV a degree, made for -40 to 125): degrees Celsius to a half, or null outside. */
export function celsiusOfTmp36(raw: number): number | null {
  const celsius = Math.round(((raw * supplyMv) / fullScale - 500) / 5) / 2;
  return celsius < -40 || celsius > 125 ? null : celsius;
}

/** Percent relative humidity, whole, 0 to 100; null where the wire is broken or shorted. */
export function relativeHumidity(raw: number, { mvAt0, mvAt100 }: HumidityScale): number | null {
  const percent = (((raw * supplyMv) / fullScale - mvAt0) / (mvAt100 - mvAt0)) * 100;
  if (percent < -tolerancePct || percent > 100 + tolerancePct) return null;
  return Math.round(Math.min(100, Math.max(0, percent)));
}
