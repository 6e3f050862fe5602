// A camera's answer to WS-Discovery probes (WS-Discovery April 2005 §5, ONVIF Core Specification §7.3): by multicast on
// the port of the standard, as cameras do, or by unicast on any other. It says no Hello.
import { createSocket, type Socket } from 'node:dgram';
import { createHash, randomUUID } from 'node:crypto';
import type { Facts } from './behaviour.ts';
import { xmlText } from './onvif-call.ts';
import { scopes, servicePaths } from './onvif-device.ts';
import { find, readSoap, soap12, textOf } from './soap-reader.ts';

const namespaces = {
  wsa: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  wsd: 'http://schemas.xmlsoap.org/ws/2005/04/discovery',
  dn: 'http://www.onvif.org/ver10/network/wsdl',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
} as const;
/** Where everybody is asked (WS-Discovery §2.4). */
export const discoveryGroup = { address: '239.255.255.250', port: 3702 } as const;
const ownTypes = ['NetworkVideoTransmitter', 'Device'];

export interface DiscoveryHooks {
  facts(): Facts;
  onvifPort(): number;
  /** A datagram that is no probe, or an answer that could not be sent. */
  problem(error: Error): void;
}

export class DiscoveryResponder {
  readonly #host: string;
  readonly #hooks: DiscoveryHooks;
  #socket: Socket | undefined;

  constructor(host: string, hooks: DiscoveryHooks) {
    this.#host = host;
    this.#hooks = hooks;
  }

  /**
   * Answers the port it listens on. The standard's port is that of the multicast group, shared by all cameras of the
   * machine and joined on the network of this one's host alone; any other is one's own. Rejects when it is taken.
   */
  start(port: number): Promise<number> {
    const grouped = port === discoveryGroup.port;
    const socket = createSocket({ type: 'udp4', reuseAddr: grouped });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, grouped ? discoveryGroup.address : this.#host, () => {
        socket.removeListener('error', reject);
        if (grouped) socket.addMembership(discoveryGroup.address, this.#host);
        socket.on('error', (error) => this.#hooks.problem(error));
        socket.on('message', (bytes, from) => {
          const reply = this.#answer(bytes.toString());
          if (reply !== null) socket.send(reply, from.port, from.address);
        });
        resolve(socket.address().port);
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  /** Null for everything that is not meant for this camera: discovery never answers with faults. */
  #answer(xml: string): string | null {
    try {
      const { header, operation } = readSoap(xml);
      if (operation.namespace !== namespaces.wsd || operation.name !== 'Probe') return null;
      // §5.1: every type of the probe must be one of ours, and so must every scope.
      const types = words(textOf(operation, 'Types')).map((type) => type.replace(/^.*:/, ''));
      if (!types.every((type) => ownTypes.includes(type))) return null;
      const facts = this.#hooks.facts();
      const own = scopes(facts.name);
      const asked = words(textOf(operation, 'Scopes'));
      if (!asked.every((scope) => own.some((each) => each === scope || each.startsWith(`${scope}/`))))
        return null;
      if (!find(header, 'MessageID')) return null;
      return this.#matches(facts, own, textOf(header, 'MessageID'));
    } catch (error) {
      this.#hooks.problem(error as Error);
      return null;
    }
  }

  #matches(facts: Facts, own: readonly string[], messageId: string): string {
    const address = `http://${facts.announcedHost || `${this.#host}:${this.#hooks.onvifPort()}`}${servicePaths.device}`;
    const names = Object.entries(namespaces).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
    const header = `<wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID><wsa:RelatesTo>${xmlText(messageId)}</wsa:RelatesTo><wsa:To>${namespaces.wsa}/role/anonymous</wsa:To><wsa:Action>${namespaces.wsd}/ProbeMatches</wsa:Action>`;
    const match = `<wsa:EndpointReference><wsa:Address>urn:uuid:${deviceUuid(facts)}</wsa:Address></wsa:EndpointReference><wsd:Types>dn:NetworkVideoTransmitter tds:Device</wsd:Types><wsd:Scopes>${own.map(xmlText).join(' ')}</wsd:Scopes><wsd:XAddrs>${xmlText(address)}</wsd:XAddrs><wsd:MetadataVersion>1</wsd:MetadataVersion>`;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope xmlns:env="${soap12}" ${names.join(' ')}><env:Header>${header}</env:Header><env:Body><wsd:ProbeMatches><wsd:ProbeMatch>${match}</wsd:ProbeMatch></wsd:ProbeMatches></env:Body></env:Envelope>`;
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The same after every boot, and another for another device (Core §7.3.1). */
function deviceUuid(facts: Facts): string {
  const hash = createHash('sha256').update(`${facts.serial} ${facts.mac}`).digest('hex');
  return [8, 12, 16, 20, 32].map((end, index) => hash.slice([0, 8, 12, 16, 20][index], end)).join('-');
}
