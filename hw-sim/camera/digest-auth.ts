// The camera's side of HTTP authentication (RFC 7616, RFC 2617, RFC 7617), the same for RTSP and HTTP.
import { createHash, randomBytes } from 'node:crypto';

export type AuthScheme = 'none' | 'basic' | 'digest' | 'digest-sha256' | 'digest-both';

/** How many nonces are remembered; older ones count as stale. */
export const maxNonces = 64;

export class DigestAuth {
  readonly #realm: string;
  readonly #scheme: AuthScheme;
  #nonces: string[] = [];

  constructor(scheme: AuthScheme, realm: string) {
    this.#scheme = scheme;
    this.#realm = realm;
  }

  /** Values of WWW-Authenticate, strongest first (RFC 7616 §3.7). */
  challenge(stale: boolean): string[] {
    if (this.#scheme === 'basic') return [`Basic realm="${this.#realm}"`];
    const nonce = randomBytes(16).toString('hex');
    this.#nonces = [...this.#nonces.slice(1 - maxNonces), nonce];
    const algorithms =
      this.#scheme === 'digest'
        ? ['MD5']
        : this.#scheme === 'digest-sha256'
          ? ['SHA-256']
          : ['SHA-256', 'MD5'];
    return algorithms.map((algorithm) => {
      // Old MD5 cameras say neither qop nor algorithm (RFC 2069 style); the double offer is RFC 7616's.
      const extra = this.#scheme === 'digest' ? '' : `, qop="auth", algorithm=${algorithm}`;
      return `Digest realm="${this.#realm}", nonce="${nonce}"${extra}${stale ? ', stale=TRUE' : ''}`;
    });
  }

  /** Every nonce so far is stale from now on. */
  forget(): void {
    this.#nonces = [];
  }

  check(
    header: string | undefined,
    method: string,
    user: { username: string; password: string },
  ): 'ok' | 'none' | 'stale' | 'wrong' {
    if (this.#scheme === 'none') return 'ok';
    if (header === undefined) return 'none';
    if (/^basic /i.test(header)) {
      if (this.#scheme !== 'basic') return 'wrong';
      const given = Buffer.from(header.slice(6).trim(), 'base64').toString();
      return given === `${user.username}:${user.password}` ? 'ok' : 'wrong';
    }
    const parameters = new Map<string, string>();
    for (const match of header.slice(7, 4096).matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]*))/g)) {
      parameters.set(match[1]!.toLowerCase(), match[2] ?? match[3] ?? '');
    }
    const get = (name: string): string => parameters.get(name) ?? '';
    const name = get('algorithm').toUpperCase() === 'SHA-256' ? 'sha256' : 'md5';
    if (name === 'md5' && this.#scheme === 'digest-sha256') return 'wrong';
    const hash = (text: string): string => createHash(name).update(text).digest('hex');
    const ha1 = hash(`${user.username}:${this.#realm}:${user.password}`);
    const ha2 = hash(`${method}:${get('uri')}`);
    const middle =
      get('qop') === '' ? get('nonce') : `${get('nonce')}:${get('nc')}:${get('cnonce')}:${get('qop')}`;
    if (get('username') !== user.username || hash(`${ha1}:${middle}:${ha2}`) !== get('response'))
      return 'wrong';
    return this.#nonces.includes(get('nonce')) ? 'ok' : 'stale';
  }
}
