// `liuhen policy` as a person or a machine calls it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { liuhen } from '../run-program.ts';
import { displayWidth } from '../../../gateway/health/display-width.ts';

const run = (...argv: string[]) => liuhen('policy', ...argv);

t.test('what applies to a room on a date is shown with its articles, and silence is said', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const site = path.join(folder, 'site.yaml');
  await writeFile(
    site,
    `agency: a\nsite: s\ngateway: g\nmqtt: { url: 'mqtt://127.0.0.1:1' }\npolicy: { pack: zhuzhou-urban }\nrooms:\n  - { id: one, name: 一, kind: hearing, cameras: [c] }\n  - { id: two, name: 二, kind: hearing, cameras: [d], pack: jiaozuo-emergency }\ncameras: [{ id: c, rtsp: 'rtsp://127.0.0.1:1/' }, { id: d, rtsp: 'rtsp://127.0.0.1:2/' }]\n`,
  );
  const one = await run('show', '--config', site, '--room', 'one', '--lang', 'en');
  t.equal(one.code, 0, one.err);
  t.match(one.out, /^hearing +may \[ZZ 22\]$/m);
  t.match(one.out, /^litigation hold +silent$/m);
  t.match(one.out, /^direct service +as needed \[ZZ 30\]$/m);
  t.match(one.out, /^retention, daily patrol +6 months: daily patrol \[ZZ 42\]$/m);
  const two = await run('show', '--config', site, '--room', 'two', '--lang', 'zh-CN');
  t.match(two.out, /^听证 +应当音像记录 \[JZ 7\(1\)1, JZ 7\(2\)1\]$/m);
  t.match(two.out, /^开场语音说明 +未作规定$/m);
  t.match(await run('show', '--config', site, '--room', 'three'), { code: 1, err: /one, two/ });
  const json = await run('show', '--config', site, '--room', 'one', '--json', '--date', '2024-02-29');
  t.match(JSON.parse(json.out), {
    pack: 'zhuzhou-urban',
    day: '2024-02-29',
    rules: { 'recording.hearing': { value: 'may', articles: ['22'] }, litigationHold: null },
  });
});

t.test('why a rule is as it is: the published words of its articles', async (t) => {
  const hearing = await run('explain', 'hearing', '--lang', 'en');
  t.match(hearing.out, /HY 28\n {4}作出行政处罚前当事人符合听证条件的/);
  const patrol = await run('explain', 'patrolRetention', '--lang', 'zh-CN');
  t.match(patrol.out, /6 个月：日常巡查[^]*ZZ 42\n[^]*日常巡查的声像资料保存期限不少于\s*6个月/);
  t.match((await run('explain', 'sampling', '--lang', 'zh-CN')).out, /抽样取证 [^]*JZ 7\(2\)8\n/);
  const silent = await run('explain', 'preRoll', '--pack', 'fushun-industry', '--lang', 'en');
  t.match(silent.out, /Fushun[^]*silent/);
  t.match(await run('explain', 'weather'), { code: 2, err: /POLICY_PARAMETER.*interruptionCauses/ });
});

t.test('two packs are compared parameter by parameter', async (t) => {
  const json = await run('diff', 'hengyang-industry', 'fushun-industry', '--json');
  const names = (JSON.parse(json.out) as { differences: { parameter: string }[] }).differences.map(
    ({ parameter }) => parameter,
  );
  t.ok(names.includes('recording.hearing'));
  t.ok(names.includes('field.evidence-taking') && names.includes('supplementaryRetention'));
  t.notOk(names.includes('field.sampling'), 'both must');
  t.notOk(names.includes('caseFile'), '30 days in both');
  t.equal((await run('diff', 'strictest', 'strictest', '--lang', 'en')).out, 'No difference.');
  t.match(await run('diff', 'strictest', 'none'), { code: 2, err: /POLICY_UNKNOWN/ });
});

t.test('a day that is none, a day before the rules, and packs that are none are refused', async (t) => {
  t.match(await run('show', '--date', '2026-02-30'), { code: 2, err: /--date/ });
  t.match(await run('show', '--pack', 'fushun-industry', '--date', '2019-07-24'), {
    code: 1,
    err: /POLICY_NOT_YET.*2019-07-25/,
  });
  t.match(await run('show', '--packs', '/nowhere'), { code: 2, err: /POLICY_UNREADABLE/ });
  t.match(await run('show', '--room', 'x'), { code: 2, err: /--config/ });
});

t.test('no line is over 80 columns, in either language', async (t) => {
  for (const language of ['en', 'zh-CN'])
    for (const pack of ['strictest', 'jiaozuo-emergency', 'zhuzhou-urban']) {
      const { out } = await run('show', '--pack', pack, '--lang', language);
      const explained = await run('explain', 'forbidden', '--pack', pack, '--lang', language);
      for (const line of `${out}\n${explained.out}`.split('\n')) t.ok(displayWidth(line) <= 80, line);
    }
});
