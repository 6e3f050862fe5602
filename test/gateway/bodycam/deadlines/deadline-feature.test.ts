// The deadlines in a whole gateway: what is entered once over ticks, restarts, a ledger that refuses and a clock that is
// set; declarations over the control socket; and what the view shows.
import t, { type Test } from 'tap';
import { monoMs, wallMs } from '../../../../config/clock.ts';
import { LiuhenError } from '../../../../config/errors.ts';
import type { Settings } from '../../../../config/settings-types.ts';
import {
  deadlineFeature,
  type DeadlineFeature,
} from '../../../../gateway/bodycam/deadlines/deadline-feature.ts';
import {
  enterAgainMs,
  listWaitMs,
  steadyMs,
} from '../../../../gateway/bodycam/deadlines/deadline-service.ts';
import type { BodycamView } from '../../../../gateway/bodycam/bodycam-view.ts';
import type { RoomContext } from '../../../../gateway/gateway-feature.ts';
import type { Gateway } from '../../../../gateway/gateway.ts';
import { askControl } from '../../../../gateway/sessions/control-api.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { World } from '../../gateway-bench.ts';
import { settings as plain } from '../../sessions/fakes.ts';
import { at, days, docked, issued, local, officer, saved, undocked } from './deadline-bench.ts';

/** A gateway whose deadlines are looked at when the test says so, by a clock that the test sets. */
class Box {
  readonly world = new World();
  wall = at('03-05T08:00');
  mono = 0;
  gateway: Gateway | null = null;
  feature: DeadlineFeature = deadlineFeature();
  context: RoomContext | null = null;
  #tick: (() => Promise<void>) | undefined;

  constructor(t: Test, pack: string, change: Partial<Settings> = {}) {
    const { world } = this;
    world.wallMs = () => this.wall;
    world.settings = {
      ...world.settings,
      policy: { ...plain.policy, pack },
      bodyCams: [{ id: 'BWC-1', serial: 'S1', unit: '', officer, gateway: null }],
      docks: [{ id: 'd1', room: 'talk', address: 'tcp://127.0.0.1:9', baudRate: 115_200, minBuild: 0 }],
      ...change,
    };
    t.teardown(async () => {
      await this.gateway?.stop('asked');
      await world.end();
    });
  }

  async start(): Promise<void> {
    const feature = deadlineFeature({ readDays: () => Promise.resolve(days) });
    this.feature = feature;
    const now = () => ({ wall: wallMs(this.wall), mono: monoMs(this.mono) });
    this.#tick = () => feature.tick?.() ?? Promise.resolve();
    const started = new Promise<void>((resolve) => {
      const start = async (context: RoomContext): Promise<void> => {
        this.context = { ...context, now };
        await feature.start(this.context);
        resolve();
      };
      void this.world
        .startGateway({ features: () => [{ ...feature, start, tick: () => Promise.resolve() }] })
        .then((gateway) => (this.gateway = gateway));
    });
    await started;
    while (this.gateway === null) await new Promise((resolve) => setTimeout(resolve, 1));
    await this.tick(steadyMs);
  }

  async restart(): Promise<void> {
    await this.gateway?.stop('asked');
    this.gateway = null;
    await this.start();
  }

  async enter(body: LedgerBody): Promise<void> {
    await this.context?.ledger.append(body);
  }

  /** Both clocks go on by so much, and then the deadlines are looked at. */
  async tick(ms: number): Promise<void> {
    this.wall += ms;
    this.mono += ms;
    await this.#tick?.();
  }

  async until(time: string): Promise<void> {
    await this.tick(at(time) - this.wall);
  }

  get bodycams(): BodycamView | undefined {
    return this.gateway?.view().bodycams;
  }

  get said(): string[] {
    return this.world.entries.flatMap((body) => {
      if (body.case === 'offloadReminded')
        return [`${body.value.to || 'hq'} ${local(body.value.dueWallMs)} ${body.value.article}`];
      if (body.case === 'offloadMissed')
        return [`MISSED ${local(body.value.dueWallMs)} ${body.value.article} ${body.value.reason}`];
      return [];
    });
  }

  get missed(): number {
    return this.world.entries.filter((body) => body.case === 'offloadMissed').length;
  }
}

t.test(
  'E1: a deadline that passes while the box is off is entered once after its start, with its article',
  async (t) => {
    const box = new Box(t, 'jiaozuo-emergency');
    await box.start();
    await box.enter(issued(box.wall));
    const due = local(box.wall + 86_400_000);
    await box.until('03-06T05:00');
    t.same(box.said, [`officer ${due} JZ 13`]);
    await box.gateway?.stop('asked');
    box.gateway = null;
    box.wall = at('03-07T10:00');
    await box.start();
    const all = [
      `officer ${due} JZ 13`,
      `unit-head ${due} JZ 13`,
      `headquarters ${due} JZ 13`,
      `MISSED ${due} JZ 13 not-docked`,
    ];
    t.same(box.said, all);
    await box.tick(500);
    await box.restart();
    await box.tick(86_400_000);
    t.same(box.said, all, 'once');
    t.match(box.bodycams, {
      offloadCount: 1,
      offloads: [
        {
          device: 'BWC-1',
          serial: 'S1',
          room: 'talk',
          officer: '王某',
          article: 'JZ 13',
          step: 'missed',
          where: 'out',
          clips: 0,
        },
      ],
    });
  },
);

t.test(
  'E1: a ledger that takes nothing is asked again, and what it then takes stands there once',
  async (t) => {
    const box = new Box(t, 'jiaozuo-emergency');
    await box.start();
    await box.enter(issued(box.wall));
    box.world.refuse = 'offloadMissed';
    await t.rejects(box.until('03-06T09:00'), /disk is full/);
    await box.tick(500);
    t.equal(box.missed, 0, 'not at once again');
    box.world.refuse = null;
    await box.tick(enterAgainMs);
    await box.tick(enterAgainMs);
    t.equal(box.missed, 1);
    t.equal(box.said.filter((line) => line.startsWith('headquarters')).length, 1);
  },
);

t.test(
  'E1: by a clock that was just set nothing is entered, and by one that was put right nothing is lost',
  async (t) => {
    const box = new Box(t, 'jiaozuo-emergency');
    await box.start();
    await box.enter(issued(box.wall));
    await box.tick(1000);
    const before = box.said;
    box.wall += 400 * 86_400_000;
    await box.tick(500);
    await box.tick(steadyMs - 1000);
    t.same(box.said, before, 'it may be wrong');
    box.wall -= 400 * 86_400_000;
    await box.tick(500);
    await box.tick(steadyMs);
    t.same(box.said, before, 'it was');
    await box.until('03-06T09:00');
    t.equal(box.missed, 1);
    box.wall = 0;
    await box.tick(steadyMs);
    await box.restart();
    await box.tick(steadyMs);
    t.equal(box.missed, 1, 'and a clock that begins at 1970 repeats nothing');
  },
);

t.test(
  'E1: a device in the dock at a restart is given time to be listed before its age is guessed',
  async (t) => {
    const box = new Box(t, 'jiaozuo-emergency');
    await box.start();
    await box.enter(docked(box.wall, 0));
    await box.enter(undocked(0, 0));
    await box.until('03-09T09:00');
    await box.enter(docked(box.wall, 2));
    await box.restart();
    t.same(box.bodycams?.offloads, [], 'nobody knows');
    t.equal(box.missed, 0);
    box.feature.listed('S1', [{ clip: 'a', bytes: 1, certain: true, endWallMs: at('03-09T08:00') }]);
    await box.tick(listWaitMs);
    t.match(box.bodycams?.offloads, [{ step: 'in-time', dueWallMs: at('03-10T08:00'), clips: 1 }]);
    t.equal(box.missed, 0);
    t.equal(box.feature.oldestUnsaved('S1'), at('03-09T08:00'));
    t.match(box.feature.due('S1', at('03-09T08:00')), { dueWallMs: at('03-10T08:00'), article: 'JZ 13' });
    await box.enter(saved('a', at('03-09T08:00'), at('03-10T08:00')));
    t.equal(box.feature.oldestUnsaved('S1'), 0);
    t.same(box.bodycams?.offloadCount, 0);
  },
);

t.test(
  'E3: without a calendar every day counts, and the deadline comes too early and not too late',
  async (t) => {
    const box = new Box(t, 'culture-tourism');
    box.wall = Date.parse('2031-03-07T08:00:00+08:00');
    await box.start();
    await box.enter(issued(box.wall));
    const [first] = box.bodycams?.offloads ?? [];
    t.equal(first?.dueWallMs, Date.parse('2031-03-10T00:00:00+08:00'), 'over a weekend');
  },
);

t.test(
  'E1, E2: other settings are counted by at once, and a dock follows the pack of its room',
  async (t) => {
    const box = new Box(t, 'jiaozuo-emergency');
    await box.start();
    await box.enter(issued(box.wall));
    const due = () => box.bodycams?.offloads[0]?.dueWallMs ?? 0;
    t.equal(due(), box.wall + 86_400_000);
    const rooms = box.world.settings.rooms.map((room) => ({ ...room, pack: 'zhuzhou-urban' }));
    box.world.file = () => Promise.resolve({ ...box.world.settings, rooms });
    t.ok(await box.gateway?.reload());
    t.equal(due(), box.wall + 86_400_000, 'it was in no dock');
    await box.enter(docked(box.wall, 1));
    box.feature.listed('S1', [{ clip: 'a', bytes: 1, certain: true, endWallMs: box.wall }]);
    t.equal(due(), at('03-06T00:00'));
  },
);

t.test('E1: remote work is declared and ended over the control socket, with its article', async (t) => {
  const box = new Box(t, 'jiaozuo-emergency');
  await box.start();
  await box.enter(issued(box.wall));
  const ask = (name: 'remote-work' | 'remote-return', body: object) =>
    askControl(box.world.socket, name, body);
  await t.rejects(ask('remote-return', { device: 'BWC-1' }), { code: 'DEADLINE_NOT_AWAY' });
  await t.rejects(ask('remote-work', { device: 'BWC-9', why: 'x' }), {
    code: 'DEADLINE_DEVICE_UNKNOWN',
    details: { allowed: 'BWC-1' },
  });
  await t.rejects(ask('remote-work', { device: 'BWC-1' }), { code: 'DEADLINE_WHY_MISSING' });
  await t.rejects(ask('remote-work', { device: 7 }), { code: 'SESSION_FIELD_INVALID' });
  const away = await ask('remote-work', { device: 'BWC-1', why: '山区', by: 'clerk' });
  t.match(away, {
    device: 'BWC-1',
    article: 'JZ 13',
    fromWallMs: box.wall,
    returnedWallMs: null,
    dueWallMs: null,
  });
  t.match(box.world.entries[away.seq - 1], {
    case: 'remoteWorkDeclared',
    value: { why: '山区', by: 'clerk', article: 'JZ 13' },
  });
  await t.rejects(ask('remote-work', { device: 'S1', why: 'x' }), { code: 'DEADLINE_ALREADY_AWAY' });
  await box.restart();
  await box.until('03-08T08:00');
  t.equal(box.missed, 0);
  t.match(box.bodycams?.offloads, [{ where: 'remote', dueWallMs: null, article: 'JZ 13' }]);
  const back = await ask('remote-return', { device: 'BWC-1', by: 'clerk' });
  t.match(back, { returnedWallMs: box.wall, dueWallMs: at('03-09T08:00') });
  await box.until('03-09T08:00');
  t.equal(box.said.at(-1), 'MISSED 03-09T08:00 JZ 13 not-docked');
});

for (const [pack, article] of [
  ['zhuzhou-urban', 'ZZ 37'],
  ['hengyang-industry', '-'],
] as const)
  t.test(
    `E2: ${pack} makes no exception: a declaration is refused, says so, and is not entered`,
    async (t) => {
      const box = new Box(t, pack);
      await box.start();
      const error = await askControl(box.world.socket, 'remote-work', { device: 'BWC-1', why: 'x' }).catch(
        (thrown: unknown) => thrown,
      );
      t.match(error, { code: 'DEADLINE_NO_EXCEPTION', details: { pack, article } });
      t.ok(error instanceof LiuhenError);
      t.notOk(box.world.cases().includes('remoteWorkDeclared'));
    },
  );
