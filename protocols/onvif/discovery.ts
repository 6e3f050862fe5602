// WS-Discovery (April 2005) as ONVIF uses it (Core Specification §7.3): the Probe, and the reader of its answers.
// Sockets, times and how many devices are kept are device-drivers/discovery's.
import { maxDatagramBytes, maxMatches, maxServiceAddresses, maxWordChars } from './limits.ts';
import { buildEnvelope, child, children, escapeXml, readMessage, text, unreadable } from './soap.ts';

/** Where every ONVIF device listens (WS-Discovery §2.4). */
export const discoveryGroup = { address: '239.255.255.250', port: 3702 } as const;

const wsa = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
const wsd = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';

export interface ProbeMatch {
  /** The device's lasting name, mostly `urn:uuid:…`: what makes two answers one device. */
  readonly endpoint: string;
  /** Service addresses as the device announces them: http or https, the host is not to be trusted. */
  readonly serviceAddresses: readonly string[];
  /** From the scopes (Core §7.3.2.2); '' where the device does not say. */
  readonly name: string;
  readonly hardware: string;
}

/**
 * A Probe for network video transmitters (WS-Discovery §5.2; Core §7.3.2.1, type dn:NetworkVideoTransmitter).
 * `messageId` is a URI, such as `urn:uuid:…`; the answers relate to it.
 */
export function buildProbe(messageId: string): string {
  const header =
    `<a:MessageID xmlns:a="${wsa}">${escapeXml(messageId)}</a:MessageID>` +
    `<a:To xmlns:a="${wsa}">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>` +
    `<a:Action xmlns:a="${wsa}">${wsd}/Probe</a:Action>`;
  const types =
    '<d:Types xmlns:dn="http://www.onvif.org/ver10/network/wsdl">dn:NetworkVideoTransmitter</d:Types>';
  return buildEnvelope(`<d:Probe xmlns:d="${wsd}">${types}</d:Probe>`, header);
}

/**
 * The devices of one answer to the Probe `messageId`. Throws ONVIF_REPLY_UNREADABLE for anything else, an answer
 * to another Probe among them.
 */
export function readProbeMatches(datagram: Buffer, messageId: string): readonly ProbeMatch[] {
  if (datagram.length > maxDatagramBytes) throw unreadable(`longer than ${maxDatagramBytes} bytes`);
  const { header, body } = readMessage(datagram.toString('utf8'));
  if (text(header, 'RelatesTo') !== messageId) throw unreadable('it relates to another message');
  const matches = child(body, 'ProbeMatches');
  if (matches === undefined && body['ProbeMatches'] !== '') throw unreadable('no ProbeMatches');
  const found: ProbeMatch[] = [];
  for (const match of children(matches, 'ProbeMatch').slice(0, maxMatches)) {
    const endpoint = text(child(match, 'EndpointReference'), 'Address') ?? '';
    if (endpoint === '' || endpoint.length > maxWordChars) throw unreadable('a device without an endpoint');
    const scopes = words(text(match, 'Scopes'));
    found.push({
      endpoint,
      serviceAddresses: words(text(match, 'XAddrs')).filter(isWebAddress).slice(0, maxServiceAddresses),
      name: scopeValue(scopes, 'name'),
      hardware: scopeValue(scopes, 'hardware'),
    });
  }
  return found;
}

function words(list: string | undefined): readonly string[] {
  return (list ?? '').split(/\s+/).filter((word) => word !== '' && word.length <= maxWordChars);
}

function isWebAddress(word: string): boolean {
  if (!URL.canParse(word)) return false;
  const url = new URL(word);
  // An address that carries a login is not passed on: it would be printed.
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === ''
  );
}

function scopeValue(scopes: readonly string[], category: string): string {
  const start = `onvif://www.onvif.org/${category}/`;
  const scope = scopes.find((one) => one.toLowerCase().startsWith(start));
  return scope === undefined ? '' : unescapeWord(scope.slice(start.length));
}

function unescapeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch (cause) {
    // A percent sign that escapes nothing: the text is shown as the device wrote it.
    if (cause instanceof URIError) return word;
    throw cause;
  }
}
