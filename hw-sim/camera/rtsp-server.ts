// A camera's RTSP/1.0 server (RFC 2326) over real sockets: TCP interleaved and UDP, digest and basic, sessions
// that time out. What is sent, and when, is the pump's; what goes wrong is the behaviours'.
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Facts, RtspReply, RtspRequest, Wire } from './behaviour.ts';
import type { DigestAuth } from './digest-auth.ts';
import type { MediaPump, PacketPlace, Player } from './media-pump.ts';
import { describe } from './sdp.ts';

export const maxRtspClients = 32;
export const maxRequestBytes = 64 * 1024;
/** A client that reads so slowly that this much waits for it is cut off, as a camera does. */
export const maxUnsentBytes = 8 * 1024 * 1024;

export interface RtspHooks {
  facts(): Facts;
  rtsp(request: RtspRequest, next: () => RtspReply | null): RtspReply | null;
  send(bytes: Buffer, wire: Wire): boolean;
  received(request: RtspRequest): void;
}

export class RtspServer {
  readonly #host: string;
  readonly #auth: DigestAuth;
  readonly #pump: MediaPump;
  readonly #hooks: RtspHooks;
  readonly #clients = new Set<RtspClient>();
  #server: Server | undefined;

  constructor(host: string, auth: DigestAuth, pump: MediaPump, hooks: RtspHooks) {
    this.#host = host;
    this.#auth = auth;
    this.#pump = pump;
    this.#hooks = hooks;
  }

  /** Answers the port it listens on. */
  start(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      if (this.#clients.size >= maxRtspClients) {
        socket.destroy();
        return;
      }
      const client = new RtspClient(socket, this.#host, this.#auth, this.#pump, this.#hooks);
      this.#clients.add(client);
      socket.once('close', () => this.#clients.delete(client));
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#host, () => resolve((server.address() as AddressInfo).port));
    });
  }

  get clients(): number {
    return this.#clients.size;
  }

  reset(): void {
    for (const client of this.#clients) client.reset();
  }

  /** Refuses new connections and resets those that are open. Resolves when the port is free. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.reset();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

class RtspClient implements Player, Wire {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #auth: DigestAuth;
  readonly #pump: MediaPump;
  readonly #hooks: RtspHooks;
  readonly #session = randomBytes(6).toString('hex');
  readonly #udp = new Map<
    'video' | 'audio',
    { rtp: UdpSocket; rtcp: UdpSocket; port: number; host: string }
  >();
  videoChannel: number | null = null;
  audioChannel: number | null = null;
  started = false;
  closed = false;
  #input: Buffer = Buffer.alloc(0);
  #idle: NodeJS.Timeout | undefined;
  // UDP sockets take a moment to bind, and replies keep the order of their requests.
  #work: Promise<void> = Promise.resolve();

  constructor(socket: Socket, host: string, auth: DigestAuth, pump: MediaPump, hooks: RtspHooks) {
    this.#socket = socket;
    this.#host = host;
    this.#auth = auth;
    this.#pump = pump;
    this.#hooks = hooks;
    socket.on('data', (bytes) => this.#read(bytes));
    // A reset by the other side is an everyday thing for a camera; 'close' follows and cleans up.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#end());
  }

  write(bytes: Buffer | string): void {
    if (this.closed) return;
    if (this.#socket.writableLength > maxUnsentBytes) this.reset();
    else this.#socket.write(bytes);
  }

  reset(): void {
    if (!this.closed) this.#socket.resetAndDestroy();
    this.#end();
  }

  media(bytes: Buffer, packets: readonly PacketPlace[], kind: 'video' | 'audio', junk: Buffer | null): void {
    const udp = this.#udp.get(kind);
    if (udp) {
      for (const { from, to } of packets) udp.rtp.send(bytes.subarray(from, to), udp.port, udp.host);
      return;
    }
    if (junk) this.write(junk);
    this.write(bytes);
  }

  report(kind: 'video' | 'audio', packet: Buffer): void {
    const udp = this.#udp.get(kind);
    if (udp) {
      udp.rtcp.send(packet, udp.port + 1, udp.host);
      return;
    }
    const channel = (kind === 'video' ? this.videoChannel : this.audioChannel) ?? 0;
    this.write(
      Buffer.concat([Buffer.from([0x24, channel + 1, packet.length >> 8, packet.length & 255]), packet]),
    );
  }

  #end(): void {
    this.closed = true;
    clearTimeout(this.#idle);
    this.#pump.remove(this);
    for (const { rtp, rtcp } of this.#udp.values()) {
      rtp.close();
      rtcp.close();
    }
    this.#udp.clear();
  }

  #touch(): void {
    clearTimeout(this.#idle);
    if (this.closed) return;
    // RFC 2326 §12.37: a session without a sign of life is closed after its time-out.
    this.#idle = setTimeout(() => this.reset(), this.#hooks.facts().sessionTimeoutS * 1000);
  }

  #read(bytes: Buffer): void {
    this.#touch();
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    while (this.#input.length > 0) {
      if (this.#input[0] === 0x24) {
        // The client's receiver reports.
        if (this.#input.length < 4) return;
        const end = 4 + this.#input.readUInt16BE(2);
        if (this.#input.length < end) return;
        this.#input = this.#input.subarray(end);
        continue;
      }
      const end = this.#input.indexOf('\r\n\r\n');
      if (end < 0) {
        if (this.#input.length > maxRequestBytes) this.reset();
        return;
      }
      const [line = '', ...lines] = this.#input.toString('latin1', 0, end).split('\r\n');
      const headers = new Map<string, string>();
      for (const each of lines) {
        const colon = each.indexOf(':');
        if (colon > 0) headers.set(each.slice(0, colon).trim().toLowerCase(), each.slice(colon + 1).trim());
      }
      const length = Number(headers.get('content-length') ?? 0);
      if (!(length >= 0 && length <= maxRequestBytes)) {
        this.reset();
        return;
      }
      if (this.#input.length < end + 4 + length) return;
      this.#input = this.#input.subarray(end + 4 + length);
      const [method = '', url = ''] = line.split(' ');
      const request = { method, url, headers };
      this.#work = this.#work.then(() => this.#answer(request));
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    if (this.closed) return;
    const logged = new Map(request.headers);
    if (logged.has('authorization')) logged.set('authorization', '***');
    this.#hooks.received({ ...request, headers: logged });
    const ready = await this.#prepare(request);
    const reply = this.#hooks.rtsp(request, () => this.#reply(request, ready));
    if (reply === null || this.closed) return;
    const lines = [`RTSP/1.0 ${reply.status} ${reply.reason}`];
    const named = reply.headers.some(([name]) => name.toLowerCase() === 'cseq');
    if (!named) lines.push(`CSeq: ${request.headers.get('cseq') ?? '0'}`);
    for (const [name, value] of reply.headers) lines.push(`${name}: ${value}`);
    if (reply.body !== '') lines.push(`Content-Length: ${Buffer.byteLength(reply.body)}`);
    const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${reply.body}`);
    if (!this.#hooks.send(bytes, this)) this.write(bytes);
    if (reply.status !== 200) return;
    if (request.method === 'PLAY') this.#pump.add(this);
    else if (request.method === 'PAUSE') this.#pump.remove(this);
    else if (request.method === 'TEARDOWN') this.#socket.end();
  }

  /** Binds a pair of UDP ports for a SETUP that asks for UDP; the one thing that takes time. */
  async #prepare(request: RtspRequest): Promise<[UdpSocket, UdpSocket] | undefined> {
    const transport = request.headers.get('transport') ?? '';
    if (request.method !== 'SETUP' || /tcp/i.test(transport)) return undefined;
    return bindPair(this.#host, () => this.reset());
  }

  #reply(request: RtspRequest, pair: [UdpSocket, UdpSocket] | undefined): RtspReply {
    const reply = (
      status: number,
      reason: string,
      headers: [string, string][] = [],
      body = '',
    ): RtspReply => {
      if (pair && status !== 200) for (const socket of pair) socket.close();
      return { status, reason, headers, body };
    };
    const facts = this.#hooks.facts();
    const session: [string, string] = ['Session', `${this.#session};timeout=${facts.sessionTimeoutS}`];
    if (request.method === 'OPTIONS') {
      return reply(200, 'OK', [
        ['Public', 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN'],
      ]);
    }
    const state = this.#auth.check(request.headers.get('authorization'), request.method, facts);
    if (state !== 'ok') {
      const offers = this.#auth.challenge(state === 'stale');
      return reply(
        401,
        'Unauthorized',
        offers.map((offer) => ['WWW-Authenticate', offer]),
      );
    }
    const base = request.url
      .replace(/\?.*$/, '')
      .replace(/\/track\d.*$/, '')
      .replace(/\/$/, '');
    if (!/^rtsp:\/\/[^/]+\/stream$/i.test(base)) return reply(404, 'Not Found');
    switch (request.method) {
      case 'DESCRIBE':
        return reply(
          200,
          'OK',
          [
            ['Content-Base', `${base}/`],
            ['Content-Type', 'application/sdp'],
          ],
          describe(facts, this.#host),
        );
      case 'SETUP': {
        const kind = request.url.endsWith('track2') ? 'audio' : 'video';
        if (kind === 'audio' && !facts.audio) return reply(404, 'Not Found');
        return this.#setUp(kind, request.headers.get('transport') ?? '', pair, session, reply);
      }
      case 'PLAY': {
        if (this.videoChannel === null && this.audioChannel === null) {
          return reply(455, 'Method Not Valid in This State');
        }
        return reply(200, 'OK', [session, ['Range', 'npt=0.000-']]);
      }
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
      case 'PAUSE':
      case 'TEARDOWN':
        return reply(200, 'OK', [session]);
      default:
        return reply(501, 'Not Implemented');
    }
  }

  #setUp(
    kind: 'video' | 'audio',
    transport: string,
    pair: [UdpSocket, UdpSocket] | undefined,
    session: [string, string],
    reply: (status: number, reason: string, headers?: [string, string][]) => RtspReply,
  ): RtspReply {
    const ssrc = this.#pump.ssrc(kind).toString(16).padStart(8, '0').toUpperCase();
    let channel = kind === 'video' ? 0 : 2;
    let answer: string;
    if (pair) {
      const ports = /client_port=(\d+)/.exec(transport);
      if (!ports || !this.#socket.remoteAddress) return reply(461, 'Unsupported Transport');
      const [rtp, rtcp] = pair;
      this.#udp.set(kind, { rtp, rtcp, port: Number(ports[1]), host: this.#socket.remoteAddress });
      // Receiver reports prove that the client lives.
      rtcp.on('message', () => this.#touch());
      answer = `RTP/AVP;unicast;client_port=${ports[1]}-${Number(ports[1]) + 1};server_port=${rtp.address().port}-${rtcp.address().port};ssrc=${ssrc}`;
    } else {
      const asked = /interleaved=(\d+)/.exec(transport);
      if (asked) channel = Math.min(Number(asked[1]), 254);
      answer = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${ssrc}`;
    }
    if (kind === 'video') this.videoChannel = channel;
    else this.audioChannel = channel;
    return reply(200, 'OK', [session, ['Transport', answer]]);
  }
}

/** An even port and the odd one above it (RFC 3550 §11). */
async function bindPair(host: string, failed: () => void): Promise<[UdpSocket, UdpSocket]> {
  for (let attempt = 0; ; attempt++) {
    const rtp = await bindUdp(host, 0, failed);
    const { port } = rtp.address();
    try {
      if (port % 2 === 1) throw new Error('an odd port');
      return [rtp, await bindUdp(host, port + 1, failed)];
    } catch (error) {
      rtp.close();
      if (attempt >= 50) throw error;
    }
  }
}

function bindUdp(host: string, port: number, failed: () => void): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.removeListener('error', reject);
      // A packet that cannot be sent ends the session, so that the client sees it.
      socket.on('error', failed);
      resolve(socket);
    });
  });
}
