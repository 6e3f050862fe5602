// The event service's pull points (ONVIF Core Specification §9.1, ver10/events/wsdl): requests, and the readers of
// their answers. Events are hints only: nothing that has to be true may rest on them.
import { child, children, escapeXml, readEnvelope, text, unreadable, type XmlElement } from './soap.ts';

const tev = 'http://www.onvif.org/ver10/events/wsdl';
const wsnt = 'http://docs.oasis-open.org/wsn/b-2';
const wsa = 'http://www.w3.org/2005/08/addressing';

/** Names the event service in GetServices. */
export const eventsNamespace = tev;

/** Events that one pull asks for, and that are read from one answer. */
export const maxPulledEvents = 100;
/** Items (names with values) that are read from one event. */
export const maxEventItems = 32;
/** Parameters of a pull point that are sent back, and characters of each; honest cameras have one number. */
export const maxReferenceParameters = 4;
export const maxReferenceChars = 256;

export interface OnvifEvent {
  /** As the camera writes it, e.g. `tns1:VideoSource/MotionAlarm`; '' when it does not say. */
  readonly topic: string;
  /** `Initialized` tells how things stood when the subscription began; '' for what is no property (Core §9.4). */
  readonly operation: string;
  readonly source: ReadonlyMap<string, string>;
  readonly data: ReadonlyMap<string, string>;
}

/** Asks for a subscription of `lastsS` whole seconds (Core §9.1.1). */
export function createPullPointRequest(lastsS: number): string {
  return `<CreatePullPointSubscription xmlns="${tev}"><InitialTerminationTime>PT${lastsS}S</InitialTerminationTime></CreatePullPointSubscription>`;
}

/** Asks for events, waiting up to `waitS` whole seconds for the first (Core §9.1.2). */
export function pullMessagesRequest(waitS: number): string {
  return `<PullMessages xmlns="${tev}"><Timeout>PT${waitS}S</Timeout><MessageLimit>${maxPulledEvents}</MessageLimit></PullMessages>`;
}

/** Makes the subscription last `lastsS` whole seconds from now (WS-BaseNotification §6.1.1). */
export function renewRequest(lastsS: number): string {
  return `<Renew xmlns="${wsnt}"><TerminationTime>PT${lastsS}S</TerminationTime></Renew>`;
}

/** Ends the subscription (WS-BaseNotification §6.1.2). */
export function unsubscribeRequest(): string {
  return `<Unsubscribe xmlns="${wsnt}"/>`;
}

const actions = {
  pull: `${tev}/PullPointSubscription/PullMessagesRequest`,
  renew: `${wsnt.replace('/b-2', '/bw-2')}/SubscriptionManager/RenewRequest`,
  unsubscribe: `${wsnt.replace('/b-2', '/bw-2')}/SubscriptionManager/UnsubscribeRequest`,
} as const;

/** What a request to a pull point says of itself in its header: some cameras know their pull points by it alone. */
export function pullPointHeader(action: keyof typeof actions, point: PullPoint): string {
  return `<a:Action xmlns:a="${wsa}">${actions[action]}</a:Action><a:To xmlns:a="${wsa}">${escapeXml(point.address)}</a:To>${point.parameters}`;
}

export interface PullPoint {
  /** As the camera gives it: its host may be wrong and is not to be trusted. */
  readonly address: string;
  /** Header blocks that go with every request to it (WS-Addressing 1.0 SOAP Binding §3.4); '' for most cameras. */
  readonly parameters: string;
  /** Milliseconds that the camera grants, by its own clock; null when it does not tell or tells nonsense. */
  readonly lastsMs: number | null;
}

/** The answer to createPullPointRequest. Throws what readEnvelope throws. */
export function readSubscription(xml: string): PullPoint {
  const address = readPullPoint(xml);
  const reply = readEnvelope(xml, 'CreatePullPointSubscriptionResponse');
  return { address, parameters: referenceParameters(xml), lastsMs: lastsMs(reply) };
}

/** The answer to renewRequest: what is granted now, see PullPoint. Throws what readEnvelope throws. */
export function readRenewed(xml: string): number | null {
  return lastsMs(readEnvelope(xml, 'RenewResponse'));
}

/** The answer to unsubscribeRequest, which says nothing more. Throws what readEnvelope throws. */
export function readUnsubscribed(xml: string): void {
  readEnvelope(xml, 'UnsubscribeResponse');
}

function lastsMs(reply: XmlElement): number | null {
  // Both by the camera's clock: their difference holds whatever its time is.
  const granted =
    Date.parse(text(reply, 'TerminationTime') ?? '') - Date.parse(text(reply, 'CurrentTime') ?? '');
  return granted > 0 ? granted : null;
}

// The reader takes namespaces off, and these have to go back with theirs. Flat ones only; no camera is known to
// nest them. Searched by place, not by one expression, so that a long answer costs its length and no more.
function referenceParameters(xml: string): string {
  const opening = /<(?:[\w.-]+:)?ReferenceParameters(?:\s[^<>]*)?>/.exec(xml);
  if (opening === null) return '';
  const from = opening.index + opening[0].length;
  const to = xml.indexOf('ReferenceParameters>', from);
  const inner = xml.slice(from, to).slice(0, maxReferenceParameters * maxReferenceChars);
  const blocks: string[] = [];
  for (const match of inner.matchAll(/<(?:([\w.-]+):)?([\w.-]+)((?:\s[^<>]*)?)>([^<>]*)<\//g)) {
    const [, prefix, name = '', attributes = '', value = ''] = match;
    const declared = new RegExp(`\\sxmlns${prefix === undefined ? '' : `:${prefix}`}=["']([^"'<>]*)["']`);
    const namespace = (declared.exec(attributes) ?? declared.exec(xml))?.[1];
    if (namespace === undefined || blocks.length >= maxReferenceParameters) continue;
    blocks.push(
      `<p:${name} xmlns:p="${namespace}" xmlns:a="${wsa}" a:IsReferenceParameter="true">${value}</p:${name}>`,
    );
  }
  return blocks.join('');
}

/** The pull point's address as the camera gives it: its host may be wrong and is not to be trusted. */
export function readPullPoint(xml: string): string {
  const reply = readEnvelope(xml, 'CreatePullPointSubscriptionResponse');
  const address = text(child(reply, 'SubscriptionReference'), 'Address') ?? '';
  if (!URL.canParse(address)) throw unreadable('no address of a pull point');
  return address;
}

/** The events of one pull, the first maxPulledEvents of them. Throws what readEnvelope throws. */
export function readPulledEvents(xml: string): readonly OnvifEvent[] {
  return readPull(xml).events;
}

/** The same, and how many events were over the limit. Throws what readEnvelope throws. */
export function readPull(xml: string): { readonly events: readonly OnvifEvent[]; readonly cut: number } {
  const all = children(readEnvelope(xml, 'PullMessagesResponse'), 'NotificationMessage');
  const events = all.slice(0, maxPulledEvents).map(readEvent);
  return { events, cut: all.length - events.length };
}

function readEvent(notification: XmlElement): OnvifEvent {
  // wsnt:Message holds tt:Message; the reader takes the prefixes off.
  const message = child(child(notification, 'Message'), 'Message');
  return {
    topic: text(notification, 'Topic') ?? '',
    operation: text(message, '@PropertyOperation') ?? '',
    source: items(child(message, 'Source')),
    data: items(child(message, 'Data')),
  };
}

function items(list: XmlElement | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const item of children(list, 'SimpleItem').slice(0, maxEventItems)) {
    const name = text(item, '@Name');
    const value = text(item, '@Value');
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}
