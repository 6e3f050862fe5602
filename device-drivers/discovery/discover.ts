// Looks for ONVIF devices by WS-Discovery over UDP: by multicast on each IPv4 interface, or by asking given hosts.
// What the bytes say is protocols/onvif/discovery.ts's; whether a device is one of ours is the caller's to judge.
import { randomUUID } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { LiuhenError } from '../../config/errors.ts';
import {
  buildProbe,
  discoveryGroup,
  readProbeMatches,
  type ProbeMatch,
} from '../../protocols/onvif/discovery.ts';

/** Devices that one search keeps; later ones are dropped. */
export const maxDevices = 1024;
/** Datagrams that one search reads; later ones are dropped unread. */
export const maxDatagrams = 8192;
/** Interfaces that one search uses. */
export const maxInterfaces = 32;
/** Hosts that one search asks directly. */
export const maxTargets = 256;
/** Milliseconds between the two sends of the Probe: UDP loses some (SOAP-over-UDP §3.2 repeats likewise). */
export const repeatAfterMs = 250;

export interface DiscoveryTarget {
  readonly host: string;
  readonly port: number;
}

export interface DiscoveryRequest {
  /** How long answers are waited for, in milliseconds. */
  readonly timeoutMs: number;
  /** Only this interface; without it every IPv4 interface that is not loopback. */
  readonly interfaceName?: string;
  /** Ask these IPv4 hosts directly, and send no multicast. */
  readonly targets?: readonly DiscoveryTarget[];
  /** Ends the search early, with what was found until then. */
  readonly signal?: AbortSignal;
}

export interface DiscoveredDevice {
  readonly endpoint: string;
  /** The address that the answer came from: what to try. */
  readonly address: string;
  readonly name: string;
  readonly hardware: string;
  /** As announced; `foreignHost` where the host is not the sender: never to be followed unasked. */
  readonly services: readonly { readonly url: string; readonly foreignHost: boolean }[];
}

export interface DiscoveryResult {
  /** By endpoint, each once, in order of address. */
  readonly devices: readonly DiscoveredDevice[];
  /** Datagrams that were no answer to this search. */
  readonly unreadable: number;
  /** Datagrams and devices over a limit. */
  readonly dropped: number;
}

/**
 * Sends one Probe twice over each socket and gathers answers until the time is over or `signal` aborts. Throws
 * DISCOVERY_NETWORK when there is no such interface, or when no socket could send.
 */
export async function discover(request: DiscoveryRequest): Promise<DiscoveryResult> {
  const messageId = `urn:uuid:${randomUUID()}`;
  const search = new Search(messageId);
  const probe = Buffer.from(buildProbe(messageId));
  const targets = (request.targets ?? []).slice(0, maxTargets);
  const sockets: Socket[] = [];
  try {
    const failures: Error[] = [];
    let sent = 0;
    const goals: { socket: Socket; target: DiscoveryTarget }[] = [];
    if (targets.length > 0) {
      const { interfaceName } = request;
      const from = interfaceName === undefined ? undefined : interfaceAddresses(interfaceName)[0];
      const socket = await openSocket(search, sockets, from);
      for (const target of targets) goals.push({ socket, target });
    } else {
      for (const address of interfaceAddresses(request.interfaceName)) {
        try {
          const socket = await openSocket(search, sockets, address);
          goals.push({ socket, target: { host: discoveryGroup.address, port: discoveryGroup.port } });
        } catch (cause) {
          // One interface that went away must not end the search on the others; all failing is an error below.
          failures.push(asError(cause));
        }
      }
    }
    for (const turn of [0, 1]) {
      if (turn === 1) await pause(Math.min(repeatAfterMs, request.timeoutMs), request.signal);
      for (const { socket, target } of goals) {
        const failure = await send(socket, probe, target);
        if (failure === undefined) sent += 1;
        else failures.push(failure);
      }
    }
    if (sent === 0)
      throw new LiuhenError(
        'DISCOVERY_NETWORK',
        { why: failures[0]?.message ?? 'no interface with an IPv4 address' },
        { cause: failures[0] },
      );
    await pause(Math.max(0, request.timeoutMs - repeatAfterMs), request.signal);
  } finally {
    for (const socket of sockets) socket.close();
  }
  return search.result();
}

class Search {
  readonly #messageId: string;
  readonly #devices = new Map<string, DiscoveredDevice>();
  #datagrams = 0;
  #unreadable = 0;
  #dropped = 0;

  constructor(messageId: string) {
    this.#messageId = messageId;
  }

  take(datagram: Buffer, sender: RemoteInfo): void {
    this.#datagrams += 1;
    if (this.#datagrams > maxDatagrams) {
      this.#dropped += 1;
      return;
    }
    try {
      for (const match of readProbeMatches(datagram, this.#messageId)) this.#keep(match, sender.address);
    } catch (error) {
      // Anybody may send to an open UDP port: junk is counted, and the search goes on.
      if (!(error instanceof LiuhenError)) throw error;
      this.#unreadable += 1;
    }
  }

  #keep(match: ProbeMatch, sender: string): void {
    // The first answer stands, so that a late one cannot take a device's place.
    if (this.#devices.has(match.endpoint)) return;
    if (this.#devices.size >= maxDevices) {
      this.#dropped += 1;
      return;
    }
    this.#devices.set(match.endpoint, {
      endpoint: match.endpoint,
      address: sender,
      name: match.name,
      hardware: match.hardware,
      services: match.serviceAddresses.map((url) => ({
        url,
        foreignHost: new URL(url).hostname !== sender,
      })),
    });
  }

  result(): DiscoveryResult {
    const devices = [...this.#devices.values()].toSorted(
      (a, b) =>
        a.address.localeCompare(b.address, 'en', { numeric: true }) || (a.endpoint < b.endpoint ? -1 : 1),
    );
    return { devices, unreadable: this.#unreadable, dropped: this.#dropped };
  }
}

function interfaceAddresses(name: string | undefined): readonly string[] {
  const found: string[] = [];
  for (const [key, addresses] of Object.entries(networkInterfaces())) {
    if (name !== undefined && key !== name) continue;
    // Loopback only when it is asked for by name.
    const first = addresses?.find((one) => one.family === 'IPv4' && (name !== undefined || !one.internal));
    if (first !== undefined) found.push(first.address);
  }
  if (name !== undefined && found.length === 0)
    throw new LiuhenError('DISCOVERY_NETWORK', { why: `no interface ${name} with an IPv4 address` });
  return found.slice(0, maxInterfaces);
}

async function openSocket(search: Search, sockets: Socket[], address: string | undefined): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port: 0, ...(address === undefined ? {} : { address }) }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  // Later faults (an ICMP answer, an interface that goes) show as sends that fail or as silence.
  socket.on('error', () => undefined);
  socket.on('message', (datagram, sender) => search.take(datagram, sender));
  if (address !== undefined) socket.setMulticastInterface(address);
  return socket;
}

function send(socket: Socket, bytes: Buffer, target: DiscoveryTarget): Promise<Error | undefined> {
  if (!isIPv4(target.host)) return Promise.resolve(new Error('not an IPv4 address'));
  return new Promise((resolve) => {
    socket.send(bytes, target.port, target.host, (error) => resolve(error ?? undefined));
  });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
