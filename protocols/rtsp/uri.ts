// Which address a control attribute names (RFC 2326 §C.1.1), and the rule that a camera never sends us to another host.

/** Splits an RTSP URL. Throws TypeError like `URL` when it is none. */
export function splitRtspUrl(url: string): { host: string; port: number; uri: string } {
  const parsed = new URL(url);
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
