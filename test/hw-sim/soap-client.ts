// SOAP calls for the tests, written by hand from SOAP 1.2 and the WSS UsernameToken Profile 1.0.
import { createHash, randomBytes } from 'node:crypto';

const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss';

/** A UsernameToken header for this time. */
export function token(atMs: number, password = 'simulated', nonce = randomBytes(16)): string {
  const created = new Date(atMs).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  return `<Security xmlns="${wss}-wssecurity-secext-1.0.xsd"><UsernameToken><Username>liuhen</Username><Password Type="${wss}-username-token-profile-1.0#PasswordDigest">${digest}</Password><Nonce>${nonce.toString('base64')}</Nonce><Created xmlns="${wss}-wssecurity-utility-1.0.xsd">${created}</Created></UsernameToken></Security>`;
}

/** Rejects when the connection is reset. */
export async function soap(
  url: string,
  body: string,
  header = token(Date.now()),
): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml; charset=utf-8' },
    body: `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  });
  return { status: response.status, text: await response.text() };
}
