// Issue, return, reports and upkeep of body-cams in a whole gateway, over the control socket: what is entered, what is
// refused and why, and what outlives a restart. A list stands for the docks.
import t, { type Test } from 'tap';
import { monoMs, wallMs } from '../../../../config/clock.ts';
import type { LiuhenError } from '../../../../config/errors.ts';
import { silentLog } from '../../../../config/log.ts';
import type { Settings } from '../../../../config/settings-types.ts';
import { DeviceBook } from '../../../../gateway/bodycam/devices/device-book.ts';
import { minIssueBatteryPct } from '../../../../gateway/bodycam/devices/device-checks.ts';
import { deviceFeature } from '../../../../gateway/bodycam/devices/device-feature.ts';
import {
  DeviceService,
  maxDeviceText,
  returnRetryMs,
} from '../../../../gateway/bodycam/devices/device-service.ts';
import type { DockedDevice, DockedDevices } from '../../../../gateway/bodycam/devices/docked-devices.ts';
import type { GatewayFeature } from '../../../../gateway/gateway-feature.ts';
import type { Gateway } from '../../../../gateway/gateway.ts';
import { askControl } from '../../../../gateway/sessions/control-api.ts';
import type { ControlRequests } from '../../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { World } from '../../gateway-bench.ts';
import { FakeLedger, settings, until } from '../../sessions/fakes.ts';
import {
  at,
  docked,
  issued,
  keeper,
  li,
  register,
  reported,
  serial,
  trouble,
  undocked,
  wang,
} from './device-bench.ts';

const dock = { id: 'd', room: 'talk', address: 'tcp://127.0.0.1:1', baudRate: 115_200, minBuild: 0 };
const good: DockedDevice = {
  dock: 'd',
  slot: 1,
  batteryPct: 96,
  freeBytes: 2 ** 35,
  totalBytes: 2 ** 36,
  clips: 0,
};

interface Rig {
  readonly world: World;
  readonly gateway: Gateway;
  readonly ask: <Name extends keyof ControlRequests>(
    name: Name,
    body: unknown,
  ) => Promise<ControlRequests[Name]['answer']>;
  /** The code of the refusal; '' for none. */
  readonly code: (name: keyof ControlRequests, body: unknown) => Promise<string>;
  readonly last: <Case extends LedgerBody['case']>(
    what: Case,
  ) => Extract<LedgerBody, { case: Case }>['value'];
}

async function rig(
  t: Test,
  docks: DockedDevices = { look: () => Promise.resolve(good) },
  { entries = [], change = {} }: { entries?: readonly LedgerBody[]; change?: Partial<Settings> } = {},
): Promise<Rig> {
  const world = new World();
  world.entries.push(...entries);
  world.settings = { ...world.settings, bodyCams: register, docks: [dock], ...change };
  const gateway = await world.startGateway({ features: () => [deviceFeature(new DeviceBook(), docks)] });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  const ask: Rig['ask'] = (name, body) => askControl(world.socket, name, body as never);
  return {
    world,
    gateway,
    ask,
    code: (name, body) =>
      ask(name, body).then(
        () => '',
        (error: unknown) => (error as LiuhenError).code,
      ),
    last: (what) => {
      const found = world.entries.findLast((body) => body.case === what);
      if (!found) throw new Error(`no ${what}`);
      return found.value as never;
    },
  };
}

const issue = { device: 'cam-1', officer: wang, by: 'clerk' };

t.test('D1: an issue enters what was read of the device in its dock, with its articles', async (t) => {
  const asked: string[] = [];
  const { ask, last } = await rig(t, {
    look: async (of) => {
      asked.push(of);
      return good;
    },
  });
  const answer = await ask('issue', {
    ...issue,
    matter: 'patrol',
    caseNumber: '2026-17',
    caseName: '示例案件',
    parties: ['王五'],
  });
  t.same(asked, [serial]);
  t.match(answer, { device: 'cam-1', serial, officer: wang, pack: 'strictest' });
  const value = last('deviceIssued');
  t.match(value, {
    device: 'cam-1',
    serial,
    officer: wang,
    by: 'clerk',
    dock: 'd',
    slot: 1,
    batteryPercent: 96,
    freeBytes: 2 ** 35,
    matter: 'patrol',
    caseNumber: '2026-17',
    caseName: '示例案件',
    parties: ['王五'],
    article: 'CT 12, JZ 16, ZZ 51, FS 33',
  });
  t.same(
    value.items.map(({ item, result }) => `${item} ${result}`),
    ['device ok', 'battery ok', 'card ok', 'clips ok', 'upkeep unknown'],
  );
  t.match(await ask('devices', {}), {
    devices: [{ device: 'cam-1', at: 'issued', issued: { officer: '王某' } }, {}, {}],
    count: 3,
  });
});

t.test(
  'D1: a device whose dock does not tell is issued, and what is not known is entered as unknown',
  async (t) => {
    const rows: [string, DockedDevices][] = [
      ['in no dock', { look: () => Promise.resolve(null) }],
      ['the dock fails', { look: () => Promise.reject(new Error('noise')) }],
    ];
    for (const [name, docks] of rows) {
      const { ask, last } = await rig(t, docks);
      await ask('issue', issue);
      t.match(last('deviceIssued'), { dock: '', slot: 0, batteryPercent: 0, freeBytes: 0 }, name);
      const battery = last('deviceIssued').items.find(({ item }) => item === 'battery');
      t.match(
        battery,
        { result: 'unknown', finding: 'device-not-docked', article: 'CT 12, JZ 16, ZZ 51' },
        name,
      );
    }
  },
);

t.test(
  'D1: a low battery keeps a device here by the article of its room, and an urgent issue passes',
  async (t) => {
    const low: DockedDevices = {
      look: () => Promise.resolve({ ...good, batteryPct: minIssueBatteryPct - 1 }),
    };
    const { ask, world, last } = await rig(t, low);
    await t.rejects(ask('issue', issue), {
      code: 'DEVICE_CHECK_FAILED',
      details: { device: 'cam-1', article: 'CT 12, JZ 16, ZZ 51' },
    });
    t.notOk(world.cases().includes('deviceIssued'));
    await ask('issue', { ...issue, urgent: true });
    t.match(
      last('deviceIssued').items.find(({ item }) => item === 'battery'),
      { result: 'fault' },
    );

    const silent = settings.rooms.map((room) =>
      room.id === 'talk' ? { ...room, pack: 'hengyang-industry' } : room,
    );
    const other = await rig(t, low, { change: { rooms: silent } });
    t.match(
      await other.ask('issue', issue),
      { pack: 'hengyang-industry', article: '' },
      'the rules are silent there',
    );
  },
);

t.test(
  'D5: a device with a reported fault is not issued, under any pack and in any hurry, until its repair',
  async (t) => {
    for (const pack of ['zhuzhou-urban', 'hengyang-industry']) {
      const { ask, code, last, gateway } = await rig(t, undefined, {
        change: { policy: { ...settings.policy, pack } },
      });
      const article = pack === 'zhuzhou-urban' ? 'ZZ 52' : '';
      t.match(await ask('report', { device: 'cam-1', what: 'fault', detail: 'no picture', by: 'wang' }), {
        article,
        device: { stopped: { what: 'fault', detail: 'no picture', by: 'wang' } },
      });
      t.match(last('deviceReported'), { device: 'cam-1', serial, what: 'fault', article });
      t.same(
        gateway.view().bodycams?.stopped?.map(({ device, what, article: by }) => ({ device, what, by })),
        [{ device: 'cam-1', what: 'fault', by: article }],
        'the room sees it',
      );
      t.equal(await code('issue', { ...issue, urgent: true }), 'DEVICE_OUT_OF_USE', pack);
      await ask('maintain', {
        device: 'cam-1',
        what: 'new lens',
        provider: '维修站',
        outcome: 'out-of-use',
        by: 'clerk',
      });
      t.equal(await code('issue', issue), 'DEVICE_OUT_OF_USE');
      await ask('maintain', {
        device: 'cam-1',
        what: 'new lens',
        provider: '维修站',
        outcome: 'in-use',
        by: 'clerk',
      });
      t.same(gateway.view().bodycams?.stopped, []);
      t.equal(await code('issue', issue), '');
    }
  },
);

t.test(
  'E4: a device that is unknown, elsewhere, stolen or with somebody is not issued, and nothing is entered',
  async (t) => {
    const { ask, code, world } = await rig(t);
    const before = world.entries.length;
    const rows: [string, unknown, string][] = [
      ['nothing', null, 'DEVICE_MISSING'],
      ['no device', { officer: wang }, 'DEVICE_MISSING'],
      ['unknown', { ...issue, device: 'cam-9' }, 'DEVICE_UNKNOWN'],
      ['elsewhere', { ...issue, device: 'cam-3' }, 'DEVICE_ELSEWHERE'],
      ['nobody', { device: 'cam-1' }, 'DEVICE_OFFICER'],
      ['no certificate', { device: 'cam-1', officer: { name: '王某' } }, 'DEVICE_OFFICER'],
      ['no text', { ...issue, officer: { name: 3 } }, 'SESSION_FIELD_INVALID'],
      ['too long', { ...issue, matter: 'x'.repeat(201) }, 'SESSION_FIELD_INVALID'],
      ['no matter of field work', { ...issue, matter: 'hearing' }, 'SESSION_FIELD_INVALID'],
      ['parties', { ...issue, parties: [7] }, 'SESSION_FIELD_INVALID'],
      ['too many parties', { ...issue, parties: Array(51).fill('x') }, 'SESSION_FIELD_INVALID'],
    ];
    for (const [name, body, expected] of rows) t.equal(await code('issue', body), expected, name);
    t.equal(world.entries.length, before);
    await ask('issue', issue);
    await t.rejects(ask('issue', { ...issue, officer: li, urgent: true }), {
      code: 'DEVICE_ISSUED',
      details: { officer: '王某 (HY-001)' },
    });
    await ask('report', { device: 'cam-1', what: 'stolen', by: 'wang' });
    t.equal(await code('issue', { ...issue, urgent: true }), 'DEVICE_GONE');
    t.equal(await code('return', { device: 'cam-1' }), 'DEVICE_NOT_ISSUED', 'a theft ends the issue');
    await ask('report', { device: serial, what: 'found', by: 'wang' });
    t.equal(await code('issue', issue), '');
  },
);

t.test('E4: of two devices with one serial number neither is issued', async (t) => {
  const { code } = await rig(t, undefined, { entries: [docked(8, { standing: 'double' })] });
  t.equal(await code('issue', issue), 'DEVICE_DOUBLE');
});

t.test('E4: a theft that is reported while the dock is asked still stops the issue', async (t) => {
  const waiting: (() => void)[] = [];
  const book = new DeviceBook();
  const ledger = new FakeLedger();
  const context = {
    settings: () => ({ ...settings, bodyCams: register }),
    ledger,
    now: () => ({ wall: wallMs(Date.UTC(2026, 10, 21)), mono: monoMs(1) }),
    log: silentLog,
  };
  book.use(context.settings);
  const look = () => new Promise<DockedDevice>((resolve) => waiting.push(() => resolve(good)));
  const asked = new DeviceService(context, book, { look }).issue(issue);
  await until('the dock is asked', () => waiting.length === 1);
  book.apply({ seq: 1, body: reported(9, 'stolen') });
  waiting[0]?.();
  await t.rejects(asked, { code: 'DEVICE_GONE' });
  t.same(ledger.cases(), []);
});

t.test('E4: two who ask at once do not both get the device', async (t) => {
  const { code, world } = await rig(t);
  const codes = await Promise.all([code('issue', issue), code('issue', { ...issue, officer: li })]);
  t.same(codes.toSorted(), ['', 'DEVICE_ISSUED']);
  t.equal(world.cases().filter((each) => each === 'deviceIssued').length, 1);
});

t.test('D4: a return by hand says who brought it, and that it has to go into a dock', async (t) => {
  const { ask, code, last } = await rig(t, { look: () => Promise.resolve(null) });
  t.equal(await code('return', { device: 'cam-1', by: 'clerk' }), 'DEVICE_NOT_ISSUED');
  await ask('issue', issue);
  t.match(await ask('return', { device: 'cam-1', by: 'clerk' }), {
    officer: wang,
    toDock: true,
    article: 'JZ 13, ZZ 37',
  });
  t.match(last('deviceReturned'), {
    device: 'cam-1',
    serial,
    officer: wang,
    by: 'clerk',
    how: 'hand',
    dock: '',
  });
  t.match(await ask('devices', {}), { devices: [{ issued: null, custodian: keeper.name }, {}, {}] });
});

const away = [docked(7), issued(8), undocked()];

t.test('E4: the docking of an issued device is its return, entered once, also over a restart', async (t) => {
  const { world, gateway } = await rig(t, undefined, { entries: [...away, docked(17, { slot: 3 })] });
  const returns = () => world.entries.flatMap((body) => (body.case === 'deviceReturned' ? [body.value] : []));
  await until('the return', () => returns().length === 1);
  t.match(returns(), [
    {
      device: 'cam-1',
      serial,
      officer: wang,
      by: 'box',
      how: 'docked',
      dock: 'd',
      slot: 3,
      at: at(17),
    },
  ]);
  await gateway.stop('asked');
  let ticks = 0;
  const counting: GatewayFeature = {
    name: 'ticks',
    start: () => Promise.resolve(),
    tick: () => Promise.resolve(void (ticks += 1)),
    close: () => Promise.resolve(),
  };
  const again = await world.startGateway({ features: () => [deviceFeature(new DeviceBook()), counting] });
  t.teardown(() => again.stop('asked'));
  const answer = await askControl(world.socket, 'device-history', { device: 'cam-1' });
  t.match(answer.device, { issued: null, at: 'unknown' });
  await until('it looked twice', () => ticks > 2);
  t.equal(returns().length, 1);
});

t.test('E4: a return that the ledger does not take is tried again, and entered once', async (t) => {
  const book = new DeviceBook();
  const ledger = new FakeLedger();
  let mono = 0;
  const context = {
    settings: () => ({ ...settings, bodyCams: register }),
    ledger: {
      fold: ledger.fold,
      append: async (body: LedgerBody) => {
        const entry = await ledger.append(body);
        book.apply({ ...entry, body });
        return entry;
      },
    },
    now: () => ({ wall: wallMs(Date.UTC(2026, 10, 21)), mono: monoMs(mono) }),
    log: silentLog,
  };
  book.use(context.settings);
  for (const [index, body] of [...away, docked(17)].entries()) book.apply({ seq: index + 1, body });
  const service = new DeviceService(context, book, { look: () => Promise.resolve(null) });
  ledger.refuse = 'deviceReturned';
  await service.tick();
  t.same(ledger.cases(), []);
  await service.tick();
  t.same(ledger.cases(), [], 'not at once');
  mono = returnRetryMs;
  await Promise.all([service.tick(), service.tick()]);
  await service.tick();
  t.same(ledger.cases(), ['deviceReturned']);
});

t.test('D4: a device that is pulled out of the dock without an issue is with its custodian', async (t) => {
  const { ask } = await rig(t, undefined, { entries: [docked(7), undocked()] });
  // A start of the box says nothing of what was pulled out before it.
  t.match(await ask('device-history', { device: 'cam-1' }), {
    device: { at: 'out', issued: null, custodian: keeper.name },
    events: [{ what: 'docked' }, { what: 'undocked', word: 'done' }],
  });
});

t.test('D5: a fault that only the box saw is shown as suspected, and the device is issued', async (t) => {
  const { ask, last } = await rig(t, undefined, { entries: [docked(7), trouble('card-differs')] });
  t.match(await ask('devices', {}), {
    devices: [
      { device: 'cam-1', stopped: null, suspects: [{ what: 'card-differs', seq: 2, count: 1 }] },
      {},
      {},
    ],
  });
  await ask('issue', issue);
  t.match(last('deviceIssued').items[0], {
    item: 'device',
    result: 'unknown',
    finding: 'device-suspect',
    detail: 'card-differs #2',
    article: 'ZZ 52, CT 12',
  });
});

t.test('D6: upkeep names who did it, and is in the history with its articles', async (t) => {
  const { ask, code, last } = await rig(t);
  const body = { device: 'cam-1', what: '清洁镜头', provider: '维修站', outcome: 'in-use', by: 'clerk' };
  await t.rejects(ask('maintain', { ...body, provider: '' }), {
    code: 'DEVICE_PROVIDER_MISSING',
    details: { article: 'FS 33, ZZ 52' },
  });
  const rows: [string, unknown, string][] = [
    ['what', { ...body, what: '' }, 'SESSION_FIELD_INVALID'],
    ['outcome', { ...body, outcome: 'fine' }, 'SESSION_FIELD_INVALID'],
    ['too long', { ...body, what: 'x'.repeat(maxDeviceText + 1) }, 'SESSION_FIELD_INVALID'],
    ['elsewhere', { ...body, device: 'cam-3' }, 'DEVICE_ELSEWHERE'],
  ];
  for (const [name, wrong, expected] of rows) t.equal(await code('maintain', wrong), expected, name);
  await ask('maintain', body);
  t.match(last('deviceMaintained'), { ...body, serial, article: 'FS 33, ZZ 52' });
  t.match(await ask('device-history', { device: serial }), {
    events: [
      {
        what: 'maintained',
        word: 'in-use',
        who: '维修站',
        detail: '清洁镜头',
        by: 'clerk',
        article: 'FS 33, ZZ 52',
      },
    ],
    earlier: 0,
  });
});

t.test('D5: a report says what happened in a word that is known', async (t) => {
  const { code } = await rig(t);
  t.equal(await code('report', { device: 'cam-1', what: 'odd' }), 'SESSION_FIELD_INVALID');
  t.equal(await code('report', { device: 'cam-1', what: 'found' }), 'DEVICE_NOT_GONE');
  t.equal(
    await code('report', { device: 'cam-1', what: 'fault', detail: 'x'.repeat(maxDeviceText + 1) }),
    'SESSION_FIELD_INVALID',
  );
  t.equal(await code('device-history', { device: 'cam-9' }), 'DEVICE_UNKNOWN');
});

t.test('the register is shown page by page', async (t) => {
  const bodyCams = Array.from({ length: 450 }, (_, index) => {
    return { id: `cam-${index}`, serial: `S-${index}`, unit: '', officer: null, gateway: null };
  });
  const { ask } = await rig(t, undefined, { change: { bodyCams } });
  const seen: string[] = [];
  let after = '';
  do {
    const page = await ask('devices', { after });
    t.equal(page.count, 450);
    seen.push(...page.devices.map(({ device }) => device));
    after = page.next;
  } while (after !== '');
  t.same(
    seen,
    bodyCams.map(({ id }) => id),
  );
});
