// What the page knows, and since when: views come over one WebSocket, which is opened again when it breaks off. When
// none comes for screenStaleMs the page knows nothing, and says so: an old "recording" is a lie.
import { screenProtocol, screenStaleMs, type ScreenView } from '../screen-protocol.ts';
import type { Language } from '../../../config/dictionary.ts';
import { ask } from './ask.ts';
import { computed, signal } from './signals.ts';

const againMs = 1000;
const languageKey = 'liuhen-language';

/** A moment by the clocks of this device. */
export interface Instant {
  readonly monoMs: number;
  readonly wallMs: number;
}

/** The room of this page, from its address. */
export const room = decodeURIComponent(/^\/room\/([^/]+)/.exec(location.pathname)?.[1] ?? '');

/** Whether it is that of the room's clips; the room's own is everything else. */
export const isClipsPage = /^\/room\/[^/]+\/clips$/.test(location.pathname);

/** The last view, and when it was asked for: it can be no older, and may be as old. */
export const latest = signal<{ readonly view: ScreenView; readonly asked: Instant } | null>(null);
/** Moves four times a second. */
const now = signal(instant());
export const codeNeeded = signal(false);
export const noSuchRoom = signal(false);
const chosen = signal<Language | null>(storedLanguage());

const ageMs = computed(() => (latest.value === null ? Infinity : sinceMs(latest.value.asked, now.value)));
export const connected = computed(() => ageMs.value < screenStaleMs);
export const language = computed<Language>(() => chosen.value ?? latest.value?.view.language ?? 'zh-CN');
/** The box's wall clock, as far as this page knows it, in milliseconds. */
export const boxWallMs = computed(() => (latest.value === null ? 0 : latest.value.view.wallMs + ageMs.value));

export function chooseLanguage(wanted: Language): void {
  chosen.value = wanted;
  localStorage.setItem(languageKey, wanted);
}

/** Begins, and goes on as long as the page is there. */
export function watch(): void {
  const look = (): void => {
    now.value = instant();
  };
  setInterval(look, 250);
  // Timers of a page that nobody sees are slow, and stand still while it is asleep: who looks again sees no old word.
  document.addEventListener('visibilitychange', look);
  for (const back of ['pageshow', 'focus']) addEventListener(back, look);
  void connect();
}

/** Also called when the code was right. */
export async function connect(): Promise<void> {
  let asked = instant();
  // A refused WebSocket tells nothing of its reason; an ordinary request does.
  const first = await ask<ScreenView>('view', null);
  codeNeeded.value = first.refusal?.code === 'SCREEN_CODE_NEEDED';
  noSuchRoom.value = first.refusal?.code === 'SCREEN_NOT_FOUND';
  if (codeNeeded.value) return;
  if (first.answer === undefined) {
    setTimeout(() => void connect(), againMs);
    return;
  }
  take(first.answer, asked);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  asked = instant();
  const socket = new WebSocket(`${scheme}://${location.host}/api/rooms/${encodeURIComponent(room)}/live`);
  let heardMs = performance.now();
  // Not waited for: the end of a connection whose other side is gone takes a browser a minute to notice.
  const giveUp = (): void => {
    clearInterval(silence);
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    setTimeout(() => void connect(), againMs);
  };
  // A connection that is there and says nothing is given up as well: what broke off without a word looks like that.
  const silence = setInterval(() => {
    if (performance.now() - heardMs > 2 * screenStaleMs) giveUp();
  }, 1000);
  socket.onmessage = ({ data }) => {
    heardMs = performance.now();
    take(JSON.parse(String(data)) as ScreenView, asked);
    asked = instant();
    socket.send('next');
  };
  socket.onclose = giveUp;
}

function take(view: ScreenView, asked: Instant): void {
  // The box was updated: an older page would misread it.
  if (view.protocol !== screenProtocol) location.reload();
  latest.value = { view, asked };
  now.value = instant();
}

export function instant(): Instant {
  return { monoMs: performance.now(), wallMs: Date.now() };
}

/** By the clock that says more: the monotonic one stands still while the device sleeps, the other may be set back. */
export function sinceMs(before: Instant, after: Instant): number {
  return Math.max(0, after.monoMs - before.monoMs, after.wallMs - before.wallMs);
}

function storedLanguage(): Language | null {
  const stored = localStorage.getItem(languageKey);
  return stored === 'en' || stored === 'zh-CN' ? stored : null;
}
