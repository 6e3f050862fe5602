// The cameras of the bench, in a process of their own whose CPU nobody is charged for: N streams of one loop,
// each picture stamped with its number, over RTSP (interleaved) and, for `cat`, as bare elementary stream.
// Every stream runs from the beginning of the process, as a camera does, whether anybody listens or not.
import net from 'node:net';
import { monotonicTime, wallTime } from '../config/clock.ts';
import { maxPayloadBytes, senderReport, videoPayloads, writePacket } from '../hw-sim/camera/rtp-packets.ts';
import { encodeFrameStamp } from '../protocols/media/frame-stamp.ts';
import { clipFramesPerSecond, readClip } from './clip.ts';
import type { FromSender, ToSender } from './sender-link.ts';

/** A client with this much unread is gone: nothing is buffered for it. */
const maxUnreadBytes = 8 * 1024 * 1024;
/** Send times are kept for so many pictures of each stream: four minutes. */
const sentRing = 6000;
const reportEveryMs = 5000;
const maxRequestBytes = 16 * 1024;
const frameMs = 1000 / clipFramesPerSecond;

interface Listener {
  readonly socket: net.Socket;
  /** Interleaved channel of RTP; null for the bare stream. */
  readonly channel: number | null;
}

interface Stream {
  readonly ssrc: number;
  readonly phase: number;
  readonly listeners: Set<Listener>;
  readonly sentAt: Float64Array;
  frame: number;
  sequence: number;
  packets: number;
  octets: number;
  reportedAt: number;
}

const [clipFile = '', streamCount = '1', writes = 'packet'] = process.argv.slice(2);
const clip = await readClip(clipFile);
const coded = clip.pictures.map((picture) => {
  const slice = picture.nals.findIndex((nal) => (nal[0]! & 0x1f) <= 5);
  const before = picture.nals.slice(0, slice);
  const slices = picture.nals.slice(slice);
  return {
    before: videoPayloads('h264', before),
    slices: videoPayloads('h264', slices),
    bytesBefore: annexB(before),
    bytesSlices: annexB(slices),
  };
});
const streams: Stream[] = Array.from({ length: Number(streamCount) }, (_, index) => ({
  ssrc: 0x1000 + index,
  // Key frames of different streams fall at different times, as those of real cameras do.
  phase: Math.floor((index * 50) / Number(streamCount)) + (index % 2) * 7,
  listeners: new Set(),
  sentAt: new Float64Array(sentRing),
  frame: 0,
  sequence: index * 1000,
  packets: 0,
  octets: 0,
  reportedAt: 0,
}));
const begun = monotonicTime();

function annexB(nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 0, 1]), nal]));
}

function sendPicture(stream: Stream): void {
  const picture = coded[(stream.frame + stream.phase) % coded.length]!;
  const monoMs = monotonicTime();
  const wallMs = wallTime();
  const stamp = encodeFrameStamp('h264', { frame: stream.frame, monoMs, wallMs });
  const payloads = [...picture.before, stamp, ...picture.slices];
  const timestamp = stream.frame * (90_000 / clipFramesPerSecond);
  let bytes = 0;
  for (const payload of payloads) bytes += 16 + payload.length;
  for (const listener of stream.listeners) {
    const { socket, channel } = listener;
    if (socket.writableLength > maxUnreadBytes) socket.destroy();
    if (channel === null) {
      writeCut(
        socket,
        Buffer.concat([picture.bytesBefore, annexB([stamp]), picture.bytesSlices]),
        maxPayloadBytes,
      );
      continue;
    }
    if (monoMs - stream.reportedAt >= reportEveryMs) sendReport(stream, socket, channel, timestamp, wallMs);
    const out = Buffer.allocUnsafe(bytes);
    let at = 0;
    payloads.forEach((payload, index) => {
      const sequence = stream.sequence + index;
      const marker = index === payloads.length - 1;
      const rtp = { payloadType: 96, marker, sequence, timestamp, ssrc: stream.ssrc };
      const end = writePacket(out, at, channel, rtp, payload);
      if (writes === 'packet') socket.write(out.subarray(at, end));
      at = end;
    });
    if (writes === 'picture') socket.write(out);
  }
  if (monoMs - stream.reportedAt >= reportEveryMs) stream.reportedAt = monoMs;
  stream.sentAt[stream.frame % sentRing] = monoMs;
  stream.frame += 1;
  stream.sequence = (stream.sequence + payloads.length) & 0xffff;
  stream.packets += payloads.length;
  stream.octets += bytes - 16 * payloads.length;
}

function writeCut(socket: net.Socket, bytes: Buffer, pieceBytes: number): void {
  if (writes === 'picture') socket.write(bytes);
  else
    for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes));
}

function sendReport(
  stream: Stream,
  socket: net.Socket,
  channel: number,
  timestamp: number,
  wallMs: number,
): void {
  const report = senderReport({
    ssrc: stream.ssrc,
    wallMs,
    timestamp,
    packets: stream.packets,
    octets: stream.octets,
  });
  const head = Buffer.from([0x24, channel + 1, report.length >> 8, report.length & 0xff]);
  socket.write(Buffer.concat([head, report]));
}

/** When the next picture of a stream is due: evenly spread, so that no two streams send at one moment. */
function due(stream: Stream, index: number): number {
  return begun + (stream.frame + index / streams.length) * frameMs;
}

function tick(): void {
  const at = monotonicTime();
  let next = Number.POSITIVE_INFINITY;
  streams.forEach((stream, index) => {
    while (due(stream, index) <= at) sendPicture(stream);
    next = Math.min(next, due(stream, index));
  });
  setTimeout(tick, Math.max(1, next - monotonicTime()));
}

function serveRtsp(socket: net.Socket): void {
  let text = '';
  let listener: Listener | null = null;
  let stream = streams[0]!;
  let channel = 0;
  const leave = (): void => {
    if (listener) stream.listeners.delete(listener);
  };
  socket.on('error', () => socket.destroy());
  socket.on('close', leave);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    // A receiver report is `$`, its channel and a length; it is not looked at.
    while (text.length > 0) {
      if (text[0] === '$') {
        const length = (text.charCodeAt(2) << 8) | text.charCodeAt(3);
        if (text.length < 4 + length) break;
        text = text.slice(4 + length);
        continue;
      }
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) break;
      const request = text.slice(0, end);
      text = text.slice(end + 4);
      answer(request);
    }
    if (text.length > maxRequestBytes) socket.destroy();
  });

  function answer(request: string): void {
    const [method = '', uri = ''] = request.split(' ', 2);
    const cseq = /^cseq:\s*(\d+)/im.exec(request)?.[1] ?? '0';
    const index = Number(/\/(\d+)(?:\/|$)/.exec(new URL(uri.replace(/^rtsp/, 'http')).pathname)?.[1]);
    const found = streams[index];
    const reply = (status: string, headers: readonly string[] = [], body = ''): void => {
      const lines = [`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers];
      if (body) lines.push(`Content-Length: ${body.length}`);
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
    };
    if (method === 'OPTIONS') {
      reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
      return;
    }
    if (!found) {
      reply('404 Not Found');
      return;
    }
    stream = found;
    const session = 'Session: bench;timeout=60';
    if (method === 'DESCRIBE')
      reply(
        '200 OK',
        ['Content-Type: application/sdp', `Content-Base: ${uri.replace(/\/$/, '')}/`],
        describe(),
      );
    else if (method === 'SETUP') {
      const interleaved = /interleaved=(\d+)-/.exec(request)?.[1];
      if (interleaved === undefined) reply('461 Unsupported Transport');
      else {
        channel = Number(interleaved);
        reply('200 OK', [session, `Transport: RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`]);
      }
    } else if (method === 'PLAY') {
      const rtptime = stream.frame * (90_000 / clipFramesPerSecond);
      reply('200 OK', [
        session,
        'Range: npt=0-',
        `RTP-Info: url=${uri.replace(/\/$/, '')}/v;seq=${stream.sequence};rtptime=${rtptime}`,
      ]);
      sendReport(stream, socket, channel, rtptime, wallTime());
      listener = { socket, channel };
      stream.listeners.add(listener);
    } else {
      if (method === 'TEARDOWN') leave();
      reply('200 OK', [session]);
    }
  }
}

function describe(): string {
  const level = clip.sps.toString('hex', 1, 4);
  const sets = `${clip.sps.toString('base64')},${clip.pps.toString('base64')}`;
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=bench',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    `a=framerate:${clipFramesPerSecond}`,
    `a=fmtp:96 packetization-mode=1;profile-level-id=${level};sprop-parameter-sets=${sets}`,
    'a=control:v',
    '',
  ].join('\r\n');
}

/** The bare stream: the client says a number and a line feed, and is sent that stream's bytes. */
function serveBare(socket: net.Socket): void {
  socket.on('error', () => socket.destroy());
  socket.once('data', (chunk: Buffer) => {
    const stream = streams[Number(chunk.toString('latin1').trim())];
    if (!stream) {
      socket.destroy();
      return;
    }
    const listener: Listener = { socket, channel: null };
    stream.listeners.add(listener);
    socket.on('close', () => stream.listeners.delete(listener));
    socket.resume();
  });
}

function listen(serve: (socket: net.Socket) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ noDelay: true }, serve);
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port));
  });
}

function lastSent(stream: Stream, atMonoMs: number): number {
  for (let frame = stream.frame - 1; frame >= Math.max(0, stream.frame - sentRing); frame -= 1)
    if (stream.sentAt[frame % sentRing]! <= atMonoMs) return frame;
  return -1;
}

const say = (message: FromSender): void => {
  process.send?.(message);
};
process.on('message', (message: ToSender) => {
  if (message.kind === 'sent-before')
    say({
      kind: 'sent-before',
      id: message.id,
      frames: streams.map((stream) => lastSent(stream, message.monoMs)),
    });
});
process.on('disconnect', () => process.exit(0));
const [rtspPort, barePort] = await Promise.all([listen(serveRtsp), listen(serveBare)]);
say({ kind: 'ready', rtspPort, barePort });
tick();
