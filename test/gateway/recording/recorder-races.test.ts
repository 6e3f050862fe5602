// Orders that come while another one is under way, and moments that fall together.
import t from 'tap';
import { monotonicTime, wallTime } from '../../../config/clock.ts';
import type { TrackKind } from '../../../gateway/recording/recorder-protocol.ts';
import { nodeDisk, type RecordingDisk } from '../../../gateway/recording/recording-disk.ts';
import { verifySegment } from '../../../gateway/recording/verify-segment.ts';
import { audioTrack, FixtureStream } from './support/fixture-stream.ts';
import { sealed, setUp } from './support/recorder-rig.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const request = (path: string) => ({
  camera: 'cam',
  url: `rtsp://127.0.0.1/${path}`,
  transport: 'tcp' as const,
  requiredTracks: ['video', 'audio'] as TrackKind[],
});

t.test('a camera that is released while it is asked for again is connected no more', async (t) => {
  const { recorder, streams } = await setUp();
  const asked = recorder.warm(request('2'));
  await recorder.release('cam');
  await asked;
  await turn();
  t.same(recorder.status().cameras, []);
  t.same(
    streams.filter(({ closed }) => !closed),
    [],
  );
});

t.test('of two requests for a camera at once the later one holds, with one connection', async (t) => {
  const { recorder, streams, start, stop, stream, told } = await setUp();
  stream.play(1000);
  await start();
  await Promise.all([recorder.warm(request('2')), recorder.warm(request('3'))]);
  await turn();
  t.same(streams.filter(({ closed }) => !closed).length, 1);
  streams.at(-1)?.play(1000);
  await stop();
  const seals = sealed(told);
  t.equal(
    seals.reduce((sum, { frames }) => sum + frames.video, 0),
    50,
  );
});

t.test('a session whose camera is released while it starts begins with a gap, and ends', async (t) => {
  let hold: Promise<void> = Promise.resolve();
  let release: () => void = () => undefined;
  const disk: RecordingDisk = {
    ...nodeDisk,
    makeFolder: async (folder) => {
      await hold;
      return nodeDisk.makeFolder(folder);
    },
  };
  const { recorder, start, stop, stream, told, streams, expect } = await setUp({ disk });
  stream.play(1000);
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const starting = start();
  await recorder.release('cam');
  release();
  await starting;
  await expect((record) => record.type === 'gap-opened' && record.cause === 'not-warm');
  await recorder.warm(request('1'));
  await turn();
  streams.at(-1)?.play(1000);
  await stop();
  t.equal(sealed(told).length, 1);
});

t.test('a stop while the session starts ends it behind its start', async (t) => {
  const { stream, start, stop, told, recorder } = await setUp();
  stream.play(1000);
  const starting = start();
  await stop();
  await starting;
  t.same(recorder.status().sessions, []);
  t.equal(sealed(told).length, 1);
  stream.play(1000);
  t.equal(sealed(told).length, 1);
});

t.test('a stop in the moment of a rotation seals both files, and every picture is in one', async (t) => {
  const { stream, start, stop, told, folder } = await setUp({ segmentMs: 1000 });
  stream.soundLateMs = 300;
  stream.report();
  stream.play(40);
  await start();
  stream.play(1000); // up to and with the key frame that begins the second file
  await stop();
  const seals = sealed(told);
  t.same(
    seals.map(({ frames }) => frames.video).toSorted((a, b) => b - a),
    [25, 1],
  );
  for (const seal of seals) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
});

t.test('two sessions on one camera have the same frames, and one goes on when the other ends', async (t) => {
  const { recorder, stream, start, stop, told, folder } = await setUp();
  stream.play(1000);
  await start();
  const other = {
    session: 'o',
    room: 'r2',
    folder: `${folder}-2`,
    cameras: [{ camera: 'cam', requiredTracks: ['video', 'audio'] as TrackKind[] }],
    openedWallMs: wallTime(),
    openedMonoMs: monotonicTime(),
  };
  await recorder.start(other);
  stream.play(1000);
  await stop();
  stream.play(1000);
  await recorder.stop({ session: 'o', closedWallMs: wallTime(), closedMonoMs: monotonicTime() + 1e9 });
  t.same(
    sealed(told).map(({ frames }) => frames.video),
    [50, 75],
  );
  await recorder.release('cam');
  t.equal(stream.held.size, 0);
});

t.test('a camera of sound alone is recorded, rotated and verified', async (t) => {
  const streams: FixtureStream[] = [];
  const { recorder, start, stop, told, folder } = await setUp({
    segmentMs: 1000,
    openStream: (_, listener) => {
      const stream = new FixtureStream(listener, monotonicTime() - 1500, wallTime() - 1500, [audioTrack]);
      streams.push(stream);
      return stream;
    },
  });
  const [stream] = streams;
  stream?.play(1500);
  await start();
  stream?.play(3000);
  await turn();
  t.match(
    recorder.status().sessions[0]?.tracks.find(({ kind }) => kind === 'audio'),
    { gap: null },
  );
  await stop();
  const seals = sealed(told);
  t.ok(seals.length >= 3, `${seals.length} files`);
  for (const seal of seals) t.same((await verifySegment(folder, seal.file, seal)).findings, []);
  t.notOk(
    told.some(({ type }) => type === 'gap-opened'),
    'no gap of a track that it has',
  );
});
