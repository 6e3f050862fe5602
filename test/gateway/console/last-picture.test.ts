// The newest picture that is on disk, cut from what the real recorder wrote; ffprobe judges it in the peers, a browser
// plays it there.
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { monoMs, wallMs } from '../../../config/clock.ts';
import { lastPicture, pictureAgeMs } from '../../../gateway/console/last-picture.ts';
import { isBoxFault, readBoxHead, readInit, readMoof } from '../../../protocols/mp4/read-boxes.ts';
import { recordSessions } from '../verify/recorded-session.ts';

const { base, open, closed } = await recordSessions();
t.teardown(() => rmSync(base, { recursive: true, force: true }));
const nameIn = (folder: string): string =>
  readdirSync(folder).find((name) => /\.mp4(?:\.part)?$/.test(name)) ?? '';
const indexLines = (folder: string): string[] =>
  readFileSync(path.join(folder, 'a-0001.mp4.index'), 'utf8').trim().split('\n');

t.test('it is the init section and one whole part with a key frame, beginning at media time 0', async (t) => {
  for (const folder of [open, closed]) {
    const picture = await lastPicture(folder, 'a');
    if (!picture) return t.fail('no picture');
    const ftyp = readBoxHead(picture.mp4)?.length ?? 0;
    const init = ftyp + (readBoxHead(picture.mp4, ftyp)?.length ?? 0);
    const tracks = readInit(picture.mp4.subarray(0, init));
    const length = readBoxHead(picture.mp4, init)?.length ?? 0;
    const moof = readMoof(picture.mp4.subarray(init, init + length));
    if (isBoxFault(tracks) || isBoxFault(moof)) return t.fail('boxes');
    const video = tracks.find(({ kind }) => kind === 'video')?.id;
    t.ok(moof.tracks.some(({ id, keys }) => id === video && keys > 0));
    t.ok(moof.tracks.every(({ baseTime }) => baseTime === 0));
    t.equal(init + length + 8 + moof.payloadBytes, picture.mp4.length);
    const line = indexLines(folder)
      .map((text) => JSON.parse(text) as { n: number; last: object })
      .find(({ n }) => n === moof.sequence);
    t.same(picture.last, line?.last);
  }
  return undefined;
});

t.test('the bytes on disk stay as they are', async (t) => {
  const file = path.join(closed, nameIn(closed));
  const before = readFileSync(file);
  await lastPicture(closed, 'a');
  t.ok(readFileSync(file).equals(before));
});

t.test('a line that is still being written, and a part that is not whole, are passed over', async (t) => {
  const folder = t.testdir({});
  for (const name of readdirSync(closed)) copyFileSync(path.join(closed, name), path.join(folder, name));
  const whole = await lastPicture(folder, 'a');
  appendFileSync(path.join(folder, 'a-0001.mp4.index'), '{"n":99,"offset":');
  t.same(await lastPicture(folder, 'a'), whole);
  const file = path.join(folder, nameIn(folder));
  truncateSync(file, readFileSync(file).length - 1);
  t.ok(await lastPicture(folder, 'a'), 'one before it');
});

t.test(
  'where there is no part yet, no key frame, no such camera or no folder, there is no picture',
  async (t) => {
    const folder = t.testdir({ 'a-0001.mp4.part': '', 'a-0001.mp4.index': '', 'b-0001.mp4': 'x' });
    for (const camera of ['a', 'b', 'c']) t.equal(await lastPicture(folder, camera), null);
    t.equal(await lastPicture(path.join(folder, 'none'), 'a'), null);
  },
);

t.test('a camera whose name begins like that of another has its own pictures', async (t) => {
  const folder = t.testdir({});
  for (const name of readdirSync(closed).filter((each) => each.startsWith('a-')))
    copyFileSync(path.join(closed, name), path.join(folder, name.replace('a-', 'a-2-')));
  writeFileSync(path.join(folder, 'a-0001.mp4'), '');
  t.equal(await lastPicture(folder, 'a'), null);
  t.ok(await lastPicture(folder, 'a-2'));
});

t.test('P1: a picture of a camera that is gone, or of another time, is none of now', (t) => {
  const last = { wallMs: 1_790_000_000_000, monoMs: 60_000 };
  const age = (wallS: number, monoS: number): number | null =>
    pictureAgeMs(last, {
      wall: wallMs(last.wallMs + wallS * 1000),
      mono: monoMs(last.monoMs + monoS * 1000),
    });
  t.equal(age(0, 0), 0);
  t.equal(age(-0.05, -0.05), 0, 'two processes read two clocks');
  t.equal(age(9, 8), 9000);
  t.equal(age(11, 11), null, 'the camera was unplugged');
  t.equal(age(1, 3600), null, 'the wall clock was set back by an hour');
  t.equal(age(-3600, 1), null, 'and still is');
  t.equal(age(3600, 1), null, 'or set forward');
  t.equal(age(30, -50), null, 'the box was started again');
  t.end();
});
