// RTSP addresses: taking one apart, and finding a track's address from what the camera wrote.
// Wherever a camera points, requests go to the host we connected to: redirects and addresses that name
// another machine or 127.0.0.1 are a fault or an attack, never followed.
import { LiuhenError } from '../../config/errors.ts';

export const rtspPort = 554;

export interface RtspUrl {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** rtsp://host[:port], as requests write it. */
  readonly authority: string;
  /** Path and query, beginning with "/". */
  readonly path: string;
  readonly username?: string;
  readonly password?: string;
}

/** Takes rtsp://[user[:password]@]host[:port][/path] apart (RFC 2326 §3.2). Throws RTSP_BAD_URL. */
export function parseRtspUrl(text: string): RtspUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new LiuhenError('RTSP_BAD_URL', { why: 'it is not a URL' }, { cause: withoutInput(cause) });
  }
  if (url.protocol !== 'rtsp:')
    throw new LiuhenError('RTSP_BAD_URL', { why: `the scheme is ${url.protocol}//` });
  if (url.hostname === '') throw new LiuhenError('RTSP_BAD_URL', { why: 'it names no host' });
  const port = url.port === '' ? rtspPort : Number(url.port);
  if (port < 1) throw new LiuhenError('RTSP_BAD_URL', { why: 'port 0' });
  // The path stays as it was written: cameras hash and compare the very characters.
  const path = /^rtsp:\/\/[^/?#]*([^#]*)/i.exec(text)?.[1] ?? '';
  if (/[\s\u0000-\u001f\u007f]/.test(path))
    // oxlint-disable-line no-control-regex
    throw new LiuhenError('RTSP_BAD_URL', { why: 'spaces or control characters in the path' });
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    authority: `rtsp://${url.hostname}${url.port === '' ? '' : `:${url.port}`}`,
    path: path === '' ? '/' : path.startsWith('/') ? path : `/${path}`,
    ...(url.username !== '' && { username: decode(url.username) }),
    ...(url.password !== '' && { password: decode(url.password) }),
  };
}

/** The address that requests use: no user info. */
export function requestUri(url: RtspUrl): string {
  return url.authority + url.path;
}

/**
 * The base for control addresses: Content-Base, else Content-Location, else the address that was asked
 * (RFC 2326 §C.1.1); whatever host it names, ours is put in its place.
 */
export function baseUri(
  own: RtspUrl,
  contentBase: string | undefined,
  contentLocation: string | undefined,
): string {
  for (const candidate of [contentBase, contentLocation]) {
    const text = candidate?.trim() ?? '';
    if (text !== '' && !/\s/.test(text)) return resolve(own, text, own.authority + own.path);
  }
  return requestUri(own);
}

/**
 * A control attribute against the base. Relative ones are put behind the base with one "/" between, also
 * behind a query: that is what cameras mean, though RFC 3986 §5.3 would replace the last segment.
 */
export function controlUri(own: RtspUrl, base: string, control: string | undefined): string {
  const text = control?.trim() ?? '';
  if (text === '' || text === '*' || /\s/.test(text)) return base;
  return resolve(own, text, base);
}

function resolve(own: RtspUrl, text: string, base: string): string {
  const absolute = /^rtspu?:\/\/[^/?#]*([^#]*)/i.exec(text);
  if (absolute) {
    const path = absolute[1] ?? '';
    return own.authority + (path === '' || path.startsWith('/') ? path || '/' : `/${path}`);
  }
  return `${base.replace(/\/$/, '')}/${text.replace(/^\//, '')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare "%" that was meant as such
  }
}

/** Node's ERR_INVALID_URL carries the whole input, which may hold a password. */
function withoutInput(error: unknown): Error {
  return new Error(error instanceof Error ? error.message.replace(/:.*$/s, '') : 'Invalid URL');
}
