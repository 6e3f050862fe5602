// Reads what an officer marked a clip with on the device (A12): a matter by its words, a case number, both or neither.
// A mark is short text that somebody else's firmware gives; what a clip is classed as by it is classing.ts's.
import { matterOfMark, type FieldMatter } from '../../../config/field-matters.ts';

/** A longer mark is not read at all. */
export const maxMark = 200;
/** A case number has at least as many characters: many devices count their marks `01`, `02`. */
export const minCaseNumber = 4;

export interface ClipMark {
  readonly matter: FieldMatter | '';
  readonly caseNumber: string;
  /** `ambiguous`: two matters or two case numbers. `unread`: something is in it that is neither. */
  readonly fault: '' | 'ambiguous' | 'unread';
}

/**
 * `抽样 2026-017`, `抽样2026-017`, `2026-017`, `sampling`, `株城罚〔2026〕17号`. A word that is in no table is never
 * taken for a matter, and digits alone shorter than a case number never for a case. Never throws.
 */
export function readMark(text: string): ClipMark {
  if (text.length > maxMark) return { matter: '', caseNumber: '', fault: 'unread' };
  const plain = text
    .normalize('NFKC')
    .replace(/[\p{C}\s,，、;；|]+/gu, ' ')
    .trim();
  const matters = new Set<FieldMatter>();
  const cases = new Map<string, string>();
  let unread = false;
  // `service by leaving` is one word of the table, written with blanks.
  const whole = matterOfMark(plain);
  for (const token of whole === '' ? plain.split(' ').filter((each) => each !== '') : []) {
    const { matter, rest } = splitToken(token);
    if (matter !== '') matters.add(matter);
    if (rest === '') continue;
    if (isCaseNumber(rest)) cases.set(caseForm(rest), rest);
    else unread = true;
  }
  if (whole !== '') matters.add(whole);
  const ambiguous = matters.size > 1 || cases.size > 1;
  return {
    matter: ambiguous ? '' : ([...matters][0] ?? ''),
    caseNumber: ambiguous ? '' : ([...cases.values()][0] ?? ''),
    fault: ambiguous ? 'ambiguous' : unread ? 'unread' : '',
  };
}

/** For comparing: kinds of brackets and dashes, widths, letters' case and blanks do not tell cases apart. */
export function caseForm(caseNumber: string): string {
  return caseNumber
    .normalize('NFKC')
    .replace(/[\p{C}\s]+/gu, '')
    .replace(/\p{Pd}/gu, '-')
    .replace(/[〔[【{〈《]/g, '(')
    .replace(/[〕\]】}〉》]/g, ')')
    .toUpperCase();
}

/** A word of the table; or such a word in Chinese with a number written onto it: `抽样2026-017`. */
function splitToken(token: string): { matter: FieldMatter | ''; rest: string } {
  const whole = matterOfMark(token);
  if (whole !== '') return { matter: whole, rest: '' };
  const [, word = '', rest = ''] = /^(\p{Script=Han}+)[-:_#]?([\d[(〔].*)$/u.exec(token) ?? [];
  const matter = word === '' ? '' : matterOfMark(word);
  return matter === '' ? { matter, rest: token } : { matter, rest };
}

function isCaseNumber(token: string): boolean {
  return token.length >= minCaseNumber && /\d/.test(token);
}
