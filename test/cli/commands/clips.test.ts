// `liuhen clips …` against a whole gateway, and against the ledger and the store of one that is stopped: what people
// read, in both languages and within 80 columns, and the exit codes.
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { exitCodes } from '../../../cli/command.ts';
import { clipsFeature } from '../../../gateway/bodycam/clips/clips-feature.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';
import { Ledger } from '../../../gateway/ledger/ledger.ts';
import { contractBody } from '../../../gateway/ledger/plain-body.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { bytesOf, minute, nine, offloaded } from '../../gateway/bodycam/clips/clip-bodies.ts';
import { World } from '../../gateway/gateway-bench.ts';
import { liuhen } from '../run-program.ts';

const officer = { name: '李明', certificate: 'A-1' };

async function narrow(t: Test, ...argv: string[]): ReturnType<typeof liuhen> {
  const ran = await liuhen('clips', ...argv);
  for (const line of ran.out.split('\n'))
    if (!line.startsWith('{') && displayWidth(line) > 80) t.fail(`wider than 80 columns: ${line}`);
  return ran;
}

async function rig(t: Test, entries: readonly LedgerBody[]) {
  const world = new World();
  world.entries.push(...entries);
  world.settings = {
    ...world.settings,
    bodyCams: [{ id: 'bc-1', serial: 'BC00001', unit: '', officer, gateway: null }],
    offload: { ...world.settings.offload, storeFolder: path.join(world.folder, 'store') },
  };
  const gateway = await world.startGateway({ features: () => [clipsFeature()] });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
  });
  return (...argv: string[]) => narrow(t, ...argv, '--socket', world.socket);
}

for (const lang of ['en', 'zh-CN'] as const) {
  const said = (en: RegExp, zh: RegExp): RegExp => (lang === 'en' ? en : zh);
  t.test(
    `A12, I1: an officer books, sees what is unclassed, and classes it by hand, in ${lang}`,
    async (t) => {
      const long = '很长的当事人名称'.repeat(12);
      const clips = await rig(t, [
        offloaded('bc-1/2026-11-20/a.mp4'),
        offloaded('bc-1/2026-11-20/b.mp4', {
          timeCertain: false,
          beginWallMs: nine + 60 * minute,
          endWallMs: nine + 61 * minute,
          caseName: long,
          party: long,
        }),
      ]);
      const run = (...argv: string[]) => clips(...argv, '--lang', lang);
      const times = ['--from', '2026-11-20T08:50', '--to', '2026-11-20T09:30'];
      const about = ['--matter', 'sampling', '--case', '2026-17'];
      const who = ['--device', 'bc-1', '--officer', '李明:A-1', '--party', '某公司', '--by', '李明'];
      const booked = await run('book', ...who, ...about, ...times);
      t.equal(booked.code, exitCodes.ok, booked.err);
      t.match(booked.out, said(/late for 1 unclassed/, /预约晚于 1 件/));
      t.match(booked.out, /ZZ[^]*\n {2}bc-1\/2026-11-20\/a\.mp4/);
      const bookings = await run('bookings');
      t.match(bookings.out, said(/sampling/, /抽样取证/));
      const list = await run('list', '--unclassed');
      t.match(list.out, said(/not classed/, /未分类/));
      t.match(list.out, said(/unclassed in all: 2/, /未分类合计：2/));
      t.match(list.out, /2026-11-20 01:00Z/);
      const noted = ['--by', '陈静', '--note', '看过画面'];
      const classed = await run('class', 'bc-1/2026-11-20/a.mp4', ...about, ...noted);
      t.equal(classed.code, exitCodes.ok, classed.err);
      t.match(classed.out, said(/^#\d+[^]*by 陈静: 看过画面/, /^#\d+[^]*陈静 人工确定: 看过画面/));
      t.match((await run('list', '--case', '2026-17')).out, /a\.mp4/);
      t.notMatch((await run('list', '--case', '2026-17')).out, /b\.mp4/);
      const [booking = ''] = /f-[0-9a-f]+/.exec(booked.out) ?? [];
      t.match((await run('unbook', booking, '--by', 'x')).out, said(/^cancelled/, /^已取消/));
      const refused = await run('class', 'bc-1/none.mp4', '--matter', 'sampling', '--by', 'x');
      t.equal(refused.code, exitCodes.wrong);
      t.match(refused.err, /^CLIP_UNKNOWN: /);
      t.equal((await run('list', '--limit', 'many')).code, exitCodes.wrong, 'no number is no limit');
      const json = JSON.parse((await run('list', '--json')).out) as { clips: unknown[]; unclassed: number };
      t.match(json, { unclassed: 1, clips: [{ file: /b\.mp4/ }, { classing: { by: 'hand' } }] });
    },
  );
}

/** A stopped gateway's folder: settings, ledger, store. */
async function stopped(t: Test, entries: readonly LedgerBody[]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const config = path.join(folder, 'site.yaml');
  await writeFile(
    config,
    [
      'agency: a',
      'site: s',
      'gateway: gw',
      'data: ./data',
      'mqtt: { url: "mqtt://127.0.0.1:1883", embedded: false }',
      'rooms: [{ id: talk, name: 询问室, kind: interview, cameras: [a] }]',
      'cameras: [{ id: a, rtsp: "rtsp://127.0.0.1/a" }]',
      'offload: { store: ./store }',
      '',
    ].join('\n'),
  );
  const ledger = await Ledger.open({
    folder: path.join(folder, 'data', 'ledger'),
    gateway: 'gw',
    reserveBytes: 0,
  });
  for (const body of entries) {
    await ledger.append(contractBody(body));
    if (body.case !== 'clipOffloaded') continue;
    const file = path.join(folder, 'store', body.value.file);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytesOf(body.value.file));
  }
  await ledger.close();
  const verify = (...argv: string[]) => narrow(t, 'verify', '--config', config, ...argv);
  return { folder, store: path.join(folder, 'store'), verify };
}

t.test('C3, I1: verify reads every clip, and names what is missing, changed, and foreign', async (t) => {
  const names = ['a', 'b', 'c', 'd'].map((name) => `bc-1/2026-11-20/${name}.mp4`);
  const [a = '', b = '', c = '', d = ''] = names;
  const { store, verify } = await stopped(
    t,
    names.map((name) => offloaded(name, name === d ? { device: 'bc-9' } : {})),
  );
  const whole = await verify('--lang', 'en');
  t.equal(whole.code, exitCodes.ok, whole.err);
  t.match(whole.out, /^4 clips read, .*: as they were entered\nby the ledger, its chain checked$/);
  await writeFile(path.join(store, 'bc-1', 'x.part'), 'half');
  t.equal((await verify()).code, exitCodes.ok, 'a copy that has not ended is no fault');

  await rename(path.join(store, a), path.join(store, 'bc-1', 'moved.mp4'));
  await writeFile(path.join(store, b), Buffer.alloc(bytesOf(b).length));
  await writeFile(path.join(store, c), 'short');
  const found = await verify('--lang', 'en');
  t.equal(found.code, exitCodes.wrong);
  t.match(found.out, /! MISSING #1\n {2}bc-1\/2026-11-20\/a\.mp4/);
  t.match(found.out, /! DIFFERS #2: [0-9a-f]{64}\n {2}\S+b\.mp4/);
  t.match(found.out, /! OTHER SIZE #3: 5, entered \d+\n {2}\S+c\.mp4/);
  t.match(found.out, /! not entered anywhere\n {2}bc-1\/moved\.mp4/);
  t.match(found.out, /4 not as entered/);
  t.match((await verify('--lang', 'zh-CN')).out, /! 缺失 #1[^]*内容不符[^]*4 处与台账不符/);
  const json = JSON.parse((await verify('--json')).out) as { findings: { what: string }[] };
  t.same(json.findings.map(({ what }) => what).toSorted(), [
    'differs',
    'draft',
    'foreign',
    'missing',
    'size',
  ]);
  t.equal((await verify('--device', 'bc-9')).code, exitCodes.ok, 'those of a search alone');
  t.equal((await verify('--device', 'bc-1')).code, exitCodes.wrong);
});

t.test('C3: without a ledger nothing is verified, and none is made', async (t) => {
  const { folder, verify } = await stopped(t, []);
  await rm(path.join(folder, 'data'), { recursive: true });
  const ran = await verify();
  t.not(ran.code, exitCodes.ok);
  t.match(ran.err, /LEDGER_UNUSABLE/);
  await t.rejects(access(path.join(folder, 'data')), { code: 'ENOENT' });
});
