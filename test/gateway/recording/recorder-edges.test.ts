// What happens to a recording at its edges: late sound, a camera given up, a disk that refuses to seal, a loss.
import { readdir } from 'node:fs/promises';
import t from 'tap';
import { maxQueuedBytes } from '../../../gateway/recording/camera-recording.ts';
import { nodeDisk, type RecordingDisk } from '../../../gateway/recording/recording-disk.ts';
import { verifySegment } from '../../../gateway/recording/verify-segment.ts';
import { audioTrack, videoTrack } from './support/fixture-stream.ts';
import { sealed, setUp } from './support/recorder-rig.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test(
  'sound that comes behind the key frame of a rotation is kept in the segment it belongs to',
  async (t) => {
    const { stream, start, stop, told, folder } = await setUp({ segmentMs: 1000 });
    stream.soundLateMs = 300;
    stream.report();
    stream.play(40);
    await start();
    stream.play(4200);
    await stop();
    const seals = sealed(told);
    const inFiles = seals.reduce((sum, { frames }) => sum + frames.audio, 0);
    t.equal(inFiles, Math.ceil((4240 - 300) / 64), 'every frame of sound is in a file');
    const first = seals.find(({ file }) => file === 'cam-0001.mp4');
    // The first file shows one second of pictures: sound from before the second key frame and no more.
    const inFirst = Math.floor(1000 / ((1024 / audioTrack.clockRate) * 1000)) + 1;
    t.equal(first?.frames.audio, inFirst);
    for (const seal of seals) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
  },
);

t.test(
  'P4: a camera that is released while it is recorded is a gap until it is asked for again',
  async (t) => {
    const { recorder, stream, streams, start, stop, told, expect } = await setUp();
    stream.play(1000);
    await start();
    stream.play(1000);
    await recorder.release('cam');
    await expect((record) => record.type === 'gap-opened' && record.cause === 'closed');
    await expect((record) => record.type === 'segment-sealed');
    await recorder.warm({
      camera: 'cam',
      url: 'rtsp://127.0.0.1/1',
      transport: 'tcp',
      requiredTracks: ['video', 'audio'],
    });
    await turn();
    streams[1]?.play(1000);
    await expect((record) => record.type === 'gap-closed' && record.cause === 'closed');
    await stop();
    const gap = told.find((record) => record.type === 'gap-closed');
    t.match(gap, { from: { monoMs: stream.zeroMonoMs + 1960 }, to: { monoMs: streams[1]?.zeroMonoMs } });
  },
);

t.test(
  'a session is not closed while the disk refuses to seal a file, and nothing is lost by it',
  async (t) => {
    let refuses = true;
    const disk: RecordingDisk = {
      ...nodeDisk,
      rename: async (from, to) => {
        if (refuses) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        await nodeDisk.rename(from, to);
      },
    };
    const { stream, start, stop, told, folder } = await setUp({ disk });
    stream.play(1000);
    await start();
    stream.play(1000);
    await t.rejects(stop(), { code: 'RECORDER_SEAL_WAITS' });
    await t.rejects(stop(), { code: 'RECORDER_SEAL_WAITS' });
    t.notOk(told.some((record) => record.type === 'stopped'));
    refuses = false;
    await stop();
    const [seal] = sealed(told);
    t.equal(seal?.frames.video, 50);
    t.same((await verifySegment(folder, seal?.file ?? '', seal)).findings, []);
    t.same(
      (await readdir(folder)).filter((file) => file.endsWith('.part')),
      [],
    );
    t.notOk(
      told.some((record) => record.type === 'gap-opened'),
      'nothing is missing',
    );
  },
);

t.test(
  'P1, P4: pictures behind a loss are kept, and count as recorded from the next key frame on',
  async (t) => {
    const { recorder, stream, start, stop, told, expect } = await setUp();
    stream.play(1000);
    await start();
    stream.play(400);
    const track = () => recorder.status().sessions[0]?.tracks.find(({ kind }) => kind === 'video');
    stream.lose(3, stream.zeroMonoMs + 1400);
    stream.lostBefore = 3;
    stream.play(560); // up to, and without, the key frame at two seconds
    stream.report();
    while ((track()?.frames ?? 0) < 30) await turn(); // most of it is on disk
    t.ok((track()?.durableMonoMs ?? 0) <= stream.zeroMonoMs + 1360, 'no damaged picture counts as recorded');
    stream.play(1040);
    while ((track()?.durableMonoMs ?? 0) < stream.zeroMonoMs + 2000) await turn();
    await stop();
    await expect((record) => record.type === 'gap-closed');
    const gap = told.find((record) => record.type === 'gap-closed');
    t.match(gap, {
      track: 'video',
      cause: 'lost-packets',
      lostPackets: 3,
      from: { monoMs: stream.zeroMonoMs + 1360 },
      to: { monoMs: stream.zeroMonoMs + 2000 },
    });
    t.equal(sealed(told)[0]?.frames.video, 75, 'every picture that came is in the file');
  },
);

t.test('P4: a segment ends when the reserve is reached, and what was sealed then verifies', async (t) => {
  let free = 1000;
  const disk: RecordingDisk = { ...nodeDisk, freeBytes: async () => free };
  const { recorder, stream, start, stop, told, folder, expect } = await setUp({ disk, reserveBytes: 500 });
  recorder.open();
  stream.play(1000);
  await start();
  stream.play(1000);
  free = 499;
  await expect((record) => record.type === 'gap-opened' && record.cause === 'disk-full');
  await expect((record) => record.type === 'segment-sealed');
  free = 1000;
  while (recorder.status().disk.freeBytes !== 1000) await turn();
  for (let n = 0; !told.some((record) => record.type === 'gap-closed') && n < 200; n += 1) {
    stream.play(1000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop();
  const seals = sealed(told);
  t.equal(seals.length, 2);
  t.equal(seals[0]?.frames.video, 50, 'all that came before is kept');
  for (const seal of seals) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
});

t.test('P4: a disk that does not keep up costs frames with a record, not memory', async (t) => {
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
  const { recorder, stream, start, stop, told, folder, expect } = await setUp({ disk });
  stream.play(40);
  await start();
  stream.padBytes = 64 * 1024;
  let most = 0;
  const waiting = (): number => [...stream.held].reduce((sum, { data }) => sum + data.length, 0);
  while (!told.some((record) => record.type === 'gap-opened')) {
    stream.play(400);
    most = Math.max(most, waiting());
    await turn();
  }
  t.ok(most < maxQueuedBytes * 1.5, `${most} bytes waited at most`);
  t.equal(recorder.status().sessions[0]?.tracks[0]?.gap, 'disk-slow');
  release();
  await expect((record) => record.type === 'segment-sealed');
  await stop();
  for (const seal of sealed(told)) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
  t.match(
    told.find((record) => record.type === 'gap-closed'),
    { cause: 'disk-slow', unrecovered: true },
  );
});

t.test(
  'P4: a stream that is described anew between two key frames is a gap until the next one',
  async (t) => {
    const { stream, start, stop, told } = await setUp();
    stream.play(1000);
    await start();
    stream.play(400);
    stream.announce([videoTrack, audioTrack]); // as when the sound's source begins anew
    stream.play(1600);
    await stop();
    const gaps = told.flatMap((record) => (record.type === 'gap-closed' ? [record] : []));
    t.same(gaps.map(({ track, cause }) => `${track} ${cause}`).toSorted(), [
      'audio changed-tracks',
      'video changed-tracks',
    ]);
    const from = { monoMs: stream.zeroMonoMs + 1360 };
    const to = { monoMs: stream.zeroMonoMs + 2000 };
    t.match(
      gaps.find(({ track }) => track === 'video'),
      { from, to },
    );
  },
);
