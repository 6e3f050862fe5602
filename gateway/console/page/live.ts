// What the page knows, and since when: views come over one WebSocket, which is opened again when it breaks off. When
// none comes for screenStaleMs the page knows nothing, and says so: an old "recording" is a lie.
import { screenProtocol, screenStaleMs, type ScreenView } from '../screen-protocol.ts';
import type { Language } from '../../../config/dictionary.ts';
import { ask } from './ask.ts';
import { computed, signal } from './signals.ts';

const againMs = 1000;
const languageKey = 'liuhen-language';

/** The room of this page, from its address. */
export const room = decodeURIComponent(/^\/room\/([^/]+)/.exec(location.pathname)?.[1] ?? '');

/** The last view, and when it came by this device's own monotonic clock. */
export const latest = signal<{ readonly view: ScreenView; readonly atMs: number } | null>(null);
/** Milliseconds of the monotonic clock; moves four times a second. */
export const nowMs = signal(performance.now());
export const codeNeeded = signal(false);
export const noSuchRoom = signal(false);
const chosen = signal<Language | null>(storedLanguage());

export const connected = computed(
  () => latest.value !== null && nowMs.value - latest.value.atMs < screenStaleMs,
);
export const language = computed<Language>(() => chosen.value ?? latest.value?.view.language ?? 'zh-CN');
/** The box's wall clock, as far as this page knows it, in milliseconds. */
export const boxWallMs = computed(() =>
  latest.value === null ? 0 : latest.value.view.wallMs + Math.max(0, nowMs.value - latest.value.atMs),
);

export function chooseLanguage(wanted: Language): void {
  chosen.value = wanted;
  localStorage.setItem(languageKey, wanted);
}

/** Begins, and goes on as long as the page is there. */
export function watch(): void {
  setInterval(() => {
    nowMs.value = performance.now();
  }, 250);
  void connect();
}

/** Also called when the code was right. */
export async function connect(): Promise<void> {
  // A refused WebSocket tells nothing of its reason; an ordinary request does.
  const first = await ask<ScreenView>('view', null);
  codeNeeded.value = first.refusal?.code === 'SCREEN_CODE_NEEDED';
  noSuchRoom.value = first.refusal?.code === 'SCREEN_NOT_FOUND';
  if (codeNeeded.value) return;
  if (first.answer === undefined) {
    setTimeout(() => void connect(), againMs);
    return;
  }
  take(first.answer);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/api/rooms/${encodeURIComponent(room)}/live`);
  // A connection that is there and says nothing is given up as well: what broke off without a word looks like that.
  let heardMs = performance.now();
  const silence = setInterval(() => {
    if (performance.now() - heardMs > 2 * screenStaleMs) socket.close();
  }, 1000);
  socket.onmessage = ({ data }) => {
    heardMs = performance.now();
    take(JSON.parse(String(data)) as ScreenView);
  };
  socket.onclose = () => {
    clearInterval(silence);
    setTimeout(() => void connect(), againMs);
  };
}

function take(view: ScreenView): void {
  // The box was updated: an older page would misread it.
  if (view.protocol !== screenProtocol) location.reload();
  latest.value = { view, atMs: performance.now() };
  nowMs.value = performance.now();
}

function storedLanguage(): Language | null {
  const stored = localStorage.getItem(languageKey);
  return stored === 'en' || stored === 'zh-CN' ? stored : null;
}
