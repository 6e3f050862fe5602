// The check before use in a whole gateway: what it enters, what it refuses and what it lets through, over the control
// socket. The recorder says what its cameras send.
import t, { type Test } from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import { PolicyBook } from '../../../config/policy/policy-book.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { beforeUseFeature, clockEveryMs } from '../../../gateway/before-use/before-use-feature.ts';
import type { CheckBody } from '../../../gateway/before-use/check-history.ts';
import type { ClockSync } from '../../../gateway/before-use/clock-sync.ts';
import { FeatureSet, type GatewayFeature, type RoomContext } from '../../../gateway/gateway-feature.ts';
import type { Gateway } from '../../../gateway/gateway.ts';
import type { CameraStatus } from '../../../gateway/recording/recorder-protocol.ts';
import { askControl } from '../../../gateway/sessions/control-api.ts';
import { receptionFeature } from '../../../gateway/working-time/reception-feature.ts';
import { World } from '../gateway-bench.ts';
import { FakeLedger, moment, request, settings, until } from '../sessions/fakes.ts';
import { silentLog } from '../../../config/log.ts';

const shipped = await loadPolicies();

/** A pack that forbids a start with a fault. */
function strict(): Partial<Settings> {
  const pack = shipped.pack('zhuzhou-urban');
  const versions = pack.versions.map((version) => ({
    ...version,
    rules: { ...version.rules, startWithFault: { value: 'no' as const, articles: ['52'] } },
  }));
  const policies = new PolicyBook([
    ...shipped.ids.map((id) => shipped.pack(id)),
    { ...pack, id: 'own', versions },
  ]);
  return { policies, policy: { ...settings.policy, pack: 'own' } };
}

/** A view in which nothing has been seen. */
const nothing = {
  wallMs: Date.UTC(2026, 10, 21),
  recorder: { connected: false, pid: null },
  disk: null,
  rooms: [],
  cameras: [],
};
const sessionOpened = {
  kind: 'interview',
  officers: [],
  caseNumber: '',
  caseName: '',
  parties: [],
  openedBy: 'clerk',
  urgent: false,
  opened: { wallMs: 1, monoMs: 1 },
  folder: '',
  cameras: [],
  article: '',
  stage: '',
};

const unplugged: CameraStatus = {
  camera: 'a',
  state: 'waiting',
  fault: 'unreachable',
  tracks: [],
  skewMs: null,
};

interface Rig {
  readonly world: World;
  readonly gateway: Gateway;
  readonly checks: () => CheckBody[];
}

/** A gateway whose recorder says this of its cameras. */
async function rig(
  t: Test,
  cameras: readonly CameraStatus[],
  change: Partial<Settings> = {},
  others: readonly GatewayFeature[] = [],
): Promise<Rig> {
  const world = new World();
  world.settings = { ...world.settings, ...change };
  const status = world.recorder.status.bind(world.recorder);
  world.recorder.status = () => ({ ...status(), cameras });
  await world.startRecorder();
  const gateway = await world.startGateway({
    features: () => [beforeUseFeature({ readClock: () => Promise.resolve('synchronised') }), ...others],
  });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  await until('the recorder is there', () => gateway.view().recorder.connected);
  return {
    world,
    gateway,
    checks: () => world.entries.flatMap((body) => (body.case === 'checkedBeforeUse' ? [body.value] : [])),
  };
}

t.test('D3: a check that is asked for is answered item by item, and entered once', async (t) => {
  const { world, checks } = await rig(t, [unplugged]);
  const ask = () => askControl(world.socket, 'check', { room: 'talk', by: 'clerk' });
  const first = await ask();
  t.match(first, {
    room: 'talk',
    pack: 'strictest',
    passed: false,
    mayStart: true,
    startArticle: 'ZZ 52',
    last: null,
  });
  t.same(first.outOfUse, ['a']);
  t.match(
    first.items.filter(({ item }) => item === 'camera-up'),
    [
      { device: 'a', result: 'fault', finding: 'camera-unreachable', article: 'CT 12' },
      { device: 'b', result: 'unknown', finding: 'camera-connecting' },
    ],
  );
  t.equal(world.entries[(first.seq ?? 0) - 1]?.case, 'checkedBeforeUse');
  t.match(checks(), [{ room: 'talk', session: '', by: 'clerk', mayStart: true, startArticle: 'ZZ 52' }]);
  const again = await ask();
  t.match(again, { seq: null, last: { session: '', passed: false } }, 'the same of the same day');
  t.equal(checks().length, 1);
});

t.test('a check of no room, or of one that is not there, is refused', async (t) => {
  const { world } = await rig(t, []);
  for (const [body, code] of [
    [{}, 'SESSION_ROOM_MISSING'],
    [{ room: 'attic' }, 'SESSION_ROOM_UNKNOWN'],
    [{ room: 7 }, 'SESSION_FIELD_INVALID'],
  ] as const)
    await t.rejects(askControl(world.socket, 'check', body as never), { code });
});

t.test('D1, D2, D3: each opening is checked, and the entry of it names the session', async (t) => {
  const { world, checks } = await rig(t, [unplugged]);
  const answer = await askControl(world.socket, 'open', request);
  t.match(answer.check, { passed: false, mayStart: true }, 'the result is shown to who opens');
  await until('the check is entered', () => checks().length > 0);
  t.match(checks(), [{ room: 'talk', session: answer.session, by: 'clerk', urgent: false }]);
  t.ok(
    world.cases().indexOf('sessionOpened') < world.cases().indexOf('checkedBeforeUse'),
    'nothing waits for it',
  );
  const court = { ...request, room: 'court', kind: 'hearing' };
  const other = await askControl(world.socket, 'open', court);
  await until('the other is entered', () => checks().length > 1);
  t.equal(checks()[1]?.session, other.session);
  await t.rejects(askControl(world.socket, 'open', court), { code: 'SESSION_ALREADY_OPEN' });
  t.equal(checks().length, 2, 'what is open already is not looked at');
});

t.test('D5: a pack that forbids it refuses a start with a fault, with its article', async (t) => {
  const { world, checks, gateway } = await rig(t, [unplugged], strict());
  for (let n = 0; n < 3; n++)
    await askControl(world.socket, 'open', request).then(
      () => t.fail('it opened'),
      (error: unknown) => {
        t.ok(isLiuhenError(error, 'SESSION_CHECK_FAILED'));
        t.match(error, {
          details: { room: 'talk', faults: 'the camera is not reached (a)', article: 'ZZ 52' },
        });
      },
    );
  const refused = world.entries.filter((body) => body.case === 'sessionRefused');
  t.match(refused[0]?.value, {
    room: 'talk',
    code: 'SESSION_CHECK_FAILED',
    article: 'ZZ 52',
    askedBy: 'clerk',
  });
  t.equal(refused.length, 3);
  t.match(checks(), [{ session: '', mayStart: false, startArticle: 'ZZ 52' }], 'and why');
  t.equal(checks().length, 1, 'once');
  t.equal(gateway.view().rooms[0]?.session, null);
  const court = await askControl(world.socket, 'open', { ...request, room: 'court', kind: 'hearing' });
  t.ok(court.session, 'what is not known is no fault');
});

t.test('D5: an urgent start is never held up; its entry says so', async (t) => {
  const { world, checks } = await rig(t, [unplugged], strict());
  const { session, check } = await askControl(world.socket, 'open', { ...request, urgent: true });
  t.match(check, { mayStart: false, startArticle: 'ZZ 52' });
  await until('the check is entered', () => checks().length > 0);
  t.match(checks(), [{ session, mayStart: false, urgent: true }]);
});

t.test('D3: a ledger that does not take the check does not keep a session from opening', async (t) => {
  const { world, gateway, checks } = await rig(t, [unplugged]);
  world.refuse = 'checkedBeforeUse';
  const { session } = await askControl(world.socket, 'open', request);
  t.equal(gateway.view().rooms[0]?.session, session);
  t.same(checks(), []);
});

t.test('D6: after a restart the last check is known from the ledger', async (t) => {
  const world = new World();
  const start = () =>
    world.startGateway({ features: () => [beforeUseFeature({ readClock: async () => 'unknown' })] });
  const ask = () => askControl(world.socket, 'check', { room: 'talk' });
  let gateway = await start();
  const { seq, wallMs } = await ask();
  t.type(seq, 'number');
  await gateway.stop('asked');
  gateway = await start();
  t.match(await ask(), { seq: null, last: { wallMs, session: '', passed: true } });
  await gateway.stop('asked');
  await world.end();
});

t.test('A1: a reception room begins by itself with a fault, and the check of it is entered', async (t) => {
  const days = [0, 1].map((later) => new Date(Date.now() + 8 * 3_600_000 + later * 86_400_000));
  const special = new Map(days.map((day) => [day.toISOString().slice(0, 10), ['00:00-24:00']]));
  const { checks, gateway } = await rig(
    t,
    [unplugged],
    {
      rooms: [{ id: 'desk', name: '信访接待室', kind: 'reception', cameras: ['a'] }],
      workingTime: { ...settings.workingTime, special },
    },
    [receptionFeature()],
  );
  await until('its check is entered', () => checks().length > 0);
  const [desk] = gateway.view().rooms;
  t.type(desk?.session, 'string');
  t.match(checks(), [{ room: 'desk', session: desk?.session, mayStart: true, startArticle: 'ZZ 52' }]);
});

t.test('D3: a feature that cannot look opens all the same', async (t) => {
  const world = new World();
  await world.startRecorder();
  const gateway = await world.startGateway({
    features: () => [
      {
        name: 'broken',
        start: () => Promise.resolve(),
        beforeOpen: () => {
          throw new Error('cannot look');
        },
        close: () => Promise.resolve(),
      },
    ],
  });
  const answer = await askControl(world.socket, 'open', request);
  t.equal(answer.check, undefined);
  await gateway.stop('asked');
  await world.end();
});

t.test('D3: a session that opened while control came up is looked at then; older ones are not', async (t) => {
  const feature = beforeUseFeature({ readClock: async () => 'unknown' });
  const ledger = new FakeLedger();
  const opened = (session: string, room: string) => ({
    case: 'sessionOpened' as const,
    value: { ...sessionOpened, session, room },
  });
  const boot = { case: 'boxStarted' as const, value: { version: '', bootId: '', publicKeyPem: '' } };
  const closing = {
    case: 'sessionClosing' as const,
    value: { session: 'over', closed: { wallMs: 1, monoMs: 1 }, closedBy: '', reason: '' },
  };
  const past = [
    boot,
    opened('old', 'talk'),
    boot,
    opened('over', 'court'),
    closing,
    opened('early', 'court'),
  ];
  for (const [index, body] of past.entries()) feature.entry?.({ seq: index + 1, body });
  await feature.start({
    settings: () => settings,
    ledger,
    view: () => ({ ...nothing, recorder: { connected: true, pid: 1 } }),
    now: moment,
    log: silentLog,
  } as unknown as RoomContext);
  t.match(ledger.entries, [{ value: { session: 'early', room: 'court', by: 'clerk' } }]);
  t.equal(ledger.entries.length, 1);
  await feature.close();
});

t.test('D3: the clock is asked at the start and once a minute, one question at a time', async (t) => {
  let ms = 0;
  const asked: ((answer: ClockSync) => void)[] = [];
  const feature = beforeUseFeature({ readClock: () => new Promise((resolve) => asked.push(resolve)) });
  const set = new FeatureSet([feature], silentLog);
  const ledger = new FakeLedger();
  await set.start({
    settings: () => settings,
    ledger,
    view: () => nothing,
    now: () => ({ ...moment(), mono: ms }),
    log: silentLog,
  } as unknown as RoomContext);
  const clock = async (): Promise<string | undefined> => {
    await feature.tick?.();
    const { items } = (await set.ask('check', { room: 'talk' })) as {
      items: { item: string; result: string }[];
    };
    return items.find(({ item }) => item === 'clock')?.result;
  };
  t.equal(await clock(), 'unknown', 'no answer yet');
  ms = clockEveryMs;
  t.equal(await clock(), 'unknown');
  t.equal(asked.length, 1, 'the first question is not answered yet');
  asked[0]?.('not-synchronised');
  t.equal(await clock(), 'fault');
  t.equal(await clock(), 'fault');
  t.equal(asked.length, 2, 'and the next one');
  asked[1]?.('synchronised');
  t.equal(await clock(), 'ok');
  t.equal(asked.length, 2, 'not before a minute is over');
  await set.close();
  await t.rejects(set.ask('check', { room: 'talk' }), { code: 'CONTROL_REQUEST_UNKNOWN' });
});
