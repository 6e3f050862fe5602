// What people in a room are told when a session opens, in which words and in which order (B1-B4): pure, from the
// policy pack and the session. Speaking it is speak.ts's, when and for whom notice-feature.ts's.
import { dictionary, type Language, type PreambleWord } from '../../config/dictionary.ts';
import { interruptionWords } from '../../config/interruption-words.ts';
import type { Policy } from '../../config/policy/policy-book.ts';
import { citations, wordText } from '../../config/policy/policy-text.ts';
import type { SessionKind } from '../../config/settings-types.ts';

/** Longest text that is spoken, in characters; a list of fifty people is cut there, with an ellipsis. */
export const maxSpokenCharacters = 2000;

const preambleWords: readonly PreambleWord[] = ['time', 'place', 'officers', 'matter', 'object', 'stage'];

export interface Announcement {
  readonly what: 'notice' | 'preamble' | 'interruption';
  readonly text: string;
  /** `pack`: the rules' own words; `ours`: the rules ask for it and fix no words. */
  readonly words: 'pack' | 'ours';
  readonly language: Language;
  /** The citations that ask for it. */
  readonly article: string;
}

export interface NoticeSession {
  readonly kind: string;
  readonly officers: readonly { readonly name: string; readonly certificate: string }[];
  readonly caseName: string;
  readonly parties: readonly string[];
  readonly stage: string;
  readonly openedWallMs: number;
}

/** Where it is said, and in which language what the rules do not word. */
export interface NoticePlace {
  readonly room: string;
  readonly timezone: string;
  readonly language: Language;
}

/** The notice of a pack alone; null where its rules are silent. */
export function noticeOf(policy: Policy, language: Language): Announcement | null {
  const notice = policy.rule('notice');
  if (notice === null) return null;
  const { words } = notice.value;
  const article = citations(notice.articles);
  return words === undefined
    ? { what: 'notice', text: dictionary(language).spoken.plain, words: 'ours', language, article }
    : // The rules of the five agencies are Chinese, whatever the pages speak.
      { what: 'notice', text: words, words: 'pack', language: 'zh-CN', article };
}

/** True where the pack has people told beforehand: the words then stand on the room's screen before anything opens. */
export function standsBefore(policy: Policy): boolean {
  return policy.rule('notice')?.value.when === 'before';
}

/**
 * Everything that is said when a session opens, in its order; empty where the rules are silent. The preamble comes
 * first only where the pack puts the notice behind it. A reception room is open all day and nobody's matter yet: it
 * gets the notice alone, and again with each visitor.
 */
export function noticePlan(policy: Policy, session: NoticeSession, place: NoticePlace): Announcement[] {
  const notice = noticeOf(policy, place.language);
  const preamble = session.kind === 'reception' ? null : preambleOf(policy, session, place);
  const behind = policy.rule('notice')?.value.when === 'after-preamble';
  const order = behind ? [preamble, notice] : [notice, preamble];
  return order.filter((each) => each !== null);
}

/**
 * The cause of an interruption, said as it goes on (C3: JZ 11, CT 14 have it explained by voice); null where the rules do
 * not ask for that.
 */
export function interruptionSaid(policy: Policy, cause: string, language: Language): Announcement | null {
  const rule = policy.rule('interruption');
  if (!rule?.value.includes('spoken-cause')) return null;
  const { wentOn, colon } = interruptionWords[language];
  const text = `${wentOn}${colon}${wordText(cause, language)}${dictionary(language).spoken.end}`;
  return { what: 'interruption', text, words: 'ours', language, article: citations(rule.articles) };
}

function preambleOf(policy: Policy, session: NoticeSession, place: NoticePlace): Announcement | null {
  const rule = policy.rule('preamble');
  if (rule === null) return null;
  const { spoken } = dictionary(place.language);
  const parts = rule.value.map((part) => {
    const known = preambleWords.find((each) => each === part);
    const title = known ? spoken[known] : wordText(part, place.language);
    // What an urgent start still owes is said to be missing, not left out.
    const said = known ? partOf(known, session, place) : '';
    return `${title}${spoken.colon}${said || spoken.notStated}`;
  });
  const whole = `${parts.join(spoken.between)}${spoken.end}`;
  const characters = Array.from(whole);
  const text =
    characters.length > maxSpokenCharacters
      ? `${characters.slice(0, maxSpokenCharacters - 1).join('')}…`
      : whole;
  return {
    what: 'preamble',
    text,
    words: 'ours',
    language: place.language,
    article: citations(rule.articles),
  };
}

function partOf(part: PreambleWord, session: NoticeSession, place: NoticePlace): string {
  const { spoken, sessionKinds } = dictionary(place.language);
  switch (part) {
    case 'time':
      return new Intl.DateTimeFormat(place.language, {
        timeZone: place.timezone,
        dateStyle: 'long',
        timeStyle: 'short',
        hourCycle: 'h23',
      }).format(session.openedWallMs);
    case 'place':
      return place.room;
    case 'officers':
      return session.officers
        .map(({ name, certificate }) => (certificate === '' ? name : `${name} ${certificate}`))
        .join(spoken.comma);
    case 'matter': {
      const kind = sessionKinds[session.kind as SessionKind] ?? session.kind;
      return session.caseName === '' ? kind : `${kind}${spoken.comma}${session.caseName}`;
    }
    case 'object':
      return session.parties.join(spoken.comma);
    default:
      return session.stage;
  }
}
