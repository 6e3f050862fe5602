// The room screen in a real Chromium, on a whole simulated site: what it says, what can be done on it, and who can read
// it. Its screenshots stay in test-artifacts/room-screen.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { sleep } from '../../config/clock.ts';
import { screenStaleMs } from '../../gateway/console/screen-protocol.ts';
import { officers, recording, roomOf } from '../stories/site.ts';
import {
  inPage,
  inSight,
  keep,
  openBrowser,
  openPage,
  openScreenSite,
  shows,
  unreadable,
  until,
} from './screen-browser.ts';

t.setTimeout(300_000);

t.test(
  'E7, I4, B1: with gloves on, from one tap to the sealed file: notice, picture, mark, papers, end',
  async (t) => {
    const { site, url } = await openScreenSite(t);
    const browser = await openBrowser(t);
    const { page, faults } = await openPage(browser, url);
    await shows(page, 'idle');
    t.same(await unreadable(page), [], 'idle');
    await keep(page, 'idle-zh');

    await page.click('text=使用前检查');
    await page.waitForSelector('.check [role=status]');
    t.same(await unreadable(page), [], 'check before use');
    await keep(page, 'check-zh');

    // H1: on a ground of the pack nothing is recorded, and the box says by which article.
    await page.click('text=本事项不得音像记录');
    await page.click('text=秘密或隐私未经同意');
    await page.waitForSelector('.refused:has-text("JZ 8")');
    t.same(await unreadable(page), [], 'not to be recorded');
    await keep(page, 'forbidden-zh');

    await page.click('text=立即开始');
    await page.waitForSelector('.notice-full');
    await shows(page, 'recording');
    t.ok(await inSight(page, '.banner h1'), 'the state is in sight while people are told');
    t.ok(await inSight(page, '.notice-full button'));
    t.match(await page.textContent('.notice-full'), /为保护您的合法权益/);
    t.same(await unreadable(page), [], 'notice');
    await keep(page, 'notice-zh');
    await page.click('text=/^已告知$/');

    await until(async () => (await inPage<number>(page, 'pictures')) === 2);
    for (const colours of await inPage<number[]>(page, 'colours')) t.ok(colours > 5, `${colours} colours`);
    t.ok(await inSight(page, 'button.end'), 'the end is in sight');
    t.same(await unreadable(page), [], 'recording');
    await keep(page, 'recording-zh');

    await page.fill('.note input', '出示证据一');
    await page.click('text=核实身份');
    await page.waitForSelector('text=已标记');
    await page.click('.debts li:has-text("案号") >> text=补录');
    await page.fill('.debts li:has-text("案号") input', '2026-18');
    await page.click('.debts li:has-text("案号") >> text=提交');
    await page.waitForSelector('.debts li:has-text("案号")', { state: 'detached' });

    await page.click('button.end');
    t.same(await unreadable(page), [], 'asking once more');
    await page.click('text=继续记录');
    t.ok(recording(await site.ask('status', null)), 'nothing happened');
    await page.click('button.end');
    await page.click('text=结束并封存');
    await shows(page, 'idle');
    const { out } = await site.liuhen(
      'session',
      'status',
      '--json',
      '--socket',
      `${site.dataFolder}/run/control.sock`,
    );
    t.match(out, /"debt":\s*"officers"/);
    t.notMatch(out, /"debt":\s*"case-number"/);
    await site.until('HQ has everything', (view) => view.uplink.receivedSeq >= view.ledger.seq);
    t.same(faults, []);
  },
);

t.test(
  'P1: the screen never says "recording" while nothing reaches the disk, nor when it knows nothing',
  async (t) => {
    const { site, url } = await openScreenSite(t);
    const browser = await openBrowser(t);
    const { page } = await openPage(browser, url);
    await page.click('text=立即开始');
    await shows(page, 'recording');
    const { recorder, control } = await site.processes();

    process.kill(recorder, 'SIGSTOP');
    await shows(page, 'interrupted');
    await page.click('text=/^已告知$/');
    t.same(await unreadable(page), [], 'interrupted');
    await keep(page, 'interrupted-zh');
    process.kill(recorder, 'SIGCONT');
    await shows(page, 'recording');

    // The connection stays open, and nobody speaks: an old "recording" would be a lie.
    process.kill(control, 'SIGSTOP');
    await shows(page, 'unknown');
    t.equal(await page.locator('canvas').count(), 0, 'no old picture either');
    t.same(await unreadable(page), [], 'not connected');
    await keep(page, 'not-connected-zh');
    process.kill(control, 'SIGCONT');
    await shows(page, 'recording');

    const { epoch } = await site.ask('status', null);
    process.kill(control, 'SIGKILL');
    await site.until('another control is up', (view) => view.epoch > epoch);
    await shows(page, 'recording');

    await until(async () => (await inPage<number>(page, 'pictures')) === 2);
    await site.cameras[1]?.close();
    await shows(page, 'degraded');
    await until(async () => (await inPage<number>(page, 'pictures')) === 1);
    t.same(await unreadable(page), [], 'degraded');
    await keep(page, 'degraded-zh');
  },
);

t.test('P1: what comes late on a slow way is not shown as if it were new', async (t) => {
  const { site, url } = await openScreenSite(t);
  const way = await slowWay(t, Number(new URL(url).port));
  const { page } = await openPage(await openBrowser(t), `http://127.0.0.1:${way.port}/room/talk`);
  await page.click('text=立即开始');
  await shows(page, 'recording');
  way.delayMs = screenStaleMs + 1000;
  await shows(page, 'unknown');
  const before = way.passed();
  const shown = new Set<string | null>();
  await until(async () => {
    shown.add(await page.getAttribute('[data-state]', 'data-state'));
    return way.passed() >= before + 3;
  });
  t.same([...shown], ['unknown'], 'old views came, and none of them was believed');
  t.ok(recording(await site.ask('status', null)), 'the box records all the same');
  way.delayMs = 0;
  await shows(page, 'recording');
});

/** A way to the box on which every answer takes `delayMs` longer, in the order in which they were given. */
async function slowWay(t: Test, port: number) {
  const open = new Set<Socket>();
  const way = { port: 0, delayMs: 0, passed: () => passed };
  let passed = 0;
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        open.delete(socket);
      });
    }
    near.on('data', (bytes) => far.write(bytes));
    let before = Promise.resolve();
    far.on('data', (bytes) => {
      const late = sleep(way.delayMs);
      before = Promise.all([before, late]).then(() => {
        passed += 1;
        near.write(bytes);
      });
    });
  });
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    proxy.close();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  way.port = (proxy.address() as AddressInfo).port;
  return way;
}

t.test(
  'C3, C4: an interruption is declared with its cause and resumed on the screen; there is no pause',
  async (t) => {
    const { site, url } = await openScreenSite(t);
    const browser = await openBrowser(t);
    const { page } = await openPage(browser, url);
    await page.click('text=English');
    t.equal(
      (
        await site.liuhen(
          'session',
          'open',
          '--room',
          'talk',
          '--kind',
          'interview',
          ...officers,
          '--socket',
          `${site.dataFolder}/run/control.sock`,
        )
      ).code,
      0,
    );
    await shows(page, 'recording');
    await page.click('text=It has been said');
    t.equal(await page.locator('text=/pause/i').count(), 0);
    await page.click('text=/^Interrupted$/');
    await page.click('text=device fault');
    await page.fill('.interruption input:not([type=radio])', 'the microphone fell');
    await page.click('text=Say that it is interrupted');
    await page.waitForSelector('.interruption.now');
    t.same(await unreadable(page), [], 'interruption');
    await keep(page, 'interruption-en');
    t.ok(recording(await site.ask('status', null)), 'the recorder goes on');
    await page.click('text=the cause was said aloud');
    await page.click('text=/^Go on$/');
    await page.waitForSelector('.interruption.now', { state: 'detached' });
    await page.click('text=/^Interrupted$/');
    await page.click('text=storage full');
    await page.click('text=It cannot go on');
    await page.waitForSelector('.debts li:has-text("written explanation")');
    await page.click('.debts li:has-text("written explanation") >> text=Give');
    await page.fill('.debts li:has-text("written explanation") input', 'the card was full');
    await page.click('.debts li:has-text("written explanation") >> text=Enter');
    await page.waitForSelector('.debts li:has-text("written explanation")', { state: 'detached' });
    await keep(page, 'debts-en');
  },
);

t.test('with headquarters cut, the screen goes on, and says how much waits', async (t) => {
  const { site, url } = await openScreenSite(t);
  const browser = await openBrowser(t);
  const { page } = await openPage(browser, url);
  await shows(page, 'idle');
  await site.killBroker();
  await page.waitForSelector('text=总部未连接');
  await page.click('text=立即开始');
  await shows(page, 'recording');
  await page.click('text=/^已告知$/');
  await keep(page, 'headquarters-cut-zh');
  await page.click('button.end');
  await page.click('text=结束并封存');
  await shows(page, 'idle');
  t.ok((await site.ask('status', null)).uplink.receivedSeq < (await site.ask('status', null)).ledger.seq);
});

t.test('by keyboard alone, in English, with every paper: what has the focus is seen', async (t) => {
  const { site, url } = await openScreenSite(t);
  const browser = await openBrowser(t);
  const { page, faults } = await openPage(browser, url);
  await shows(page, 'idle');
  /** Tab until the focus is on what says so; the outline must be there. */
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
  const type = async (label: RegExp, text: string): Promise<void> => {
    await reach(label);
    await page.keyboard.type(text);
  };
  await reach(/^English$/);
  await page.keyboard.press('Enter');
  await reach(/Start with papers/);
  await page.keyboard.press('Enter');
  t.same(await unreadable(page), [], 'the form');
  await keep(page, 'form-en');
  await reach(/Officer 1/);
  await page.keyboard.type('Zhang');
  await page.keyboard.press('Tab');
  await page.keyboard.type('A-1');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Li');
  await page.keyboard.press('Tab');
  await page.keyboard.type('A-2');
  await type(/case number/i, 'S-1');
  await type(/case name/i, 'Example');
  await type(/parties/i, 'Wang, Zhao');
  await type(/stage/i, 'evidence');
  await page.keyboard.press('Enter');
  await shows(page, 'recording');
  await page.keyboard.press('Enter'); // "It has been said" has the focus by itself
  await page.waitForSelector('button.end');
  t.same(await unreadable(page), [], 'recording in English');
  await keep(page, 'recording-en');
  await reach(/^End$/);
  await page.keyboard.press('Enter');
  await reach(/End and seal/);
  await page.keyboard.press('Enter');
  await shows(page, 'idle');
  t.same(roomOf(await site.ask('status', null)).state, 'idle');
  t.equal((await site.ask('status', null)).debtCount, 0, 'every paper was there');
  t.same(faults, []);
});

t.test(
  'it fits the screens that hang on walls: the state and the end in sight, nothing wider than the screen',
  async (t) => {
    const { site, url } = await openScreenSite(t);
    const browser = await openBrowser(t);
    await site.ask('open', { room: 'talk', kind: 'interview', urgent: true, by: 'test' });
    await site.until('it records', recording);
    for (const [width, height] of [
      [1280, 800],
      [1024, 600],
      [800, 1280],
      [1920, 1080],
    ] as const) {
      const { page } = await openPage(browser, url, { width, height });
      await shows(page, 'recording');
      await page.click('text=/^已告知$/');
      await page.waitForSelector('button.end');
      t.same(await unreadable(page), [], `${width} x ${height}`);
      t.ok(await inSight(page, '.banner h1'));
      if (width > height)
        t.ok(await inSight(page, 'button.end'), `${width} x ${height}: the end is in sight`);
      await keep(page, `recording-${width}x${height}`);
      await page.mouse.wheel(0, 5000);
      await until(async () => inPage(page, 'scrolled'));
      t.ok(await inSight(page, '.banner h1'), 'the light stays in sight however far one scrolls');
      const letter = await inPage<number>(page, 'letter');
      // At two metres a letter of 8 mm is read easily (ISO 9241-303: 20 to 22 minutes of arc); a 10 inch tablet of
      // 1280 pixels has 5.9 of them to the millimetre.
      t.ok(letter >= 48, `${letter} px`);
      await page.context().close();
    }
  },
);
