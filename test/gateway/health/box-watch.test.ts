import t from 'tap';
import { monoMs, wallMs } from '../../../config/clock.ts';
import {
  ClockWatch,
  clockStepMs,
  stepSettleMs,
  diskState,
  lowBytes,
  type DiskState,
} from '../../../gateway/health/box-watch.ts';

const reserve = 256 * 2 ** 20;
const rows: [name: string, freeBytes: number, writable: boolean, before: DiskState | '', state: DiskState][] =
  [
    ['much room is ok', lowBytes * 10, true, '', 'ok'],
    ['little room is low', reserve + lowBytes - 1, true, 'ok', 'low'],
    ['low is left only with a margin', (reserve + lowBytes) * 1.05, true, 'low', 'low'],
    ['with the margin it is ok again', (reserve + lowBytes) * 1.11, true, 'low', 'ok'],
    ['less than the reserve is the reserve', reserve - 1, true, 'low', 'reserve'],
    ['the reserve is left only with a margin', reserve * 1.05, true, 'reserve', 'reserve'],
    ['a disk that cannot be written is that, whatever is free', lowBytes * 10, false, 'ok', 'not-writable'],
  ];
for (const [name, freeBytes, writable, before, state] of rows) {
  t.test(name, async (t) => {
    t.equal(diskState({ freeBytes, writable, syncMs: 1 }, reserve, before), state);
  });
}

/** How far off the wall clock is when it is set so far at each of these moments. */
function offBy(...steps: readonly (readonly [atMs: number, offMs: number])[]): (mono: number) => number {
  return (mono) => steps.findLast(([atMs]) => mono >= atMs)?.[1] ?? 0;
}

/** Observes every 500 ms up to `toMs`, with the wall clock `offMs` ahead, and answers what is told. */
function told(watch: ClockWatch, fromMs: number, toMs: number, offMs: (mono: number) => number): number[] {
  const steps: number[] = [];
  for (let mono = fromMs; mono <= toMs; mono += 500) {
    const step = watch.observe({ wall: wallMs(1_000_000 + mono + offMs(mono)), mono: monoMs(mono) });
    if (step !== null) steps.push(step);
  }
  return steps;
}

t.test('a step of the wall clock is told once, when no session had the time to tell it', async (t) => {
  const watch = new ClockWatch();
  const stepped = offBy([1500, 3_600_000]);
  t.same(told(watch, 0, 1000, stepped), []);
  t.same(told(watch, 1500, 1500 + stepSettleMs - 500, stepped), [], 'a session may still tell it');
  t.same(told(watch, 1500 + stepSettleMs, 20_000, stepped), [3_600_000]);
  t.same(
    told(watch, 20_500, 40_000, () => 3_600_000 + clockStepMs - 1),
    [],
    'less than a step',
  );
  t.same(
    told(watch, 40_500, 100_000, (mono) => 3_600_000 + clockStepMs + (mono - 40_000) / 5),
    [],
    'a slow drift adds up to twelve seconds without a step',
  );
});

t.test('a step that a session tells, a little before or after, is not told again', async (t) => {
  const watch = new ClockWatch();
  const off = offBy([1000, 3_600_000], [10_000, -3_600_000]);
  t.same(told(watch, 0, 1000, off), []);
  watch.told(3_600_010, monoMs(1800));
  t.same(told(watch, 1500, 9500, off), []);
  watch.told(-7_200_010, monoMs(9900));
  t.same(told(watch, 10_000, 20_000, off), []);
  t.equal(watch.rest(), null);
});

t.test('another step is not taken for the told one', async (t) => {
  const watch = new ClockWatch();
  const off = offBy([1000, 3_600_000], [2000, -3_600_000]);
  t.same(told(watch, 0, 2000, off), []);
  watch.told(3_600_000, monoMs(2000));
  t.same(told(watch, 2500, 20_000, off), [-7_200_000]);
});

t.test('what still waits when the gateway ends is told then', async (t) => {
  const watch = new ClockWatch();
  t.same(told(watch, 0, 1000, offBy([1000, 5000])), []);
  t.equal(watch.rest(), 5000);
  t.equal(watch.rest(), null);
});
