// One HTTP(S) exchange with a camera: one deadline for all of it, a bounded reply, digest when challenged, a
// pinned certificate. Redirects are answers, never followed. What the body means is left to the callers.
import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LiuhenError } from '../../config/errors.ts';
import type { Credentials } from '../../config/settings-types.ts';
import { authorization, chooseChallenge, type Challenge } from '../../protocols/rtsp/digest.ts';

/** Milliseconds for one exchange: connecting, TLS, both rounds of a digest login, and the last byte. */
export const exchangeTimeoutMs = 5000;
/** Bytes of one reply's body. */
export const maxReplyBytes = 1024 * 1024;
/** Bytes of one reply's head. */
export const maxReplyHeadBytes = 16 * 1024;

/** Why a camera does not answer over HTTP, in the words of StreamFault and two of its own. */
export type HttpFault =
  | 'unreachable'
  | 'no-reply'
  | 'bad-reply'
  | 'closed'
  | 'wrong-password'
  | 'changed-identity'
  | 'asked';

/** A digest login: it keeps the camera's challenge, so that only the first exchange needs two rounds. */
export class HttpLogin {
  readonly #credentials: Credentials;
  #challenge: Challenge | null = null;
  #used = 0;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  get challenged(): boolean {
    return this.#challenge !== null;
  }

  /** The Authorization header for one request, or undefined before the first challenge. */
  header(method: string, uri: string): string | undefined {
    if (this.#challenge === null) return undefined;
    this.#used += 1;
    return authorization(this.#challenge, {
      method,
      uri,
      username: this.#credentials.username,
      password: this.#credentials.password.reveal(),
      count: this.#used,
      clientNonce: randomBytes(8).toString('hex'),
    });
  }

  /**
   * Takes the challenge of a 401. 'again': answer it. 'refused': a fresh nonce was answered with these
   * credentials already, so they are wrong. 'none': nothing that can be answered safely.
   */
  take(headers: readonly string[], secure: boolean): 'again' | 'refused' | 'none' {
    const challenge = chooseChallenge(headers);
    // Basic would put the password on the wire in clear.
    if (challenge === null || (challenge.scheme === 'basic' && !secure))
      return this.#used > 0 ? 'refused' : 'none';
    // An old nonce may have run out without a word (RFC 7616 §3.3); a fresh one that failed is a wrong password.
    if (this.#used === 1 && !challenge.stale) return 'refused';
    this.#challenge = challenge;
    this.#used = 0;
    return 'again';
  }
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly login?: HttpLogin;
  /** SHA-256 of the certificate, 32 hex bytes with colons: any other certificate is refused before a byte is sent. */
  readonly fingerprint256?: string;
  /** Milliseconds, default exchangeTimeoutMs. */
  readonly timeoutMs?: number;
  /** Default maxReplyBytes. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** The certificate's, over HTTPS; null over HTTP. Without a pin any certificate is accepted and told here. */
  readonly fingerprint256: string | null;
}

/**
 * One exchange. Any status is a reply, but for a 401 to credentials that were tried: CAMERA_HTTP with fault
 * 'wrong-password'. Every other CAMERA_HTTP names its HttpFault too.
 */
export async function exchange(request: HttpRequest): Promise<HttpReply> {
  const timeoutMs = request.timeoutMs ?? exchangeTimeoutMs;
  const ending = new AbortController();
  const asked = (): void => {
    const reason: unknown = request.signal?.reason;
    // A caller with a deadline of its own hands in the error to end with.
    ending.abort(
      reason instanceof LiuhenError ? reason : fault(request.url, 'asked', 'the attempt was ended'),
    );
  };
  if (request.signal?.aborted) asked();
  request.signal?.addEventListener('abort', asked, { once: true });
  const timer = setTimeout(
    () => ending.abort(fault(request.url, 'no-reply', `no whole reply within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    // Three rounds at most: an old nonce, the new one, and one that ran out in between.
    for (let round = 1; ; round += 1) {
      const { reply, challenges } = await once(request, ending.signal);
      const { login } = request;
      if (reply.status !== 401 || login === undefined) return reply;
      const next = login.take(challenges, request.url.protocol === 'https:');
      if (next === 'refused' || round === 3)
        throw fault(request.url, 'wrong-password', 'the camera refused the user name or the password');
      if (next === 'none') return reply;
    }
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', asked);
  }
}

/** The error that every failed exchange is; `why` must not quote the camera. */
export function fault(url: URL, name: HttpFault, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('CAMERA_HTTP', { host: url.host, fault: name, why }, { cause });
}

async function once(
  request: HttpRequest,
  signal: AbortSignal,
): Promise<{ reply: HttpReply; challenges: readonly string[] }> {
  const { url, method, body } = request;
  const { socket, fingerprint256 } = await connect(request, signal);
  const uri = `${url.pathname}${url.search}`;
  const headers: Record<string, string> = { ...request.headers, connection: 'close' };
  const login = request.login?.header(method, uri);
  if (login !== undefined) headers['authorization'] = login;
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  const response = await settled<IncomingMessage>(url, signal, socket, (resolve, reject) => {
    const outgoing = httpRequest({
      host: url.hostname,
      port: url.port,
      path: uri,
      method,
      headers: { host: url.host, ...headers },
      maxHeaderSize: maxReplyHeadBytes,
      createConnection: () => socket,
    });
    outgoing.on('error', reject);
    outgoing.on('response', resolve);
    outgoing.end(body);
  });
  const chunks = await settled<Buffer[]>(url, signal, socket, (resolve, reject) => {
    const held: Buffer[] = [];
    let bytes = 0;
    response.on('error', reject);
    response.on('end', () => resolve(held));
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > (request.maxBytes ?? maxReplyBytes))
        reject(fault(url, 'bad-reply', 'the reply is too long'));
      else held.push(chunk);
    });
  });
  socket.destroy();
  return {
    reply: {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      body: Buffer.concat(chunks),
      fingerprint256,
    },
    challenges: response.headersDistinct['www-authenticate'] ?? [],
  };
}

async function connect(
  request: HttpRequest,
  signal: AbortSignal,
): Promise<{ socket: Socket; fingerprint256: string | null }> {
  const { url } = request;
  const secure = url.protocol === 'https:';
  // A URL keeps the brackets of an IPv6 address; a socket does not want them.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (secure ? 443 : 80));
  // Cameras sign their certificates themselves; trust is the pin below, or a report of what was seen.
  const socket = secure ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
  // Every error reaches its waiter by `settled`; one after the end of the exchange has none left.
  socket.on('error', () => socket.destroy());
  await settled<void>(
    url,
    signal,
    socket,
    (resolve, reject) => {
      socket.once('error', reject);
      socket.once(secure ? 'secureConnect' : 'connect', () => resolve());
    },
    'unreachable',
  );
  // Now, because a connection that has ended no longer knows its certificate.
  const seen = 'getPeerCertificate' in socket ? (socket.getPeerCertificate().fingerprint256 ?? null) : null;
  if (request.fingerprint256 !== undefined && seen?.toUpperCase() !== request.fingerprint256.toUpperCase()) {
    socket.destroy();
    throw fault(
      url,
      'changed-identity',
      `its certificate is ${seen ?? 'missing'}, which is not the pinned one`,
    );
  }
  return { socket, fingerprint256: seen };
}

/** Waits for one step; the deadline, a close or an error ends the socket and the wait. */
function settled<T>(
  url: URL,
  signal: AbortSignal,
  socket: Socket,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  otherwise: 'unreachable' | 'closed' = 'closed',
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const finish = (then: () => void): void => {
      signal.removeEventListener('abort', ended);
      socket.removeListener('close', closed);
      then();
    };
    const failed = (error: Error): void => {
      socket.destroy();
      finish(() => reject(error instanceof LiuhenError ? error : named(url, error, otherwise)));
    };
    const ended = (): void => failed(signal.reason as Error);
    const closed = (): void => failed(fault(url, otherwise, 'the connection was closed'));
    signal.addEventListener('abort', ended, { once: true });
    socket.once('close', closed);
    start((value) => finish(() => resolve(value)), failed);
    if (signal.aborted) ended();
  });
}

function named(url: URL, error: Error, otherwise: 'unreachable' | 'closed'): LiuhenError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // llhttp's codes: a head that is too large, or that is not HTTP.
  const name = code.startsWith('HPE_') ? 'bad-reply' : otherwise;
  return fault(url, name, code, error);
}
