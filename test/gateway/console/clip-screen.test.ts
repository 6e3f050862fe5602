// The docks and clips on the room's screen: what it is shown, what it may ask, of its own room alone and behind the same
// gate as everything else.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { BodycamView, SlotView } from '../../../gateway/bodycam/bodycam-view.ts';
import { clipsFeature } from '../../../gateway/bodycam/clips/clips-feature.ts';
import { clipScreenView, maxScreenClips } from '../../../gateway/console/clip-screen.ts';
import type { ScreenClips } from '../../../gateway/console/clip-screen-protocol.ts';
import { consoleFeature } from '../../../gateway/console/console-feature.ts';
import type { ScreenView } from '../../../gateway/console/screen-protocol.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { Secret } from '../../../config/secret.ts';
import { offloaded } from '../bodycam/clips/clip-bodies.ts';
import { World } from '../gateway-bench.ts';

const pageFolder = mkdtempSync(path.join(tmpdir(), 'lh-'));
writeFileSync(path.join(pageFolder, 'index.html'), 'page');

const slot = (number: number, at: string): SlotView => ({
  slot: number,
  at,
  device: 'bc-1',
  serial: 'BC00001',
  officer: '李明',
  why: '',
  clips: { all: 2, safe: 1, erased: 0, kept: 0 },
  secondsLeft: 12,
  batteryPct: 80,
});

async function open(t: Test, entries: readonly LedgerBody[], code?: string) {
  const world = new World();
  world.entries.push(...entries);
  world.settings = {
    ...world.settings,
    offload: { ...world.settings.offload, storeFolder: path.join(world.folder, 'store') },
    console: { host: '127.0.0.1', port: 0, ...(code === undefined ? {} : { code: new Secret(code) }) },
  };
  let url = '';
  const gateway = await world.startGateway({
    features: () => [
      clipsFeature(),
      consoleFeature({ pageFolder, onServed: (served) => void (url = served) }),
    ],
  });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  const post = async (what: string, body: unknown, room = 'talk') => {
    const response = await fetch(`${url}/api/rooms/${room}/${what}`, {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/json', 'accept-language': 'en' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { answer?: unknown; code?: string } };
  };
  const view = async (room: string): Promise<ScreenView> =>
    (await (await fetch(`${url}/api/rooms/${room}/view`)).json()) as ScreenView;
  return { world, url, post, view };
}

t.test('A12: the screen of a room lists the unclassed clips of its own docks, page by page', async (t) => {
  const { post, view } = await open(t, [
    ...Array.from({ length: maxScreenClips + 3 }, (_, index) => offloaded(`bc-1/m${index}.mp4`)),
    offloaded('bc-2/x.mp4', { room: 'court' }),
    offloaded('bc-1/y.mp4', { classedBy: 'booking', matter: 'sampling' }),
  ]);
  t.equal((await view('talk')).unclassed, maxScreenClips + 3);
  t.equal((await view('court')).unclassed, 1);
  const first = (await post('clips', {})).body.answer as ScreenClips;
  t.equal(first.clips.length, maxScreenClips);
  t.match(first.clips[0], { file: `bc-1/m${maxScreenClips + 2}.mp4`, device: 'bc-1' });
  t.match(first.matters[0], { id: 'entry-inspection', words: { zh: /./, en: /./ } });
  t.ok(
    first.matters.some(({ article }) => /ZZ|JZ/.test(article)),
    'with the articles of the pack',
  );
  const rest = (await post('clips', { before: first.next })).body.answer as ScreenClips;
  t.same(
    rest.clips.map(({ file }) => file),
    ['bc-1/m2.mp4', 'bc-1/m1.mp4', 'bc-1/m0.mp4'],
  );
  t.equal(rest.next, null);
});

t.test('A12, I2: a clip is classed on the screen under the name of who does it', async (t) => {
  const { world, post, view } = await open(t, [
    offloaded('bc-1/a.mp4'),
    offloaded('bc-2/x.mp4', { room: 'court' }),
  ]);
  const said = { file: 'bc-1/a.mp4', matter: 'seizure', caseNumber: 'S-1', by: '陈静', note: '看过标签' };
  const nameless = await post('clip-class', { ...said, by: '' });
  t.match([nameless.status, nameless.body.code], [409, 'CLASSING_INVALID']);
  const strange = await post('clip-class', { ...said, file: 'bc-2/x.mp4' });
  t.match([strange.status, strange.body.code], [400, 'SCREEN_REQUEST'], "not another room's");
  t.match((await post('clip-class', { ...said, file: '' })).body.code, 'SCREEN_REQUEST');
  t.notOk(world.cases().includes('clipClassed'));
  t.equal((await post('clip-class', said)).status, 200);
  const entered = world.entries.filter((body) => body.case === 'clipClassed');
  t.match(entered, [{ value: { file: 'bc-1/a.mp4', matter: 'seizure', by: '陈静', why: '看过标签' } }]);
  t.equal((await view('talk')).unclassed, 0);
});

t.test('the page of the clips is behind the same gate as the room', async (t) => {
  const { url, post } = await open(t, [offloaded('bc-1/a.mp4')], 'open sesame');
  t.equal((await fetch(`${url}/room/talk/clips`)).status, 200, 'the page itself says nothing');
  for (const what of ['clips', 'clip-class', '%63lips', 'clips?x'])
    t.match(await post(what, {}), { status: 401, body: { code: 'SCREEN_CODE_NEEDED' } }, what);
  const foreign = await fetch(`${url}/api/rooms/talk/clips`, {
    method: 'POST',
    headers: { origin: 'http://elsewhere.example', 'content-type': 'application/json' },
    body: '{}',
  });
  t.equal(foreign.status, 403);
});

t.test(
  'A11: a screen shows the docks of its own room, the slots that are taken, and how many are free',
  (t) => {
    const dock = { dock: 'dock-1', room: 'talk', state: 'ready', slots: [slot(0, 'empty'), slot(1, 'done')] };
    const view: BodycamView = {
      docks: [dock, { ...dock, dock: 'dock-2', room: 'court' }],
      offloads: [],
      offloadCount: 0,
      unclassed: 3,
      unclassedByRoom: { talk: 1, court: 2 },
    };
    t.same(clipScreenView(view, 'talk'), {
      docks: [{ dock: 'dock-1', state: 'ready', slots: [slot(1, 'done')], free: 1 }],
      unclassed: 1,
    });
    t.same(clipScreenView(undefined, 'talk'), { docks: [], unclassed: 0 });
    t.end();
  },
);
