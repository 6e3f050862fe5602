// The deadlines of body-cams on a whole site: issued in the ledger, counted down on the room screen in a real Chromium, by
// `liuhen deadlines` and at headquarters. Its screenshots stay in test-artifacts/room-screen.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { monoMs, wallMs } from '../../config/clock.ts';
import { Ledger } from '../../gateway/ledger/ledger.ts';
import { contractBody } from '../../gateway/ledger/plain-body.ts';
import { issued } from '../gateway/bodycam/deadlines/deadline-bench.ts';
import { address, freePort, openSite } from '../stories/site.ts';
import { inSight, keep, openBrowser, openPage, shows, unreadable, until } from './screen-browser.ts';

const hour = 3_600_000;

t.setTimeout(180_000);

t.test(
  'E1: what is due stands on the screen of the room by word, shape and colour, and at headquarters',
  async (t) => {
    t.setTimeout(150_000);
    const site = await openSite(t, 'pcma');
    const port = await freePort();
    const cams = [1, 2, 3, 4].map(
      (n) => `  - { id: bwc-${n}, serial: S${n}, officer: { name: 警员${n}, certificate: A-${n} } }`,
    );
    const plain = readFileSync(site.config, 'utf8').replace(
      'policy: {',
      'policy: { pack: jiaozuo-emergency,',
    );
    writeFileSync(
      site.config,
      [
        plain,
        `console: { host: 127.0.0.1, port: ${port} }`,
        `docks: [{ id: d1, room: talk, address: 'tcp://127.0.0.1:${await freePort()}' }]`,
        'bodyCams:',
        ...cams,
        '',
      ].join('\n'),
    );
    const ledger = await Ledger.open({
      folder: path.join(site.dataFolder, 'ledger'),
      gateway: address.gateway,
      now: () => ({ wall: wallMs(Date.now() - 26 * hour), mono: monoMs(1) }),
    });
    for (const [index, before] of [2, 21, 25, 5].entries()) {
      const body = issued(Date.now() - before * hour - 60_000);
      if (body.case !== 'deviceIssued') continue;
      const n = index + 1;
      const officer = { name: `警员${n}`, certificate: `A-${n}` };
      await ledger.append(
        contractBody({ ...body, value: { ...body.value, device: `bwc-${n}`, serial: `S${n}`, officer } }),
      );
    }
    await ledger.close();
    await site.startGateway();
    const away = await site.liuhen('deadlines', 'away', 'bwc-4', '--why', '山区', '--config', site.config);
    t.equal(away.code, 0, away.err);

    const browser = await openBrowser(t);
    const { page, faults } = await openPage(browser, `http://127.0.0.1:${port}/room/talk`);
    await shows(page, 'idle');
    await page.waitForSelector('.offload:has-text("异地执法")');
    t.equal(await page.locator('.offload').count(), 4);
    t.match(await page.textContent('.offload.late'), /bwc-3 *警员3已超时限1小时1分钟逾期 · 未归站 *JZ 13/);
    t.match(await page.textContent('.offload.soon'), /bwc-2 *警员2还剩2小时5\d分钟已提醒执法人员/);
    t.match(await page.textContent('.offload.calm'), /bwc-1 *警员1还剩21小时/);
    t.same(await unreadable(page), [], 'zh');
    t.ok(await inSight(page, '.offload.late'), 'what is overdue is in sight');
    await keep(page, 'deadlines-zh');
    await page.click('text=English');
    await page.waitForSelector('.offload.late:has-text("OVERDUE for 1 h")');
    t.same(await unreadable(page), [], 'en');
    await keep(page, 'deadlines-en');
    t.same(faults, []);

    const listed = await site.liuhen('deadlines', '--lang', 'en', '--config', site.config);
    t.equal(listed.code, 1, 'something is overdue');
    t.match(
      listed.out,
      /bwc-3 .*not docked.*\n {2}OVERDUE for 1 h 1 min {2}content not known {2}JZ 13 {2}talk/,
    );
    // After the clock has run evenly for a while the box says so itself.
    await until(async () => site.hq.debts().rows.some(({ by }) => by === 'gateway'));
    t.match(
      site.hq.debts().rows.map(({ state, footage }) => `${footage?.device} ${state}`),
      ['bwc-3 overdue', 'bwc-2 owed', 'bwc-1 owed'],
    );
    await site.endGateway();
    t.equal(site.hq.debts().rows.length, 3, 'it counts down without the box');
  },
);
