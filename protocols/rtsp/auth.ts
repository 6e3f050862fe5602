// Logging in: challenges of a 401, and the Authorization that answers them. Digest by RFC 7616 (and the older
// RFC 2617 without qop, which most cameras speak), Basic by RFC 7617. RTSP takes both over (RFC 2326 §14).
import { createHash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.ts';
import { maxChallenges } from './limits.ts';

export type DigestAlgorithm = 'MD5' | 'SHA-256';

export interface BasicChallenge {
  readonly scheme: 'basic';
  readonly realm: string;
}

export interface DigestChallenge {
  readonly scheme: 'digest';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  readonly algorithm: DigestAlgorithm;
  /** The challenge named its algorithm, so the answer does too. */
  readonly named: boolean;
  readonly session: boolean;
  readonly qopAuth: boolean;
  /** The nonce was too old; name and password were not judged (RFC 7616 §3.3). */
  readonly stale: boolean;
}

export type Challenge = BasicChallenge | DigestChallenge;

/** The challenges in WWW-Authenticate values that are known here (RFC 7235 §4.1), strongest first. */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const found: Challenge[] = [];
  for (const value of values.slice(0, maxChallenges)) {
    for (const { scheme, parameters } of splitChallenges(value)) {
      if (found.length >= maxChallenges) break;
      if (scheme === 'basic') found.push({ scheme, realm: parameters.get('realm') ?? '' });
      if (scheme === 'digest') {
        const digest = digestChallenge(parameters);
        if (digest) found.push(digest);
      }
    }
  }
  return found.sort((a, b) => strength(b) - strength(a));
}

/** The strongest known challenge. Throws RTSP_AUTH_UNSUPPORTED when none is. */
export function chooseChallenge(values: readonly string[]): Challenge {
  const [best] = parseChallenges(values);
  if (best) return best;
  const offered = values.map((value) => value.split(/[\s,]/)[0]?.slice(0, 40) ?? '').join(', ');
  throw new LiuhenError('RTSP_AUTH_UNSUPPORTED', { offered: offered === '' ? 'nothing' : offered });
}

export interface DigestInput {
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  /** How often this nonce has been used, from 1. Only for qop and the session variant. */
  readonly nonceCount: number;
  readonly clientNonce: string;
}

/**
 * The value of Authorization for one request. It holds for this method and address only (RFC 7616 §3.4).
 * Contains what the camera needs to check the password: never log it.
 */
export function authorization(challenge: Challenge, input: DigestInput): string {
  if (challenge.scheme === 'basic')
    return `Basic ${Buffer.from(`${input.username}:${input.password}`, 'utf8').toString('base64')}`;
  const response = digestResponse(challenge, input);
  const parts = [
    `username=${quote(input.username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(input.uri)}`,
    `response="${response}"`,
  ];
  if (challenge.named) parts.push(`algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`);
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`);
  if (challenge.qopAuth) parts.push('qop=auth', `nc=${count(input)}`);
  if (challenge.qopAuth || challenge.session) parts.push(`cnonce=${quote(input.clientNonce)}`);
  return `Digest ${parts.join(', ')}`;
}

/** The hex response of RFC 7616 §3.4.1, or of RFC 2617 §3.2.2.1 when the challenge has no qop. */
export function digestResponse(challenge: DigestChallenge, input: DigestInput): string {
  const hash = (text: string): string =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text, 'utf8')
      .digest('hex');
  let a1 = hash(`${input.username}:${challenge.realm}:${input.password}`);
  if (challenge.session) a1 = hash(`${a1}:${challenge.nonce}:${input.clientNonce}`);
  const a2 = hash(`${input.method}:${input.uri}`);
  return challenge.qopAuth
    ? hash(`${a1}:${challenge.nonce}:${count(input)}:${input.clientNonce}:auth:${a2}`)
    : hash(`${a1}:${challenge.nonce}:${a2}`);
}

/** The parameters of one Authorization or WWW-Authenticate value, names in lower case. */
export function parseAuthParameters(value: string): { scheme: string; parameters: Map<string, string> } {
  return splitChallenges(value)[0] ?? { scheme: '', parameters: new Map() };
}

function count(input: DigestInput): string {
  return input.nonceCount.toString(16).padStart(8, '0');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function strength(challenge: Challenge): number {
  if (challenge.scheme === 'basic') return 0;
  return challenge.algorithm === 'MD5' ? 1 : 2;
}

function digestChallenge(parameters: Map<string, string>): DigestChallenge | null {
  const nonce = parameters.get('nonce');
  if (nonce === undefined) return null;
  const given = parameters.get('algorithm');
  const name = (given ?? 'MD5').toUpperCase();
  const session = name.endsWith('-SESS');
  const algorithm = session ? name.slice(0, -5) : name;
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return null;
  const qop = parameters.get('qop');
  const qopAuth = qop?.split(',').some((word) => word.trim().toLowerCase() === 'auth') ?? false;
  if (qop !== undefined && qop.trim() !== '' && !qopAuth) return null; // auth-int only: no camera does this
  return {
    scheme: 'digest',
    realm: parameters.get('realm') ?? '',
    nonce,
    ...(parameters.has('opaque') && { opaque: parameters.get('opaque') as string }),
    algorithm,
    named: given !== undefined,
    session,
    qopAuth,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

const challengePart =
  /\s*(?:,\s*)*(?:([A-Za-z][\w-]*)\s+(?=[\w-]+\s*=)|([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([A-Za-z][\w-]*)(?=\s*(?:,|$)))/y;

/** Challenges may share one field value (RFC 7235 §4.1): a word that is followed by a parameter begins one. */
function splitChallenges(value: string): { scheme: string; parameters: Map<string, string> }[] {
  const out: { scheme: string; parameters: Map<string, string> }[] = [];
  challengePart.lastIndex = 0;
  while (out.length < maxChallenges) {
    const match = challengePart.exec(value);
    if (!match) break;
    const scheme = match[1] ?? match[5];
    if (scheme !== undefined) out.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else if (match[2] !== undefined)
      out.at(-1)?.parameters.set(match[2].toLowerCase(), match[3]?.replace(/\\(.)/g, '$1') ?? match[4] ?? '');
  }
  return out;
}
