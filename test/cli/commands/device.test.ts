// `liuhen device …` against a whole gateway: what a custodian reads, in both languages and within 80 columns, and the
// exit codes.
import t, { type Test } from 'tap';
import { exitCodes } from '../../../cli/command.ts';
import { DeviceBook } from '../../../gateway/bodycam/devices/device-book.ts';
import { deviceFeature } from '../../../gateway/bodycam/devices/device-feature.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { docked, register, trouble } from '../../gateway/bodycam/devices/device-bench.ts';
import { World } from '../../gateway/gateway-bench.ts';
import { liuhen } from '../run-program.ts';

type Run = (...argv: string[]) => Promise<{ code: number; out: string; err: string }>;

async function rig(t: Test, entries: readonly LedgerBody[] = [], bodyCams = register): Promise<Run> {
  const world = new World();
  world.entries.push(...entries);
  world.settings = { ...world.settings, bodyCams };
  const docked = { dock: 'd', slot: 1, batteryPct: 12, freeBytes: 2 ** 35, totalBytes: 2 ** 36, clips: 2 };
  const docks = { look: async (serial: string) => (serial === 'SN-0002' ? docked : null) };
  const gateway = await world.startGateway({ features: () => [deviceFeature(new DeviceBook(), docks)] });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  return async (...argv) => {
    const ran = await liuhen('device', ...argv, '--socket', world.socket);
    for (const line of ran.out.split('\n')) {
      const json = line.startsWith('{');
      if (!json && displayWidth(line) > 80) t.fail(`wider than 80 columns: ${line}`);
    }
    return ran;
  };
}

for (const lang of ['en', 'zh-CN'] as const) {
  const said = (en: RegExp, zh: RegExp): RegExp => (lang === 'en' ? en : zh);
  t.test(
    `D4: a custodian hands a body-cam out, takes it back and reads its history, in ${lang}`,
    async (t) => {
      const device = await rig(t, [docked(8), trouble('card-differs'), trouble('card-differs')]);
      const run: Run = (...argv) => device(...argv, '--lang', lang);

      const issue = await run(
        'issue',
        'cam-1',
        '--officer',
        '王某:HY-001',
        '--matter',
        'patrol',
        '--by',
        'clerk',
      );
      t.equal(issue.code, exitCodes.ok);
      t.match(
        issue.out,
        said(/^cam-1 is issued to 王某 \(HY-001\), #\d+/, /^cam-1 已由 王某 \(HY-001\) 领用/),
      );
      t.match(issue.out, /card-differs #2/);
      t.match(issue.out, /JZ 16/);

      const list = await run('list');
      t.match(list.out, said(/^cam-1 +issued +王某/m, /^cam-1 +已领用 +王某/m));
      t.match(list.out, said(/\? suspected .* × 2 A\.MP4 since entry #2/, /\? 疑似 .* × 2 A\.MP4 见台账 #2/));
      t.match(list.out, said(/^cam-3 +belongs to gateway other/m, /^cam-3 +属于网关 other/m));

      const again = await run('issue', 'cam-1', '--officer', '李某:HY-002');
      t.equal(again.code, exitCodes.wrong);
      t.match(again.err, /^DEVICE_ISSUED: .*王某 \(HY-001\)/);

      const back = await run('return', 'cam-1', '--by', 'clerk');
      t.match(
        back.out,
        said(
          /back from 王某.*\nput it into a dock.*\[JZ 13, ZZ 37\]/,
          /由 王某 归还.*\n请放入采集站.*\[JZ 13, ZZ 37\]/,
        ),
      );

      const fault = await run('report', 'cam-1', '--what', 'fault', '--detail', 'no picture '.repeat(20));
      t.match(
        fault.out,
        said(
          /! NOT TO BE USED broken: not used any more .*Z no picture/,
          /! 不得使用 故障：立即停止使用 .*no picture/,
        ),
      );
      const refused = await run('issue', 'cam-1', '--officer', '王某:HY-001', '--urgent');
      t.equal(refused.code, exitCodes.wrong);
      t.match(refused.err, said(/^DEVICE_OUT_OF_USE: .*broken.*ZZ 52/, /^DEVICE_OUT_OF_USE: .*故障.*ZZ 52/));

      const repair = ['--what', 'new camera', '--provider', '维修站', '--outcome', 'in-use'];
      t.notMatch((await run('maintain', 'cam-1', ...repair)).out, /!/);
      const history = await run('history', 'cam-1');
      t.match(
        history.out,
        said(/#\d+ +issued to 王某 \(HY-001\) .* by clerk/, /#\d+ +领用 王某 \(HY-001\) .*操作人\s+clerk/),
      );
      t.match(
        history.out,
        said(/upkeep 维修站 in use again new camera/, /维护 维修站 恢复使用 new\s+camera/),
      );
    },
  );
}

t.test('D1: a low battery is refused with its article, and passed over in a hurry', async (t) => {
  const device = await rig(t);
  const refused = await device('issue', 'cam-2', '--officer', '王某:HY-001', '--lang', 'en');
  t.equal(refused.code, exitCodes.wrong);
  t.match(refused.err, /^DEVICE_CHECK_FAILED: .*too little battery.*12 %.*\(CT 12, JZ 16, ZZ 51\)/);
  const urgent = await device('issue', 'cam-2', '--officer', '王某:HY-001', '--urgent', '--lang', 'en');
  t.equal(urgent.code, exitCodes.ok);
  t.match(urgent.out, /FAULT +battery +too little battery/);
  t.match(urgent.out, /it still has clips of somebody/);
});

t.test('a machine reads the same, page by page, and a refusal as JSON', async (t) => {
  const many = Array.from({ length: 450 }, (_, index) => {
    return { id: `c-${index}`, serial: `S-${index}`, unit: '', officer: null, gateway: null };
  });
  const device = await rig(t, [], many);
  const list = JSON.parse((await device('list', '--json')).out) as {
    devices: { device: string }[];
    count: number;
  };
  t.equal(list.count, 450);
  t.same(
    list.devices.map(({ device: id }) => id),
    many.map(({ id }) => id),
  );
  const refused = await device('report', 'c-1', '--what', 'odd', '--json');
  t.match(JSON.parse(refused.out), { error: { code: 'SESSION_FIELD_INVALID' } });
  t.equal((await device('history', 'nothing', '--json')).code, exitCodes.wrong);
});

t.test('D5: a body-cam out of use stands in the status of the box', async (t) => {
  const world = new World();
  world.settings = { ...world.settings, bodyCams: register };
  const gateway = await world.startGateway({ features: () => [deviceFeature(new DeviceBook())] });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  await liuhen('device', 'report', 'cam-1', '--what', 'fault', '--socket', world.socket);
  const status = await liuhen('session', 'status', '--socket', world.socket, '--lang', 'en');
  t.match(status.out, /^NOT TO BE USED cam-1: broken: .* \(ZZ 52\)$/m);
});
