// What a policy asks of a session, as fields: for an opening and, later, for what an urgent start still owes.
import type { DemandName } from '../../sessions/session-rules.ts';
import { useState, type ComponentChildren } from './preact.ts';
import type { Said } from './words.ts';

export interface Officer {
  readonly name: string;
  readonly certificate: string;
}
export interface Papers {
  readonly officers: readonly Officer[];
  readonly 'case-number': string;
  readonly 'case-name': string;
  readonly parties: string;
  readonly stage: string;
}

const empty: Officer = { name: '', certificate: '' };

/** Empty papers with a line for each officer that is needed. */
export function usePapers(officers: number): [Papers, (change: Partial<Papers>) => void] {
  const [papers, setPapers] = useState<Papers>({
    officers: Array.from({ length: Math.max(1, officers) }, () => empty),
    'case-number': '',
    'case-name': '',
    parties: '',
    stage: '',
  });
  return [papers, (change) => setPapers((before) => ({ ...before, ...change }))];
}

/** The officers that were written down, whole or half: the box says what is missing of the half ones. */
export function officersOf({ officers }: Papers): Officer[] {
  return officers.filter(({ name, certificate }) => name !== '' || certificate !== '');
}

/** Divided by commas of either script. */
export function partiesOf({ parties }: Papers): string[] {
  return parties
    .split(/[,，、;；]/)
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

interface FieldsProps {
  readonly demand: DemandName;
  readonly article: string;
  readonly papers: Papers;
  readonly change: (change: Partial<Papers>) => void;
  readonly words: Said;
}

export function PaperFields({ demand, article, papers, change, words: { page } }: FieldsProps) {
  const why = <span class="article">{article === '' ? page.ours : `${page.article} ${article}`}</span>;
  if (demand === 'officers') {
    const { officers } = papers;
    const set = (index: number, given: Partial<Officer>): void =>
      change({ officers: officers.map((each, at) => (at === index ? { ...each, ...given } : each)) });
    return (
      <fieldset class="officers">
        <legend>
          {page.debtNames.officers} {why}
        </legend>
        {officers.map(({ name, certificate }, index) => (
          <div class="officer" key={index}>
            <Field
              label={`${page.officerName} ${index + 1}`}
              value={name}
              onChange={(text) => set(index, { name: text })}
            />
            <Field
              label={page.officerCertificate}
              value={certificate}
              onChange={(text) => set(index, { certificate: text })}
            />
          </div>
        ))}
        <button type="button" class="quiet" onClick={() => change({ officers: [...officers, empty] })}>
          {page.addOfficer}
        </button>
      </fieldset>
    );
  }
  const hint = demand === 'parties' ? ` (${page.partiesHint})` : '';
  return (
    <Field
      label={`${page.debtNames[demand]}${hint}`}
      beside={why}
      value={papers[demand]}
      onChange={(text) => change({ [demand]: text })}
    />
  );
}

interface FieldProps {
  readonly label: string;
  readonly beside?: ComponentChildren;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Not shown while it is typed. */
  readonly secret?: boolean;
  /** Written out, and not only named: the box takes 4000 characters then. */
  readonly long?: boolean;
}

export function Field({ label, beside, value, onChange, secret = false, long = false }: FieldProps) {
  return (
    <label class="field">
      <span>
        {label} {beside}
      </span>
      {secret ? (
        <input
          type="password"
          value={value}
          autocomplete="current-password"
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      ) : (
        <input
          type="text"
          value={value}
          maxLength={long ? 4000 : 200}
          autocomplete="off"
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </label>
  );
}
