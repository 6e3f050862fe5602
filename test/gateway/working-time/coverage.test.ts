// What a day's certificate counts: a table, and what has to hold whatever the files and gaps are.
import fc from 'fast-check';
import t from 'tap';
import { wallMs } from '../../../config/clock.ts';
import { coverageOf, excuseGap, total, type TrackGap } from '../../../gateway/working-time/coverage.ts';

const span = (from: number, to: number) => ({ from: wallMs(from * 1000), to: wallMs(to * 1000) });
const gap = (from: number, to: number, cause: string, excuse = ''): TrackGap => ({
  ...span(from, to),
  cause,
  excuse,
});
const track = (files: ReturnType<typeof span>[], gaps: TrackGap[] = []) => ({
  camera: 'c',
  track: 'video' as const,
  files,
  gaps,
});
const day = [span(100, 200), span(300, 400)];

t.test('I8: what is recorded, what is missing, and why', async (t) => {
  const { expectedMs, tracks } = coverageOf(day, [
    track([span(90, 150), span(150.04, 420)]),
    track([span(110, 200), span(300, 390)], [gap(100, 110, 'not-warm'), gap(340, 350, 'closed', 'JZ 11')]),
    track([]),
    track([span(0, 500)], [gap(90, 110, 'a'), gap(105, 120, 'b')]),
  ]);
  t.equal(expectedMs, 200_000);
  t.equal(tracks[0]?.recordedMs, 200_000, 'the spacing of frames between two files is no gap');
  t.same(tracks[0]?.missing, []);
  t.equal(tracks[1]?.recordedMs, 170_000);
  t.same(tracks[1]?.missing, [
    gap(100, 110, 'not-warm'),
    gap(340, 350, 'closed', 'JZ 11'),
    gap(390, 400, 'not-recorded'),
  ]);
  t.same(tracks[2]?.missing, [gap(100, 200, 'not-recorded'), gap(300, 400, 'not-recorded')]);
  t.same(
    tracks[3]?.missing,
    [gap(100, 110, 'a'), gap(110, 120, 'b')],
    'two that overlap are not counted twice',
  );
});

t.test('recorded and missing are together what was expected, in order and without overlap', async (t) => {
  const some = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 80 })), { maxLength: 12 })
    .map((list) => list.map(([from, length]) => span(from, from + length)));
  const holds = fc.property(some, some, (files, gaps) => {
    const { expectedMs, tracks } = coverageOf(day, [
      track(
        files,
        gaps.map((one) => ({ ...one, cause: 'x', excuse: '' })),
      ),
    ]);
    const [one] = tracks;
    const missing = one?.missing ?? [];
    return (
      (one?.recordedMs ?? 0) + total(missing) === expectedMs &&
      missing.every(({ from, to }, index) => to > from && from >= (missing[index - 1]?.to ?? 0))
    );
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 500 }));
});

t.test('C3: what lies in an explained interruption is excused, and listed all the same', async (t) => {
  const fault = { from: wallMs(100_000), to: wallMs(120_000), cause: 'closed' };
  const jz = (from: number, to: number) => ({ ...span(from, to), excuse: 'device-fault: JZ 11' });
  const excused = (from: number, to: number) => gap(from, to, 'closed', 'device-fault: JZ 11');
  t.same(excuseGap(fault, []), [gap(100, 120, 'closed')]);
  t.same(excuseGap(fault, [jz(100, 120)]), [excused(100, 120)]);
  t.same(excuseGap(fault, [jz(50, 99), jz(121, 130)]), [gap(100, 120, 'closed')], 'elsewhere');
  t.same(excuseGap(fault, [jz(115, 130), jz(90, 105)]), [
    excused(100, 105),
    gap(105, 115, 'closed'),
    excused(115, 120),
  ]);
  const [one] = coverageOf(
    [span(100, 200)],
    [track([span(120, 200)], [...excuseGap(fault, [jz(100, 120)])])],
  ).tracks;
  t.equal(one?.recordedMs, 80_000, 'excused is not recorded');
  t.same(one?.missing, [excused(100, 120)]);
});
