// The check before use (D1-D3, D5): asked for while the room is idle; what is not in order is said with what to do.
import type { CheckAnswer } from '../../sessions/control-protocol.ts';
import type { ScreenView } from '../screen-protocol.ts';
import { findingText, itemText, todoText } from '../../../config/check-words.ts';
import { ask } from './ask.ts';
import { Refused } from './open-panel.tsx';
import { useState } from './preact.ts';
import type { Said } from './words.ts';

export function CheckCard({ view, words }: { view: ScreenView; words: Said }) {
  const { page } = words;
  const [found, setFound] = useState<CheckAnswer | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const check = async (): Promise<void> => {
    setBusy(true);
    const { answer, refusal } = await ask<{ answer: CheckAnswer }>('check', {});
    setBusy(false);
    setRefused(refusal?.text ?? '');
    setFound(answer?.answer ?? null);
  };
  return (
    <section class="panel check">
      <button type="button" disabled={busy} onClick={() => void check()}>
        {page.check}
      </button>
      <Refused text={refused} />
      {found && <CheckResult found={found} timeZone={view.timezone} words={words} />}
    </section>
  );
}

interface ResultProps {
  readonly found: CheckAnswer;
  readonly timeZone: string;
  readonly words: Said;
}

function CheckResult({ found, timeZone, words: { page, language } }: ResultProps) {
  const wrong = found.items.filter(({ result }) => result === 'fault' || result === 'unknown');
  const verdict = found.passed ? page.checkGood : found.mayStart ? page.checkMayStart : page.checkNo;
  // What is not known is not good: it is counted, and listed below.
  const open = found.unknown > 0 ? page.checkUnknown.replace('{count}', String(found.unknown)) : '';
  const at = new Intl.DateTimeFormat(language, { timeZone, timeStyle: 'medium' }).format(found.wallMs);
  return (
    <div role="status">
      <p class={found.passed ? 'good' : 'refused'}>
        {found.passed ? '✓' : '✕'} {verdict}
        {open} ({at}) <span class="small">{found.startArticle}</span>
      </p>
      <ul class="items">
        {wrong.map(({ item, device, result, finding, article }) => (
          <li key={`${item} ${device}`}>
            <strong>
              {result === 'fault' ? '✕' : '?'} {itemText(item, language)} {device}
            </strong>
            {': '}
            {findingText(finding, language)}
            <br />
            {todoText(finding, language)} <span class="article">{article}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
