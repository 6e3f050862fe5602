// Docks and clips on a whole site: a body-cam is copied while the room's screen shows it in a real Chromium, and what
// nobody knows the matter of is classed with the keyboard alone, down to the entry in the ledger. Its screenshots stay in
// test-artifacts/room-screen.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { exitCodes } from '../../cli/command.ts';
import { readLedger } from '../../gateway/ledger/read-ledger.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { writeClip } from '../../hw-sim/dock/sim-clip.ts';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';
import { openSimVolumes } from '../../hw-sim/dock/sim-volumes.ts';
import type { Body } from '../../protocols/hq/messages.ts';
import { address } from '../stories/site.ts';
import {
  inPage,
  inSight,
  keep,
  openBrowser,
  openPage,
  openScreenSite,
  shows,
  unreadable,
} from './screen-browser.ts';

t.setTimeout(180_000);

async function openDockSite(t: Test) {
  const volumes = await openSimVolumes();
  const sim = await createSimDock({ disks: volumes, slots: 4 });
  t.teardown(async () => {
    await sim.close();
    volumes.close();
  });
  const lines = [
    `docks: [{ id: dock-1, room: talk, address: "${sim.address}" }]`,
    'bodyCams:',
    '  - { id: bc-1, serial: BC00001, officer: { name: 李明, certificate: A-1 } }',
    `offload: { keepFree: 0B, kernelLists: "${volumes.folder}" }`,
  ];
  const opened = await openScreenSite(t, ` }\n${lines.join('\n')}\n# {`);
  const cam = new SimBodyCam({ serial: 'BC00001' });
  const folder = volumes.cardFolder('cam');
  for (const [index, minutesAgo] of [90, 60, 30].entries())
    cam.record(
      await writeClip(folder, {
        id: `MOV_${index + 1}`,
        bytes: 200_000,
        beginWallMs: Date.now() - minutesAgo * 60_000 + cam.facts.clockSkewMs,
      }),
    );
  return { ...opened, sim, cam };
}

t.test(
  'A11, A12, I1: the dock on the screen, and a clip classed by keyboard from the screen to the ledger',
  async (t) => {
    t.setTimeout(150_000);
    const { site, url, sim, cam } = await openDockSite(t);
    const browser = await openBrowser(t);
    const { page, faults } = await openPage(browser, url);
    await shows(page, 'idle');
    await page.waitForSelector('.docks:has-text("空位 4")');
    sim.insert(0, cam);
    sim.insert(2, new SimBodyCam({ serial: 'ALIEN-9' }));
    await page.waitForSelector('.slot[data-at="done"]:has-text("已存妥 3/3 件")');
    await page.waitForSelector('.slot[data-at="refused"]:has-text("未登记")');
    await page.waitForSelector('.to-clips:has-text("3 件音像资料未分类")');
    t.same(await unreadable(page), [], 'docks, zh');
    await page.locator('.docks').scrollIntoViewIfNeeded();
    await keep(page, 'docks-zh');
    const reach = async (label: RegExp): Promise<void> => {
      for (let step = 0; step < 60; step += 1) {
        await page.keyboard.press('Tab');
        const { named, outline } = await inPage<{ named: string; outline: number }>(page, 'focus');
        if (!label.test(named)) continue;
        t.ok(outline >= 3, `${named} is seen to have the focus`);
        return;
      }
      throw new Error(`the keyboard does not reach ${label}`);
    };
    await reach(/^English$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.slot[data-at="done"]:has-text("3 of 3 safe")');
    await page.locator('.docks').scrollIntoViewIfNeeded();
    t.same(await unreadable(page), [], 'docks, en');
    await keep(page, 'docks-en');

    await reach(/3 unclassed clips/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clips li >> nth=2');
    t.match(page.url(), /\/room\/talk\/clips$/);
    t.match(await page.textContent('.clips'), /No footage is shown here: viewing needs an approval/);
    t.equal(await page.locator('video, .clips canvas, .clips img').count(), 0);
    t.ok(await inSight(page, '.banner h1'), 'whether the room records stays in sight');
    t.same(await unreadable(page), [], 'the list, en');
    await keep(page, 'clips-en');
    await reach(/^Class$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clips select:focus');
    t.same(await unreadable(page), [], 'the form, en');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.refused:has-text("Choose a matter")');
    await page.locator('.clips select').focus();
    await page.keyboard.type('sampl');
    t.equal(await page.inputValue('.clips select'), 'sampling');
    await page.waitForSelector('.clips form .article:has-text("ZZ")');
    for (const text of ['2026-17', 'goods below standard', 'Wang Wu']) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clips form .refused:not([hidden])');
    t.ok(await page.locator('.clips form .refused').isVisible(), 'nobody without a name');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Chen Jing');
    await page.keyboard.press('Tab');
    await page.keyboard.type('read the label');
    await keep(page, 'clips-form-en');
    await site.ask('open', { room: 'talk', kind: 'interview', urgent: true, by: 'test' });
    await page.waitForSelector('.notice-full');
    t.notOk(await page.locator('.clips').isVisible(), 'what people are told comes first');
    await page.click('.notice-full button');
    await page.waitForSelector('.clips form');
    await shows(page, 'recording');
    t.equal(
      await page.inputValue('.clips form input >> nth=4'),
      'read the label',
      'and what was typed is there',
    );
    await site.ask('close', { room: 'talk', by: 'test' });
    await shows(page, 'idle');
    await page.locator('.clips form input >> nth=4').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clips [role=status]:has-text("entered as no.")');
    await page.waitForSelector('.clips h2:has-text("(2)")');
    t.equal(await page.locator('.clips li').count(), 2);
    t.match(await page.evaluate('document.activeElement.tagName'), 'H2', 'the keyboard goes on from there');
    await reach(/^中文$/);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.clips:has-text("查阅须经批准")');
    await page.click('.clips li button >> nth=0');
    t.same(await unreadable(page), [], 'the list and the form, zh');
    await keep(page, 'clips-zh');
    await page.setViewportSize({ width: 800, height: 1280 });
    t.same(await unreadable(page), [], 'on a tall screen');
    await keep(page, 'clips-tall-zh');
    await page.click('.to-room');
    await page.waitForSelector('.to-clips:has-text("2 件")');
    t.same(faults, []);

    const running = await site.liuhen('clips', 'verify', '--lang', 'en', '--config', site.config);
    t.equal(running.code, exitCodes.ok, running.out + running.err);
    t.match(running.out, /^3 clips read, .*as they were entered\nby the running gateway's list/);
    await site.endGateway();
    const bodies: Body[] = [];
    await readLedger(path.join(site.dataFolder, 'ledger'), address.gateway, ({ body }) => {
      if (body?.case === 'clipClassed') bodies.push(body);
    });
    const about = {
      matter: 'sampling',
      caseNumber: '2026-17',
      caseName: 'goods below standard',
      party: 'Wang Wu',
    };
    t.match(bodies, [
      {
        value: { ...about, by: 'Chen Jing', why: 'read the label', officer: { name: '李明' }, article: /ZZ/ },
      },
    ]);
    const offline = await site.liuhen('clips', 'verify', '--lang', 'en', '--config', site.config);
    t.equal(offline.code, exitCodes.ok, offline.out + offline.err);
    t.match(offline.out, /^3 clips read, .*as they were entered\nby the ledger, its chain checked/);
    appendFileSync(path.join(site.dataFolder, 'bodycam', 'stranger.mp4'), 'x');
    const found = await site.liuhen('clips', 'verify', '--lang', 'en', '--config', site.config);
    t.equal(found.code, exitCodes.wrong);
    t.match(found.out, /not entered anywhere\n {2}stranger\.mp4/);
  },
);
