// Who may call: WS-UsernameToken (OASIS WSS UsernameToken Profile 1.0 §3.1) against the camera's own clock.
// HTTP digest is left to digest-auth.ts.
import { createHash } from 'node:crypto';
import type { Facts } from './behaviour.ts';
import { find, textOf, type SoapNode } from './soap-reader.ts';

/** How far a token's time may be from the camera's clock, both ways (the profile recommends five minutes). */
export const tokenWindowMs = 5 * 60_000;
/** Nonces that are remembered, so that no token is taken twice. */
export const maxTokenNonces = 1000;

const digestType =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';

export class TokenLogin {
  #nonces: string[] = [];

  /** 'none' when the header carries no token. `nowMs` is the camera's time. */
  check(header: SoapNode | undefined, facts: Facts, nowMs: number): 'ok' | 'none' | 'wrong' {
    const token = find(header, 'UsernameToken');
    if (!token) return 'none';
    const nonce = textOf(token, 'Nonce');
    const created = textOf(token, 'Created');
    // Only the digest form: the password itself must not be on the wire.
    if (find(token, 'Password')?.attributes.get('Type') !== digestType) return 'wrong';
    const expected = createHash('sha1')
      .update(Buffer.from(nonce, 'base64'))
      .update(created + facts.password)
      .digest('base64');
    if (textOf(token, 'Username') !== facts.username || textOf(token, 'Password') !== expected)
      return 'wrong';
    const off = Math.abs(Date.parse(created) - nowMs);
    // With its time: libonvif (onvif-util) uses one nonce for all tokens of a second, and cameras let it in.
    const used = `${nonce} ${created}`;
    if (!(off <= tokenWindowMs) || nonce === '' || this.#nonces.includes(used)) return 'wrong';
    this.#nonces = [...this.#nonces.slice(1 - maxTokenNonces), used];
    return 'ok';
  }
}
