// What is still owed of this room's sessions, with the time that is left; each is given here.
import type { DemandName } from '../../sessions/session-rules.ts';
import type { ScreenDebt, ScreenView } from '../screen-protocol.ts';
import { boxWallMs } from './live.ts';
import { Refused } from './open-panel.tsx';
import { PaperFields, officersOf, usePapers, Field } from './papers.tsx';
import { useState } from './preact.ts';
import { useAsk } from './use-ask.ts';
import { spanWords, type Said } from './words.ts';

const demands: ReadonlySet<string> = new Set<DemandName>([
  'officers',
  'case-number',
  'case-name',
  'parties',
  'stage',
]);

export function DebtList({ view, words }: { view: ScreenView; words: Said }) {
  const [open, setOpen] = useState('');
  if (view.debts.length === 0) return null;
  const { page } = words;
  const least = Math.max(...view.kinds.map(({ officers }) => officers.least), 1);
  return (
    <section class="panel debts">
      <h2>{page.debts}</h2>
      <ul>
        {view.debts.map((debt) => {
          const key = `${debt.session}/${debt.debt}`;
          return (
            <li key={key}>
              <div class="debt">
                <span>{debtName(debt.debt, words)}</span>
                <span class={debt.missed ? 'missed' : 'due'}>
                  {debt.missed
                    ? page.missed
                    : `${page.dueIn} ${spanWords(debt.dueWallMs - boxWallMs.value, words)}`}
                </span>
                <span class="article">{debt.article}</span>
                <button
                  type="button"
                  aria-expanded={open === key}
                  onClick={() => setOpen(open === key ? '' : key)}
                >
                  {page.settle}
                </button>
              </div>
              {open === key && <DebtForm debt={debt} least={least} words={words} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function DebtForm({ debt, least, words }: { debt: ScreenDebt; least: number; words: Said }) {
  const [papers, change] = usePapers(least);
  const [text, setText] = useState('');
  const { busy, refused, send } = useAsk();
  const isPaper = demands.has(debt.debt);
  const demand = debt.debt as DemandName;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const { session } = debt;
        const given =
          demand === 'officers'
            ? { officers: officersOf(papers) }
            : { with: isPaper ? papers[demand] : text };
        void send('settle', { session, debt: debt.debt, ...given });
      }}
    >
      {isPaper ? (
        <PaperFields demand={demand} article={debt.article} papers={papers} change={change} words={words} />
      ) : (
        <Field label={debtName(debt.debt, words)} value={text} onChange={setText} long />
      )}
      <Refused text={refused} />
      <button type="submit" class="primary" disabled={busy}>
        {words.page.settleSend}
      </button>
    </form>
  );
}

function debtName(debt: string, { page }: Said): string {
  return (page.debtNames as Readonly<Record<string, string>>)[debt] ?? debt;
}
