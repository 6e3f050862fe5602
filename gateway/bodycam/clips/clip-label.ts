// The name under which a clip is shown and linked (I1: ZZ 48): device number, officer, time of use, party and case. It is
// made of what others typed, so nothing of it is trusted. The file in the store has its own name: store-name.ts.
import { Buffer } from 'node:buffer';

/** Bytes of a whole label in UTF-8; file systems allow 255. */
export const maxLabelBytes = 200;
/** Bytes of device number and officer; party and case share what is left. */
export const maxDeviceBytes = 32;
export const maxOfficerBytes = 33;
const maxEnding = 8;
const markLength = 8;

export interface ClipNames {
  readonly device: string;
  readonly officer: string;
  /** True wall time, ms since 1970. */
  readonly beginMs: number;
  readonly timeCertain: boolean;
  readonly party: string;
  readonly caseNumber: string;
  readonly caseName: string;
  /** Hex; its beginning tells clips apart that have all else in common. */
  readonly sha256: string;
  /** Of which the ending is taken. */
  readonly file: string;
}

/**
 * `BC-07_李明_20261120-090600_株洲某餐饮公司_2026-017-涉嫌销售不合格商品_4fe09ba1.mp4`: letters and digits of any
 * script, `-`, `_` between the parts and one dot; a part that is not known is `x`, and a time that is not certain ends
 * in `~`. At most maxLabelBytes. Throws RangeError for a time zone that there is not.
 */
export function clipLabel(clip: ClipNames, timezone: string): string {
  const device = cut(kept(clip.device), maxDeviceBytes) || 'x';
  const officer = cut(kept(clip.officer), maxOfficerBytes) || 'x';
  const time = timeText(clip.beginMs, timezone) + (clip.timeCertain ? '' : '~');
  const end = `_${hexOf(clip.sha256)}${endingOf(clip.file)}`;
  const left = maxLabelBytes - bytesOf(`${device}_${officer}_${time}__${end}`);
  const allParty = kept(clip.party) || 'x';
  const allCase = kept(`${clip.caseNumber} ${clip.caseName}`) || 'x';
  // Each has half, and what the other does not need.
  const half = Math.floor(left / 2);
  const party = cut(allParty, Math.max(half, left - bytesOf(allCase)));
  const ofCase = cut(allCase, left - bytesOf(party));
  return `${device}_${officer}_${time}_${party}_${ofCase}${end}`;
}

/** `20261120-090600` in the zone, and `x` for a time that cannot be written. */
function timeText(wallMs: number, timezone: string): string {
  // Years of more than four digits come from a broken clock, and say nothing.
  if (!(Math.abs(wallMs) < 8e12)) return 'x';
  // en-CA writes from the year down to the second; its digits alone are the text.
  const digits = formatOf(timezone).format(wallMs).replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

let lastFormat: { readonly timezone: string; readonly format: Intl.DateTimeFormat } | null = null;

/** Making a format takes longer than a thousand uses of it; a site has one zone. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  if (lastFormat?.timezone !== timezone) {
    const format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    lastFormat = { timezone, format };
  }
  return lastFormat.format;
}

/** What is neither letter nor digit becomes one `-`; marks on letters stay, two at most. None at either end. */
function kept(text: string): string {
  return text
    .slice(0, 4 * maxLabelBytes)
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/^[-\p{M}]+|-+$/gu, '');
}

/** A text as one part of a path: letters, digits and `-`, at most so many bytes; '' where nothing of it is left. */
export function nameOf(text: string, bytes: number): string {
  return cut(kept(text), bytes);
}

/** As many whole characters as fit. */
function cut(text: string, bytes: number): string {
  if (bytesOf(text) <= bytes) return text;
  let fits = '';
  let used = 0;
  for (const character of text) {
    used += bytesOf(character);
    if (used > bytes) break;
    fits += character;
  }
  return fits.replace(/-+$/, '');
}

function hexOf(sha256: string): string {
  return (
    sha256
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .slice(0, markLength) || 'x'
  );
}

/** `.mp4`; nothing for a file without a plain ending. */
function endingOf(file: string): string {
  const ending = /\.([A-Za-z0-9]+)$/.exec(file)?.[1] ?? '';
  return ending === '' || ending.length > maxEnding ? '' : `.${ending.toLowerCase()}`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
