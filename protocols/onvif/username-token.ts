// WS-UsernameToken with PasswordDigest (OASIS WSS UsernameToken Profile 1.0 §3.1). The nonce and the
// camera's time come from the caller.
import { createHash } from 'node:crypto';
import type { Credentials } from '../../config/settings-types.ts';
import { escapeXml } from './soap.ts';

const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

/** Base64 of SHA-1 over nonce, created and password, in that order. */
export function passwordDigest(nonce: Uint8Array, created: string, password: string): string {
  return createHash('sha1').update(nonce).update(created).update(password).digest('base64');
}

/** The Security header. `cameraTimeMs` is milliseconds since 1970 on the camera's own clock. */
export function usernameToken(credentials: Credentials, nonce: Uint8Array, cameraTimeMs: number): string {
  const created = new Date(cameraTimeMs).toISOString();
  const digest = passwordDigest(nonce, created, credentials.password.reveal());
  return (
    `<w:Security s:mustUnderstand="1" xmlns:w="${wss}-wssecurity-secext-1.0.xsd" xmlns:u="${wss}-wssecurity-utility-1.0.xsd">` +
    `<w:UsernameToken><w:Username>${escapeXml(credentials.username)}</w:Username>` +
    `<w:Password Type="${wss}-username-token-profile-1.0#PasswordDigest">${digest}</w:Password>` +
    `<w:Nonce EncodingType="${wss}-soap-message-security-1.0#Base64Binary">${Buffer.from(nonce).toString('base64')}</w:Nonce>` +
    `<u:Created>${created}</u:Created></w:UsernameToken></w:Security>`
  );
}
