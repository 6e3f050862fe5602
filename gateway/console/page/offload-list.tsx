// Body-cam footage that has to be in the store (E1-E3): each device of this room's dock with the time that is left. What
// is due, and whom it has come to, the box says; the seconds go by the page's knowledge of its clock.
import './offload-list.css';
import { spanText } from '../../../config/debt-words.ts';
import { deadlineUrgency, deadlineWords } from '../../../config/deadline-words.ts';
import type { ScreenOffload, ScreenView } from '../screen-protocol.ts';
import { boxWallMs } from './live.ts';
import type { Said } from './words.ts';

/** A shape for each, so that nobody needs to see colours. */
const shapes = {
  calm: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm-1.2 2.5h2.4v4.2l3 1.8-1.2 2-4.2-2.5z',
  soon: 'M12 2 23 21H1zm-1.3 6v6.5h2.6V8zm0 8v2.6h2.6V16z',
  late: 'M7.5 2h9L22 7.5v9L16.5 22h-9L2 16.5v-9zM10.7 6v8h2.6V6zm0 9.6v2.6h2.6v-2.6z',
} as const;

export function OffloadList({ view, words }: { view: ScreenView; words: Said }) {
  const { offloads, offloadCount } = view;
  if (offloads.length === 0) return null;
  const say = deadlineWords[words.language];
  return (
    <section class="panel offloads">
      <h2>{say.title}</h2>
      <ul>
        {offloads.map((offload) => (
          <OffloadRow key={offload.serial} offload={offload} words={words} />
        ))}
      </ul>
      {offloadCount > offloads.length && <p class="small">{say.more(offloadCount - offloads.length)}</p>}
    </section>
  );
}

function OffloadRow({ offload, words }: { offload: ScreenOffload; words: Said }) {
  const { device, serial, officer, dueWallMs, article, where, clips } = offload;
  const say = deadlineWords[words.language];
  const leftMs = dueWallMs === null ? null : dueWallMs - boxWallMs.value;
  // The deadline goes by while the page counts, and before the box says so.
  const step = leftMs !== null && leftMs <= 0 ? 'missed' : offload.step;
  const urgency = deadlineUrgency(step);
  const told = [say.steps[step], say.wheres[where], ...(clips > 0 ? [say.clips(clips)] : [])];
  return (
    <li class={`offload ${urgency}`} data-step={step}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path fill="currentColor" fill-rule="evenodd" d={shapes[urgency]} />
      </svg>
      <span>
        <b>{device === '' ? serial : device}</b> {officer}
      </span>
      <span class="left">{leftText()}</span>
      <span class="small">
        {told.join(' · ')} <span class="article">{article}</span>
      </span>
    </li>
  );

  function leftText(): string {
    if (leftMs === null) return article === '' ? say.noRule : say.noDeadline;
    const span = spanText(leftMs, words.language);
    return leftMs <= 0 ? say.overdue(span) : say.dueIn(span);
  }
}
