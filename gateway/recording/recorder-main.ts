// The recorder's process: arguments in, one server on a socket, whole files when it ends.
import { parseArgs } from 'node:util';
import { LiuhenError } from '../../config/errors.ts';
import { createLog } from '../../config/log.ts';
import { RtspStream } from '../../device-drivers/camera/rtsp-stream.ts';
import { serveRecorder } from './recorder-server.ts';
import { nodeDisk } from './recording-disk.ts';

const log = createLog({ name: 'recorder' });

try {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      part: { type: 'string', default: '500ms' },
      'segment-ms': { type: 'string', default: '600000' },
      recordings: { type: 'string' },
      'reserve-bytes': { type: 'string', default: '67108864' },
    },
  });
  if (values.socket === undefined)
    throw new LiuhenError('RECORDER_REQUEST', {
      request: 'start of the process',
      why: '--socket PATH is missing',
    });
  const end = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('the recorder did not end cleanly', { error });
        process.exit(1);
      },
    );
  };
  const server = await serveRecorder(
    values.socket,
    {
      // The password stays in the request: it is never logged and never in an argument.
      openStream: ({ url, username, password, transport }, listener) =>
        new RtspStream({
          url,
          transport,
          listener,
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password }),
        }),
      disk: nodeDisk,
      log,
      partMs: values.part === 'auto' ? 'auto' : count('--part', values.part.replace(/ms$/, '')),
      segmentMs: count('--segment-ms', values['segment-ms']),
      ...(values.recordings === undefined ? {} : { recordingsFolder: values.recordings }),
      reserveBytes: count('--reserve-bytes', values['reserve-bytes']),
    },
    end,
  );
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  log.info('the recorder listens', { socket: values.socket });
} catch (error) {
  log.error('the recorder cannot start', { error });
  process.exitCode = 1;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new LiuhenError('RECORDER_REQUEST', { request: 'start of the process', why: `${name} ${text}` });
  return value;
}
