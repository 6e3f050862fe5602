// What a screen shows of its room: the derived state as it is, and what the room's pack asks, with its articles.
import t from 'tap';
import { noBodycams, type OffloadView } from '../../../gateway/bodycam/bodycam-view.ts';
import {
  roomOf,
  screenView,
  maxScreenDebts,
  maxScreenOffloads,
} from '../../../gateway/console/screen-view.ts';
import type { GatewayView, RoomView } from '../../../gateway/sessions/control-protocol.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { settings } from '../sessions/fakes.ts';

const talk: RoomView = {
  room: 'talk',
  name: '询问室',
  kind: 'interview',
  state: 'degraded',
  why: 'a/audio degraded:sound-silent',
  session: '20261121T084704-talk-1f13',
  sessionKind: 'interview',
  openedWallMs: 1_000,
  folder: 'sessions/x',
  gaps: 2,
  tracks: [
    {
      camera: 'a',
      kind: 'video',
      required: true,
      state: 'recording',
      frames: 1,
      bytes: 1,
      gaps: 0,
      behindMs: 300,
    },
    {
      camera: 'a',
      kind: 'audio',
      required: true,
      state: 'degraded:sound-silent',
      frames: 1,
      bytes: 1,
      gaps: 0,
      behindMs: 300,
    },
  ],
  notices: [{ what: 'notice', text: '告知', sinceWallMs: 1, state: 'shown' }],
  panel: { connected: true, door: 'closed', temperatureC: 21.4, humidityPct: null },
};
const debt = (session: string, name: string) => ({
  session,
  debt: name,
  article: 'ZZ 10',
  dueWallMs: 5_000,
  missed: false,
});

function viewOf(change: Partial<GatewayView> = {}): GatewayView {
  return {
    agency: 'agency',
    site: 'site',
    gateway: 'gw',
    epoch: 1,
    wallMs: Date.UTC(2026, 2, 5),
    ledger: { seq: 12, headHex: 'ab' },
    uplink: { connected: false, receivedSeq: 7, state: 'offline' },
    recorder: { connected: true, pid: 1 },
    disk: { freeBytes: 9, writable: true },
    rooms: [talk, { ...talk, room: 'court', state: 'idle', session: null, tracks: [], notices: [] }],
    cameras: [
      { camera: 'a', state: 'playing', warm: true, fault: '', rooms: ['talk'], soundDb: -21.5 },
      { camera: 'c', state: 'waiting', warm: false, fault: 'unreachable', rooms: ['court'], soundDb: null },
    ],
    debts: [],
    debtCount: 0,
    ...change,
  };
}

t.test('P1: state, reason and tracks are the derived ones, untouched; the level goes with the sound', (t) => {
  const screen = screenView(viewOf(), settings, 'talk');
  t.match(screen, {
    state: 'degraded',
    why: talk.why,
    session: talk.session,
    gaps: 2,
    notices: talk.notices,
    panel: talk.panel,
  });
  t.same(
    screen?.tracks.map(({ kind, state, soundDb, behindMs }) => [kind, state, soundDb, behindMs]),
    [
      ['video', 'recording', null, 300],
      ['audio', 'degraded:sound-silent', -21.5, 300],
    ],
  );
  t.same(
    screen?.rooms.map(({ room, state }) => [room, state]),
    [
      ['talk', 'degraded'],
      ['court', 'idle'],
    ],
  );
  t.same(screen?.headquarters, { connected: false, waiting: 5 });
  t.end();
});

t.test("a screen shows its own room's cameras and debts, also those of sessions that are closed", (t) => {
  const debts = [
    debt('20261121T084704-talk-1f13', 'officers'),
    debt('20261120T084704-talk-0001', 'stage'),
    debt('20261121T084704-court-1f14', 'officers'),
    debt('20261121T084704-talk-more-1f14', 'officers'),
  ];
  const screen = screenView(viewOf({ debts }), settings, 'talk');
  t.same(screen?.debts, debts.slice(0, 2));
  t.same(
    screen?.cameras.map(({ camera }) => camera),
    ['a'],
  );
  const many = Array.from({ length: 500 }, (_, index) => debt(talk.session ?? '', `d${index}`));
  t.equal(screenView(viewOf({ debts: many }), settings, 'talk')?.debts.length, maxScreenDebts);
  t.end();
});

t.test('a session names its room in the middle, whatever hyphens the room has', (t) => {
  t.equal(roomOf('20261121T084704-reception-1f13'), 'reception');
  t.equal(roomOf('20261121T084704-north-wing-2-1f13'), 'north-wing-2');
  t.end();
});

// [pack, matter, what is asked, the officers' article, the key moments' article]
const packs = [
  ['zhuzhou-urban', ['officers', 'case-number', 'case-name', 'parties'], /ZZ 12/, /ZZ 16/],
  ['jiaozuo-emergency', ['officers', 'case-number', 'parties'], /^$/, /JZ 9\(1\)/],
] as const;
for (const [pack, demands, officersArticle, momentsArticle] of packs) {
  t.test(
    `I3, I4: what ${pack} asks of an interview and calls its key moments stands on the screen, with the articles`,
    (t) => {
      const own: Settings = { ...settings, policy: { ...settings.policy, pack } };
      const screen = screenView(viewOf(), own, 'talk');
      const interview = screen?.kinds.find(({ kind }) => kind === 'interview');
      t.same(
        interview?.demands.map(({ name }) => name),
        demands,
      );
      t.match(interview?.officers.article, officersArticle);
      t.match(screen?.keyMoments.article, momentsArticle);
      for (const { words } of screen?.keyMoments.moments ?? []) {
        t.match(words.zh, /\p{Script=Han}/u);
        t.match(words.en, /^[a-z ,-]+$/);
      }
      t.end();
    },
  );
}

t.test('A1: a reception is asked for nothing, and a room that the box does not have has no screen', (t) => {
  const rooms: Settings['rooms'] = [{ id: 'talk', name: '接待室', kind: 'reception', cameras: ['a'] }];
  const screen = screenView(viewOf(), { ...settings, rooms }, 'talk');
  t.same(screen?.kinds[0], {
    kind: 'reception',
    duty: screen?.kinds[0]?.duty,
    demands: [],
    officers: screen?.kinds[0]?.officers,
    urgentWithinMs: 86_400_000,
  });
  t.equal(screenView(viewOf(), settings, 'cellar'), null);
  t.end();
});

t.test(
  'H1: the grounds of the pack stand on the screen with their article, and a room of which one is true says so',
  (t) => {
    const jiaozuo: Settings = { ...settings, policy: { ...settings.policy, pack: 'jiaozuo-emergency' } };
    const { forbidden } = screenView(viewOf(), jiaozuo, 'talk') ?? {};
    t.same(
      forbidden?.grounds.map(({ id }) => id),
      ['explosion-risk', 'secret-without-consent', 'by-law'],
    );
    t.match(forbidden?.article, /JZ 8\(1\)/);
    t.equal(forbidden?.room, null);
    const rooms = settings.rooms.map((room) => ({ ...room, forbidden: 'explosion-risk' as const }));
    t.match(screenView(viewOf(), { ...jiaozuo, rooms }, 'talk')?.forbidden.room, { id: 'explosion-risk' });
    const silent: Settings = { ...settings, policy: { ...settings.policy, pack: 'hengyang-industry' } };
    t.same(
      screenView(viewOf(), silent, 'talk')?.forbidden.grounds,
      [],
      'where the pack is silent, none is offered',
    );
    t.end();
  },
);

t.test(
  'A3: the screen says whether the rules demand the recording, allow it, or ask for writing alone',
  (t) => {
    const hearing: Settings['rooms'] = [{ id: 'talk', name: '听证室', kind: 'hearing', cameras: ['a'] }];
    // [pack, what is said in English, and by which article]
    for (const [pack, says, article] of [
      ['hengyang-industry', 'the rules demand it', 'HY 15'],
      ['zhuzhou-urban', 'the rules allow it', 'ZZ 22'],
      ['fushun-industry', 'the rules ask for a record in writing', 'FS 14(7)'],
    ] as const) {
      const own: Settings = { ...settings, rooms: hearing, policy: { ...settings.policy, pack } };
      const kind = screenView(viewOf(), own, 'talk')?.kinds.find((each) => each.kind === 'hearing');
      t.match(kind?.duty.en, says);
      t.match(kind?.duty.zh, /制度/);
      t.ok(kind?.duty.en.includes(article), kind?.duty.en ?? 'no such kind');
    }
    t.end();
  },
);

t.test(
  'E1, E2, E3: a screen shows the footage that is due at the docks of its room, what is due first on top',
  (t) => {
    const offload = (n: number, room: string): OffloadView => ({
      device: `BWC-${n}`,
      serial: `S${n}`,
      room,
      officer: '王某',
      dueWallMs: n,
      article: 'JZ 13',
      step: 'officer',
      where: 'out',
      clips: 0,
    });
    const offloads = [offload(0, 'court'), ...Array.from({ length: 12 }, (_, n) => offload(n + 1, 'talk'))];
    const bodycams = { ...noBodycams, offloads, offloadCount: 13 };
    const screen = screenView(viewOf({ bodycams }), settings, 'talk');
    t.equal(screen?.offloads.length, maxScreenOffloads);
    t.equal(screen?.offloadCount, 12);
    t.match(screen?.offloads[0], { device: 'BWC-1', step: 'officer', article: 'JZ 13', dueWallMs: 1 });
    t.match(screenView(viewOf({ bodycams }), settings, 'court')?.offloads, [{ device: 'BWC-0' }]);
    t.same(screenView(viewOf(), settings, 'talk')?.offloads, [], 'where no feature tells of them');
    t.end();
  },
);
