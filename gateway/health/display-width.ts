// How many terminal columns a text takes, padding and wrapping by columns: a Chinese character takes two. What the
// columns mean is the table's business.

/** Ranges that are two columns wide (Unicode TR11, East Asian Width W and F, without rare scripts). */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns of `text` in a terminal; combining marks take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** Exactly `columns` wide: cut with `…` or filled with blanks, on the left when `align` is 'right'. */
export function fit(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  // A name may come from a camera; an escape sequence in it must not reach the terminal.
  const clean = text.replace(/\p{C}/gu, '?');
  let cut = clean;
  if (displayWidth(clean) > columns) {
    cut = '';
    let width = 0;
    for (const character of clean) {
      width += characterWidth(character);
      if (width > columns - 1) break;
      cut += character;
    }
    cut += '…';
  }
  const blanks = ' '.repeat(Math.max(0, columns - displayWidth(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

/**
 * `text` in lines of at most `columns`, broken at blanks and between Chinese characters; a word that is longer than a
 * line is cut with `…`. A closing mark does not begin a line.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  // As in fit(): a device's words are not the terminal's.
  const clean = text.replace(/\p{C}/gu, (character) => (/\s/.test(character) ? ' ' : '?'));
  // A piece is a word, or one wide character with the closing marks behind it.
  for (const piece of clean.match(
    /\s+|[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uffe6][、，。；：！？”）》]*|[^\s\u2e80-\u9fff\uac00-\ud7a3\uff00-\uffe6]+/gu,
  ) ?? []) {
    if (displayWidth(line) + displayWidth(piece) <= columns) {
      line += line === '' ? piece.trimStart() : piece;
      continue;
    }
    if (line.trimEnd() !== '') lines.push(line.trimEnd());
    line = displayWidth(piece) > columns ? fit(piece, columns).trimEnd() : piece.trimStart();
  }
  if (line.trimEnd() !== '') lines.push(line.trimEnd());
  return lines;
}

function characterWidth(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return wide.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
