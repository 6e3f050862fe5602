// HTTP digest and basic authentication as RTSP and ONVIF cameras use it (RFC 7616; RFC 2617 without qop).
import { createHash } from 'node:crypto';

export interface Challenge {
  readonly scheme: 'digest' | 'basic';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  readonly session: boolean;
  readonly qop: 'auth' | null;
  readonly stale: boolean;
}

const strength = (c: Challenge): number => (c.scheme === 'basic' ? 0 : c.algorithm === 'MD5' ? 1 : 2);

/** The strongest challenge of the WWW-Authenticate headers that can be answered, or null (RFC 7616 §3.7). */
export function chooseChallenge(headers: readonly string[]): Challenge | null {
  const found = headers.flatMap(splitChallenges).map(parseChallenge);
  return found.filter((c) => c !== null).toSorted((a, b) => strength(b) - strength(a))[0] ?? null;
}

/** Cuts `Digest a=b, Basic c=d` into one string per scheme. */
function splitChallenges(header: string): string[] {
  return header.split(/,\s*(?=(?:digest|basic)\s)/i);
}

function parseChallenge(text: string): Challenge | null {
  const match = /^\s*(digest|basic)\s*(.*)$/is.exec(text);
  if (match === null) return null;
  const values = new Map<string, string>();
  for (const pair of match[2]!.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    values.set(pair[1]!.toLowerCase(), (pair[2] ?? pair[3] ?? '').replace(/\\(.)/g, '$1'));
  }
  const scheme = match[1]!.toLowerCase() as 'digest' | 'basic';
  const named = (values.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = named.replace(/-SESS$/, '');
  if (scheme === 'digest' && algorithm !== 'MD5' && algorithm !== 'SHA-256') return null;
  const qops = values
    .get('qop')
    ?.split(',')
    .map((q) => q.trim().toLowerCase());
  if (qops !== undefined && !qops.includes('auth')) return null;
  return {
    scheme,
    realm: values.get('realm') ?? '',
    nonce: values.get('nonce') ?? '',
    opaque: values.get('opaque'),
    algorithm: algorithm as 'MD5' | 'SHA-256',
    session: named.endsWith('-SESS'),
    qop: qops === undefined ? null : 'auth',
    stale: (values.get('stale') ?? '').toLowerCase() === 'true',
  };
}

export interface DigestRequest {
  readonly method: string;
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** How often this nonce was used, from 1. */
  readonly count: number;
  readonly clientNonce: string;
}

/** The value of the Authorization header. */
export function authorization(challenge: Challenge, request: DigestRequest): string {
  const { username, password, method, uri, clientNonce } = request;
  if (challenge.scheme === 'basic')
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  let a1 = hash(`${username}:${challenge.realm}:${password}`);
  if (challenge.session) a1 = hash(`${a1}:${challenge.nonce}:${clientNonce}`);
  const a2 = hash(`${method}:${uri}`);
  const count = request.count.toString(16).padStart(8, '0');
  const response =
    challenge.qop === null
      ? hash(`${a1}:${challenge.nonce}:${a2}`)
      : hash(`${a1}:${challenge.nonce}:${count}:${clientNonce}:auth:${a2}`);
  const fields = [
    `username="${quote(username)}"`,
    `realm="${quote(challenge.realm)}"`,
    `nonce="${quote(challenge.nonce)}"`,
    `uri="${quote(uri)}"`,
    `response="${response}"`,
  ];
  if (challenge.algorithm !== 'MD5' || challenge.session) {
    fields.push(`algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`);
  }
  if (challenge.opaque !== undefined) fields.push(`opaque="${quote(challenge.opaque)}"`);
  if (challenge.qop !== null) fields.push(`qop=auth`, `nc=${count}`);
  if (challenge.qop !== null || challenge.session) fields.push(`cnonce="${clientNonce}"`);
  return `Digest ${fields.join(', ')}`;
}

function quote(text: string): string {
  return text.replace(/[\r\n]/g, '').replace(/["\\]/g, '\\$&');
}
