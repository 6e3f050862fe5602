// The MQTT topics of the feed: liuhen/v1/<agency>/<site>/<gateway>/… One pattern per gateway is all that a
// broker's access list needs. Names are the ids of the settings; anything else is refused, so that no name can
// carry a wildcard or a level (MQTT 3.1.1 §4.7).
import { LiuhenError } from '../../config/errors.ts';

const prefix = 'liuhen/v1';
const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

export interface GatewayAddress {
  readonly agency: string;
  readonly site: string;
  readonly gateway: string;
}

export type GatewayTopic = 'status' | 'ledger' | 'receipt' | 'command' | 'reply';

/** Throws HQ_MESSAGE_INVALID for a name that settings would refuse. */
export function topicOf(address: GatewayAddress, topic: GatewayTopic): string {
  return `${base(address)}/${topic}`;
}

/** `<agency>/<site>/<gateway>`. */
export function addressText({ agency, site, gateway }: GatewayAddress): string {
  return `${agency}/${site}/${gateway}`;
}

export function roomTopic(address: GatewayAddress, room: string): string {
  return `${base(address)}/room/${name(room)}/state`;
}

/** Where the JSON mirror of a message goes that the gateway publishes on `topic`. Null for a topic without one. */
export function mirrorTopic(topic: string): string | null {
  const which = parseTopic(topic);
  if (which?.topic === 'room') return `${base(which.address)}/json/room/${which.room}/state`;
  if (which?.topic !== 'status' && which?.topic !== 'ledger') return null;
  return `${base(which.address)}/json/${which.topic}`;
}

/** What headquarters subscribes to. Without a site or an agency: all of them. */
export function feedFilters(scope: { readonly agency?: string; readonly site?: string }): readonly string[] {
  const level = (value: string | undefined): string => (value === undefined ? '+' : name(value));
  const from = `${prefix}/${level(scope.agency)}/${level(scope.site)}/+`;
  return [`${from}/status`, `${from}/ledger`, `${from}/reply`, `${from}/room/+/state`];
}

export type FeedTopic =
  | { readonly address: GatewayAddress; readonly topic: GatewayTopic }
  | { readonly address: GatewayAddress; readonly topic: 'room'; readonly room: string };

/** What a topic names; null for one that is not ours. */
export function parseTopic(text: string): FeedTopic | null {
  const [product, version, agency, site, gateway, topic, ...rest] = text.split('/');
  if (`${product}/${version}` !== prefix) return null;
  if (agency === undefined || site === undefined || gateway === undefined) return null;
  if (![agency, site, gateway].every((level) => namePattern.test(level))) return null;
  const address = { agency, site, gateway };
  if (topic === 'room') {
    const [room, state] = rest;
    if (rest.length !== 2 || state !== 'state' || room === undefined || !namePattern.test(room)) return null;
    return { address, topic, room };
  }
  if (rest.length !== 0) return null;
  if (topic === 'status' || topic === 'ledger' || topic === 'receipt') return { address, topic };
  if (topic === 'command' || topic === 'reply') return { address, topic };
  return null;
}

function base(address: GatewayAddress): string {
  return `${prefix}/${name(address.agency)}/${name(address.site)}/${name(address.gateway)}`;
}

function name(value: string): string {
  if (namePattern.test(value)) return value;
  throw new LiuhenError('HQ_MESSAGE_INVALID', { message: 'topic', why: `a name "${value.slice(0, 64)}"` });
}
