// Every codec over every transport from a camera that is not ours, judged by readers that are not ours.
import t from 'tap';
import { judge } from './judge.ts';
import { gstCameraSize, startGstCamera, type GstCameraOptions } from './gst-camera.ts';
import { startRecorderProcess } from './recorder-process.ts';

// Real cameras run in real time, eight of them one after the other.
t.setTimeout(240_000);

const names = { h264: 'h264', 'h264-b-frames': 'h264', h265: 'hevc' };
const audioNames = { aac: 'aac', pcma: 'pcm_alaw', pcmu: 'pcm_mulaw', opus: 'opus' };
const cases: readonly (readonly [GstCameraOptions['video'], NonNullable<GstCameraOptions['audio']>])[] = [
  ['h264', 'aac'],
  ['h264-b-frames', 'pcma'],
  ['h265', 'pcmu'],
  ['h264', 'opus'],
];

for (const transport of ['tcp', 'udp'] as const) {
  for (const [video, audio] of cases) {
    t.test(`a GStreamer camera with ${video} and ${audio} over ${transport} is recorded whole`, async (t) => {
      const camera = await startGstCamera({ video, audio, transport });
      t.teardown(() => camera.kill());
      const recorder = await startRecorderProcess();
      t.teardown(() => recorder.close());
      const { url, username, password } = camera;
      const requiredTracks = ['video', 'audio'] as const;
      await recorder.warm({ url, username, password, transport, requiredTracks });
      await recorder.until(
        ({ cameras: [one] }) => one?.tracks.length === 2 && one.tracks.every(({ frames }) => frames > 30),
      );

      await recorder.start(requiredTracks);
      await recorder.until(
        ({ sessions: [one] }) => one?.tracks.every((track) => track.frames >= 75) ?? false,
      );
      const { journal, files } = await recorder.stop();

      const [file = ''] = files;
      t.equal(files.length, 1, 'one file');
      t.same(
        journal.filter(({ type }) => /gap|degraded/.test(type)),
        [],
        'no gap and no degradation',
      );
      const { tracks, complaints, exitCode, duration } = await judge(file);
      t.equal(complaints, '', 'ffmpeg decodes all of it without a word');
      t.equal(exitCode, 0);
      const [picture, sound] = tracks;
      t.match(picture, { codec: names[video], ...gstCameraSize, monotonic: true, distinct: true });
      t.equal(picture?.keyFirst, true, 'begins with a key frame');
      t.equal(picture?.reordered, video === 'h264-b-frames', 'pictures out of order only with B-frames');
      t.match(sound, { codec: audioNames[audio], monotonic: true, distinct: true });
      const sealed = journal.find((record) => record.type === 'segment-sealed');
      if (sealed?.type !== 'segment-sealed') throw new Error('nothing was sealed');
      t.equal(picture?.packets, sealed.frames.video, 'as many pictures as the journal says');
      t.ok(
        Math.abs(duration - (picture?.duration ?? 0)) < 0.3,
        `the file says that it is ${duration} s long, and its picture is ${picture?.duration} s`,
      );
      t.ok(
        Math.abs((picture?.duration ?? 0) - (sound?.duration ?? 0)) < 0.3,
        `picture (${picture?.duration} s) and sound (${sound?.duration} s) are equally long`,
      );
    });
  }
}

t.test('a camera that is killed in mid recording and comes back leaves a gap and whole files', async (t) => {
  const options: GstCameraOptions = { video: 'h264', audio: 'aac', transport: 'tcp' };
  const first = await startGstCamera(options);
  t.teardown(() => first.kill());
  const recorder = await startRecorderProcess();
  t.teardown(() => recorder.close());
  const { url, username, password, port } = first;
  await recorder.warm({ url, username, password, transport: 'tcp', requiredTracks: ['video', 'audio'] });
  await recorder.until(({ cameras: [one] }) => (one?.tracks[0]?.frames ?? 0) > 30);
  await recorder.start(['video', 'audio']);
  await recorder.until(({ sessions: [one] }) => (one?.tracks[0]?.frames ?? 0) >= 50);

  await first.kill();
  const down = await recorder.until(
    ({ sessions: [one] }) => one?.tracks.every(({ gap }) => gap !== null) ?? false,
  );
  const before = down.sessions[0]?.tracks[0]?.frames ?? 0;
  const second = await startGstCamera({ ...options, port });
  t.teardown(() => second.kill());
  await recorder.until(
    ({ sessions: [one] }) =>
      one !== undefined &&
      one.tracks.every(({ gap }) => gap === null) &&
      one.tracks.some(({ kind, frames }) => kind === 'video' && frames >= before + 50),
    60_000,
  );
  const { journal, files } = await recorder.stop();

  t.equal(files.length, 2, 'footage is not spliced over the gap');
  const opened = journal.filter((record) => record.type === 'gap-opened');
  const closed = journal.filter((record) => record.type === 'gap-closed');
  t.ok(opened.length > 0, 'the gap is a record');
  t.same(
    new Set(closed.map(({ gap }) => gap)),
    new Set(opened.map(({ gap }) => gap)),
    'every gap was closed',
  );
  t.ok(
    closed.every(({ from, to, unrecovered }) => to.monoMs > from.monoMs && unrecovered !== true),
    'with both bounds',
  );
  for (const file of files) {
    const { tracks, complaints, exitCode } = await judge(file);
    t.equal(complaints, '');
    t.equal(exitCode, 0);
    t.ok(tracks.every(({ monotonic, distinct }) => monotonic && distinct));
    t.equal(tracks[0]?.keyFirst, true);
  }
});
