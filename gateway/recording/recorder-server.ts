// The recorder behind its socket: requests in, answers and events out. A peer that goes away changes nothing.
import { LiuhenError } from '../../config/errors.ts';
import { serveChannel, type ChannelServer } from '../link/local-channel.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { readJournalRequest, readRelease, readStart, readStop, readWarm } from './read-request.ts';
import { recorderProtocol } from './recorder-protocol.ts';

export interface RecorderServer {
  readonly recorder: Recorder;
  /** Ends as `quit` does. Safe twice. */
  close(): Promise<void>;
}

/** Listens on `socket`. `onQuit` is called behind the answer to `quit`. */
export async function serveRecorder(
  socket: string,
  options: Omit<RecorderOptions, 'onStatus' | 'onJournal'>,
  onQuit: () => void,
): Promise<RecorderServer> {
  let channel: ChannelServer | null = null;
  let peers = 0;
  const recorder = new Recorder({
    ...options,
    onStatus: (status) => {
      if (peers > 0) channel?.broadcast('status', status);
    },
    onJournal: (session, record) => channel?.broadcast('journal', { session, record }),
  });
  channel = await serveChannel({
    path: socket,
    protocol: recorderProtocol,
    onPeer: () => {
      peers += 1;
    },
    onPeerGone: () => {
      peers -= 1;
    },
    handle: async (request, body) => {
      switch (request) {
        case 'warm':
          return recorder.warm(readWarm(body));
        case 'release':
          return recorder.release(readRelease(body).camera);
        case 'start':
          return recorder.start(readStart(body));
        case 'stop':
          return recorder.stop(readStop(body));
        case 'status':
          return recorder.status();
        case 'journal':
          return recorder.journal(readJournalRequest(body));
        case 'quit':
          await recorder.close();
          setImmediate(onQuit);
          return null;
        default:
          throw new LiuhenError('RECORDER_REQUEST', { request, why: 'not known' });
      }
    },
  });
  recorder.open();
  return {
    recorder,
    close: async () => {
      await recorder.close();
      await channel?.close();
    },
  };
}
