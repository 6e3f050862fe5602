// Which address a control attribute names (RFC 2326 §C.1.1), and the rule that a camera never sends us to another host.
import { LiuhenError } from '../../config/errors.ts';

/**
 * Splits an RTSP URL (RFC 2326 §3.2): where to connect (port 554 when none is named), and the URI to ask for,
 * without user info. Throws LiuhenError RTSP_ADDRESS, which never repeats the input: it may hold a password.
 */
export function splitRtspUrl(url: string): { host: string; port: number; uri: string } {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // The cause is left out on purpose: Node's TypeError carries the whole input.
    throw new LiuhenError('RTSP_ADDRESS', { why: 'it is not a URL' });
  }
  if (parsed.protocol !== 'rtsp:') throw new LiuhenError('RTSP_ADDRESS', { why: 'it is not rtsp://' });
  if (parsed.hostname === '') throw new LiuhenError('RTSP_ADDRESS', { why: 'it names no host' });
  parsed.username = '';
  parsed.password = '';
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  return { host, port: parsed.port === '' ? 554 : Number(parsed.port), uri: parsed.href };
}

/**
 * The URI of a track. An absolute one keeps its path and query but is put on the host and port we are
 * connected to: cameras announce 127.0.0.1, inner addresses or other machines. A relative one is joined to
 * the base as cameras mean it, with a single slash, and never over its query.
 */
export function controlUri(base: string, control: string): string {
  if (control === '' || control === '*') return base;
  if (/^rtsps?:\/\//i.test(control)) return onSameHost(base, control);
  if (control.startsWith('/')) {
    // RFC 2326 §C.1.1 resolves it like any relative URL, and a path-absolute reference replaces the whole path and
    // query of the base (RFC 3986 §5.2.2; RFC 1808 §4 step 4 before it). `//other/x` stays a path on our host.
    const match = /^(rtsps?:\/\/[^/?]+)/i.exec(base);
    return `${match?.[1] ?? ''}${control}`;
  }
  return base.endsWith('/') ? base + control : `${base}/${control}`;
}

/** `address` on the host of `base`; `base` itself when it cannot be read. */
export function onSameHost(base: string, address: string): string {
  const ours = /^(rtsps?:\/\/[^/?]+)/i.exec(base)?.[1];
  const theirs = /^rtsps?:\/\/[^/?]*(.*)$/i.exec(address);
  return ours === undefined || theirs === null ? base : `${ours}${theirs[1]}`;
}
