// The event service of a simulated camera: pull points (ONVIF Core Specification §9.1, ver10/events/wsdl and
// WS-BaseNotification). What happens is told by `publish`; nothing happens by itself.
import { namespaces, SoapFault, xmlText, xmlTime, type OnvifCall } from './onvif-call.ts';
import { textOf } from './soap-reader.ts';

export const maxPullPoints = 4;
/** Messages that wait in one pull point; the oldest go first, as on a camera. */
export const maxQueuedMessages = 100;
/** The longest that a subscription lasts and that PullMessages waits, in milliseconds. */
export const maxSubscriptionMs = 3_600_000;
export const maxPullWaitMs = 60_000;

export interface CameraEvent {
  /** E.g. `tns1:VideoSource/MotionAlarm` (Core §9.7). */
  readonly topic: string;
  readonly source: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /** A property has a state; others are told of the first value too (Core §9.4). */
  readonly operation?: 'Initialized' | 'Changed' | 'Deleted';
}

interface PullPoint {
  endsMs: number;
  /** By the clock of this process, which does not jump with the camera's. */
  endsMonoMs: number;
  readonly queue: { readonly atMs: number; readonly event: CameraEvent }[];
  wake: () => void;
}

const wsa = 'http://www.w3.org/2005/08/addressing';

export class EventService {
  readonly #points = new Map<string, PullPoint>();
  #next = 1;

  /** Puts an event into every pull point. */
  publish(event: CameraEvent, atMs: number): void {
    for (const point of this.#points.values()) {
      if (point.queue.length >= maxQueuedMessages) point.queue.shift();
      point.queue.push({ atMs, event });
      point.wake();
    }
  }

  /** Ends every subscription, as a boot does. */
  clear(): void {
    for (const point of this.#points.values()) point.wake();
    this.#points.clear();
  }

  readonly service = (call: OnvifCall): string | undefined | Promise<string> => {
    const { operation, nowMs, base } = call;
    this.#expire();
    switch (operation.name) {
      case 'CreatePullPointSubscription': {
        if (this.#points.size >= maxPullPoints)
          throw new SoapFault('Receiver', ['wsnt:SubscribeCreationFailedFault'], 'too many pull points');
        const lastsMs = lasts(textOf(operation, 'InitialTerminationTime'), nowMs);
        const id = String(this.#next++);
        const endsMs = nowMs + lastsMs;
        this.#points.set(id, {
          endsMs,
          endsMonoMs: performance.now() + lastsMs,
          queue: [],
          wake: () => undefined,
        });
        const address = xmlText(`${base}/onvif/subscription/${id}`);
        return eventReply(
          operation.name,
          `<tev:SubscriptionReference><wsa:Address>${address}</wsa:Address></tev:SubscriptionReference>${times('wsnt', nowMs, endsMs)}`,
        );
      }
      case 'PullMessages':
        return this.#pull(call, this.#pointOf(call));
      case 'SetSynchronizationPoint':
        this.#pointOf(call);
        return eventReply(operation.name, '');
      case 'Renew': {
        const point = this.#pointOf(call);
        const lastsMs = lasts(textOf(operation, 'TerminationTime'), nowMs);
        point.endsMs = nowMs + lastsMs;
        point.endsMonoMs = performance.now() + lastsMs;
        return `<wsnt:RenewResponse xmlns:wsnt="${namespaces.notification}"><wsnt:TerminationTime>${xmlTime(point.endsMs)}</wsnt:TerminationTime><wsnt:CurrentTime>${xmlTime(nowMs)}</wsnt:CurrentTime></wsnt:RenewResponse>`;
      }
      case 'Unsubscribe': {
        const point = this.#pointOf(call);
        this.#points.delete(idOf(call));
        point.wake();
        return `<wsnt:UnsubscribeResponse xmlns:wsnt="${namespaces.notification}"/>`;
      }
      case 'GetEventProperties':
        return eventReply(
          operation.name,
          `<tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation><wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" xmlns:tns1="http://www.onvif.org/ver10/topics"><tns1:VideoSource><MotionAlarm wstop:topic="true"/></tns1:VideoSource></wstop:TopicSet><wsnt:TopicExpressionDialect>http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet</wsnt:TopicExpressionDialect><tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter</tev:MessageContentFilterDialect><tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation>`,
        );
      case 'GetServiceCapabilities':
        return eventReply(operation.name, `<tev:Capabilities MaxPullPoints="${maxPullPoints}"/>`);
      default:
        return undefined;
    }
  };

  async #pull(call: OnvifCall, point: PullPoint): Promise<string> {
    const limit = Number(textOf(call.operation, 'MessageLimit') || '1');
    const waitMs = Math.min(duration(textOf(call.operation, 'Timeout')) ?? 0, maxPullWaitMs);
    if (point.queue.length === 0 && waitMs > 0) {
      // A second PullMessages takes the place of the first.
      point.wake();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        const wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
        point.wake = wake;
        call.gone.addEventListener('abort', wake, { once: true });
      });
    }
    // What nobody waits for any more stays for the next call.
    if (call.gone.aborted) return '';
    const messages = point.queue.splice(0, Math.max(1, Math.min(limit || 1, maxQueuedMessages)));
    const nowMs = call.nowMs;
    return eventReply(
      'PullMessages',
      times('tev', nowMs, point.endsMs) + messages.map(({ atMs, event }) => message(event, atMs)).join(''),
    );
  }

  #pointOf(call: OnvifCall): PullPoint {
    const point = this.#points.get(idOf(call));
    if (!point)
      throw new SoapFault('Sender', ['wsrf-rw:ResourceUnknownFault'], 'the subscription is not known');
    return point;
  }

  #expire(): void {
    for (const [id, point] of this.#points) {
      if (performance.now() <= point.endsMonoMs) continue;
      this.#points.delete(id);
      point.wake();
    }
  }
}

function idOf(call: OnvifCall): string {
  return /^\/onvif\/subscription\/(\d+)$/.exec(call.path)?.[1] ?? '';
}

/** How long a subscription lasts: a duration, or an end by the camera's clock (WS-BaseNotification §4.2). */
function lasts(text: string, nowMs: number): number {
  if (text === '') return 60_000;
  const ms = duration(text) ?? Date.parse(text) - nowMs;
  if (!(ms > 0))
    throw new SoapFault('Sender', ['wsnt:UnacceptableInitialTerminationTimeFault'], 'the end has passed');
  return Math.min(ms, maxSubscriptionMs);
}

/** An XML Schema duration of days and less, in milliseconds. */
function duration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000;
}

function times(prefix: 'tev' | 'wsnt', nowMs: number, endsMs: number): string {
  return `<${prefix}:CurrentTime>${xmlTime(nowMs)}</${prefix}:CurrentTime><${prefix}:TerminationTime>${xmlTime(endsMs)}</${prefix}:TerminationTime>`;
}

function eventReply(operation: string, body: string): string {
  return `<tev:${operation}Response xmlns:tev="${namespaces.events}" xmlns:wsnt="${namespaces.notification}" xmlns:wsa="${wsa}" xmlns:tt="http://www.onvif.org/ver10/schema">${body}</tev:${operation}Response>`;
}

function message(event: CameraEvent, atMs: number): string {
  const items = (from: Readonly<Record<string, string>>): string =>
    Object.entries(from)
      .map(([name, value]) => `<tt:SimpleItem Name="${xmlText(name)}" Value="${xmlText(value)}"/>`)
      .join('');
  return `<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet" xmlns:tns1="http://www.onvif.org/ver10/topics">${xmlText(event.topic)}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${xmlTime(atMs)}" PropertyOperation="${event.operation ?? 'Changed'}"><tt:Source>${items(event.source)}</tt:Source><tt:Data>${items(event.data)}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`;
}
