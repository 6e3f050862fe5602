// What is missing and nobody counted: each case is a gap record with bounds (P4), in bounded memory.
import t from 'tap';
import { sleep } from '../../../config/clock.ts';
import { maxQueuedBytes } from '../../../gateway/recording/camera-recording.ts';
import { nodeDisk, type RecordingDisk } from '../../../gateway/recording/recording-disk.ts';
import type { JournalRecord } from '../../../gateway/recording/recorder-protocol.ts';
import { audioTrack, videoTrack } from './support/fixture-stream.ts';
import { sealed, setUp } from './support/recorder-rig.ts';

const turn = () => new Promise(setImmediate);
const gaps = (told: readonly JournalRecord[]) =>
  told.flatMap((record) => (record.type === 'gap-closed' ? [record] : []));

t.test('P4: what was lost before the opening and is still missing then is a gap', async (t) => {
  const { stream, start, stop, told } = await setUp();
  // Key pictures come each second: the loss is behind the one that the file begins with.
  stream.play(1200);
  stream.lose(3, stream.zeroMonoMs + 1200);
  stream.lostBefore = 3;
  stream.play(200);
  await start();
  stream.play(1600);
  await stop();
  const [gap] = gaps(told).filter(({ track }) => track === 'video');
  t.match(gap, { from: { monoMs: stream.zeroMonoMs + 1160 }, to: { monoMs: stream.zeroMonoMs + 2000 } });
});

t.test('P4: a damaged picture of which no packet is missing is a gap', async (t) => {
  const { stream, start, stop, told } = await setUp();
  stream.play(1200);
  await start();
  stream.damaged = true;
  stream.play(40);
  stream.play(1600);
  await stop();
  const [gap] = gaps(told).filter(({ track }) => track === 'video');
  t.match(gap, { from: { monoMs: stream.zeroMonoMs + 1160 }, to: { monoMs: stream.zeroMonoMs + 2000 } });
});

t.test('a disk that hangs for long costs no more memory than one that is slow', async (t) => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const disk: RecordingDisk = {
    ...nodeDisk,
    open: async (file) => {
      const real = await nodeDisk.open(file);
      return file.endsWith('.part') ? { ...real, sync: () => slow.then(() => real.sync()) } : real;
    },
  };
  const { stream, start, stop } = await setUp({ disk });
  stream.play(40);
  await start();
  stream.padBytes = 64 * 1024;
  let most = 0;
  const waiting = (): number => [...stream.held].reduce((sum, { data }) => sum + data.length, 0);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 60; i++) {
      stream.play(400);
      most = Math.max(most, waiting());
      await turn();
    }
    await sleep(1050);
  }
  t.ok(most < maxQueuedBytes * 2, `${most} bytes waited at most`);
  release();
  await stop();
});

t.test('sound that comes 1.2 seconds behind the key frame of a rotation is kept', async (t) => {
  const { recorder, stream, start, stop, told } = await setUp({ segmentMs: 2000 });
  recorder.open();
  stream.soundLateMs = 1700;
  stream.report();
  stream.play(40);
  await start();
  stream.play(2040);
  await sleep(1200);
  stream.play(3900);
  await stop();
  const inFiles = sealed(told).reduce((sum, { frames }) => sum + frames.audio, 0);
  t.equal(inFiles, Math.ceil((5980 - 1700) / 64));
  t.same(gaps(told), []);
});

t.test('P4: sound that comes behind two rotations is in no file, and a gap', async (t) => {
  const { stream, start, stop, told } = await setUp({ segmentMs: 1000 });
  stream.soundLateMs = 1700;
  stream.report();
  stream.play(40);
  await start();
  stream.play(4000);
  await stop();
  const inFiles = sealed(told).reduce((sum, { frames }) => sum + frames.audio, 0);
  t.ok(inFiles < Math.ceil((4040 - 1700) / 64));
  t.match(gaps(told), [{ track: 'audio', cause: 'no-sound', from: { monoMs: stream.zeroMonoMs + 2020 } }]);
});

t.test('P4: sound that was back is missing again when the stream is described anew', async (t) => {
  const { stream, start, stop, told } = await setUp();
  stream.play(1000);
  await start();
  stream.play(200);
  stream.lose(0, stream.zeroMonoMs + 1200, 'audio');
  stream.play(200); // it is back
  stream.announce([videoTrack, audioTrack]); // and let go until the next key picture
  stream.play(1600);
  await stop();
  t.match(
    gaps(told).find(({ track }) => track === 'audio'),
    { to: { monoMs: stream.zeroMonoMs + Math.ceil(2000 / 64) * 64 } },
  );
});
