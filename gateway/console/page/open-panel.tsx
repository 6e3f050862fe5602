// How a session begins on the screen: at once where nothing is asked, urgently with the papers owed, or with them.
import type { ScreenKind, ScreenView } from '../screen-protocol.ts';
import { PaperFields, officersOf, partiesOf, usePapers } from './papers.tsx';
import { useState } from './preact.ts';
import { useAsk } from './use-ask.ts';
import { spanWords, type Said } from './words.ts';

export function OpenPanel({ view, words }: { view: ScreenView; words: Said }) {
  const { page, trade } = words;
  const [chosen, setChosen] = useState(view.kinds[0]?.kind);
  const [writing, setWriting] = useState(false);
  const { busy, refused, send } = useAsk();
  const kind = view.kinds.find((each) => each.kind === chosen) ?? view.kinds[0];
  if (!kind) return null;
  const { room: never } = view.forbidden;
  if (never !== null)
    return (
      <section class="panel">
        <p class="refused">
          {page.forbidden}: {words.language === 'en' ? never.words.en : never.words.zh}{' '}
          <span class="small">{view.forbidden.article}</span>
        </p>
      </section>
    );
  const asksNothing = kind.demands.length === 0;
  return (
    <section class="panel">
      {view.kinds.length > 1 && (
        <fieldset class="kinds">
          <legend>{page.kind}</legend>
          {view.kinds.map(({ kind: each }) => (
            <label class="choice" key={each}>
              <input type="radio" name="kind" checked={each === kind.kind} onChange={() => setChosen(each)} />
              <span>{trade.sessionKinds[each]}</span>
            </label>
          ))}
        </fieldset>
      )}
      <p class="small">{words.language === 'en' ? kind.duty.en : kind.duty.zh}</p>
      {writing ? (
        <OpenForm key={kind.kind} kind={kind} words={words} onBack={() => setWriting(false)} />
      ) : (
        <div class="starts">
          <button
            type="button"
            class="primary"
            disabled={busy}
            onClick={() => void send('open', { kind: kind.kind, urgent: !asksNothing })}
          >
            {asksNothing ? page.start : page.startUrgent}
            {!asksNothing && (
              <span class="small">
                {page.startUrgentWhy.replace('{span}', spanWords(kind.urgentWithinMs, words))}
              </span>
            )}
          </button>
          {!asksNothing && (
            <button type="button" onClick={() => setWriting(true)}>
              {page.startWithPapers}
            </button>
          )}
        </div>
      )}
      <Refused text={refused} />
      {!writing && <NotToBeRecorded view={view} kind={kind.kind} words={words} />}
      <Bookings view={view} words={words} />
    </section>
  );
}

/** Why a matter is not recorded is said before it begins, and is in the ledger with the article (H1, I8). */
function NotToBeRecorded({ view, kind, words }: { view: ScreenView; kind: string; words: Said }) {
  const { page, language } = words;
  const [asking, setAsking] = useState(false);
  const { busy, refused, send } = useAsk();
  const { grounds, article } = view.forbidden;
  if (grounds.length === 0) return null;
  if (!asking)
    return (
      <button type="button" class="quiet" onClick={() => setAsking(true)}>
        {page.notRecorded}
      </button>
    );
  return (
    <div role="group" aria-label={page.notRecorded}>
      <p>
        {page.notRecordedWhy} <span class="article">{article}</span>
      </p>
      <div class="starts">
        {grounds.map(({ id, words: { zh, en } }) => (
          <button
            type="button"
            key={id}
            disabled={busy}
            onClick={() => void send('open', { kind, forbidden: id })}
          >
            {language === 'en' ? en : zh}
          </button>
        ))}
        <button type="button" class="quiet" onClick={() => setAsking(false)}>
          {page.back}
        </button>
      </div>
      {/* The box refuses, as it must: its words are the answer. */}
      <Refused text={refused} />
    </div>
  );
}

/** What comes next in this room: it opens by itself. */
function Bookings({ view, words: { page, trade, language } }: { view: ScreenView; words: Said }) {
  if (view.bookings.length === 0) return null;
  const time = new Intl.DateTimeFormat(language, {
    timeZone: view.timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return (
    <ul class="items" aria-label={page.booked}>
      {view.bookings.map(({ booking, kind, fromWallMs, toWallMs, state }) => (
        <li key={booking}>
          {page.booked}: {time.formatRange(fromWallMs, toWallMs)}{' '}
          {(trade.sessionKinds as Readonly<Record<string, string>>)[kind] ?? kind} {page.bookedStates[state]}
        </li>
      ))}
    </ul>
  );
}

function OpenForm({ kind, words, onBack }: { kind: ScreenKind; words: Said; onBack: () => void }) {
  const { page } = words;
  const [papers, change] = usePapers(kind.officers.least);
  const { busy, refused, send } = useAsk();
  return (
    <form
      class="papers"
      onSubmit={(event) => {
        event.preventDefault();
        void send('open', {
          kind: kind.kind,
          officers: officersOf(papers),
          caseNumber: papers['case-number'],
          caseName: papers['case-name'],
          parties: partiesOf(papers),
          stage: papers.stage,
        });
      }}
    >
      {kind.demands.map(({ name, article }) => (
        <PaperFields
          key={name}
          demand={name}
          article={article}
          papers={papers}
          change={change}
          words={words}
        />
      ))}
      <Refused text={refused} />
      <div class="starts">
        <button type="submit" class="primary" disabled={busy}>
          {page.start}
        </button>
        <button type="button" onClick={onBack}>
          {page.back}
        </button>
      </div>
    </form>
  );
}

export function Refused({ text }: { text: string }) {
  return (
    <p class="refused" role="alert" hidden={text === ''}>
      {text}
    </p>
  );
}
