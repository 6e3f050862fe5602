// The page of the clips that nobody has classed (A12): each is told by device, officer and time, and classed under the
// name of who does it. It shows no footage: viewing needs an approval (G2).
import './clips-page.css';
import { classingText } from '../../../config/classing-words.ts';
import { clipPageWords, type ClipPageWords } from '../../../config/clip-page-words.ts';
import type { ScreenClip, ScreenClipClass, ScreenClips } from '../clip-screen-protocol.ts';
import type { ScreenView } from '../screen-protocol.ts';
import { ask } from './ask.ts';
import { room } from './live.ts';
import { Refused } from './open-panel.tsx';
import { Field } from './papers.tsx';
import { useEffect, useRef, useState } from './preact.ts';
import { useAsk } from './use-ask.ts';
import type { Said } from './words.ts';

/** Milliseconds for which a name is kept for the next clip: the one who comes then must not enter under it unawares. */
const keepNameMs = 180_000;

export function ClipsPage({ view, words }: { view: ScreenView; words: Said }) {
  const say = clipPageWords(words.language);
  const [before, setBefore] = useState<readonly number[]>([]);
  const [shown, setShown] = useState<ScreenClips | null>(null);
  const [refused, setRefused] = useState('');
  const [open, setOpen] = useState('');
  /** What was entered last; said anew in another language. */
  const [told, setTold] = useState<{ readonly device: string; readonly seq: number | null } | null>(null);
  const [who, setWho] = useState('');
  const title = useRef<HTMLHeadingElement>(null);
  const place = before.at(-1);
  // Another clip came, or somebody else classed one: the list is asked for again.
  useEffect(() => {
    let wanted = true;
    const look = async (): Promise<void> => {
      const { answer, refusal } = await ask<{ answer: ScreenClips }>(
        'clips',
        place === undefined ? {} : { before: place },
      );
      if (!wanted) return;
      if (answer) setShown(answer.answer);
      setRefused(refusal?.text ?? '');
    };
    void look();
    return () => {
      wanted = false;
    };
  }, [place, view.unclassed, words.language]);
  useEffect(() => {
    const forget = setTimeout(() => setWho(''), keepNameMs);
    return () => clearTimeout(forget);
  }, [who, told]);
  const next = shown?.next ?? null;
  return (
    <section class="panel clips">
      <a class="to-room" href={`/room/${encodeURIComponent(room)}`}>
        {say.toRoom}
      </a>
      {/* Where the keyboard goes on after a clip has gone from the list. */}
      <h2 ref={title} tabIndex={-1}>
        {say.title} ({view.unclassed})
      </h2>
      <p>{say.noFootage}</p>
      <p role="status" class="done">
        {told !== null && (told.seq === null ? say.saidAlready : say.entered(told.device, told.seq))}
      </p>
      <Refused text={refused} />
      {shown === null && refused === '' && <p>{say.wait}</p>}
      {shown?.clips.length === 0 && before.length === 0 && <p>{say.none}</p>}
      <ul>
        {shown?.clips.map((clip) => (
          <li key={clip.file}>
            <ClipRow
              clip={clip}
              view={view}
              words={words}
              open={open === clip.file}
              toggle={() => setOpen(open === clip.file ? '' : clip.file)}
            />
            {open === clip.file && (
              <ClassForm
                clip={clip}
                matters={shown.matters}
                words={words}
                who={who}
                setWho={setWho}
                done={(seq) => {
                  setOpen('');
                  setTold({ device: clip.device, seq });
                  setShown({ ...shown, clips: shown.clips.filter(({ file }) => file !== clip.file) });
                  title.current?.focus();
                }}
              />
            )}
          </li>
        ))}
      </ul>
      {(before.length > 0 || next !== null) && (
        <div class="starts">
          <button type="button" disabled={before.length === 0} onClick={() => setBefore(before.slice(0, -1))}>
            {say.newer}
          </button>
          <button
            type="button"
            disabled={next === null}
            onClick={() => next !== null && setBefore([...before, next])}
          >
            {say.older}
          </button>
        </div>
      )}
    </section>
  );
}

interface RowProps {
  readonly clip: ScreenClip;
  readonly view: ScreenView;
  readonly words: Said;
  readonly open: boolean;
  readonly toggle: () => void;
}

function ClipRow({ clip, view, words: { language }, open, toggle }: RowProps) {
  const say = clipPageWords(language);
  const { device, classing, beginMs, endMs, timeCertain, bytes, label } = clip;
  const { officer, caseNumber, caseName, party, why } = classing;
  const time = new Intl.DateTimeFormat(language, {
    timeZone: view.timezone,
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
  const known = [caseNumber, caseName, party].filter((text) => text !== '').join(' · ');
  return (
    <div class="clip">
      <span>
        <b>{device}</b> {officer === '' ? say.nobody : officer} ·{' '}
        {time.formatRange(beginMs, Math.max(beginMs, endMs))}
        {!timeCertain && <span class="due"> {say.uncertain}</span>}
      </span>
      <button type="button" aria-expanded={open} aria-label={`${say.classIt} ${label}`} onClick={toggle}>
        {say.classIt}
      </button>
      <span class="small">
        {classingText(why, language)} · {(bytes / 2 ** 20).toFixed(1)} MiB
        {known !== '' && ` · ${known}`}
      </span>
      <span class="small file">{clip.file}</span>
    </div>
  );
}

/** What stands for "none of them" in the choice; no matter is called so. */
const none = '-';

interface FormProps {
  readonly clip: ScreenClip;
  readonly matters: ScreenClips['matters'];
  readonly words: Said;
  readonly who: string;
  readonly setWho: (who: string) => void;
  readonly done: (seq: number | null) => void;
}

function ClassForm({ clip, matters, words, who, setWho, done }: FormProps) {
  const { language, page } = words;
  const say: ClipPageWords = clipPageWords(language);
  const { caseNumber, caseName, party } = clip.classing;
  const [matter, setMatter] = useState('');
  const [about, setAbout] = useState({ caseNumber, caseName, party, note: '' });
  const [missing, setMissing] = useState('');
  const { busy, refused, sendFor } = useAsk();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const change = (part: Partial<typeof about>): void => setAbout((before) => ({ ...before, ...part }));
  const enter = async (): Promise<void> => {
    const meant = matter === none ? '' : matter;
    const body: ScreenClipClass = { file: clip.file, matter: meant, ...about, by: who };
    const answer = await sendFor<{ answer: { seq: number | null } }>('clip-class', body);
    if (answer) done(answer.answer.seq);
  };
  const article = matters.find(({ id }) => id === matter)?.article;
  return (
    <form
      class="papers"
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(matter === '' ? say.chooseFirst : '');
        if (matter !== '') void enter();
      }}
    >
      <label class="field">
        <span>
          {say.matter}{' '}
          {article !== undefined && (
            <span class="article">{article === '' ? say.silentPack : `${page.article} ${article}`}</span>
          )}
        </span>
        <select ref={first} value={matter} onChange={({ currentTarget }) => setMatter(currentTarget.value)}>
          <option value="">{say.choose}</option>
          {matters.map(({ id, words: { zh, en } }) => (
            <option key={id} value={id}>
              {language === 'en' ? en : zh}
            </option>
          ))}
          <option value={none}>{say.noneOfThem}</option>
        </select>
      </label>
      <Field
        label={page.caseNumber}
        value={about.caseNumber}
        onChange={(text) => change({ caseNumber: text })}
      />
      <Field label={page.caseName} value={about.caseName} onChange={(text) => change({ caseName: text })} />
      <Field label={say.party} value={about.party} onChange={(text) => change({ party: text })} />
      <Field label={say.who} value={who} onChange={setWho} />
      <Field label={say.note} value={about.note} onChange={(text) => change({ note: text })} long />
      <Refused text={missing === '' ? refused : missing} />
      <div class="starts">
        <button type="submit" class="primary" disabled={busy}>
          {say.send}
        </button>
      </div>
    </form>
  );
}
