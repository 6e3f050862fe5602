// When a clip was made, by what is known of the device's clock: a table, and that whoever sets a clock right again finds
// the true time.
import fc from 'fast-check';
import t from 'tap';
import { clipTimes, type ClockMeasure } from '../../../../gateway/bodycam/custody/clip-times.ts';

const hour = 3_600_000;
const noon = Date.UTC(2026, 4, 4, 12);
const docked = (atHours: number, offsetMs: number, set = true): ClockMeasure => {
  return { atWallMs: noon + atHours * hour, offsetMs, set };
};

const rows: [name: string, measures: ClockMeasure[], deviceMs: number, trueMs: number, certain: boolean][] = [
  ['a clock that was right', [docked(0, 0)], noon - hour, noon - hour, true],
  ['one that was ahead', [docked(0, 5 * hour)], noon + 4 * hour, noon - hour, true],
  [
    'a clip that was left on the device from before its clock was set',
    [docked(0, 50 * hour), docked(24, 200)],
    noon + 49 * hour,
    noon - hour,
    true,
  ],
  [
    'one whose time fits before and after it was set is taken for the later one, and is not certain',
    [docked(0, 5 * hour), docked(24, 200)],
    noon + 4 * hour,
    noon + 4 * hour - 200,
    false,
  ],
  [
    'one from after it was set, though its old time would fit too',
    [docked(0, -5 * hour), docked(24, 200)],
    noon + 3 * hour,
    noon + 3 * hour - 200,
    true,
  ],
  [
    'a clock that would not be set goes on as it was',
    [docked(0, 5 * hour, false), docked(24, 5 * hour)],
    noon + 4 * hour,
    noon - hour,
    true,
  ],
  ['a time behind the docking cannot be', [docked(0, 0)], noon + 9 * hour, noon + 9 * hour, false],
  ['nor one before there were any', [docked(0, 0)], 1000, 1000, false],
  ['without a docking the device is believed, and that is said', [], noon, noon, false],
];
for (const [name, measures, deviceMs, trueMs, certain] of rows)
  t.test(`A11, I1: ${name}`, (t) => {
    const times = clipTimes(deviceMs - 60_000, deviceMs, measures);
    t.same([times.endWallMs, times.beginWallMs, times.certain], [trueMs, trueMs - 60_000, certain]);
    t.end();
  });

t.test('a clip that ends before it begins has no certain time', (t) => {
  t.equal(clipTimes(noon - hour, noon - 2 * hour, [docked(0, 0)]).certain, false);
  t.end();
});

t.test('A11: whatever the clock was, a clip of the last time out has its true time', (t) => {
  const offsets = fc.array(fc.integer({ min: -30 * 365 * 24 * hour, max: 30 * 365 * 24 * hour }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(offsets, fc.integer({ min: 1, max: 23 * hour }), (all, beforeMs) => {
      const measures = all.map((offsetMs, index) => docked(24 * index, offsetMs));
      const last = measures.at(-1) as ClockMeasure;
      const trueMs = last.atWallMs - beforeMs;
      const times = clipTimes(trueMs + last.offsetMs - 1, trueMs + last.offsetMs, measures);
      return times.endWallMs === trueMs;
    }),
  );
  t.pass('always');
  t.end();
});
