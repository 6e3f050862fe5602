import t from 'tap';
import { monoMs, wallMs } from '../../../config/clock.ts';
import {
  ClockWatch,
  clockStepMs,
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

t.test('a step of the wall clock is told once, a drift never', async (t) => {
  const watch = new ClockWatch();
  const at = (wall: number, mono: number): number | null =>
    watch.observe({ wall: wallMs(wall), mono: monoMs(mono) });
  t.equal(at(1_000_000, 0), null);
  t.equal(at(1_000_500, 500), null);
  t.equal(at(1_000_500 + 500 + clockStepMs - 1, 1000), null, 'less than a step');
  t.equal(at(4_601_999, 1500), 3_599_500);
  t.equal(at(4_602_499, 2000), null, 'told once');
  t.equal(at(1_002_500, 2500), -3_600_499);
  let told = 0;
  for (let n = 1; n <= 1000; n += 1) if (at(1_002_500 + n * 600, 2500 + n * 500) !== null) told += 1;
  t.equal(told, 0, 'a slow drift adds up to a hundred seconds without a step');
});
