// RTSP/1.0 requests and responses as values, and their encoder (RFC 2326 §6, §7). Reading is parser.ts.
import { LiuhenError } from '../../config/errors.ts';
import { Headers } from './headers.ts';
import { maxInterleavedBytes } from './limits.ts';

export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface RtspResponse {
  readonly kind: 'response';
  /** 100 to 999. */
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type RtspMessage = RtspRequest | RtspResponse;

type HeaderValues = Headers | Readonly<Record<string, string | undefined>>;

const emptyBody = Buffer.alloc(0);
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbiddenInLine = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * The bytes of a request (RFC 2326 §6). Content-Length is added when there is a body.
 * Throws RTSP_BAD_MESSAGE when a value would break out of its line.
 */
export function encodeRequest(request: {
  readonly method: string;
  readonly uri: string;
  readonly headers?: HeaderValues;
  readonly body?: Buffer;
}): Buffer {
  if (!token.test(request.method)) throw bad(`method ${JSON.stringify(request.method.slice(0, 40))}`);
  if (request.uri === '' || forbiddenInLine.test(request.uri) || request.uri.includes(' '))
    throw bad('a request address with spaces or control characters');
  return encode(`${request.method} ${request.uri} RTSP/1.0`, request.headers, request.body);
}

/** The bytes of a response (RFC 2326 §7). Throws RTSP_BAD_MESSAGE like encodeRequest. */
export function encodeResponse(response: {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: HeaderValues;
  readonly body?: Buffer;
}): Buffer {
  const reason = response.reason ?? reasonPhrases[response.status] ?? 'Unknown';
  if (forbiddenInLine.test(reason)) throw bad('a reason phrase with control characters');
  return encode(`RTSP/1.0 ${response.status} ${reason}`, response.headers, response.body);
}

/** Writes the four bytes before an interleaved payload (RFC 2326 §10.12) at `offset`; answers the offset behind. */
export function writeInterleavedHeader(
  target: Buffer,
  offset: number,
  channel: number,
  length: number,
): number {
  target[offset] = 0x24;
  target[offset + 1] = channel;
  return target.writeUInt16BE(length, offset + 2);
}

/** One interleaved frame, copied. Throws RTSP_TOO_LARGE over 65535 bytes. */
export function encodeInterleaved(channel: number, payload: Uint8Array): Buffer {
  if (payload.length > maxInterleavedBytes)
    throw new LiuhenError('RTSP_TOO_LARGE', { what: 'an interleaved frame', limit: maxInterleavedBytes });
  const frame = Buffer.allocUnsafe(4 + payload.length);
  writeInterleavedHeader(frame, 0, channel, payload.length);
  frame.set(payload, 4);
  return frame;
}

function encode(firstLine: string, values: HeaderValues = {}, body: Buffer = emptyBody): Buffer {
  const headers = values instanceof Headers ? values : new Headers(values);
  const lines = [firstLine];
  for (const [name, value] of headers) {
    if (!token.test(name)) throw bad(`header name ${JSON.stringify(name.slice(0, 40))}`);
    if (forbiddenInLine.test(value)) throw bad(`control characters in header ${name}`);
    lines.push(`${name}: ${value}`);
  }
  if (body.length > 0 && headers.get('Content-Length') === undefined)
    lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), body]);
}

function bad(why: string): LiuhenError {
  return new LiuhenError('RTSP_BAD_MESSAGE', { why });
}

/** RFC 2326 §7.1.1, as far as cameras use them. */
export const reasonPhrases: Readonly<Record<number, string>> = {
  200: 'OK',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  451: 'Parameter Not Understood',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
};
