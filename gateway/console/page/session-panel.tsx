// What is done while a session is open: key moments with one tap, a note beside them, and the end, which asks once.
import type { ScreenView } from '../screen-protocol.ts';
import { InterruptionCard } from './interruption-card.tsx';
import { Refused } from './open-panel.tsx';
import { Field } from './papers.tsx';
import { useState } from './preact.ts';
import { useAsk } from './use-ask.ts';
import type { Said } from './words.ts';

export function SessionPanel({ view, words }: { view: ScreenView; words: Said }) {
  const { page, language } = words;
  const [note, setNote] = useState('');
  const [marked, setMarked] = useState('');
  const { busy, refused, send } = useAsk();
  const mark = async (label: string, shown: string): Promise<void> => {
    setMarked('');
    if (!(await send('mark', { session: view.session, label, text: note }))) return;
    setNote('');
    setMarked(`${page.marked}: ${shown}`);
  };
  const reception = view.sessionKind === 'reception';
  return (
    <section class="panel">
      <div class="ways">
        <EndButton view={view} words={words} />
        {view.state !== 'closing' && <InterruptionCard view={view} words={words} />}
      </div>
      <h2>
        {page.keyMoments} <span class="article">{view.keyMoments.article}</span>
      </h2>
      <div class="moments">
        {reception && (
          <>
            <button
              type="button"
              disabled={busy}
              onClick={() => void mark('matter-begins', page.visitorComes)}
            >
              {page.visitorComes}
            </button>
            <button
              type="button"
              disabled={busy}
              onClick={() => void mark('matter-ends', page.visitorLeaves)}
            >
              {page.visitorLeaves}
            </button>
          </>
        )}
        {view.keyMoments.moments.map(({ id, words: { zh, en } }) => {
          const shown = language === 'en' ? en : zh;
          return (
            <button type="button" key={id} disabled={busy} onClick={() => void mark(id, shown)}>
              {shown}
            </button>
          );
        })}
      </div>
      <form
        class="note"
        onSubmit={(event) => {
          event.preventDefault();
          if (note.trim() !== '') void mark('note', note);
        }}
      >
        <Field label={page.markText} value={note} onChange={setNote} long />
        <button type="submit" disabled={busy || note.trim() === ''}>
          {page.markNote}
        </button>
      </form>
      <p class="done" role="status">
        {marked}
      </p>
      <Refused text={refused} />
    </section>
  );
}

function EndButton({ view, words: { page } }: { view: ScreenView; words: Said }) {
  const [sure, setSure] = useState(false);
  const { busy, refused, send } = useAsk();
  if (view.state === 'closing' || busy) return <p class="done">{page.ending}</p>;
  if (!sure)
    return (
      <>
        <button type="button" class="end" onClick={() => setSure(true)}>
          {page.end}
        </button>
        <Refused text={refused} />
      </>
    );
  return (
    <div class="sure" role="group" aria-label={page.endSure}>
      <p>{page.endSure}</p>
      <button
        type="button"
        class="end"
        onClick={() => {
          setSure(false);
          void send('close', { session: view.session });
        }}
      >
        {page.endYes}
      </button>
      <button type="button" autofocus onClick={() => setSure(false)}>
        {page.endNo}
      </button>
    </div>
  );
}
