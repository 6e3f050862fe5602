// Who may use the pages, and what is served: every way in that a stranger, another site or a guesser would try.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { Secret } from '../../../config/secret.ts';
import {
  codesPerMinute,
  maxBodyBytes,
  maxConnections,
  maxScreens,
  maxUnasked,
  startWebServer,
  type ScreenHandlers,
  type WebServer,
} from '../../../gateway/console/web-server.ts';
import { until } from '../sessions/fakes.ts';
import { openLive, type LiveSocket } from './live-socket.ts';

const pageFolder = mkdtempSync(path.join(tmpdir(), 'lh-'));
writeFileSync(path.join(pageFolder, 'index.html'), '<!doctype html><title>page</title>');
writeFileSync(path.join(pageFolder, 'script-abc.js'), '1');
t.teardown(() => rmSync(pageFolder, { recursive: true }));

interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** Like fetch, with any header at all: a browser would not let us choose Host and Origin. */
function ask(
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
    path,
  }: { method?: string; headers?: object; body?: string; path?: string } = {},
): Promise<Answered> {
  const given =
    body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { agent: false, method, headers: { ...given, ...headers }, ...(path === undefined ? {} : { path }) },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

interface Opened {
  readonly server: WebServer;
  readonly acted: unknown[];
}

async function open(
  t: Test,
  { code, act }: { code?: string; act?: ScreenHandlers['act'] } = {},
): Promise<Opened> {
  const acted: unknown[] = [];
  const server = await startWebServer({
    settings: {
      host: '127.0.0.1',
      port: 0,
      ...(code === undefined ? {} : { code: new Secret(code) }),
    },
    pageFolder,
    log: silentLog,
    handlers: {
      firstRoom: () => 'talk',
      view: (room) => (room === 'talk' ? '{"state":"idle"}' : null),
      act:
        act ??
        ((...given) => {
          acted.push(given);
          return Promise.resolve({ session: 's' });
        }),
      picture: (_room, camera) =>
        Promise.resolve(camera === 'a' ? { mp4: Buffer.from('mp4'), ageMs: 1200 } : null),
    },
  });
  t.teardown(() => server.close());
  return { server, acted };
}

const originOf = ({ url }: WebServer): { origin: string } => ({ origin: url });

t.test(
  'the page, its scripts, a view and a picture are served, each with what a browser may do with it',
  async (t) => {
    const { server } = await open(t);
    const root = await ask(`${server.url}/`);
    t.match([root.status, root.headers.location], [302, '/room/talk']);
    const page = await ask(`${server.url}/room/talk`);
    t.match([page.status, page.text], [200, /<title>page/]);
    t.match(page.headers, {
      'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    const script = await ask(`${server.url}/script-abc.js`);
    t.match(script.headers, { 'cache-control': /immutable/ });
    const view = await ask(`${server.url}/api/rooms/talk/view`);
    t.match([view.status, view.text, view.headers['cache-control']], [200, '{"state":"idle"}', 'no-store']);
    const picture = await ask(`${server.url}/api/rooms/talk/picture/a`);
    t.match([picture.status, picture.text, picture.headers['content-type']], [200, 'mp4', 'video/mp4']);
    t.equal(picture.headers.age, '2');
  },
);

for (const [what, where] of [
  ['a room that there is not', '/api/rooms/none/view'],
  ['a camera that there is not', '/api/rooms/talk/picture/z'],
  ['a file outside the pages', '/..%2f..%2fpackage.json'],
  ['a path that leads out of the pages', '/%2e%2e/%2e%2e/etc/passwd'],
  ['another thing of the server', '/api/ledger'],
] as const) {
  t.test(`${what} is not found, and the answer is in the reader's language`, async (t) => {
    const { server } = await open(t);
    const zh = await ask(server.url + where);
    t.equal(zh.status, 404);
    t.match(JSON.parse(zh.text), { code: 'SCREEN_NOT_FOUND', text: /没有内容/ });
    const en = await ask(server.url + where, { headers: { 'accept-language': 'en' } });
    t.match(JSON.parse(en.text), { text: /There is nothing at/ });
  });
}

t.test(
  "a name that somebody else's DNS points at the box is refused; the box's own names and addresses are not",
  async (t) => {
    const { server } = await open(t);
    for (const host of ['127.0.0.1:1', 'localhost', '[::1]:8480', '10.0.0.2'])
      t.equal((await ask(`${server.url}/room/talk`, { headers: { host } })).status, 200, host);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80'])
      t.equal((await ask(`${server.url}/room/talk`, { headers: { host } })).status, 403, host);
  },
);

t.test("another site's page can neither end a session nor read along", async (t) => {
  const { server, acted } = await open(t);
  const url = `${server.url}/api/rooms/talk/close`;
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}])
    t.equal((await ask(url, { method: 'POST', body: '{}', headers })).status, 403, JSON.stringify(headers));
  t.equal(await openLive(`${server.url}/api/rooms/talk/live`, { origin: 'https://evil.example' }), null);
  t.same(acted, []);
  const own = await ask(url, { method: 'POST', body: '{"session":"x"}', headers: originOf(server) });
  t.equal(own.status, 200);
  t.same(acted, [['talk', 'close', { session: 'x' }]]);
});

t.test('a path that is written in another way opens nothing that its plain form does not', async (t) => {
  const { server, acted } = await open(t, { code: 'right horse' });
  const { host } = new URL(server.url);
  const evil = { origin: 'https://evil.example' };
  for (const start of ['/%61pi', '/ap%69', `http://${host}/api`, 'http://evil.example/api']) {
    const view = await ask(server.url, { path: `${start}/rooms/talk/view` });
    t.equal(view.status, 401, `${start}: without the code`);
    // A browser lets any page send a POST without a body, and adds nothing but where it comes from.
    const post = { path: `${start}/rooms/talk/close`, method: 'POST', headers: evil };
    t.equal((await ask(server.url, post)).status, 403, `${start}: from another site`);
    t.equal(await openLive(server.url, evil, `${start}/rooms/talk/live`), null, `${start}: read along`);
  }
  t.same(acted, []);
});

t.test('a form, which a browser sends without asking, is not taken for a request', async (t) => {
  const { server, acted } = await open(t);
  const headers = { ...originOf(server), 'content-type': 'text/plain' };
  const answer = await ask(`${server.url}/api/rooms/talk/close`, { method: 'POST', body: '{}', headers });
  t.not(answer.status, 200);
  t.same(acted, []);
});

t.test(
  'with a code, nothing of the rooms is served without it; the cookie that it gives is enough',
  async (t) => {
    const { server, acted } = await open(t, { code: 'right horse' });
    const api = `${server.url}/api`;
    const refused = await ask(`${api}/rooms/talk/view`);
    t.match([refused.status, JSON.parse(refused.text)], [401, { code: 'SCREEN_CODE_NEEDED' }]);
    t.equal((await ask(`${api}/rooms/talk/picture/a`)).status, 401);
    t.equal(await openLive(`${api}/rooms/talk/live`), null);
    const post = { method: 'POST', headers: originOf(server) };
    t.equal((await ask(`${api}/rooms/talk/close`, { ...post, body: '{}' })).status, 401);
    t.equal((await ask(`${server.url}/room/talk`)).status, 200, 'the page that asks for it is');
    for (const body of ['{"code":"wrong horse"}', '{"code":["right horse"]}', '{}', 'null'])
      t.equal((await ask(`${api}/enter`, { ...post, body })).status, 403, body);

    const entered = await ask(`${api}/enter`, { ...post, body: '{"code":"right horse"}' });
    t.equal(entered.status, 200);
    const [set = ''] = entered.headers['set-cookie'] ?? [];
    t.match(set, /^liuhen-screen=[0-9a-f]{64}; .*HttpOnly; SameSite=Strict/);
    t.notMatch(set, /right/);
    const cookie = set.split(';')[0] ?? '';
    t.equal((await ask(`${api}/rooms/talk/view`, { headers: { cookie } })).status, 200);
    const forged = { cookie: 'liuhen-screen='.padEnd(78, '0') };
    t.equal((await ask(`${api}/rooms/talk/view`, { headers: forged })).status, 401);
    const done = await ask(`${api}/rooms/talk/close`, {
      ...post,
      headers: { ...post.headers, cookie },
      body: '{}',
    });
    t.equal(done.status, 200);
    t.equal(acted.length, 1);
    const again = await open(t, { code: 'right horse' });
    t.equal(
      (await ask(`${again.server.url}/api/rooms/talk/view`, { headers: { cookie } })).status,
      200,
      'also after a restart of the box',
    );
    const changed = await open(t, { code: 'other horse' });
    t.equal((await ask(`${changed.server.url}/api/rooms/talk/view`, { headers: { cookie } })).status, 401);
  },
);

t.test('who guesses is held up, also before the right one', async (t) => {
  const { server } = await open(t, { code: 'right horse' });
  const tried: number[] = [];
  for (let index = 0; index <= codesPerMinute; index += 1) {
    const body = JSON.stringify({ code: index < codesPerMinute ? `guess ${index}` : 'right horse' });
    tried.push(
      (await ask(`${server.url}/api/enter`, { method: 'POST', headers: originOf(server), body })).status,
    );
  }
  t.same(new Set(tried.slice(0, -1)), new Set([403]));
  t.equal(tried.at(-1), 400, 'refused for now, whatever it is');
});

t.test('bad bodies are refused with a reason, and the server lives on', async (t) => {
  const { server, acted } = await open(t);
  const url = `${server.url}/api/rooms/talk/mark`;
  for (const body of ['{', '{"a":1', `{"text":"${'x'.repeat(maxBodyBytes)}"}`, '{"__proto__":{"by":"x"}}']) {
    const answer = await ask(url, { method: 'POST', headers: originOf(server), body });
    t.match([answer.status, JSON.parse(answer.text)], [400, { code: 'SCREEN_REQUEST' }], body.slice(0, 20));
  }
  t.same(acted, []);
  t.equal((await ask(`${server.url}/api/rooms/talk/view`)).status, 200);
});

t.test(
  'what the room refuses has its code and its words; what fails says no more than that it failed',
  async (t) => {
    const refuse = await open(t, {
      act: () =>
        Promise.reject(new LiuhenError('SESSION_KIND_MISSING', { room: 'talk', allowed: 'interview' })),
    });
    const post = { method: 'POST', body: '{}' };
    const refused = await ask(`${refuse.server.url}/api/rooms/talk/open`, {
      ...post,
      headers: originOf(refuse.server),
    });
    t.match(
      [refused.status, JSON.parse(refused.text)],
      [409, { code: 'SESSION_KIND_MISSING', text: /事项类型/ }],
    );
    const fail = await open(t, { act: () => Promise.reject(new Error('secret /data/ledger')) });
    const failed = await ask(`${fail.server.url}/api/rooms/talk/open`, {
      ...post,
      headers: originOf(fail.server),
    });
    t.equal(failed.status, 500);
    t.notMatch(failed.text, /secret/);
  },
);

/** Pushes until the page's question for a view has come in and is answered. */
function nextPushed(server: WebServer, live: LiveSocket): Promise<void> {
  return until('the next view is there', () => {
    if (live.unread() === 0) server.push();
    return live.unread() > 0;
  });
}

t.test(
  'a page is sent the view of its room, again with each push, until it goes or the server ends',
  async (t) => {
    const { server } = await open(t);
    const live = (await openLive(`${server.url}/api/rooms/talk/live`, originOf(server))) as LiveSocket;
    t.same(await live.next(), { state: 'idle' });
    await nextPushed(server, live);
    t.same(await live.next(), { state: 'idle' });
    await server.close();
    await live.closed;
  },
);

t.test(
  'P1: views do not queue up for a page whose way is slow; one that asks no more loses its place',
  async (t) => {
    const { server } = await open(t);
    const live = (await openLive(`${server.url}/api/rooms/talk/live`, originOf(server))) as LiveSocket;
    await until('the first view is there', () => live.unread() === 1);
    server.push();
    server.push();
    await live.next(); // asks for one
    await nextPushed(server, live);
    t.equal(live.unread(), 1, 'none of those that were pushed before it asked');
    for (let index = 0; index <= maxUnasked; index += 1) server.push();
    await live.closed;
    t.equal(live.unread(), 1);
  },
);

t.test(`more than ${maxScreens} pages at once are refused, and one that goes makes room`, async (t) => {
  const { server } = await open(t);
  const url = `${server.url}/api/rooms/talk/live`;
  const pages: LiveSocket[] = [];
  for (let index = 0; index < maxScreens; index += 1) {
    const page = (await openLive(url, originOf(server))) as LiveSocket;
    await page.next();
    pages.push(page);
  }
  const over = (await openLive(url, originOf(server))) as LiveSocket;
  await t.rejects(over.next(), /closed/);
  pages[0]?.end();
  await pages[0]?.closed;
  for (;;) {
    const page = (await openLive(url, originOf(server))) as LiveSocket;
    // The server hears of the end a moment later than we do.
    if (
      await page.next().then(
        () => true,
        () => false,
      )
    )
      break;
  }
});

t.test('who only connects uses up no more than so many connections', async (t) => {
  const { server } = await open(t);
  const { port } = new URL(server.url);
  const idle = Array.from({ length: maxConnections + 20 }, () => connect(Number(port), '127.0.0.1'));
  let ended = 0;
  for (const socket of idle) socket.on('error', () => socket.destroy()).on('close', () => (ended += 1));
  await until('the last ones are hung up on', () => ended === 20);
  for (const socket of idle) socket.destroy();
  await until('all are gone', () => ended === idle.length);
  t.equal((await ask(`${server.url}/room/talk`)).status, 200);
});
