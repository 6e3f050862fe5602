// What a clip is called in the store: made from the card's name but never trusted to it. The same clip gets the
// same name at each try, and two clips never the same. In which folder it lies is the caller's.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** Of the card's own name, as much as this many characters are kept; the store's file systems allow 255 bytes. */
export const maxKeptName = 60;

/** What makes a clip this clip. Cards count from 1 again when they are emptied, so a name alone is not enough. */
export interface ClipIdentity {
  /** The device's serial number. */
  readonly device: string;
  /** Raw bytes of the path on the card. */
  readonly path: Buffer;
  readonly bytes: number;
  /** The file's time of change, ms since 1970 by the device's clock. */
  readonly modifiedMs: number;
}

/**
 * A plain file name of ASCII letters, digits, `-`, `_` and one dot, ≤ 100 characters, which begins with a letter or
 * digit. `turn` from 1 tells apart clips that differ in nothing but their content (a clock that was set back).
 */
export function storeName(clip: ClipIdentity, turn = 1): string {
  const name = clip.path.subarray(clip.path.lastIndexOf(0x2f) + 1).toString('latin1');
  const dot = name.lastIndexOf('.');
  const stem = kept(dot > 0 ? name.slice(0, dot) : name).slice(0, maxKeptName) || 'clip';
  const ending =
    dot > 0
      ? kept(name.slice(dot + 1))
          .slice(0, 8)
          .toLowerCase()
      : '';
  const mark = identityHash(clip).slice(0, 16);
  return `${stem}-${mark}${turn > 1 ? `-${turn}` : ''}${ending === '' ? '' : `.${ending}`}`;
}

/** SHA-256 over all that makes the clip this clip, hex. */
export function identityHash(clip: ClipIdentity): string {
  const words = JSON.stringify([clip.device, clip.path.toString('hex'), clip.bytes, clip.modifiedMs]);
  return createHash('sha256').update(words).digest('hex');
}

function kept(text: string): string {
  return text.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^[-_]+|[-_]+$/g, '');
}
