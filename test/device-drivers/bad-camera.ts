// A camera in the test's own process that misbehaves as a test says. It speaks RTSP by hand (RFC 2326), not through
// our encoder, and notes every request.
import { once } from 'node:events';
import net from 'node:net';
import { monotonicTime } from '../../config/clock.ts';
import type { PacketLoss, StreamListener } from '../../device-drivers/camera/media-stream.ts';
import { RtspStream } from '../../device-drivers/camera/rtsp-stream.ts';
import type { RtspStreamOptions } from '../../device-drivers/camera/rtsp-options.ts';
import type { Frame, Track } from '../../protocols/media/track.ts';

export interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly cseq: string;
  readonly authorization: string;
  readonly transport: string;
  readonly atMs: number;
}

/** What goes back: text as it stands, or null for nothing. */
type Answer = (asked: Asked, socket: net.Socket) => string | Buffer | null;

/** H.264 without parameter sets out of band, and G.711 A-law (RFC 8866, RFC 6184 §8.2, RFC 3551 §4.5.14). */
export const sdp = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=control:*',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:trackID=1',
  'm=audio 0 RTP/AVP 8',
  'a=control:trackID=2',
  '',
].join('\r\n');

export function reply(asked: Asked, status: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return `${[`RTSP/1.0 ${status}`, `CSeq: ${asked.cseq}`, ...headers, ...length].join('\r\n')}\r\n\r\n${body}`;
}

/** An honest answer to each method; `sessionSeconds` is what the camera says, not what it does. */
export function honest(asked: Asked, sessionSeconds = 60, description = sdp): string {
  if (asked.method === 'DESCRIBE')
    return reply(asked, '200 OK', ['Content-Type: application/sdp'], description);
  if (asked.method === 'SETUP') {
    const at = asked.uri.endsWith('2') ? '2-3' : '0-1';
    return reply(asked, '200 OK', [
      `Transport: RTP/AVP/TCP;unicast;interleaved=${at}`,
      `Session: 4711;timeout=${sessionSeconds}`,
    ]);
  }
  return reply(asked, '200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
}

/** One interleaved RTP packet with a whole key picture (RFC 2326 §10.12, RFC 3550 §5.1, RFC 6184 §5.6). */
export function picture(sequence: number, stamp: number, ssrc = 1): Buffer {
  const payload = Buffer.from('658801', 'hex');
  const bytes = Buffer.alloc(16);
  bytes.set([0x24, 0, 0, 12 + payload.length, 0x80, 0x80 | 96]);
  bytes.writeUInt16BE(sequence & 0xffff, 6);
  bytes.writeUInt32BE(stamp >>> 0, 8);
  bytes.writeUInt32BE(ssrc, 12);
  return Buffer.concat([bytes, payload]);
}

export interface BadCamera {
  readonly port: number;
  readonly asked: Asked[];
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function badCamera(answer: Answer): Promise<BadCamera> {
  const asked: Asked[] = [];
  const open = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    open.add(socket);
    let text = '';
    socket.on('error', () => socket.destroy()); // the client may reset
    socket.on('close', () => open.delete(socket));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      // Receiver reports of the client begin with "$" and are not looked at.
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = /([A-Z_]+) (rtsp:\S+) RTSP\/1\.0\r\n([\s\S]*)$/.exec(text.slice(0, end));
        text = text.slice(end + 4);
        if (head === null) continue;
        const [, method = '', uri = '', headers = ''] = head;
        const request = {
          method,
          uri,
          cseq: /CSeq: (\d+)/.exec(headers)?.[1] ?? '',
          authorization: /Authorization: (.*)/.exec(headers)?.[1] ?? '',
          transport: /Transport: (.*)/.exec(headers)?.[1] ?? '',
          atMs: monotonicTime(),
        };
        asked.push(request);
        const back = answer(request, socket);
        if (back !== null) socket.write(back);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    asked,
    connections: () => connections,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Watched {
  readonly stream: RtspStream;
  readonly frames: { readonly kind: string; readonly rtpTime: number; readonly lostBefore: number }[];
  readonly losses: PacketLoss[];
  readonly tracks: (readonly Track[])[];
  /** Resolves when the condition holds after something came from the stream. */
  readonly until: (condition: () => boolean) => Promise<void>;
}

export function watch(camera: BadCamera, more: Partial<RtspStreamOptions> = {}): Watched {
  const frames: Watched['frames'] = [];
  const losses: PacketLoss[] = [];
  const tracks: (readonly Track[])[] = [];
  let waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const look = (): void => {
    waiting = waiting.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  };
  const listener: StreamListener = {
    onTracks: (all) => {
      tracks.push(all);
      look();
    },
    onFrame: (frame: Frame) => {
      frames.push({ kind: frame.kind, rtpTime: frame.rtpTime, lostBefore: frame.lostBefore });
      frame.release();
      look();
    },
    onLoss: (loss) => {
      losses.push(loss);
      look();
    },
    onSenderReport: () => undefined,
  };
  const stream = new RtspStream({
    url: `rtsp://127.0.0.1:${camera.port}/live`,
    transport: 'tcp',
    connectTimeoutMs: 500,
    replyTimeoutMs: 400,
    silenceTimeoutMs: 400,
    listener,
    ...more,
  });
  return {
    stream,
    frames,
    losses,
    tracks,
    until: (condition) =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        look();
      }),
  };
}
