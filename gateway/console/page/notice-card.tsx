// What the people in the room are told (B1-B4): over the whole screen below the state while it is said, and until
// somebody has read it out where the box could not; otherwise as a card.
import type { RoomNotice } from '../../sessions/control-protocol.ts';
import type { ScreenView } from '../screen-protocol.ts';
import { signal } from './signals.ts';
import type { Said } from './words.ts';

/** Those that somebody on this page has read out, by session, what and when. */
export const noticesRead = signal<ReadonlySet<string>>(new Set());

const keyOf = (session: string | null, { what, sinceWallMs }: RoomNotice): string =>
  `${session} ${what} ${sinceWallMs}`;

function telling(view: ScreenView, read: ReadonlySet<string>): RoomNotice[] {
  return view.notices.filter(
    (notice) =>
      // What was interrupted stands on a card of its own.
      notice.what !== 'interruption' &&
      (notice.state === 'waiting' ||
        notice.state === 'speaking' ||
        (notice.state === 'shown' && !read.has(keyOf(view.session, notice)))),
  );
}

/** Whether people are being told now: nothing else is done on the page meanwhile. */
export function isTelling(view: ScreenView, read: ReadonlySet<string>): boolean {
  return telling(view, read).length > 0;
}

export function NoticeFull({ view, words }: { view: ScreenView; words: Said }) {
  const { page } = words;
  const told = telling(view, noticesRead.value);
  return (
    <section class="notice-full" aria-label={page.notice}>
      {told.map((notice) => (
        <div key={keyOf(view.session, notice)}>
          <p class="small">
            {nameOf(notice, words)} · {page.noticeStates[notice.state]}
          </p>
          <p class="notice-text">{notice.text}</p>
        </div>
      ))}
      {told.every(({ state }) => state === 'shown') && (
        <button
          type="button"
          class="primary"
          autofocus
          onClick={() => {
            const read = told.map((notice) => keyOf(view.session, notice));
            noticesRead.value = new Set([...noticesRead.value, ...read]);
          }}
        >
          {page.noticeRead}
        </button>
      )}
    </section>
  );
}

export function NoticeCard({ view, words }: { view: ScreenView; words: Said }) {
  const { page } = words;
  if (view.notices.length === 0) return null;
  return (
    <section class="panel">
      {view.notices.map((notice) => (
        <p key={keyOf(view.session, notice)}>
          <span class="small">
            {nameOf(notice, words)} · {page.noticeStates[notice.state]}
          </span>
          <br />
          {notice.text}
        </p>
      ))}
    </section>
  );
}

function nameOf({ what }: RoomNotice, { page, trade }: Said): string {
  return what === 'interruption' ? page.interruption : trade.notices[what];
}
