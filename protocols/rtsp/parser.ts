// Reads what arrives on an RTSP connection: messages, interleaved frames and junk between them, in place.
// Media is most of it, so a frame costs no object: the sink gets the buffer and two offsets.
import { LiuhenError } from '../../config/errors.ts';
import { Headers } from './headers.ts';
import { maxBodyBytes, maxHeaderBytes, maxHeaderCount } from './limits.ts';
import type { RtspMessage } from './message.ts';

export interface RtspSink {
  /** Payload of an interleaved frame at [start, end) of `bytes`, which is used again after the call. */
  onInterleaved(channel: number, bytes: Buffer, start: number, end: number): void;
  onMessage(message: RtspMessage): void;
  /** A run of bytes that belong to nothing; told when the run has ended. */
  onJunk(bytes: number): void;
}

/**
 * Says whether an interleaved frame may look like this. `first` and `second` are the first payload bytes.
 * After junk only frames that pass are believed; in step, those that fail are taken for junk.
 */
export type FrameTest = (channel: number, length: number, first: number, second: number) => boolean;

/** RTP and RTCP both begin with version 2 (RFC 3550 §5.1, §6.4.1) and have at least 4 bytes. */
export const looksLikeRtp: FrameTest = (_channel, length, first) => length >= 4 && first >>> 6 === 2;

const dollar = 0x24;
const minCarryBytes = 2048;
const maxKeptCarryBytes = 65_536;
const empty = Buffer.alloc(0);
/** Bytes that a method and the blank behind it, or "RTSP/", can take. */
const longestMethod = 24;
const knownMethods = new Set(
  'DESCRIBE ANNOUNCE GET_PARAMETER OPTIONS PAUSE PLAY RECORD REDIRECT SETUP SET_PARAMETER TEARDOWN'.split(
    ' ',
  ),
);

/**
 * Incremental: splitting the stream at any byte gives the same calls. Holds at most `maxCarryBytes`.
 * Throws RTSP_TOO_LARGE or RTSP_BAD_MESSAGE; the connection is of no use after that.
 */
export class RtspParser {
  readonly #sink: RtspSink;
  readonly #test: FrameTest;
  /** The unfinished rest of what came before is the first `#carried` bytes. */
  #carry: Buffer = empty;
  #carried = 0;
  #junk = 0;
  /** How far the unfinished head at the front has been searched, so that a trickle is not searched again. */
  #searched = 0;
  /** The first line of the unfinished head was found to be RTSP. */
  #lineTaken = false;

  constructor(sink: RtspSink, test: FrameTest = looksLikeRtp) {
    this.#sink = sink;
    this.#test = test;
  }

  /** Takes the next bytes of the stream; what is unfinished is kept inside. */
  push(chunk: Buffer): void {
    this.pushWithRoom(chunk, 0, chunk.length);
  }

  /**
   * The same for [from, to) of `bytes`, of which what lies before `from` may be overwritten: the rest of the
   * bytes before is put there, so that a read of many packets is not copied for the sake of half a packet.
   */
  pushWithRoom(bytes: Buffer, from: number, to: number): void {
    const carried = this.#carried;
    this.#carried = 0;
    if (carried > from) {
      const whole = Buffer.concat([this.#carry.subarray(0, carried), bytes.subarray(from, to)]);
      this.#keep(whole, this.#parse(whole, 0, whole.length), whole.length);
      return;
    }
    const start = from - carried;
    this.#carry.copy(bytes, start, 0, carried);
    this.#keep(bytes, this.#parse(bytes, start, to), to);
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    this.#carried = to - from;
    // Half a packet most of the time, so a small buffer of our own does; a large one is not kept for ever.
    const shrinks = this.#carry.length > maxKeptCarryBytes && this.#carried <= maxKeptCarryBytes;
    if (shrinks || this.#carried > this.#carry.length)
      this.#carry = Buffer.allocUnsafeSlow(Math.max(minCarryBytes, this.#carried));
    bytes.copy(this.#carry, 0, from, to);
  }

  /** Parses [from, to) of `bytes` and answers where the unfinished rest begins. */
  #parse(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const first = bytes[at] as number;
      let next: number;
      if (first === dollar) next = this.#frame(bytes, at, to);
      else if (this.#junk === 0 && (first === 0x0d || first === 0x0a))
        next = at + 1; // blank lines before a message: RFC 2068 §4.1
      else next = this.#text(bytes, at, to);
      if (next < 0) {
        this.#junk += 1;
        next = at + 1;
      } else if (next === at) return at;
      at = next;
    }
    return at;
  }

  /** The offset behind, the same offset when more bytes are needed, or -1 for junk. */
  #frame(bytes: Buffer, at: number, to: number): number {
    if (to - at < 4) return at;
    const length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    const channel = bytes[at + 1] as number;
    // Some cameras send empty frames to keep the connection open.
    if (length === 0 && this.#junk === 0) return at + 4;
    if (length < 2) return -1;
    if (to - at < 6) return at;
    if (!this.#test(channel, length, bytes[at + 4] as number, bytes[at + 5] as number)) return -1;
    const end = at + 4 + length;
    if (end > to) return at;
    this.#endJunk();
    this.#sink.onInterleaved(channel, bytes, at + 4, end);
    return end;
  }

  #endJunk(): void {
    if (this.#junk === 0) return;
    const junk = this.#junk;
    this.#junk = 0;
    this.#sink.onJunk(junk);
  }

  #text(bytes: Buffer, at: number, to: number): number {
    const start = this.#startsText(bytes, at, to);
    if (start !== 'yes') return start === 'no' ? -1 : at;
    const limit = Math.min(to, at + maxHeaderBytes);
    let headEnd = -1;
    let index = at + Math.max(0, this.#searched);
    for (; index < limit; index += 1) {
      const byte = bytes[index] as number;
      if (byte === 0x0a) {
        const before = bytes[index - 1];
        if (before === 0x0a || (before === 0x0d && bytes[index - 2] === 0x0a)) {
          headEnd = index + 1;
          break;
        }
        if (!this.#lineTaken) {
          // Text that is no RTSP, such as a log line of the camera's own: only this line is given up.
          if (!isFirstLine(bytes.toString('utf8', at, index))) {
            this.#searched = 0;
            this.#junk += index + 1 - at;
            return index + 1;
          }
          this.#lineTaken = true;
        }
      } else if (byte < 0x20 && byte !== 0x0d && byte !== 0x09) {
        // Not text after all. If an interleaved frame cut it short, its "$" is at most three bytes back.
        this.#searched = 0;
        this.#lineTaken = false;
        const frame = bytes.lastIndexOf(dollar, index);
        const resume = frame > at && frame >= index - 3 ? frame : index;
        this.#junk += resume - at;
        return resume;
      }
    }
    if (headEnd < 0) {
      if (index - at >= maxHeaderBytes)
        throw new LiuhenError('RTSP_TOO_LARGE', { what: 'the headers of a message', limit: maxHeaderBytes });
      this.#searched = index - at;
      return at;
    }
    const head = parseHead(bytes.toString('utf8', at, headEnd));
    const length = bodyLength(head.headers);
    if (headEnd + length > to) {
      // The head is parsed again when the body is there; its end is found at once.
      this.#searched = headEnd - at - 1;
      return at;
    }
    this.#searched = 0;
    this.#lineTaken = false;
    this.#endJunk();
    const body = length === 0 ? empty : Buffer.from(bytes.subarray(headEnd, headEnd + length));
    this.#sink.onMessage({ ...head, body });
    return headEnd + length;
  }

  /** In step any method is taken, so that a server can answer 501; after junk only the known ones. */
  #startsText(bytes: Buffer, at: number, to: number): 'yes' | 'no' | 'more' {
    const limit = Math.min(to, at + longestMethod);
    for (let index = at; index < limit; index += 1) {
      const byte = bytes[index] as number;
      if ((byte >= 0x41 && byte <= 0x5a) || byte === 0x5f) continue;
      const word = bytes.toString('latin1', at, index);
      if (byte === 0x2f) return word === 'RTSP' ? 'yes' : 'no';
      if (byte !== 0x20 || index === at) return 'no';
      return knownMethods.has(word) || (this.#junk === 0 && index - at >= 3) ? 'yes' : 'no';
    }
    return limit - at >= longestMethod ? 'no' : 'more';
  }
}

type Head =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string; readonly headers: Headers }
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly reason: string;
      readonly headers: Headers;
    };

/** RFC 2326 §7.1. The reason may be missing; some cameras leave out the blank before it too. */
const statusLine = /^RTSP\/\d+\.\d+ +(\d{3})(?: +(.*))?$/;
/** RFC 2326 §6.1. */
const requestLine = /^([A-Z_]+) +(\S+) +RTSP\/\d+\.\d+$/;

function isFirstLine(text: string): boolean {
  const line = text.trimEnd();
  return statusLine.test(line) || requestLine.test(line);
}

function parseHead(text: string): Head {
  const lines = text.split(/\r?\n/);
  const headers = parseHeaders(lines);
  const line = lines[0] as string;
  const status = statusLine.exec(line.trimEnd());
  if (status) return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '', headers };
  const request = requestLine.exec(line.trimEnd());
  if (request) return { kind: 'request', method: request[1] as string, uri: request[2] as string, headers };
  throw new LiuhenError('RTSP_BAD_MESSAGE', { why: `first line ${JSON.stringify(line.slice(0, 80))}` });
}

function parseHeaders(lines: readonly string[]): Headers {
  const headers = new Headers();
  let name = '';
  let value = '';
  const flush = (): void => {
    if (name !== '') headers.append(name, value.trim());
    name = '';
  };
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    if (name !== '' && (line.startsWith(' ') || line.startsWith('\t'))) {
      value += ` ${line.trim()}`; // folded, RFC 822 §3.1.1
      continue;
    }
    flush();
    if (headers.count >= maxHeaderCount)
      throw new LiuhenError('RTSP_TOO_LARGE', { what: 'the number of headers', limit: maxHeaderCount });
    const colon = line.indexOf(':');
    if (colon <= 0) continue; // a line without a name says nothing; cameras send such lines
    name = line.slice(0, colon).trim();
    value = line.slice(colon + 1);
  }
  flush();
  return headers;
}

function bodyLength(headers: Headers): number {
  const text = headers.get('Content-Length');
  if (text === undefined) return 0;
  if (!/^\d{1,15}$/.test(text))
    throw new LiuhenError('RTSP_BAD_MESSAGE', { why: `Content-Length ${JSON.stringify(text.slice(0, 40))}` });
  const length = Number(text);
  if (length > maxBodyBytes)
    throw new LiuhenError('RTSP_TOO_LARGE', { what: 'the body of a message', limit: maxBodyBytes });
  return length;
}
