// The event service's pull points (ONVIF Core Specification §9.1, ver10/events/wsdl): requests, and the readers of
// their answers. Events are hints only: nothing that has to be true may rest on them.
import { child, children, readEnvelope, text, unreadable, type XmlElement } from './soap.ts';

const tev = 'http://www.onvif.org/ver10/events/wsdl';
const wsnt = 'http://docs.oasis-open.org/wsn/b-2';

/** Events that one pull asks for, and that are read from one answer. */
export const maxPulledEvents = 100;
/** Items (names with values) that are read from one event. */
export const maxEventItems = 32;

export interface OnvifEvent {
  /** As the camera writes it, e.g. `tns1:VideoSource/MotionAlarm`; '' when it does not say. */
  readonly topic: string;
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

/** The pull point's address as the camera gives it: its host may be wrong and is not to be trusted. */
export function readPullPoint(xml: string): string {
  const reply = readEnvelope(xml, 'CreatePullPointSubscriptionResponse');
  const address = text(child(reply, 'SubscriptionReference'), 'Address') ?? '';
  if (!URL.canParse(address)) throw unreadable('no address of a pull point');
  return address;
}

/** The events of one pull, the first maxPulledEvents of them. Throws what readEnvelope throws. */
export function readPulledEvents(xml: string): readonly OnvifEvent[] {
  const reply = readEnvelope(xml, 'PullMessagesResponse');
  return children(reply, 'NotificationMessage')
    .slice(0, maxPulledEvents)
    .map((notification) => {
      // wsnt:Message holds tt:Message; the reader takes the prefixes off.
      const message = child(child(notification, 'Message'), 'Message');
      return {
        topic: text(notification, 'Topic') ?? '',
        source: items(child(message, 'Source')),
        data: items(child(message, 'Data')),
      };
    });
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
