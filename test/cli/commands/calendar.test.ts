// `liuhen calendar` as an administrator calls it in December.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { liuhen } from '../run-program.ts';

const run = (...argv: string[]) => liuhen('calendar', ...argv);

t.test('A1: next year is missing until it is imported, and a faulty table changes nothing', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const site = path.join(folder, 'site.yaml');
  await writeFile(
    site,
    `agency: a\nsite: s\ngateway: g\nmqtt: { url: 'mqtt://127.0.0.1:1' }\nworkingTime: { closed: ['2027-03-02'], special: [{ day: '2027-03-06', hours: ['09:00-10:00'] }] }\nrooms: [{ id: one, name: 一, kind: reception, cameras: [c] }]\ncameras: [{ id: c, rtsp: 'rtsp://127.0.0.1:1/' }]\n`,
  );
  const config = ['--config', site];
  t.match(await run('show', '--year', '2027', ...config), { code: 2, err: /CALENDAR_YEAR_MISSING/ });
  const table = path.join(folder, '2027.yaml');
  await writeFile(table, `id: china\nyears:\n  '2027':\n    off: ['01-01', '13-01']\n    work: []\n`);
  t.match(await run('import', table, ...config), { code: 2, err: /2027\.yaml:4: .*2027-13-01 is no day/ });
  await t.rejects(readdir(path.join(folder, 'data', 'calendars')), { code: 'ENOENT' });
  await writeFile(table, `id: china\nyears:\n  '2027':\n    off: ['01-01']\n    work: ['01-02']\n`);
  t.match(await run('import', table, ...config), { code: 0, out: /2027/ });
  t.same(await readdir(path.join(folder, 'data', 'calendars')), ['2027-china.yaml']);
  const shown = await run('show', '--year', '2027', '--json', ...config);
  t.match(JSON.parse(shown.out), {
    year: 2027,
    worked: 261,
    unusual: [
      { day: '2027-01-01', reason: 'holiday' },
      { day: '2027-01-02', reason: 'make-up' },
      { day: '2027-03-02', reason: 'closed' },
      { day: '2027-03-06', reason: 'special' },
    ],
  });
  t.match(await run('show', '--year', '2027', '--lang', 'en', ...config), {
    out: /2027-03-02 {2}off: closed/,
  });
});

t.test('a year that is none and a file that is none are refused', async (t) => {
  t.match(await run('show', '--year', 'next'), { code: 2, err: /CALENDAR_YEAR/ });
  t.match(await run('import', '/nowhere'), { code: 2, err: /--config/ });
  t.match(await run('show', '--year', '2026', '--lang', 'zh-CN'), { code: 0, out: /2026-10-10 {2}调休上班/ });
});
