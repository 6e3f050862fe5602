// Which of a camera's events matter to a recording, and what they say in our words. Pure; what is done with them
// is hint-keeper.ts's.
import type { CameraHintWord } from '../../config/dictionary.ts';
import type { CameraHint } from '../../device-drivers/camera/event-hints.ts';

export interface ReadHint {
  readonly word: CameraHintWord;
  /** Which part of the camera says so: its topic and source in one line. */
  readonly from: string;
  /** Whether it holds now; null for what has no state. */
  readonly holds: boolean | null;
}

/**
 * Topics without their prefixes and in lower case. The names of ONVIF Core §9.11, Imaging §7, Media2 §5.14 and the
 * ONVIF rule engine; makers put their own words beside them (`tnsaxis:Tampering`), so the middle is not anchored.
 */
const topics: readonly (readonly [RegExp, CameraHintWord])[] = [
  [/globalscenechange|tamper|casing\/open/, 'tamper'],
  [/signalloss|videoloss/, 'signal-lost'],
  [/imagetoodark/, 'too-dark'],
  [/imagetoobright/, 'too-bright'],
  [/imagetooblurry/, 'too-blurry'],
  [/storagefailure|storage\/disruption/, 'storage-failure'],
  [/^media\/(?:profile|configuration)changed/, 'settings-changed'],
  [/^configuration\/(?:profile|(?:video|audio)(?:source|encoder)configuration)/, 'settings-changed'],
];

/** What an event says of the recording; null for motion and all else that does not matter to it. */
export function readHint({ topic, operation, source, data }: CameraHint): ReadHint | null {
  const path = topic
    .split('/')
    .map((part) => part.replace(/^.*:/, ''))
    .join('/')
    .toLowerCase();
  const word = topics.find(([pattern]) => pattern.test(path))?.[1];
  if (word === undefined) return null;
  const from = [topic, ...Object.entries(source).map(([name, value]) => `${name}=${value}`)]
    .join(' ')
    .slice(0, maxFromChars);
  // How its settings stood when the subscription began is no change.
  if (word === 'settings-changed') return operation === 'Initialized' ? null : { word, from, holds: null };
  return { word, from, holds: operation === 'Deleted' ? false : stateOf(data) };
}

/** Characters of `from`. */
export const maxFromChars = 200;

function stateOf(data: Readonly<Record<string, string>>): boolean | null {
  // "State" where there is one; makers also write IsTamper, Failed, tampering, and 1 for true.
  const values = Object.entries(data)
    .toSorted(([a], [b]) => Number(/^state$/i.test(b)) - Number(/^state$/i.test(a)))
    .map(([, value]) => value.toLowerCase());
  const value = values.find((each) => /^(?:true|false|0|1)$/.test(each));
  return value === undefined ? null : value === 'true' || value === '1';
}
