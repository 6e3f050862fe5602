// The docks of this room: each device in a slot with what is done to it, by word, colour and shape, and the way to the
// clips that nobody has classed. Quiet: what is done here goes by itself.
import './dock-panel.css';
import { bodycamWord } from '../../../config/bodycam-words.ts';
import { clipPageWords } from '../../../config/clip-page-words.ts';
import type { ScreenView } from '../screen-protocol.ts';
import type { ScreenDock } from '../clip-screen-protocol.ts';
import { room } from './live.ts';
import type { Said } from './words.ts';

type Slot = ScreenDock['slots'][number];
type Look = 'busy' | 'good' | 'held' | 'bad';

/** A shape for each, so that nobody needs to see colours: an arrow, a tick, a triangle, a cross. */
const shapes: Readonly<Record<Look, string>> = {
  busy: 'M9 2h6v10h5l-8 10L4 12h5z',
  good: 'M9.5 20 2 12.5l3-3 4.5 4.5L19 4l3 3z',
  held: 'M12 2 23 21H1zm-1.3 6v6.5h2.6V8zm0 8v2.6h2.6V16z',
  bad: 'M5 2l7 7 7-7 3 3-7 7 7 7-3 3-7-7-7 7-3-3 7-7-7-7z',
};

export function DockPanel({ view, words }: { view: ScreenView; words: Said }) {
  const { docks, unclassed } = view;
  if (docks.length === 0 && unclassed === 0) return null;
  const say = clipPageWords(words.language);
  return (
    <section class="panel docks" aria-label={say.docks}>
      {docks.map((dock) => (
        <Dock key={dock.dock} dock={dock} words={words} />
      ))}
      {unclassed > 0 && (
        <a class="to-clips" href={`/room/${encodeURIComponent(room)}/clips`}>
          {say.unclassed(unclassed)} · {say.toClips}
        </a>
      )}
    </section>
  );
}

function Dock({
  dock: { dock, state, slots, free },
  words: { language },
}: {
  dock: ScreenDock;
  words: Said;
}) {
  const say = clipPageWords(language);
  return (
    <div>
      <h2>
        {say.docks} {dock}{' '}
        {state === 'ready' ? (
          <span class="small">{say.free(free)}</span>
        ) : (
          <span class="missed">{bodycamWord(state, language)}</span>
        )}
      </h2>
      <ul>
        {slots.map((slot) => (
          <SlotRow key={slot.slot} slot={slot} language={language} />
        ))}
      </ul>
    </div>
  );
}

function SlotRow({ slot, language }: { slot: Slot; language: Said['language'] }) {
  const say = clipPageWords(language);
  const { at, device, serial, officer, why, clips, secondsLeft } = slot;
  const look = lookOf(slot);
  const state = look === 'held' && at === 'offloading' ? say.held : slotWord(at, say.slots);
  const told = [
    clips.all > 0 ? say.safe(clips.safe, clips.all) : '',
    clips.kept > 0 ? say.stay(clips.kept) : '',
    secondsLeft === null ? '' : say.left(spanOf(secondsLeft, say)),
    why === '' ? '' : bodycamWord(why, language),
  ].filter((text) => text !== '');
  return (
    <li class={`slot ${look}`} data-at={at}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path fill="currentColor" fill-rule="evenodd" d={shapes[look]} />
      </svg>
      <span>
        <b>
          {slot.slot + 1} {device === '' ? serial : device}
        </b>{' '}
        {officer}
      </span>
      <span class="slot-state">{state}</span>
      {told.length > 0 && <span class="small">{told.join(' · ')}</span>}
    </li>
  );
}

function lookOf({ at, why, clips }: Slot): Look {
  if (at === 'refused' || at === 'failed') return 'bad';
  // The device is done with, and something of it is not in the store, or not erased: somebody has to look.
  if (why !== '' || clips.kept > 0) return 'held';
  return at === 'done' ? 'good' : 'busy';
}

function slotWord(at: string, words: Readonly<Record<string, string>>): string {
  return words[at] ?? at;
}

function spanOf(seconds: number, say: ReturnType<typeof clipPageWords>): string {
  return seconds < 60 ? say.seconds(Math.max(1, Math.round(seconds))) : say.minutes(Math.ceil(seconds / 60));
}
