// One RTSP connection: requests with their answers, authentication, deadlines (RFC 2326). Interleaved frames go
// straight to the stream; what they mean is not known here.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { LiuhenError } from '../../config/errors.ts';
import { authorization, chooseChallenge, type Challenge } from '../../protocols/rtsp/digest.ts';
import {
  encodeInterleaved,
  encodeRequest,
  encodeResponse,
  type RtspMessage,
  type RtspResponse,
} from '../../protocols/rtsp/message.ts';
import { looksLikeRtp, RtspParser } from '../../protocols/rtsp/parser.ts';
import type { StreamFault } from './media-stream.ts';
import { paceReads, readRoomBytes, sharedReadBuffer } from './read-pacer.ts';

const readInto = sharedReadBuffer.subarray(readRoomBytes);

/** What a camera that does not read may leave unsent with us. */
export const maxUnsentBytes = 65_536;

export interface RtspConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  maxChannel(): number;
  onInterleaved(channel: number, bytes: Buffer, from: number, to: number): void;
  onJunk(bytes: number): void;
  onEnd(fault: StreamFault, error?: Error): void;
}

interface Waiting {
  readonly cseq: number;
  resolve(message: RtspResponse): void;
  reject(error: Error): void;
}

export class RtspConnection {
  readonly #options: RtspConnectionOptions;
  readonly #parser: RtspParser;
  #socket: net.Socket | null = null;
  #waiting: Waiting | null = null;
  #challenge: Challenge | null = null;
  #nonceCount = 0;
  #cseq = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #unpace: (() => void) | null = null;
  #ended = false;
  #connected = false;
  #trusted = false;
  /** CSeq of the last request that was given up unanswered; 0 when none was. */
  #overdue = 0;
  #drained: (() => void)[] = [];

  constructor(options: RtspConnectionOptions) {
    this.#options = options;
    this.#parser = new RtspParser(
      {
        onInterleaved: (channel, bytes, from, to) => options.onInterleaved(channel, bytes, from, to),
        onJunk: (bytes) => options.onJunk(bytes),
        onMessage: (message) => this.#answer(message),
      },
      // A `$` in junk is taken for a frame only on a channel in use, with RTP's or RTCP's first bits.
      (channel, length, first, second) =>
        channel <= options.maxChannel() && looksLikeRtp(channel, length, first, second),
    );
  }

  connect(): Promise<void> {
    const { host, port, connectTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(this.fault('closed', 'we closed the connection'));
        return;
      }
      const socket = net.connect({
        host,
        port,
        onread: {
          buffer: readInto,
          callback: (length) => this.#read(length),
        },
      });
      this.#socket = socket;
      socket.setNoDelay(true);
      const timer = setTimeout(() => {
        socket.destroy(this.fault('unreachable', `no connection within ${connectTimeoutMs} ms`));
      }, connectTimeoutMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        this.#connected = true;
        resolve();
      });
      socket.on('error', (error) => {
        clearTimeout(timer);
        reject(error instanceof LiuhenError ? error : this.fault('unreachable', error.message));
        this.#end(this.#connected ? 'closed' : 'unreachable', error);
      });
      socket.on('close', () => {
        clearTimeout(timer);
        reject(this.fault('closed', 'the camera closed the connection'));
        this.#end('closed');
      });
    });
  }

  get localAddress(): string {
    return this.#socket?.localAddress ?? '127.0.0.1';
  }

  get remoteAddress(): string {
    return this.#socket?.remoteAddress ?? this.#options.host;
  }

  /** From now on the kernel collects, and one timer reads. */
  pace(): void {
    this.#unpace ??= paceReads(() => this.#socket?.resume());
  }

  /** Resolves when what the kernel held has been handed on, or at once when there is nothing to read. */
  drain(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      // Nothing to read shows itself only by silence.
      const timer = setTimeout(done, 50);
      this.#drained.push(done);
      socket.resume();
    });
  }

  /** The session plays: from now on a refused login is an end of the session, not a wrong password. */
  trust(): void {
    this.#trusted = true;
  }

  /**
   * Sends a request and answers the final reply, having answered a challenge once. `timeoutMs` is for the whole
   * reply. Throws LiuhenError CAMERA_STREAM.
   */
  request(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>> = {},
    timeoutMs = this.#options.replyTimeoutMs,
  ): Promise<RtspResponse> {
    const turn = this.#queue.then(() => this.#exchange(method, uri, headers, timeoutMs));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Writes an interleaved frame to the camera: receiver reports. */
  sendInterleaved(channel: number, payload: Buffer): void {
    if (this.#ended || this.#socket === null || this.#socket.writableLength > maxUnsentBytes) return;
    this.#socket.write(encodeInterleaved(channel, payload));
  }

  /** Writes a request whose answer nobody waits for. */
  farewell(method: string, uri: string, headers: Readonly<Record<string, string>>): void {
    if (!this.#ended) this.#socket?.end(this.#encode(method, uri, headers, ++this.#cseq));
  }

  destroy(): void {
    this.#ended = true;
    this.#unpace?.();
    this.#socket?.destroy();
    this.#waiting?.reject(this.fault('closed', 'we closed the connection'));
    this.#waiting = null;
    for (const done of this.#drained.splice(0)) done();
  }

  fault(fault: StreamFault, why: string): LiuhenError {
    return new LiuhenError('CAMERA_STREAM', { host: this.#options.host, fault, why });
  }

  async #exchange(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<RtspResponse> {
    const used = this.#challenge;
    let reply = await this.#send(method, uri, headers, timeoutMs);
    if (reply.status !== 401) return reply;
    const asked = this.#challengeOf(reply);
    // A used nonce that is refused may have run out, whether or not the camera says stale=TRUE. The same nonce
    // asked for again is a refusal, unless this login has already carried a playing session.
    if (used !== null && asked.nonce === used.nonce && !asked.stale && !this.#trusted) throw this.#refused();
    this.#take(asked);
    reply = await this.#send(method, uri, headers, timeoutMs);
    if (reply.status !== 401) return reply;
    // A fresh nonce that is refused means a wrong password, and is never tried again in this attempt; only one
    // that the camera itself calls stale was right (RFC 7616 §3.3).
    const again = this.#challengeOf(reply);
    if (!again.stale || again.nonce === asked.nonce) throw this.#refused();
    this.#take(again);
    reply = await this.#send(method, uri, headers, timeoutMs);
    if (reply.status === 401) throw this.#refused();
    return reply;
  }

  #challengeOf(reply: RtspResponse): Challenge {
    const challenge = chooseChallenge(reply.headers.all('WWW-Authenticate'));
    if (challenge === null) throw this.fault('wrong-password', 'it asks for a login we do not know');
    if (this.#options.username === undefined || this.#options.password === undefined)
      throw this.fault('wrong-password', 'it asks for a login and none is set');
    return challenge;
  }

  /** A nonce that goes on keeps its count: going back would look like a replay (RFC 7616 §3.4, nc). */
  #take(challenge: Challenge): void {
    if (challenge.nonce !== this.#challenge?.nonce) this.#nonceCount = 0;
    this.#challenge = challenge;
  }

  #refused(): LiuhenError {
    return this.#trusted
      ? this.fault('closed', 'it no longer takes the login that it took before')
      : this.fault('wrong-password', 'it refused the login');
  }

  #send(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<RtspResponse> {
    const cseq = ++this.#cseq;
    return new Promise((resolve, reject) => {
      if (this.#ended || this.#socket === null) {
        reject(this.fault('closed', 'the connection is closed'));
        return;
      }
      // For the whole exchange: a reply that trickles in byte by byte does not move it.
      const timer = setTimeout(() => {
        this.#waiting = null;
        this.#overdue = cseq;
        reject(this.fault('no-reply', `no whole reply to ${method} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting = {
        cseq,
        resolve: (message) => {
          clearTimeout(timer);
          resolve(message);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket.write(this.#encode(method, uri, headers, cseq));
      this.#socket.resume();
    });
  }

  #encode(method: string, uri: string, headers: Readonly<Record<string, string>>, cseq: number): Buffer {
    const fields: Record<string, string> = { CSeq: String(cseq), 'User-Agent': 'liuhen' };
    const { username, password } = this.#options;
    if (this.#challenge !== null && username !== undefined && password !== undefined) {
      this.#nonceCount += 1;
      fields['Authorization'] = authorization(this.#challenge, {
        method,
        uri,
        username,
        password,
        count: this.#nonceCount,
        clientNonce: randomBytes(8).toString('hex'),
      });
    }
    return encodeRequest({ method, uri, headers: { ...fields, ...headers } });
  }

  #answer(message: RtspMessage): void {
    if (message.kind === 'request') {
      // A camera's own request (ANNOUNCE, OPTIONS): it is told that we do not do that (RFC 2326 §11.3.9). One
      // that asks without end and never reads is not answered without end.
      if (this.#ended || this.#socket === null || this.#socket.writableLength > maxUnsentBytes) return;
      this.#socket.write(encodeResponse({ status: 501, headers: { CSeq: message.headers.get('CSeq') } }));
      return;
    }
    if (message.status < 200) return; // 100 Continue
    const waiting = this.#waiting;
    if (waiting === null) return;
    // One request is under way at a time, so a wrong or missing CSeq still has one meaning, unless it is the
    // late answer to a request that was given up.
    if (this.#overdue !== 0 && Number(message.headers.get('CSeq')) === this.#overdue) {
      this.#overdue = 0;
      return;
    }
    this.#waiting = null;
    waiting.resolve(message);
  }

  #read(length: number): boolean {
    if (this.#ended) return false;
    try {
      this.#parser.pushWithRoom(sharedReadBuffer, readRoomBytes, readRoomBytes + length);
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      this.#socket?.destroy();
      this.#waiting?.reject(this.fault('bad-reply', reason.message));
      this.#waiting = null;
      this.#end('bad-reply', reason);
      return false;
    }
    for (const done of this.#drained.splice(0)) done();
    // An answer is read as it comes: its deadline may be shorter than the pace.
    return this.#unpace === null || length === readInto.length || this.#waiting !== null;
  }

  #end(fault: StreamFault, error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unpace?.();
    this.#waiting?.reject(this.fault(fault, error?.message ?? 'the camera closed the connection'));
    this.#waiting = null;
    for (const done of this.#drained.splice(0)) done();
    this.#options.onEnd(fault, error);
  }
}
