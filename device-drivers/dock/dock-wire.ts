// One session on one line to a dock: hello, one command at a time, the same bytes again until they are answered,
// doubles dropped (SPEC.md §2, §3). It ends once, with a named failure; opening a new one is Dock's.
import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { sleep } from '../../config/clock.ts';
import { LiuhenError } from '../../config/errors.ts';
import { decodeEvent, decodeRefusal, decodeReply, encodeRequest } from '../../protocols/dock/codec.ts';
import { FrameReader, type FrameCounts } from '../../protocols/dock/frame-reader.ts';
import { encodeFrame, isAfter, nextSequence, type Frame } from '../../protocols/dock/frame.ts';
import * as limits from '../../protocols/dock/limits.ts';
import type {
  Ask,
  CallName,
  DockEvent,
  DockRequest,
  Refusal,
  ReplyTo,
} from '../../protocols/dock/messages.ts';
import { dockDown, type DockFailure } from './dock-state.ts';

/** Commands that may wait for the one under way. */
export const maxWaiting = 64;

export interface WireTimes {
  readonly firstReplyWaitMs: number;
  readonly longestReplyWaitMs: number;
  readonly sends: number;
}

export interface WireOptions {
  /** For errors. */
  readonly address: string;
  readonly times: WireTimes;
  /** `missed`: events were lost before this one. */
  onEvent(event: DockEvent, missed: boolean): void;
  /** Once, and never after close(). */
  onEnd(error: LiuhenError): void;
}

export interface WireCounts extends FrameCounts {
  readonly bytes: number;
  /** Requests that were sent again. */
  readonly repeated: number;
  /** Sound frames that nobody waited for: doubles, and answers that came too late. */
  readonly unexpected: number;
}

interface Waiting {
  readonly sequence: number;
  readonly fits: (frame: Frame) => boolean;
  readonly resolve: (frame: Frame | null) => void;
}

export class DockWire {
  readonly #stream: Duplex;
  readonly #options: WireOptions;
  readonly #reader = new FrameReader();
  readonly #ending = new AbortController();
  #end: LiuhenError | null = null;
  #waiting: Waiting | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #sequence = 0;
  #version: number | null = null;
  #maxPayload = limits.minPayloadBytes;
  #boot = 0;
  #eventSequence = 0;
  #counts = { bytes: 0, repeated: 0, unexpected: 0 };

  constructor(stream: Duplex, options: WireOptions) {
    this.#stream = stream;
    this.#options = options;
    stream.on('data', (bytes: Buffer) => {
      this.#counts.bytes += bytes.length;
      for (const frame of this.#reader.push(bytes)) if (this.#end === null) this.#take(frame);
    });
    // A serial port that was pulled may tell either, or both; 'close' even twice.
    stream.on('error', (error: Error) => this.#fail('lost', error.message, error));
    stream.on('close', () => this.#fail('lost', 'the line was closed'));
    stream.on('end', () => this.#fail('lost', 'the line was closed'));
    // What the dock heard before belongs to nobody (SPEC.md §1.1).
    stream.write(Buffer.of(0));
  }

  get counts(): WireCounts {
    return { ...this.#reader.counts, ...this.#counts };
  }

  /** Bytes of a clip or an image that fit into one frame of this session. */
  get chunkBytes(): number {
    return Math.min(limits.maxChunkBytes, this.#maxPayload - limits.chunkOverheadBytes);
  }

  /** Begins the session. Rejects with DOCK_DOWN; the line has ended then. */
  async hello(): Promise<ReplyTo<'hello'>> {
    const session = randomInt(1, 0xffff_ffff);
    const { minProtocolVersion: minVersion, maxProtocolVersion: maxVersion, maxPayloadBytes } = limits;
    const request = { case: 'hello', value: { session, minVersion, maxVersion, maxPayloadBytes } } as const;
    // The answer to somebody else's hello is still on the line, perhaps.
    const fits = (frame: Frame): boolean =>
      frame.version === limits.helloVersion &&
      (frame.type === 'error' || this.#read('hello', frame)?.session === session);
    const frame = await this.#exchange(request, limits.helloSequence, limits.helloVersion, fits);
    if (frame.type === 'error') {
      const refusal = this.#refusal(frame);
      const { code, text, minVersion: min, maxVersion: max } = refusal;
      throw code === 'version-unsupported'
        ? this.#fail(
            'wrong-version',
            `it speaks ${min} to ${max}, this gateway ${minVersion} to ${maxVersion}`,
          )
        : this.#fail('refused', `hello: ${code} ${text}`.trim());
    }
    const reply = this.#read('hello', frame);
    if (!reply) throw this.#fail('bad-reply', 'its hello cannot be read');
    if (reply.version < minVersion || reply.version > maxVersion)
      throw this.#fail('wrong-version', `it chose ${reply.version}`);
    if (reply.maxPayloadBytes < limits.minPayloadBytes || reply.maxPayloadBytes > maxPayloadBytes)
      throw this.#fail('bad-reply', `it agreed to ${reply.maxPayloadBytes} bytes of payload`);
    this.#version = reply.version;
    this.#maxPayload = reply.maxPayloadBytes;
    this.#boot = reply.boot;
    this.#eventSequence = reply.lastEvent;
    return reply;
  }

  /**
   * One command after another. Rejects with DOCK_REFUSED (the dock said no; the session goes on), DOCK_DOWN (the line
   * has ended; whether the command was done is unknown), DOCK_QUEUE_FULL, or DOCK_MESSAGE for values out of range.
   */
  ask<Name extends CallName>(name: Name, value: Ask<Name>): Promise<ReplyTo<Name>> {
    if (this.#queued >= maxWaiting)
      return Promise.reject(
        new LiuhenError('DOCK_QUEUE_FULL', { waiting: this.#queued, atMost: maxWaiting }),
      );
    this.#queued += 1;
    const turn = this.#queue.then(() => this.#askNow(name, value));
    const over = (): void => {
      this.#queued -= 1;
    };
    this.#queue = turn.then(over, over);
    return turn;
  }

  /** Safe twice. Whoever waits gets DOCK_DOWN with state 'closed'. */
  close(): void {
    this.#finish(dockDown('closed', this.#options.address, 'closed'));
  }

  async #askNow<Name extends CallName>(name: Name, value: Ask<Name>): Promise<ReplyTo<Name>> {
    const request = { case: name, value } as unknown as DockRequest;
    for (let tries = 1; ; tries += 1) {
      if (this.#end) throw this.#end;
      this.#sequence = nextSequence(this.#sequence);
      const version = this.#version ?? limits.helloVersion;
      const frame = await this.#exchange(request, this.#sequence, version, () => true);
      if (frame.type === 'reply') {
        const reply = this.#read(name, frame);
        if (reply === undefined) throw this.#fail('bad-reply', `its answer to ${name} cannot be read`);
        return reply;
      }
      const refusal = this.#refusal(frame);
      if (refusal.code === 'no-session') throw this.#fail('rebooted', 'it knows no session');
      if (refusal.code === 'out-of-sequence')
        throw this.#fail('bad-reply', `it calls ${this.#sequence} an old number`);
      if (refusal.code !== 'busy' || tries > limits.maxBusyReplies)
        throw new LiuhenError('DOCK_REFUSED', {
          call: name,
          refusal: refusal.code,
          text: refusal.text,
          expected: refusal.expected > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(refusal.expected),
        });
      await sleep(Math.min(refusal.retryAfterMs, limits.maxRetryAfterMs), this.#ending.signal);
    }
  }

  /** Sends until the answer comes, the same bytes each time. */
  async #exchange(
    request: DockRequest,
    sequence: number,
    version: number,
    fits: (frame: Frame) => boolean,
  ): Promise<Frame> {
    const { firstReplyWaitMs, longestReplyWaitMs, sends } = this.#options.times;
    const bytes = encodeFrame({ version, type: 'request', sequence, payload: encodeRequest(request) });
    let waitMs = firstReplyWaitMs;
    for (let sent = 1; sent <= sends; sent += 1) {
      if (this.#end) throw this.#end;
      if (sent > 1) this.#counts.repeated += 1;
      const answer = new Promise<Frame | null>((resolve) => {
        this.#waiting = { sequence, fits, resolve };
      });
      this.#stream.write(bytes);
      const timer = setTimeout(() => this.#waiting?.resolve(null), waitMs);
      const frame = await answer;
      clearTimeout(timer);
      this.#waiting = null;
      if (frame) return frame;
      waitMs = Math.min(longestReplyWaitMs, waitMs * 2);
    }
    if (this.#end) throw this.#end;
    const { bytes: heard, frames } = this.counts;
    if (request.case !== 'hello' || frames > 0)
      throw this.#fail('no-reply', `${request.case} was sent ${sends} times`);
    throw heard === 0
      ? this.#fail('silent', 'not one byte')
      : this.#fail('noise', `${heard} bytes, and no sound frame; is the baud rate right?`);
  }

  #take(frame: Frame): void {
    if (frame.type === 'request') {
      this.#counts.unexpected += 1;
      return;
    }
    if (frame.type === 'event') {
      this.#event(frame);
      return;
    }
    const waiting = this.#waiting;
    if (!waiting || frame.sequence !== waiting.sequence || !waiting.fits(frame)) {
      this.#counts.unexpected += 1;
      return;
    }
    // A dock that has booted knows no other version than hello's, and says so in it.
    const idle = frame.type === 'error' && frame.version === limits.helloVersion;
    if (this.#version !== null && frame.version !== this.#version && !idle) {
      this.#fail('wrong-version', `it answers in version ${frame.version}, agreed was ${this.#version}`);
      return;
    }
    waiting.resolve(frame);
  }

  #event(frame: Frame): void {
    // Before hello is answered nothing is known yet that an event could change.
    if (this.#version === null || frame.version !== this.#version) {
      if (this.#bootedAgain(frame)) this.#fail('rebooted', 'it has booted');
      else this.#counts.unexpected += 1;
      return;
    }
    if (this.#bootedAgain(frame)) {
      this.#fail('rebooted', 'it has booted');
      return;
    }
    const last = this.#eventSequence;
    if (!isAfter(frame.sequence, last)) {
      this.#counts.unexpected += 1;
      return;
    }
    this.#eventSequence = frame.sequence;
    const event = readOrNull(() => decodeEvent(frame.payload));
    if (event === null) this.#fail('bad-reply', 'an event cannot be read');
    else if (event) this.#options.onEvent(event, frame.sequence !== nextSequence(last));
  }

  /** 'booted' may come in the version of hello: the dock knows no other then. */
  #bootedAgain(frame: Frame): boolean {
    if (this.#version === null) return false;
    const event = readOrNull(() => decodeEvent(frame.payload));
    return event?.case === 'booted' && event.value.boot !== this.#boot;
  }

  #read<Name extends CallName>(name: Name, frame: Frame): ReplyTo<Name> | undefined {
    const reply = readOrNull(() => decodeReply(frame.payload));
    return reply?.case === name ? reply.value : undefined;
  }

  #refusal(frame: Frame): Refusal {
    const refusal = readOrNull(() => decodeRefusal(frame.payload));
    if (!refusal) throw this.#fail('bad-reply', 'its refusal cannot be read');
    return refusal;
  }

  #fail(state: DockFailure, why: string, cause?: unknown): LiuhenError {
    const error = dockDown(state, this.#options.address, why, cause);
    const first = this.#end === null;
    this.#finish(error);
    if (first) this.#options.onEnd(error);
    return this.#end ?? error;
  }

  #finish(error: LiuhenError): void {
    if (this.#end) return;
    this.#end = error;
    this.#stream.destroy();
    this.#ending.abort();
    this.#waiting?.resolve(null);
  }
}

/** Null for bytes that cannot be read: the caller names what that ends. */
function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
