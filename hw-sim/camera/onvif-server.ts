// A camera's ONVIF side on one HTTP port: SOAP 1.2, the login, and the snapshot. What each service answers is in
// onvif-device, -media, -imaging and -events; what goes wrong is the behaviours'.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { wallTime } from '../../config/clock.ts';
import { assetPath } from '../media/clips.ts';
import type { Facts, SoapCall, SoapReply } from './behaviour.ts';
import type { DigestAuth } from './digest-auth.ts';
import { namespaces, SoapFault, xmlText, type OnvifCall, type OnvifService } from './onvif-call.ts';
import { deviceService, preAuthOperations, servicePaths } from './onvif-device.ts';
import { EventService, type CameraEvent } from './onvif-events.ts';
import { imagingService, ImagingState } from './onvif-imaging.ts';
import { TokenLogin } from './onvif-login.ts';
import { mediaService, OsdStore } from './onvif-media.ts';
import { maxSoapChars, readSoap, soap12, type SoapRequest } from './soap-reader.ts';

export const maxOnvifConnections = 32;
/** A request that goes on for longer than this is cut off without a word. */
export const maxForgottenBytes = 8 * 1024 * 1024;

export interface OnvifHooks {
  facts(): Facts;
  rtspPort(): number;
  soap(call: SoapCall, last: () => Promise<SoapReply | null>): Promise<SoapReply | null>;
  received(request: { method: string; url: string; headers: ReadonlyMap<string, string> }): void;
}

export class OnvifServer {
  readonly #host: string;
  readonly #auth: DigestAuth;
  readonly #tokens = new TokenLogin();
  readonly #hooks: OnvifHooks;
  readonly #osds = new OsdStore();
  readonly #imaging = new ImagingState();
  readonly #events = new EventService();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(host: string, auth: DigestAuth, hooks: OnvifHooks) {
    this.#host = host;
    this.#auth = auth;
    this.#hooks = hooks;
  }

  /** Answers the port it listens on. Rejects when it is taken. */
  start(port: number): Promise<number> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: Error) => {
        // A client that went away in the middle; anything else is a bug here and must be seen by the client.
        if (!response.headersSent) response.writeHead(500);
        response.end(error.message);
      });
    });
    server.maxConnections = maxOnvifConnections;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.#host, () => resolve((server.address() as AddressInfo).port));
    });
  }

  /** The texts that are laid over the picture. */
  get osdTexts(): readonly string[] {
    return [...this.#osds.texts.values()];
  }

  publish(event: CameraEvent): void {
    this.#events.publish(event, this.#now());
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Refuses new connections, resets those that are open and forgets subscriptions, as a loss of power does. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#events.clear();
    this.reset();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #now(): number {
    return wallTime() + this.#hooks.facts().clockSkewMs;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === '/snapshot.jpg' && request.method === 'GET') {
      this.#log('GET', request);
      if (this.#digest(request) === 'ok') {
        const picture = readFileSync(assetPath('snapshot.jpg'));
        response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': picture.length });
        response.end(picture);
      } else this.#challenge(request, response);
      return;
    }
    const service = this.#serviceAt(path);
    if (request.method !== 'POST' || !service) {
      response.writeHead(service ? 405 : 404).end();
      return;
    }
    const text = await readBody(request);
    let soap: SoapRequest;
    try {
      if (text === null) throw new Error('the request is too long');
      soap = readSoap(text);
    } catch (error) {
      const fault = new SoapFault('Sender', ['ter:WellFormed'], (error as Error).message);
      send(response, faultReply(fault));
      return;
    }
    const { name, namespace } = soap.operation;
    this.#log(name, request);
    const reply = await this.#hooks.soap({ operation: name, namespace }, () =>
      this.#call(soap, request, response, service),
    );
    if (reply === null) request.socket.resetAndDestroy();
    else if (reply.status === 401) this.#challenge(request, response);
    else send(response, reply);
  }

  async #call(
    soap: SoapRequest,
    request: IncomingMessage,
    response: ServerResponse,
    service: OnvifService,
  ): Promise<SoapReply> {
    const { operation } = soap;
    const facts = this.#hooks.facts();
    const open = operation.namespace === namespaces.device && preAuthOperations.has(operation.name);
    const token = this.#tokens.check(soap.header, facts, this.#now());
    // Core §5.9.1: a wrong token is a SOAP fault with 400, no login at all is a challenge with 401.
    if (!open && token === 'wrong')
      return faultReply(new SoapFault('Sender', ['ter:NotAuthorized'], 'the login is not right'));
    if (!open && token === 'none' && this.#digest(request) !== 'ok') return { status: 401, body: '' };
    const now = (): number => this.#now();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const host = facts.announcedHost || request.headers.host || this.#host;
    const base = withPort(`http://${host}`, request);
    const call: OnvifCall = {
      operation,
      facts,
      get nowMs() {
        return now();
      },
      base,
      rtspUrl: `rtsp://${new URL(base).hostname}:${this.#hooks.rtspPort()}/stream`,
      path: request.url ?? '',
      gone: gone.signal,
    };
    try {
      const body = await service(call);
      if (body === undefined)
        throw new SoapFault('Receiver', ['ter:ActionNotSupported'], `no operation ${operation.name}`);
      return { status: 200, body: envelope(body) };
    } catch (error) {
      if (error instanceof SoapFault) return faultReply(error);
      throw error;
    }
  }

  #serviceAt(path: string): OnvifService | undefined {
    if (path.startsWith('/onvif/subscription/')) return this.#only('events', this.#events.service);
    switch (path) {
      case servicePaths.device:
        return this.#only('device', deviceService);
      case servicePaths.media1:
        return this.#only('media1', (call) => mediaService(1, call, this.#osds));
      case servicePaths.media2:
        return this.#only('media2', (call) => mediaService(2, call, this.#osds));
      case servicePaths.imaging:
        return this.#only('imaging', (call) => imagingService(call, this.#imaging));
      case servicePaths.events:
        return this.#only('events', this.#events.service);
      default:
        return undefined;
    }
  }

  /** A service knows the operations of its own namespace, and of WS-BaseNotification where it has events. */
  #only(name: keyof typeof servicePaths, service: OnvifService): OnvifService {
    return (call) => {
      const asked = call.operation.namespace;
      const own = asked === namespaces[name] || (name === 'events' && asked === namespaces.notification);
      return own ? service(call) : undefined;
    };
  }

  #digest(request: IncomingMessage): ReturnType<DigestAuth['check']> {
    const header = request.headers.authorization;
    // RFC 7616 §3.4.6: what was signed must be what is asked.
    const uri = /\buri="([^"]*)"/.exec(header ?? '')?.[1];
    if (uri !== undefined && uri !== request.url) return 'wrong';
    return this.#auth.check(header, request.method ?? '', this.#hooks.facts());
  }

  #challenge(request: IncomingMessage, response: ServerResponse): void {
    const offers = this.#auth.challenge(this.#digest(request) === 'stale');
    response.writeHead(401, { 'www-authenticate': offers, 'content-length': 0 }).end();
  }

  #log(method: string, request: IncomingMessage): void {
    const headers = new Map(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const),
    );
    if (headers.has('authorization')) headers.set('authorization', '***');
    this.#hooks.received({ method, url: request.url ?? '', headers });
  }
}

/** Null when it is longer than a request may be: the rest is read and forgotten, so that the fault is heard. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= maxSoapChars) parts.push(part);
    else if (length > maxForgottenBytes) request.socket.resetAndDestroy();
  }
  return length > maxSoapChars ? null : Buffer.concat(parts).toString();
}

/** libonvif leaves its port out of Host; a camera knows where it listens. */
function withPort(base: string, request: IncomingMessage): string {
  const port = request.socket.localPort;
  return /:\d+$/.test(base) || port === undefined ? base : `${base}:${port}`;
}

function send(response: ServerResponse, { status, body }: SoapReply): void {
  const bytes = Buffer.from(body);
  response
    // Spelled as cameras spell them: libonvif (onvif-util) looks for exactly `Content-Length:`.
    .writeHead(status, {
      'Content-Type': 'application/soap+xml; charset=utf-8',
      'Content-Length': bytes.length,
    })
    .end(bytes);
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope xmlns:env="${soap12}"><env:Body>${body}</env:Body></env:Envelope>`;
}

/** SOAP 1.2 Part 1 §5.4; the HTTP status is that of SOAP 1.2 Part 2 §7.5.2.2: 400 for the sender's mistakes. */
function faultReply(fault: SoapFault): SoapReply {
  const subcode = fault.subcodes.reduceRight(
    (inner, code) => `<env:Subcode><env:Value>${code}</env:Value>${inner}</env:Subcode>`,
    '',
  );
  const names =
    'xmlns:ter="http://www.onvif.org/ver10/error" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsrf-rw="http://docs.oasis-open.org/wsrf/rw-2"';
  return {
    status: fault.code === 'Sender' ? 400 : 500,
    body: envelope(
      `<env:Fault ${names}><env:Code><env:Value>env:${fault.code}</env:Value>${subcode}</env:Code><env:Reason><env:Text xml:lang="en">${xmlText(fault.message)}</env:Text></env:Reason></env:Fault>`,
    ),
  };
}
