// An interruption of the matter (C3, C4): declared with a cause that the pack names, and resumed with it; what cannot go
// on owes its papers. The recorder is not touched (C1): what it can record, it records.
import type { ScreenView } from '../screen-protocol.ts';
import { interruptionWords } from '../../../config/interruption-words.ts';
import { Refused } from './open-panel.tsx';
import { Field } from './papers.tsx';
import { useState } from './preact.ts';
import { useAsk } from './use-ask.ts';
import type { Said } from './words.ts';

export function InterruptionCard({ view, words }: { view: ScreenView; words: Said }) {
  const { page, language } = words;
  const { interruption } = view;
  const [declaring, setDeclaring] = useState(false);
  if (!interruption && !declaring)
    return (
      <button type="button" onClick={() => setDeclaring(true)}>
        {page.interrupt}
      </button>
    );
  const trade = interruptionWords[language];
  const told = interruption?.state === 'cause-asked' ? trade.causeAsked : trade.interrupted;
  return (
    <section class={`panel interruption ${interruption ? 'now' : ''}`}>
      <h2>
        {interruption ? told : page.interrupt} <span class="article">{view.causes.article}</span>
      </h2>
      <CauseForm
        key={interruption ? 'resume' : 'declare'}
        view={view}
        words={words}
        onDone={() => setDeclaring(false)}
      />
    </section>
  );
}

function CauseForm({ view, words, onDone }: { view: ScreenView; words: Said; onDone: () => void }) {
  const { page, language } = words;
  const { interruption, session } = view;
  const [cause, setCause] = useState(interruption?.cause ?? '');
  const [text, setText] = useState('');
  const [spoken, setSpoken] = useState(false);
  const { busy, refused, send } = useAsk();
  const ask = async (action: 'interrupt' | 'resume', more: object): Promise<void> => {
    if (await send(action, { session, cause, text, ...more })) onDone();
  };
  const choices = view.causes.causes.map(({ id, words: { zh, en } }) => (
    <label class="choice" key={id}>
      <input type="radio" name="cause" checked={cause === id} onChange={() => setCause(id)} />
      <span>{language === 'en' ? en : zh}</span>
    </label>
  ));
  return (
    <>
      <fieldset class="kinds">
        <legend>{page.cause}</legend>
        {choices}
      </fieldset>
      <Field label={page.causeText} value={text} onChange={setText} long />
      {interruption && (
        <label class="choice">
          <input
            type="checkbox"
            checked={spoken}
            onChange={({ currentTarget }) => setSpoken(currentTarget.checked)}
          />
          <span>{page.causeSpoken}</span>
        </label>
      )}
      <Refused text={refused} />
      <div class="starts">
        {interruption ? (
          <button
            type="button"
            class="primary"
            disabled={busy}
            onClick={() => void ask('resume', { spoken })}
          >
            {page.resume}
          </button>
        ) : (
          <button type="button" class="primary" disabled={busy} onClick={() => void ask('interrupt', {})}>
            {page.interruptYes}
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => void ask('interrupt', { cannotGoOn: true })}>
          {page.cannotGoOn}
        </button>
        {!interruption && (
          <button type="button" onClick={onDone}>
            {page.back}
          </button>
        )}
      </div>
    </>
  );
}
