// Who may open the room screen, in a real Chromium and over real TLS: the code, the certificate, its renewal.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import tls from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { silentLog } from '../../config/log.ts';
import { Secret } from '../../config/secret.ts';
import { consoleFeature } from '../../gateway/console/console-feature.ts';
import { startWebServer } from '../../gateway/console/web-server.ts';
import { World } from '../gateway/gateway-bench.ts';
import { keep, openBrowser, openPage, openScreenSite, shows, unreadable } from './screen-browser.ts';

t.setTimeout(300_000);

t.test('a tablet is asked for the code once, and is let in again after a restart of the box', async (t) => {
  process.env['LIUHEN_CREDENTIAL_WALL'] = 'wall:right horse';
  t.teardown(() => delete process.env['LIUHEN_CREDENTIAL_WALL']);
  const { site, url } = await openScreenSite(t, ', credentials: wall');
  const browser = await openBrowser(t);
  const { page } = await openPage(browser, url);
  await page.waitForSelector('input[type=password]');
  t.same(await unreadable(page), [], 'the code');
  await page.fill('input[type=password]', 'wrong horse');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.refused:not([hidden])');
  await keep(page, 'code-zh');
  await page.fill('input[type=password]', 'right horse');
  await page.keyboard.press('Enter');
  await shows(page, 'idle');
  await site.endGateway();
  await shows(page, 'unknown');
  await site.startGateway();
  await shows(page, 'idle');
  const stranger = await openPage(browser, url);
  await stranger.page.waitForSelector('input[type=password]');
  t.equal(await stranger.page.locator('[data-state]').count(), 0, 'another tablet sees nothing');
});

t.test('with a certificate the pages are served over HTTPS, and the cookie goes nowhere else', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=box -keyout';
  execFileSync('openssl', [...args.split(' '), keyFile, '-out', certFile], { stdio: 'ignore' });
  writeFileSync(path.join(folder, 'index.html'), '<title>page</title>');
  const server = await startWebServer({
    settings: { host: '127.0.0.1', port: 0, code: new Secret('right horse'), tls: { certFile, keyFile } },
    pageFolder: folder,
    log: silentLog,
    handlers: {
      firstRoom: () => 'talk',
      view: () => '{}',
      act: () => Promise.reject(new Error('not asked')),
      picture: () => Promise.resolve(null),
    },
  });
  t.teardown(() => server.close());
  t.match(server.url, /^https:/);
  const cookie = await new Promise((resolve, reject) => {
    const headers = { origin: server.url, 'content-type': 'application/json' };
    const request = https.request(
      `${server.url}/api/enter`,
      { method: 'POST', headers, rejectUnauthorized: false },
      (response) => resolve(response.headers['set-cookie']?.[0]),
    );
    request.on('error', reject);
    request.end('{"code":"right horse"}');
  });
  t.match(cookie, /HttpOnly; SameSite=Strict; Secure$/);
});

t.test('a certificate that was renewed under its old name is served from the next SIGHUP on', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const renew = (): void => {
    const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=box -keyout';
    execFileSync('openssl', [...args.split(' '), keyFile, '-out', certFile], { stdio: 'ignore' });
  };
  renew();
  writeFileSync(path.join(folder, 'index.html'), '<title>page</title>');
  const world = new World();
  world.settings = { ...world.settings, console: { host: '127.0.0.1', port: 0, tls: { certFile, keyFile } } };
  let url = '';
  const gateway = await world.startGateway({
    features: () => [consoleFeature({ pageFolder: folder, onServed: (served) => (url = served) })],
  });
  t.teardown(async () => {
    await gateway.stop('asked');
    await world.end();
    rmSync(folder, { recursive: true });
  });
  const shown = async (): Promise<string> => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port: Number(new URL(url).port),
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const first = await shown();
  t.ok(await gateway.reload());
  t.equal(await shown(), first, 'with nothing new everything stays');
  renew();
  t.ok(await gateway.reload());
  t.not(await shown(), first);
});
