// The one thing that is read from two metres: the state in a word, a colour and a shape, and for how long already.
import { boxWallMs, connected, latest } from './live.ts';
import { StateIcon } from './state-icon.tsx';
import type { Said } from './words.ts';

export function StateBanner({ words }: { words: Said }) {
  const view = latest.value?.view;
  const { page, trade } = words;
  const state = connected.value && view ? view.state : 'unknown';
  const word = state === 'unknown' ? page.notConnected : trade.roomStates[state];
  return (
    <section class={`banner ${state}`}>
      <StateIcon state={state} />
      <div class="banner-words">
        <h1>
          <span role="status" aria-live="assertive" data-state={state}>
            {word}
          </span>
        </h1>
        {state === 'unknown' && <p class="why">{page.notConnectedWhy}</p>}
        {state !== 'unknown' && view && view.why !== '' && <p class="why">{whyWords(view.why, words)}</p>}
      </div>
      {state !== 'unknown' && view && view.openedWallMs !== null && (
        <div class="elapsed">
          <span class="small">{page.elapsed}</span>
          <time role="timer">{clockWords(boxWallMs.value - view.openedWallMs)}</time>
          <span class="small">{trade.sessionKinds[view.sessionKind as keyof typeof trade.sessionKinds]}</span>
        </div>
      )}
    </section>
  );
}

/** What no track can say; the tracks below say what is wrong with each of them. */
function whyWords(why: string, { page }: Said): string {
  const known = Object.entries(page.whys).find(([code]) => why === code || why.startsWith(`${code}:`));
  return known?.[1] ?? '';
}

/** `1:02:03`; hours go on counting. */
export function clockWords(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
