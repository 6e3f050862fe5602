// The fields of the entries about body-cams for people: words for the contract's own, times as they are read, and of an
// officer one text. The other entries are entry-words.ts's.
import { bodycamWord } from '../config/bodycam-words.ts';
import { findingText, itemText } from '../config/check-words.ts';
import { classingText } from '../config/classing-words.ts';
import type { Language } from '../config/dictionary.ts';
import { wordText } from '../config/policy/policy-text.ts';
import type { BodycamBodies, CheckItemMessage } from '../protocols/hq/bodycam-messages.ts';
import type { Body } from '../protocols/hq/messages.ts';
import { clockText } from './clock-text.ts';

/** Fields whose values are words of bodycam-words.ts. */
const worded = new Set(
  'standing outcome what to reason classedBy cardReread storeReread content how state'.split(' '),
);
/** A time of 0 in them is none. */
const times = /WallMs$|DeviceMs$/;

type BodycamBody = Extract<Body, { case: keyof BodycamBodies }>;

const cases: Readonly<Record<keyof BodycamBodies, true>> = {
  dockChanged: true,
  deviceDocked: true,
  deviceUndocked: true,
  clipOffloaded: true,
  custodyReceipt: true,
  clipErased: true,
  custodyTrouble: true,
  clipClassed: true,
  offloadReminded: true,
  offloadMissed: true,
  remoteWorkDeclared: true,
  deviceIssued: true,
  deviceReturned: true,
  deviceReported: true,
  deviceMaintained: true,
  fieldBooked: true,
  fieldUnbooked: true,
};

export function isBodycamBody(body: Body): body is BodycamBody {
  return Object.hasOwn(cases, body.case);
}

/** The fields in the order of the contract. */
export function bodycamFields(body: BodycamBody, language: Language): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body.value) as [string, unknown][]) {
    if (name === 'items') Object.assign(fields, checkFields(value as readonly CheckItemMessage[], language));
    if (name === 'items' || name === 'signature' || name === 'keySha256') continue;
    if (typeof value === 'bigint' && times.test(name)) {
      if (value !== 0n) fields[name.replace(/(Wall)?Ms$/, '')] = clockText(value);
    } else if (name === 'officer') fields[name] = officerText(value as Officer);
    else if (name === 'officers') fields[name] = (value as readonly Officer[]).map(officerText);
    else if (name === 'matter') fields[name] = wordText(String(value), language);
    else if (name === 'why' && body.case === 'clipOffloaded')
      fields[name] = classingText(String(value), language);
    else if (typeof value === 'string' && worded.has(name)) fields[name] = bodycamWord(value, language);
    else fields[name] = value;
  }
  return fields;
}

/** Of a check only what is not in order: the good items say nothing. */
function checkFields(items: readonly CheckItemMessage[], language: Language): Record<string, unknown> {
  const found = (result: string): string[] =>
    items
      .filter((each) => each.result === result)
      .map(({ item, finding }) => `${itemText(item, language)}: ${findingText(finding, language)}`);
  return { faults: found('fault'), notKnown: found('unknown') };
}

interface Officer {
  readonly name: string;
  readonly certificate: string;
}

function officerText({ name, certificate }: Officer): string {
  return certificate === '' ? name : `${name} (${certificate})`;
}
