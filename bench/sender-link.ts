// What the bench and its cameras say to each other, and the bench's end of it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export type ToSender = { readonly kind: 'sent-before'; readonly id: number; readonly monoMs: number };
export type FromSender =
  | { readonly kind: 'ready'; readonly rtspPort: number; readonly barePort: number }
  | { readonly kind: 'sent-before'; readonly id: number; readonly frames: readonly number[] };

export interface Sender {
  readonly rtspPort: number;
  readonly barePort: number;
  url(stream: number): string;
  /** For each stream the number of the last picture that was sent at or before that moment. */
  sentBefore(monoMs: number): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** Whether each RTP packet is a write of its own, as most cameras send, or a whole picture is one. */
export type Writes = 'packet' | 'picture';

/** Starts the cameras on one processor core; they end with us. */
export function startSender(options: {
  readonly clipFile: string;
  readonly streams: number;
  readonly writes: Writes;
  readonly core: number | null;
}): Promise<Sender> {
  const { clipFile, streams, writes, core } = options;
  const extension = path.extname(fileURLToPath(import.meta.url));
  const entry = fileURLToPath(new URL(`./sender${extension}`, import.meta.url));
  const command = [process.execPath, ...process.execArgv, entry, clipFile, String(streams), writes];
  const pinned = core === null ? command : ['taskset', '-c', String(core), ...command];
  const child = spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const asked = new Map<number, (frames: readonly number[]) => void>();
  let nextId = 1;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void gone.then(() => reject(new Error('the sender ended before it was ready')));
    child.on('message', (message: FromSender) => {
      if (message.kind === 'ready') {
        const { rtspPort, barePort } = message;
        resolve({
          rtspPort,
          barePort,
          url: (stream) => `rtsp://127.0.0.1:${rtspPort}/${stream}`,
          sentBefore: (monoMs) =>
            new Promise((done) => {
              const id = nextId++;
              asked.set(id, done);
              child.send({ kind: 'sent-before', id, monoMs } satisfies ToSender);
            }),
          close: async () => {
            child.kill('SIGTERM');
            await gone;
          },
        });
      } else {
        asked.get(message.id)?.(message.frames);
        asked.delete(message.id);
      }
    });
  });
}
