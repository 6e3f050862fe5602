// A classing as it stands in the ledger: what ClipOffloaded has of it for a clip of a docking, and ClipClassed for one by
// hand. What is decided is classing.ts's and classing-by-hand.ts's.
import { classingCode } from '../../../config/classing-words.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import { citations } from '../../../config/policy/policy-text.ts';
import type { BodycamBody } from '../../sessions/ledger-port.ts';
import type { ClassedByHand } from './classing-by-hand.ts';
import { classClip, type Classing } from './classing.ts';
import type { ClipToClass } from './classing-rules.ts';
import type { ClipClass } from '../custody/clip-entry.ts';
import type { FieldBook } from './field-book.ts';
import type { DockedClip } from '../custody/slot-parts.ts';

/** The class of a docked clip, by what is booked and issued. `policy` is the one in force on the day of the clip. */
export function classDocked(docked: DockedClip, book: FieldBook, policy: Policy): ClipClass {
  const { times, clip, place, officer } = docked;
  const one: ClipToClass = {
    device: place.device,
    officer,
    beginMs: times.beginWallMs,
    endMs: times.endWallMs,
    timeUncertain: !times.certain,
    caseMark: clip.listed?.caseMark ?? '',
    sound: null,
    picture: null,
  };
  return clipClass(classClip(one, book.knownOf(one, policy)));
}

/** Of ClipOffloaded: `article` of the duty and of the class of retention, `why` a code of classing-words. */
export function clipClass(classing: Classing): ClipClass {
  const { matter, caseNumber, caseName, party, by, articles, officer } = classing;
  const [article, why] = [citations(articles), classingCode(classing)];
  return { matter, caseNumber, caseName, party, by, article, why, officer };
}

/** Which clip a person means: one of the catalogue. */
export interface MeantClip {
  readonly device: string;
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
}

/** ClipClassed: `by` is the person, `why` their note. */
export function classedEntry(
  { device, file, sha256 }: MeantClip,
  { who, note }: ClassedByHand,
  { matter, caseNumber, caseName, party, officer, articles }: Classing,
): Extract<BodycamBody, { case: 'clipClassed' }> {
  return {
    case: 'clipClassed',
    value: {
      device,
      file,
      matter,
      caseNumber,
      caseName,
      party,
      sha256: Buffer.from(sha256, 'hex'),
      officer: officer ?? { name: '', certificate: '' },
      by: who,
      why: note,
      article: citations(articles),
    },
  };
}
