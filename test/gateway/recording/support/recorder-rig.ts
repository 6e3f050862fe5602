// One recorder with a fixture stream as its camera, on a folder of its own.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { monotonicTime, wallTime } from '../../../../config/clock.ts';
import { silentLog } from '../../../../config/log.ts';
import { Recorder, type RecorderOptions } from '../../../../gateway/recording/recorder.ts';
import { nodeDisk } from '../../../../gateway/recording/recording-disk.ts';
import type { JournalRecord } from '../../../../gateway/recording/recorder-protocol.ts';
import { FixtureStream } from './fixture-stream.ts';

const url = 'rtsp://127.0.0.1/1';

export async function setUp(options: Partial<RecorderOptions> = {}, warmMs = 1500) {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), 'liuhen-recorder-')), 's');
  const streams: FixtureStream[] = [];
  const told: JournalRecord[] = [];
  const waiting: { want: (record: JournalRecord) => boolean; found: () => void }[] = [];
  const recorder = new Recorder({
    openStream: (_, listener) => {
      const stream = new FixtureStream(
        listener,
        monotonicTime() - (streams.length === 0 ? warmMs : 0),
        wallTime() - (streams.length === 0 ? warmMs : 0),
      );
      streams.push(stream);
      return stream;
    },
    disk: nodeDisk,
    log: silentLog,
    partMs: 500,
    segmentMs: 600_000,
    reserveBytes: 0,
    onJournal: (_, record) => {
      told.push(record);
      for (const each of waiting) if (each.want(record)) each.found();
    },
    ...options,
  });
  await recorder.warm({ camera: 'cam', url, transport: 'tcp', requiredTracks: ['video', 'audio'] });
  const stream = streams[0] as FixtureStream;
  const start = (opened = monotonicTime(), resume?: 'recorder-died') =>
    recorder.start({
      session: 's',
      room: 'r',
      folder,
      cameras: [{ camera: 'cam', requiredTracks: ['video', 'audio'] }],
      openedWallMs: wallTime(),
      openedMonoMs: opened,
      ...(resume ? { resume } : {}),
    });
  const stop = (closed = monotonicTime() + 1e9) =>
    recorder.stop({ session: 's', closedWallMs: wallTime(), closedMonoMs: closed });
  const expect = (want: (record: JournalRecord) => boolean): Promise<void> =>
    new Promise((found) => {
      if (told.some(want)) found();
      else waiting.push({ want, found });
    });
  t.teardown(() => recorder.close());
  return { recorder, folder, streams, stream, told, start, stop, expect };
}

export const sealed = (records: readonly JournalRecord[]) =>
  records.filter((record) => record.type === 'segment-sealed');
