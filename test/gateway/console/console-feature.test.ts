// The room screens beside the gateway: the same requests as the command line's, for the page's own room alone.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { consoleFeature } from '../../../gateway/console/console-feature.ts';
import type { ScreenView } from '../../../gateway/console/screen-protocol.ts';
import type { GatewayFeature } from '../../../gateway/gateway-feature.ts';
import type { Gateway } from '../../../gateway/gateway.ts';
import { World } from '../gateway-bench.ts';
import { request, until } from '../sessions/fakes.ts';
import { openLive, type LiveSocket } from './live-socket.ts';

const pageFolder = mkdtempSync(path.join(tmpdir(), 'lh-'));
writeFileSync(path.join(pageFolder, 'index.html'), 'page');

interface Screen {
  readonly world: World;
  readonly gateway: Gateway;
  readonly url: () => string;
  readonly post: (
    what: string,
    body: unknown,
    room?: string,
  ) => Promise<{ status: number; body: Record<string, unknown> }>;
  readonly view: (room?: string) => Promise<ScreenView>;
}

async function openScreen(t: Test, port = 0, others: readonly GatewayFeature[] = []): Promise<Screen> {
  const world = new World();
  world.settings = { ...world.settings, console: { host: '127.0.0.1', port } };
  let url = '';
  await world.startRecorder();
  const gateway = await world.startGateway({
    features: () => [consoleFeature({ pageFolder, onServed: (served) => (url = served) }), ...others],
  });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  await until('the recorder is there', () => gateway.view().recorder.connected);
  return {
    world,
    gateway,
    url: () => url,
    post: async (what, body, room = 'talk') => {
      const response = await fetch(`${url}/api/rooms/${room}/${what}`, {
        method: 'POST',
        headers: { origin: url, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    view: async (room = 'talk') =>
      (await (await fetch(`${url}/api/rooms/${room}/view`)).json()) as ScreenView,
  };
}

const { room: _room, by: _by, ...papers } = request;

t.test(
  'I4: a session opens with its papers, is marked and closed on the screen, and the ledger says where',
  async (t) => {
    const { world, post, view } = await openScreen(t);
    t.match(await post('open', papers), { status: 200 });
    const { session } = await view();
    t.match(session, /-talk-/);
    t.match(await post('mark', { session, label: 'interview', text: '要点' }), { status: 200 });
    t.match(await post('close', { session }), { status: 200 });
    const told = world.entries.filter(({ case: name }) => /^session(?:Opened|Marked|Closing)$/.test(name));
    t.match(
      told.map(({ value }) => value),
      [
        { room: 'talk', openedBy: 'screen', caseNumber: '2026-17' },
        { label: 'interview', text: '要点', by: 'screen' },
        { closedBy: 'screen' },
      ],
    );
  },
);

t.test('E7: one tap opens at once, and what is owed is shown with its time and given there', async (t) => {
  const { post, view } = await openScreen(t);
  t.match(await post('open', { kind: 'interview', urgent: true }), { status: 200 });
  const { debts, session } = await view();
  t.same(
    debts.map(({ debt }) => debt),
    ['officers', 'case-number', 'case-name', 'parties', 'stage'],
  );
  t.match(await post('settle', { session, debt: 'case-number', with: '2026-18' }), { status: 200 });
  t.notOk((await view()).debts.some(({ debt }) => debt === 'case-number'));
});

t.test('what is missing is said in words, with the article, and nothing opens', async (t) => {
  const { post, view } = await openScreen(t);
  const { status, body } = await post('open', { kind: 'interview' });
  t.equal(status, 409);
  t.match(body, { code: 'SESSION_OFFICERS_MISSING', text: /ZZ 12/ });
  t.equal((await view()).state, 'idle');
});

t.test(
  'H1, I8: a matter that must not be recorded is refused with the article, and the refusal is in the ledger',
  async (t) => {
    const { world, post, view } = await openScreen(t);
    const { status, body } = await post('open', { kind: 'interview', forbidden: 'secret-without-consent' });
    t.equal(status, 409);
    t.match(body, { code: 'SESSION_FORBIDDEN', text: /JZ 8/ });
    t.match(world.entries.find((each) => each.case === 'sessionRefused')?.value, {
      room: 'talk',
      code: 'SESSION_FORBIDDEN',
      article: /JZ 8/,
      askedBy: 'screen',
    });
    t.equal((await view()).session, null);
  },
);

t.test("a page can touch neither another room's session and debts nor say who it is", async (t) => {
  const { world, post } = await openScreen(t);
  t.equal(
    (await post('open', { ...papers, room: 'court', kind: 'interview', by: 'the director' })).status,
    200,
  );
  const opened = world.entries.find((body) => body.case === 'sessionOpened')?.value;
  t.match(opened, { room: 'talk', openedBy: 'screen' });
  const session = (opened as { session: string }).session;
  for (const what of ['close', 'mark', 'settle'])
    t.match(await post(what, { session, label: 'x', debt: 'stage', with: 'x' }, 'court'), {
      status: 400,
      body: { code: 'SCREEN_REQUEST' },
    });
  t.equal((await post('open', papers, 'cellar')).status, 404);
  t.notOk(world.cases().includes('sessionClosing'));
});

t.test('C1: there is nothing on a page with which a recording could be paused', async (t) => {
  const { post } = await openScreen(t);
  for (const what of ['pause', 'stop', 'hold']) t.equal((await post(what, {})).status, 404, what);
});

t.test('a page that was sent "recording" is told of the change by itself', async (t) => {
  const { url, post, world } = await openScreen(t);
  const live = (await openLive(`${url()}/api/rooms/talk/live`, { origin: url() })) as LiveSocket;
  const waitFor = async (state: string): Promise<void> => {
    while ((await live.next())['state'] !== state);
  };
  await waitFor('idle');
  await post('open', papers);
  await waitFor('opening');
  await world.killRecorder();
  for (;;) {
    const view = await live.next();
    if (view['recorder'] === false) break;
  }
  live.end();
  await world.startRecorder(); // so that the end has somebody who seals
});

t.test(
  'a port that somebody else has keeps nothing from recording, and is served once it is free',
  async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { gateway, url, world } = await openScreen(t, port);
    t.equal(url(), '');
    t.equal(gateway.view().rooms.length, 2);
    other.close();
    await once(other, 'close');
    world.file = () => Promise.resolve(world.settings);
    t.ok(await gateway.reload(), 'a reload tries at once; without one it is tried every five seconds');
    await until('it is served', () => url() !== '');
  },
);

t.test('with other settings the pages move, and without them they are gone', async (t) => {
  const { gateway, url, world } = await openScreen(t);
  const first = url();
  t.equal((await fetch(`${first}/room/talk`)).status, 200);
  world.file = () =>
    Promise.resolve({ ...world.settings, language: 'en', console: { host: '127.0.0.2', port: 0 } });
  t.ok(await gateway.reload());
  t.match(url(), /127\.0\.0\.2/);
  await t.rejects(fetch(`${first}/room/talk`));
  const { console: _none, ...without } = world.settings;
  world.file = () => Promise.resolve(without);
  t.ok(await gateway.reload());
  t.equal(url(), '');
});

t.test('a calendar that hangs, fails or answers keeps no screen from being told', async (t) => {
  const booking = {
    booking: 'b1',
    room: 'talk',
    kind: 'interview',
    fromWallMs: 5,
    toWallMs: 9,
    state: 'waiting',
  };
  const answers = [
    () => new Promise(() => undefined),
    () => Promise.reject(new Error('no calendar')),
    () => Promise.resolve([booking, { ...booking, room: 'court' }, { ...booking, state: 'over' }]),
  ];
  for (const [index, bookings] of answers.entries()) {
    const calendar: GatewayFeature = {
      name: 'calendar',
      start: () => Promise.resolve(),
      asks: { bookings },
      close: () => Promise.resolve(),
    };
    const { url } = await openScreen(t, 0, [calendar]);
    const live = (await openLive(`${url()}/api/rooms/talk/live`, { origin: url() })) as LiveSocket;
    await live.next();
    await live.next();
    const { bookings: shown } = await live.next();
    t.same(
      (shown as { booking: string }[]).map((each) => each.booking),
      index === 2 ? ['b1'] : [],
    );
    live.end();
  }
});

t.test('a certificate that cannot be used serves no page, and the room records all the same', async (t) => {
  const { gateway, url, world } = await openScreen(t);
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  for (const file of [certFile, keyFile]) writeFileSync(file, 'not a certificate');
  world.file = () =>
    Promise.resolve({
      ...world.settings,
      console: { host: '127.0.0.1', port: 0, tls: { certFile, keyFile } },
    });
  t.ok(await gateway.reload());
  t.equal(url(), '');
  t.equal(gateway.view().rooms.length, 2);
  world.file = () => Promise.resolve(world.settings);
  t.ok(await gateway.reload());
  t.match(url(), /^http:/);
});
