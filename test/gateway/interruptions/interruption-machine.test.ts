// The machine of an interruption as a table: every phase meets pictures, short losses and long ones, and most pairs
// change nothing.
import t from 'tap';
import {
  lookAt,
  whole,
  type Look,
  type Matter,
} from '../../../gateway/interruptions/interruption-machine.ts';

const limitMs = 5000;
const at = (ms: number) => ({ wallMs: 1_790_000_000_000 + ms, monoMs: ms });
/** At `now`, with the newest picture so old. */
const look = (lost: boolean, now: number, agoMs: number): Look => ({
  lost,
  lastPicture: at(now - agoMs),
  now: at(now),
});

const lost: Matter = { phase: 'lost', since: at(96_000) };
const detected: Matter = { phase: 'interrupted', how: 'detected', cause: '', since: at(50_000) };
const declared: Matter = { phase: 'interrupted', how: 'declared', cause: 'bad-weather', since: at(50_000) };
const back: Matter = { phase: 'back', since: at(50_000), again: at(60_000), lost: null };
const backLost: Matter = { ...back, lost: at(96_000) };
const over: Matter = { phase: 'over' };
const begun = (since: number): Matter => ({
  phase: 'interrupted',
  how: 'detected',
  cause: '',
  since: at(since),
});

const picture = look(false, 100_000, 200);
const short = look(true, 100_000, 4000);
const edge = look(true, 101_000, 5000);
const long = look(true, 101_001, 5001);

const table: readonly [string, Matter, Look, Matter, boolean][] = [
  ['whole: pictures', whole, picture, whole, false],
  ['whole: a short loss is remembered by its last picture', whole, short, lost, false],
  ['whole: a loss of just the limit is none yet', whole, edge, lost, false],
  ['whole: a long one begins at once, at the last picture', whole, long, begun(96_000), true],
  ['lost: pictures in time', lost, picture, whole, false],
  ['lost: not yet for long', lost, short, lost, false],
  ['lost: too long', lost, look(true, 101_001, 0), begun(96_000), true],
  ['lost: what comes in torn moves no beginning', lost, look(true, 100_500, 100), lost, false],
  [
    'detected: pictures again, and the cause is asked for',
    detected,
    picture,
    { phase: 'back', since: at(50_000), again: at(99_800), lost: null },
    false,
  ],
  ['detected: still lost, and nothing is entered twice', detected, long, detected, false],
  ['declared: pictures say nothing of it', declared, picture, declared, false],
  ['declared: a loss within is the same interruption', declared, long, declared, false],
  ['back: pictures', back, picture, back, false],
  ['back: lost once more, not for long', back, short, backLost, false],
  ['back: and again there', backLost, picture, back, false],
  ['back: lost for too long is another one', backLost, look(true, 101_001, 0), begun(96_000), true],
  ['over: without pictures nothing begins', over, long, over, false],
  ['over: with pictures it may be interrupted again', over, picture, whole, false],
];

for (const [name, matter, seen, next, began] of table)
  t.test(`C3: ${name}`, (t) => {
    const before = JSON.stringify(matter);
    t.strictSame(lookAt(matter, seen, limitMs), { matter: next, began });
    t.equal(JSON.stringify(matter), before, 'what was given is untouched');
    t.end();
  });
