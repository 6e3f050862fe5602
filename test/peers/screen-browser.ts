// A real Chromium for the room screen, and what is measured in it: contrast as WCAG 2.2 counts it, sizes, overflow.
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { freePort, openSite, type Site } from '../stories/site.ts';

/** Kept for people to look at; not in the repository. */
const artefacts = path.resolve('test-artifacts', 'room-screen');
/** WCAG 2.2, 1.4.3 (AA): text, and text of at least 24 px or 18.66 px bold. */
const leastContrast = 4.5;
const leastLargeContrast = 3;
/** CSS pixels of what is tapped with gloves; WCAG 2.2 asks for 24 (2.5.8), and for 44 at its highest level (2.5.5). */
const leastTarget = 44;
/** CSS pixels of the smallest text: articles and units, for who stands before it. */
const leastText = 12;

export async function openBrowser(t: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Continuous integration runs as root, where Chromium has no sandbox; it loads nothing but our own page.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  t.teardown(() => browser.close());
  return browser;
}

export interface Watched {
  readonly page: Page;
  /** What the browser refused (content security policy), and what the page threw. */
  readonly faults: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  { width, height }: { width: number; height: number } = { width: 1280, height: 800 },
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width, height }, ignoreHTTPSErrors: true });
  await context.addInitScript({ path: path.resolve('test', 'peers', 'in-page.mjs') });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(url);
  return { page, faults };
}

export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  await page.screenshot({ path: path.join(artefacts, `${name}.png`) });
}

/** Waits for the state that the screen shows, by its word in the dictionaries. */
export function shows(page: Page, state: string): Promise<unknown> {
  return page.waitForSelector(`[data-state="${state}"]`, { timeout: 30_000 });
}

/** Every text whose contrast is too low or that is too small, every target that is too small, in what is shown now. */
export function unreadable(page: Page): Promise<string[]> {
  const limits = {
    least: leastContrast,
    large: leastLargeContrast,
    smallest: leastText,
    target: leastTarget,
  };
  return inPage(page, 'unreadable', limits);
}

/** Whether something lies within the screen without scrolling. */
export function inSight(page: Page, selector: string): Promise<boolean> {
  return inPage(page, 'inSight', selector);
}

/** Calls one of the functions of in-page.mjs. */
export function inPage<Answer>(page: Page, what: string, given: unknown = null): Promise<Answer> {
  return page.evaluate(`lookAt.${what}(${JSON.stringify(given)})`);
}

/** Looks again until it is so. A function of the page's own would be `eval`, which its policy forbids. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const before = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > before) throw new Error('it never was so');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A whole site whose room has a screen; the address of its page. */
export async function openScreenSite(t: Test, settings = ''): Promise<{ site: Site; url: string }> {
  t.setTimeout(120_000);
  const site = await openSite(t, 'pcma');
  const port = await freePort();
  appendFileSync(site.config, `console: { host: 127.0.0.1, port: ${port}${settings} }\n`);
  await site.startGateway();
  return { site, url: `http://127.0.0.1:${port}/room/talk` };
}
