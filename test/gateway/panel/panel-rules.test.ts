// Presses and lamps as tables, the pairs in which nothing happens among them.
import t from 'tap';
import {
  fastHalfMs,
  holdToCloseMs,
  lampLit,
  lampPatterns,
  nextButton,
  slowHalfMs,
  type ButtonInput,
  type ButtonState,
  type ButtonStep,
} from '../../../gateway/panel/panel-rules.ts';

const up: ButtonState = { at: 'up' };
const held: ButtonState = { at: 'down', sinceMs: 100, done: false };
const spent: ButtonState = { at: 'down', sinceMs: 100, done: true };
const long = 100 + holdToCloseMs;

const table: readonly [state: ButtonState, input: ButtonInput, step: ButtonStep, why: string][] = [
  [up, { on: 'down', atMs: 100, roomOpen: false }, { state: spent, effect: 'open' }, 'a press opens at once'],
  [
    up,
    { on: 'down', atMs: 100, roomOpen: true },
    { state: held, effect: null },
    'a press alone closes nothing',
  ],
  [up, { on: 'tick', atMs: 9e9, roomOpen: true }, { state: up, effect: null }, 'nobody presses'],
  [up, { on: 'up' }, { state: up, effect: null }, 'released without a press'],
  [held, { on: 'tick', atMs: long - 1, roomOpen: true }, { state: held, effect: null }, 'not yet'],
  [held, { on: 'tick', atMs: long, roomOpen: true }, { state: spent, effect: 'close' }, 'held long enough'],
  [
    held,
    { on: 'tick', atMs: long, roomOpen: false },
    { state: spent, effect: null },
    'closed by somebody else',
  ],
  [held, { on: 'down', atMs: 200, roomOpen: true }, { state: held, effect: null }, 'pressed already'],
  [held, { on: 'up' }, { state: up, effect: null }, 'let go in time'],
  [held, { on: 'lost' }, { state: up, effect: null }, 'the cable is out'],
  [
    spent,
    { on: 'tick', atMs: 9e9, roomOpen: true },
    { state: spent, effect: null },
    'the press that opened does not close',
  ],
  [spent, { on: 'up' }, { state: up, effect: null }, 'released'],
  [spent, { on: 'lost' }, { state: up, effect: null }, 'the cable is out'],
];
t.test('a press opens at once, closing takes a long one', async (t) => {
  for (const [state, input, step, why] of table) t.same(nextButton(state, input), step, why);
});

t.test('P1: the lamp is steady while the room records, and only then', async (t) => {
  t.same(lampPatterns, {
    idle: 'off',
    opening: 'slow',
    recording: 'steady',
    degraded: 'fast',
    interrupted: 'fast',
    closing: 'slow',
  });
  for (const [pattern, sinceMs, lit] of [
    ['off', 0, false],
    ['steady', 12_345, true],
    ['slow', 0, true],
    ['slow', slowHalfMs - 1, true],
    ['slow', slowHalfMs, false],
    ['slow', 2 * slowHalfMs, true],
    ['fast', fastHalfMs, false],
    ['fast', 2 * fastHalfMs, true],
  ] as const)
    t.equal(lampLit(pattern, sinceMs), lit, `${pattern} after ${sinceMs} ms`);
});
