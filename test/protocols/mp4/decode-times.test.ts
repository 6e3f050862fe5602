// Decoding times against those that ffmpeg has for the same stream.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { DecodeTimes } from '../../../protocols/mp4/decode-times.ts';

const times = JSON.parse(
  readFileSync(new URL('../../fixtures/media/bframes-160x120.times.json', import.meta.url), 'utf8'),
) as [number, number][];

t.test('decoding times of a stream with B-frames are those of ffmpeg', async (t) => {
  const order = new DecodeTimes(times[0]?.[0] ?? 0, 2, 3600);
  t.same(
    times.map(([present]) => order.next(present)),
    times.map(([, decode]) => decode),
  );
});

t.test('without B-frames decoding and presentation are one', async (t) => {
  const order = new DecodeTimes(0, 0, 3600);
  t.same(
    [0, 3600, 10800].map((present) => order.next(present)),
    [0, 3600, 10800],
  );
});

t.test('a stamp that breaks the promise still gets a later decoding time', async (t) => {
  const order = new DecodeTimes(0, 0, 3600);
  t.same(
    [3600, 0, 7200].map((present) => order.next(present)),
    [3600, 3601, 7200],
  );
});
