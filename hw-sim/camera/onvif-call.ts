// What the ONVIF services of a simulated camera share: what they are told of a call, and what they answer with.
// The transport and the login are left to onvif-server.ts.
import type { Facts } from './behaviour.ts';
import type { SoapNode } from './soap-reader.ts';

export const namespaces = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media1: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
  imaging: 'http://www.onvif.org/ver20/imaging/wsdl',
  events: 'http://www.onvif.org/ver10/events/wsdl',
  notification: 'http://docs.oasis-open.org/wsn/b-2',
} as const;

export interface OnvifCall {
  readonly operation: SoapNode;
  readonly facts: Facts;
  /** The camera's own time, skew and all, in milliseconds since 1970. */
  readonly nowMs: number;
  /** `http://host:port`, as the camera announces itself. */
  readonly base: string;
  readonly rtspUrl: string;
  /** The path that was asked, for subscriptions. */
  readonly path: string;
  /** Aborted when the client goes. */
  readonly gone: AbortSignal;
}

/** A service: the XML inside the body; undefined when the operation is not one of its own. */
export type OnvifService = (call: OnvifCall) => string | undefined | Promise<string>;

/** A SOAP fault (SOAP 1.2 Part 1 §5.4) with the subcodes of ONVIF Core §5.11.2, e.g. `ter:InvalidArgVal`. */
export class SoapFault extends Error {
  readonly code: 'Sender' | 'Receiver';
  readonly subcodes: readonly string[];

  constructor(code: 'Sender' | 'Receiver', subcodes: readonly string[], reason: string) {
    super(reason);
    this.name = 'SoapFault';
    this.code = code;
    this.subcodes = subcodes;
  }
}

/** Text made safe inside elements and attributes (XML 1.0 §2.4). */
export function xmlText(text: string | number): string {
  return String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** XML Schema dateTime in UTC. */
export function xmlTime(ms: number): string {
  return new Date(ms).toISOString();
}
