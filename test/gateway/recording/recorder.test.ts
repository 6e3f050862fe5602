// The recorder as a whole, in one process, on material from ffmpeg.
import { mkdtemp, readdir, readFile, truncate, cp, writeFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { monoMs, monotonicTime, wallTime } from '../../../config/clock.ts';
import { readJournal } from '../../../gateway/recording/read-journal.ts';
import { nodeDisk, type RecordingDisk } from '../../../gateway/recording/recording-disk.ts';
import { recoverSegments } from '../../../gateway/recording/recover-segments.ts';
import { verifySegment } from '../../../gateway/recording/verify-segment.ts';
import { videoTrack } from './support/fixture-stream.ts';
import { sealed, setUp } from './support/recorder-rig.ts';

t.test(
  'P2: a file begins with the key frame before the opening, verifies, and gives every frame back',
  async (t) => {
    const { stream, start, stop, folder, recorder, told } = await setUp();
    stream.play(1500);
    await start(monoMs(stream.zeroMonoMs + 1400));
    stream.play(2500);
    await stop();
    const [seal] = sealed(told);
    t.ok(seal);
    if (!seal) return;
    t.equal(seal.first.monoMs, stream.zeroMonoMs + 1000, 'from the key frame at one second on');
    t.same(seal.frames.video, 75);
    const check = await verifySegment(folder, seal.file, seal);
    t.same(check.findings, []);
    t.equal(check.bytes, (await stat(path.join(folder, seal.file))).size, 'the index covers every byte');
    t.notOk(told.some((record) => record.type === 'gap-opened'));
    t.same((await readJournal(folder)).records, told, 'what was told is on disk');
    await recorder.close();
    t.equal(stream.held.size, 0);
  },
);

t.test('P2: a cold camera is a not-warm gap from the opening to its first frame', async (t) => {
  const { stream, start, stop, told } = await setUp({}, 0);
  await start(monoMs(stream.zeroMonoMs - 100));
  stream.play(1000);
  await stop();
  const closed = told.find((record) => record.type === 'gap-closed');
  t.match(closed, {
    cause: 'not-warm',
    from: { monoMs: stream.zeroMonoMs - 100 },
    to: { monoMs: stream.zeroMonoMs },
  });
});

t.test('rotation on a key frame loses no frame', async (t) => {
  const { stream, start, stop, told, folder } = await setUp({ segmentMs: 1000 });
  stream.play(40);
  await start();
  stream.play(3960);
  await stop();
  const seals = sealed(told);
  t.equal(seals.length, 4);
  t.equal(
    seals.reduce((sum, { frames }) => sum + frames.video, 0),
    100,
  );
  t.equal(
    seals.reduce((sum, { frames }) => sum + frames.audio, 0),
    63,
  );
  for (const seal of seals) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
});

t.test('a new resolution begins a new segment', async (t) => {
  const { stream, start, stop, told } = await setUp();
  stream.play(1000);
  await start();
  stream.announce([{ ...videoTrack, width: 320 }]);
  stream.play(1000);
  await stop();
  t.same(
    told.flatMap((record) => (record.type === 'segment-opened' ? [record.tracks[0]?.width] : [])),
    [160, 320],
  );
});

t.test(
  'P4: a stream that ends is a gap from its last frame to the next file, and losses merge',
  async (t) => {
    const { stream, streams, start, stop, told, expect } = await setUp();
    stream.play(1000);
    await start();
    for (let index = 0; index < 50; index++) stream.lose(2, stream.zeroMonoMs + 1000 + index);
    stream.play(100);
    stream.fail('closed');
    await expect((record) => record.type === 'gap-opened' && record.cause === 'closed');
    while (streams.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setImmediate(resolve));
    streams[1]?.play(1000);
    await expect((record) => record.type === 'gap-closed' && record.cause === 'closed');
    await stop();
    const gap = told.find((record) => record.type === 'gap-closed' && record.cause === 'closed');
    t.match(gap, { from: { monoMs: stream.zeroMonoMs + 1080 }, to: { monoMs: streams[1]?.zeroMonoMs } });
    const losses = told.filter((record) => record.type === 'gap-closed' && record.cause === 'lost-packets');
    t.match(losses, [{ lostPackets: 100 }]);
  },
);

t.test(
  'P4: a full disk is a gap; what is whole is sealed, and recording goes on when there is room',
  async (t) => {
    let full = false;
    const disk: RecordingDisk = {
      ...nodeDisk,
      open: async (file) => {
        const real = await nodeDisk.open(file);
        return {
          ...real,
          write: async (buffers, offset) => {
            if (full && file.endsWith('.part')) {
              await real.write([(buffers[0] as Uint8Array).subarray(0, 10)], offset); // a short write comes first
              throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
            }
            await real.write(buffers, offset);
          },
        };
      },
    };
    const { recorder, stream, start, stop, told, expect, folder } = await setUp({ disk });
    stream.play(1000);
    await start();
    stream.play(1000);
    while ((recorder.status().sessions[0]?.tracks[0]?.frames ?? 0) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    full = true;
    stream.play(1000);
    await expect((record) => record.type === 'gap-opened' && record.cause === 'disk-full');
    full = false;
    const deadline = monotonicTime() + 1100;
    while (monotonicTime() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    stream.play(2000);
    await expect((record) => record.type === 'gap-closed' && record.cause === 'disk-full');
    await stop();
    for (const seal of sealed(told)) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
    t.same(
      (await readdir(folder)).filter((file) => file.endsWith('.part')),
      [],
    );
    t.equal(sealed(told).length, 2);
  },
);

t.test(
  'P3: a file cut at any byte is recovered to its whole parts, and a flipped bit anywhere is found',
  async (t) => {
    const { recorder, stream, start, folder } = await setUp();
    stream.play(1000);
    await start();
    stream.play(2000);
    await recorder.close(); // as at quit: whole parts, not sealed
    const part = path.join(folder, 'cam-0001.mp4.part');
    const whole = await readFile(part);
    t.same((await verifySegment(folder, 'cam-0001.mp4.part')).findings, []);
    const index = await readFile(path.join(folder, 'cam-0001.mp4.index'), 'utf8');
    const { length: initBytes } = JSON.parse(index.slice(0, index.indexOf('\n'))) as { length: number };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.boolean(), async (cut, withIndex) => {
        const copy = await mkdtemp(path.join(tmpdir(), 'liuhen-cut-'));
        await cp(part, path.join(copy, 'cam-0001.mp4.part'));
        if (withIndex)
          await cp(path.join(folder, 'cam-0001.mp4.index'), path.join(copy, 'cam-0001.mp4.index'));
        await truncate(path.join(copy, 'cam-0001.mp4.part'), cut);
        const [fact] = await recoverSegments(nodeDisk, copy, []);
        if (!fact) return cut < initBytes;
        return (
          (await verifySegment(copy, fact.file, fact)).findings.length === 0 &&
          fact.bytes + (fact.recovered?.cutBytes ?? 0) === cut
        );
      }),
      { numRuns: 30 },
    );
    const [fact] = await recoverSegments(nodeDisk, folder, []);
    for (const name of ['cam-0001.mp4', 'cam-0001.mp4.index']) {
      const file = path.join(folder, name);
      const good = await readFile(file);
      await fc.assert(
        fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (at, bit) => {
          const bad = Buffer.from(good);
          bad[at] = (bad[at] ?? 0) ^ (1 << bit);
          await writeFile(file, bad);
          return (await verifySegment(folder, 'cam-0001.mp4', fact)).findings.length > 0;
        }),
        { numRuns: 100 },
      );
      await writeFile(file, good);
    }
  },
);

t.test(
  'P3, P4: a part whose index line was lost keeps its time, so that no gap begins before it',
  async (t) => {
    const { recorder, stream, start, folder } = await setUp();
    stream.play(1000);
    await start();
    stream.play(2000);
    await recorder.close();
    const copy = await mkdtemp(path.join(tmpdir(), 'liuhen-line-'));
    await cp(folder, copy, { recursive: true });
    const index = path.join(copy, 'cam-0001.mp4.index');
    const lines = (await readFile(index, 'utf8')).trimEnd().split('\n');
    await writeFile(
      index,
      lines
        .slice(0, -2)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const [whole] = await recoverSegments(nodeDisk, folder, []);
    const [short] = await recoverSegments(nodeDisk, copy, []);
    t.equal(short?.parts, whole?.parts);
    for (const clock of ['wallMs', 'monoMs'] as const) {
      const offMs = (short?.last[clock] ?? 0) - (whole?.last[clock] ?? 0);
      t.ok(Math.abs(offMs) <= 40, `${clock} is ${offMs} ms off: a picture at most`);
    }
  },
);

t.test('P3: a session is taken up again, with a gap from the last durable frame', async (t) => {
  const one = await setUp();
  one.stream.play(1500);
  await one.start();
  one.stream.play(1000);
  await one.recorder.close();
  const two = await setUp();
  two.stream.play(1500);
  await two.recorder.start({
    session: 's',
    room: 'r',
    folder: one.folder,
    cameras: [{ camera: 'cam', requiredTracks: ['video'] }],
    openedWallMs: wallTime(),
    openedMonoMs: monotonicTime(),
    resume: 'recorder-died',
  });
  two.stream.play(500);
  await two.stop();
  const { records } = await readJournal(one.folder);
  t.match(sealed(records), [{ file: 'cam-0001.mp4', recovered: { cutBytes: 0 } }, { file: 'cam-0002.mp4' }]);
  const gap = records.find((record) => record.type === 'gap-closed');
  t.match(gap, { cause: 'recorder-died', from: sealed(records)[0]?.last });
});
