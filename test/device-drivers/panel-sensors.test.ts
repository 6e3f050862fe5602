// What a panel's sensors mean, against their datasheets.
import t from 'tap';
import { celsiusOfTmp36, hih4030, relativeHumidity } from '../../device-drivers/panel/sensors.ts';

/** What a converter of 10 bits against 5 V says. */
const raw = (millivolts: number): number => Math.round((millivolts * 1023) / 5000);

t.test('a TMP36 has 750 mV at 25 °C, and what it cannot say is no reading', (t) => {
  t.equal(celsiusOfTmp36(raw(750)), 25);
  t.equal(celsiusOfTmp36(raw(500)), 0);
  t.equal(celsiusOfTmp36(raw(100)), -40);
  for (const broken of [0, 1023]) t.equal(celsiusOfTmp36(broken), null);
  t.end();
});

t.test('a HIH-4030 has 0.16 of the supply at 0 % and 0.0062 more a percent', (t) => {
  for (const percent of [0, 30, 50, 75.3, 100])
    t.equal(relativeHumidity(raw(5000 * (0.16 + 0.0062 * percent)), hih4030), Math.round(percent));
  t.equal(relativeHumidity(raw(4000), hih4030), 100, 'a little over is the tolerance');
  for (const broken of [0, 1023]) t.equal(relativeHumidity(broken, hih4030), null);
  t.equal(relativeHumidity(raw(2500), { mvAt0: 0, mvAt100: 5000 }), 50);
  t.end();
});
