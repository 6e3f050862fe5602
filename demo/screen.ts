// The demo's room screen: where it is, and, asked over HTTP as a page does, what it says.
import type { ScreenView } from '../gateway/console/screen-protocol.ts';
import type { DemoSite } from './demo-site.ts';

const answerMs = 2000;

/** The address of a room's page; null where the settings serve none. */
export function screenUrl({ settings }: Pick<DemoSite, 'settings'>, room: string): string | null {
  const { console: served } = settings;
  return served ? `http://${served.host}:${served.port}/room/${encodeURIComponent(room)}` : null;
}

/** What the page of a room shows now. Rejects when it does not answer. */
export async function screenShows(site: Pick<DemoSite, 'settings'>, room: string): Promise<ScreenView> {
  const url = screenUrl(site, room);
  if (url === null) throw new Error('the settings serve no pages');
  const page = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
  if (!page.ok || !(await page.text()).includes('<script'))
    throw new Error(`${url} is no page: ${page.status}`);
  const api = url.replace('/room/', '/api/rooms/');
  return (await (await fetch(`${api}/view`, { signal: AbortSignal.timeout(answerMs) })).json()) as ScreenView;
}

/** Whether the browser would get a picture of a camera: bytes of a whole part. */
export async function screenPicture(
  site: Pick<DemoSite, 'settings'>,
  room: string,
  camera: string,
): Promise<number> {
  const api = screenUrl(site, room)?.replace('/room/', '/api/rooms/') ?? '';
  const answer = await fetch(`${api}/picture/${camera}`, { signal: AbortSignal.timeout(answerMs) });
  if (!answer.ok) throw new Error(`no picture of ${camera}: ${answer.status}`);
  return (await answer.arrayBuffer()).byteLength;
}
