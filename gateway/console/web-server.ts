// The door to fastify: one HTTP server on a named host, for one thing, the rooms' screens. What a request means is
// the handlers'; here is who may ask: by host, origin and code, and how often.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Language } from '../../config/dictionary.ts';
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';
import type { Settings } from '../../config/settings-types.ts';
import { refusal } from './refusal.ts';
import { screenActions, type ScreenAction } from './screen-protocol.ts';

export const maxBodyBytes = 64 * 1024;
/** Pages that are open at once; one more is refused. */
export const maxScreens = 64;
/** Connections at once, of whomever; a browser opens six for one page. One more is hung up on. */
export const maxConnections = 6 * maxScreens;
/** Views that a page may let pass without asking for one, ten seconds: it is gone or asleep, and its place is free. */
export const maxUnasked = 20;
/** Codes that one address may try in a minute. */
export const codesPerMinute = 10;
/** Requests of any kind of one address in a minute: a page asks for two pictures a second at most. */
export const requestsPerMinute = 1200;
const cookieName = 'liuhen-screen';
/** Browsers keep a cookie no longer (RFC 6265bis §5.5). */
const cookieSeconds = 400 * 86_400;

export interface ScreenHandlers {
  /** Where `/` leads. */
  firstRoom(): string;
  /** JSON of the view of a room; null when there is no such room. */
  view(room: string): string | null;
  /** Rejects with a LiuhenError where it is refused. */
  act(room: string, action: ScreenAction, body: unknown): Promise<unknown>;
  /** The newest picture of a camera of the room; null while there is none that can be shown as of now. */
  picture(room: string, camera: string): Promise<{ readonly mp4: Buffer; readonly ageMs: number } | null>;
}

export interface WebServer {
  /** `http://127.0.0.1:8480`, with the port that it has. */
  readonly url: string;
  /**
   * Sends every page that has asked for one the view of its room. Never two behind one question: what comes late on a
   * slow way must not be taken for new, and its reader knows how old an answer can be.
   */
  push(): void;
  close(): Promise<void>;
}

export interface WebServerOptions {
  readonly settings: NonNullable<Settings['console']>;
  /** The built pages. */
  readonly pageFolder: string;
  readonly handlers: ScreenHandlers;
  readonly log: Log;
}

interface Screen {
  readonly room: string;
  readonly socket: { send(text: string): void; close(): void; terminate(): void };
  /** Views that it let pass since it was sent one; null when it has asked for the next. */
  unasked: number | null;
}

/** Listens. Rejects as `listen` does (EADDRINUSE, EADDRNOTAVAIL), and when the files of `tls` cannot be read. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { settings, handlers } = options;
  const screens = new Set<Screen>();
  const app = await build(options, screens);
  // Before anybody has asked for anything: whoever can reach the port must not use up the files of the box's control.
  app.server.maxConnections = maxConnections;
  await app.listen({ host: settings.host, port: settings.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const host = isIP(settings.host) === 6 ? `[${settings.host}]` : settings.host;
  return {
    url: `${settings.tls ? 'https' : 'http'}://${host}:${port}`,
    push: () => {
      const views = new Map<string, string | null>();
      for (const screen of screens) {
        const { room, socket } = screen;
        if (!views.has(room)) views.set(room, handlers.view(room));
        const view = views.get(room);
        if (view === null || view === undefined) socket.close();
        else if (screen.unasked === null) {
          screen.unasked = 0;
          socket.send(view);
        } else if ((screen.unasked += 1) > maxUnasked) {
          screens.delete(screen);
          socket.terminate();
        }
      }
    },
    close: async () => {
      for (const { socket } of screens) socket.terminate();
      screens.clear();
      await app.close();
    },
  };
}

async function build(options: WebServerOptions, screens: Set<Screen>): Promise<FastifyInstance> {
  const { settings, handlers, log } = options;
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64 },
    requestTimeout: 120_000,
    https: settings.tls
      ? { cert: readFileSync(settings.tls.certFile), key: readFileSync(settings.tls.keyFile) }
      : null,
  }) as unknown as FastifyInstance;
  const admit = gatekeeper(settings);

  await app.register(rateLimit, { global: true, max: requestsPerMinute, timeWindow: 60_000 });
  await app.register(websocket, { options: { maxPayload: 1024 } });

  // JSON alone: a form or plain text is what another site's page can send without being asked (CORS, simple requests).
  app.removeContentTypeParser('text/plain');

  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    admit.host(request);
    // The route that answers, not the address as it was sent: `/%61pi/` and `http://any/api/` lead to the same ones.
    const { url: route = '' } = request.routeOptions;
    if (!route.startsWith('/api/')) return;
    reply.header('cache-control', 'no-store');
    admit.origin(request);
    if (route !== '/api/enter') admit.code(request);
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  app.setNotFoundHandler((request) => {
    throw new LiuhenError('SCREEN_NOT_FOUND', { path: request.url.slice(0, 100) });
  });

  await app.register(fastifyStatic, {
    root: options.pageFolder,
    wildcard: false,
    index: false,
    cacheControl: false,
    // The names of scripts and styles change with their content; the page's own does not.
    setHeaders: (reply, file) => {
      reply.setHeader('cache-control', file.endsWith('.html') ? 'no-cache' : 'max-age=31536000, immutable');
    },
  });
  app.get('/', (_request, reply) => reply.redirect(`/room/${encodeURIComponent(handlers.firstRoom())}`));
  for (const page of ['/room/:room', '/room/:room/clips'])
    app.get(page, (_request, reply) => reply.sendFile('index.html'));

  app.post(
    '/api/enter',
    { config: { rateLimit: { max: codesPerMinute, timeWindow: 60_000 } } },
    async (request, reply) => {
      const cookie = admit.enter((request.body as { code?: unknown } | null)?.code);
      const secure = settings.tls ? '; Secure' : '';
      reply.header(
        'set-cookie',
        `${cookieName}=${cookie}; Max-Age=${cookieSeconds}; Path=/; HttpOnly; SameSite=Strict${secure}`,
      );
      return { entered: true };
    },
  );
  app.get('/api/rooms/:room/view', async (request, reply) => {
    reply.type('application/json');
    return found(handlers.view(param(request, 'room')), request);
  });
  app.get('/api/rooms/:room/picture/:camera', async (request, reply) => {
    const { mp4, ageMs } = found(
      await handlers.picture(param(request, 'room'), param(request, 'camera')),
      request,
    );
    // RFC 9111 §5.1, in whole seconds.
    reply.type('video/mp4').header('age', Math.ceil(ageMs / 1000));
    return mp4;
  });
  for (const action of screenActions) {
    app.post(`/api/rooms/:room/${action}`, async (request) => ({
      answer: await handlers.act(param(request, 'room'), action, request.body),
    }));
  }
  app.get('/api/rooms/:room/live', { websocket: true }, (socket, request) => {
    const room = param(request, 'room');
    const view = handlers.view(room);
    if (view === null || screens.size >= maxScreens) {
      socket.close(1013, view === null ? 'no such room' : 'too many screens');
      return;
    }
    const screen: Screen = { room, socket, unasked: 0 };
    screens.add(screen);
    // Whatever it says, it asks for the next view.
    socket.on('message', () => {
      screen.unasked = null;
    });
    socket.on('close', () => screens.delete(screen));
    socket.on('error', (error: Error) => log.debug('a screen went away', { room, error }));
    socket.send(view);
  });
  return app;
}

/** Nothing but our own scripts, styles and connections; shown in nobody's frame. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function gatekeeper({ host: ownHost, code }: NonNullable<Settings['console']>) {
  const key = code?.reveal();
  // The same after a restart: a tablet on a wall is asked for the code once, and again when it has changed.
  const cookie =
    key === undefined ? '' : createHmac('sha256', key).update('liuhen room screen, cookie').digest('hex');
  const names = new Set(['localhost', hostname().toLowerCase(), ownHost.toLowerCase()]);
  return {
    /** A name that somebody else's DNS points at the box must not be served (DNS rebinding); addresses are safe. */
    host: ({ headers: { host = '' } }: FastifyRequest): void => {
      const name = host.replace(/:\d+$/, '').toLowerCase();
      if (isIP(name.replace(/^\[|\]$/g, '')) === 0 && !names.has(name))
        throw new LiuhenError('SCREEN_FORBIDDEN', { why: `host ${name.slice(0, 80)}` });
    },
    /** Another site's page may send requests with our cookie; it cannot hide where it comes from (RFC 6454 §7). */
    origin: ({ headers: { origin, host = '' }, method }: FastifyRequest): void => {
      if (origin === undefined && (method === 'GET' || method === 'HEAD')) return;
      if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host.toLowerCase())
        throw new LiuhenError('SCREEN_FORBIDDEN', { why: `origin ${(origin ?? '-').slice(0, 80)}` });
    },
    code: ({ headers: { cookie: sent = '' } }: FastifyRequest): void => {
      if (key === undefined) return;
      const given = new RegExp(`(?:^|; )${cookieName}=([0-9a-f]{64})(?:;|$)`).exec(sent)?.[1] ?? '';
      if (!same(given, cookie)) throw new LiuhenError('SCREEN_CODE_NEEDED', {});
    },
    /** The cookie for who knows the code. */
    enter: (given: unknown): string => {
      if (key !== undefined && (typeof given !== 'string' || !same(given, key)))
        throw new LiuhenError('SCREEN_CODE_WRONG', {});
      return cookie;
    },
  };
}

/** In a time that does not tell how much of it was right. */
function same(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return createHmac('sha256', 'compare').update(text).digest();
}

function param(request: FastifyRequest, name: 'room' | 'camera'): string {
  return (request.params as Record<string, string>)[name] ?? '';
}

function found<T>(value: T | null, { url }: FastifyRequest): T {
  if (value === null) throw new LiuhenError('SCREEN_NOT_FOUND', { path: url.slice(0, 100) });
  return value;
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const language: Language = /^\s*en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'zh-CN';
  const { status, body } = refusal(error, language);
  if (status >= 500) log.error('a request of a screen failed', { error: error as Error, path: request.url });
  void reply.code(status).send(body);
}
