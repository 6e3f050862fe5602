// The feed for people and for machines: one line an event. Pure; who prints it is the command's.
import { findingText } from '../config/check-words.ts';
import { debtStateText, debtText } from '../config/debt-words.ts';
import { dictionary, type Language } from '../config/dictionary.ts';
import { interruptionWords } from '../config/interruption-words.ts';
import { wordText } from '../config/policy/policy-text.ts';
import { jsonText } from '../protocols/hq/json-mirror.ts';
import type { Bodies, Body } from '../protocols/hq/messages.ts';
import { faultWords } from './fault-words.ts';
import type { FeedEvent } from './feed-event.ts';

/** A JSON line: 64-bit numbers as decimal text, bytes as hex. */
export function feedJson(event: FeedEvent): string {
  return jsonText(event);
}

/** A readable line: time, gateway, what happened, and its fields in the order of the contract. */
export function feedLine(event: FeedEvent, language: Language): string {
  // Boxes and cameras wrote parts of it: a line stays a line, and no escape reaches the terminal.
  return lineOf(event, language).replaceAll(/\p{C}/gu, '?');
}

function lineOf(event: FeedEvent, language: Language): string {
  const { agency, site, gateway } = event.address;
  const where = `${agency}/${site}/${gateway}`;
  switch (event.type) {
    case 'entry': {
      const time = clock(event.header.wallMs);
      const fields = event.body === undefined ? '' : fieldsText(withWords(event.body, language));
      return `${time} ${where} #${event.header.seq} ${event.body?.case ?? '?'}${fields === '' ? '' : ` ${fields}`}`;
    }
    case 'fault': {
      const alarm = language === 'en' ? 'ALARM' : '警报';
      const from = event.sinceMs === undefined ? '' : ` (${clock(BigInt(event.sinceMs))})`;
      return `${where} #${event.seq} ${alarm} ${event.fault}: ${faultWords(event.fault, language)}${from}`;
    }
    case 'key': {
      const pinned = language === 'en' ? 'device key' : '设备密钥';
      const how =
        language === 'en'
          ? event.expected
            ? 'expected'
            : 'believed at first sight'
          : event.expected
            ? '与登记相符'
            : '首次采信';
      return `${where} #${event.seq} ${pinned} ${Buffer.from(event.fingerprint).toString('hex')} (${how})`;
    }
    case 'status': {
      const { status } = event;
      const online =
        language === 'en' ? (status.online ? 'online' : 'OFFLINE') : status.online ? '在线' : '离线';
      return `${clock(status.wallMs)} ${where} ${online} #${status.ledgerSeq}`;
    }
    case 'room': {
      const { room } = event;
      const words = dictionary(language).roomStates as Record<string, string>;
      const why = room.why === '' ? '' : ` (${room.why})`;
      return `${clock(room.wallMs)} ${where} ${room.room}: ${words[room.state] ?? room.state}${why}`;
    }
    case 'debt': {
      const { debt, session, article, room, dueWallMs } = event;
      const [left, whose] = debtStateText(event, language);
      const owed = `${debtText(debt, language)} ${session}${article === '' ? '' : ` (${article})`}`;
      const due = clock(BigInt(Math.trunc(dueWallMs)));
      return `${due} ${where} ${room}: ${left} ${owed}${whose === '' ? '' : ` [${whose}]`}`;
    }
  }
}

/** A body's fields, with the words of people where the dictionaries have them. */
function withWords(body: Body, language: Language): Record<string, unknown> {
  if (body.case === 'noticeGiven') return noticeWords(body.value, language);
  if (body.case === 'interruptionBegan' || body.case === 'interruptionEnded')
    return interruptionFields(body.value, language);
  if ('debt' in body.value) return { ...body.value, debt: debtText(body.value.debt, language) };
  if (body.case === 'commandTaken') return commandWords(body.value, language);
  if (body.case === 'checkedBeforeUse') return checkWords(body.value, language);
  if (body.case !== 'cameraHint') return body.value as unknown as Record<string, unknown>;
  const words = dictionary(language).cameraHints as Record<string, string>;
  return { ...body.value, topic: words[body.value.topic] ?? body.value.topic };
}

function noticeWords(value: Bodies['noticeGiven'], language: Language): Record<string, unknown> {
  const { notices, noticeFaults, audible } = dictionary(language);
  const named = (words: Readonly<Record<string, string>>, word: string): string => words[word] ?? word;
  const { quietDb, heardDb, ...told } = value;
  return {
    ...told,
    what: named(notices, value.what),
    words: named(notices, value.words),
    how: named(notices, value.how),
    fault: named(noticeFaults, value.fault),
    audible: named(audible, value.audible),
    ...(quietDb === 0 && heardDb === 0 ? {} : { quietDb, heardDb }),
  };
}

function interruptionFields(
  value: Bodies['interruptionBegan'] | Bodies['interruptionEnded'],
  language: Language,
): Record<string, unknown> {
  const words = interruptionWords[language] as Readonly<Record<string, string>>;
  const cause = wordText(value.cause, language);
  if ('how' in value) return { ...value, cause, how: words[value.how] ?? value.how };
  return { ...value, cause, outcome: words[value.outcome] ?? value.outcome };
}

function commandWords(value: Bodies['commandTaken'], language: Language): Record<string, unknown> {
  const { issuedWallMs, expiresWallMs, ...others } = value;
  const words = dictionary(language).commandOutcomes as Readonly<Record<string, string>>;
  const span = { issued: clock(issuedWallMs), expires: clock(expiresWallMs) };
  return { ...others, outcome: words[value.outcome] ?? value.outcome, ...(issuedWallMs > 0n ? span : {}) };
}

/** Only what is not in order: of twelve items and more the good ones say nothing. */
function checkWords(value: Bodies['checkedBeforeUse'], language: Language): Record<string, unknown> {
  const { items, ...others } = value;
  const found = (result: string): string[] =>
    items
      .filter((each) => each.result === result)
      .map(
        ({ finding, device }) => `${findingText(finding, language)}${device === '' ? '' : ` (${device})`}`,
      );
  return { ...others, faults: found('fault'), notKnown: found('unknown') };
}

const longestField = 60;

function fieldsText(value: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [name, field] of Object.entries(value)) {
    if (field instanceof Uint8Array || (typeof field === 'object' && field !== null && !Array.isArray(field)))
      continue;
    const text = Array.isArray(field) ? field.map(itemText).join(',') : String(field);
    if (text === '' || text.includes('\n')) continue;
    parts.push(`${name}=${text.length > longestField ? `${text.slice(0, longestField)}…` : text}`);
  }
  return parts.join(' ');
}

function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const named = item as { name?: string; camera?: string; kind?: string };
  return named.name ?? named.camera ?? named.kind ?? '';
}

/** A box may say any 64-bit number; what is no time of a calendar is told as it is. */
function clock(wallMs: bigint): string {
  const date = new Date(Number(wallMs));
  return Number.isNaN(date.getTime()) ? `${wallMs}ms` : date.toISOString().slice(0, 23).concat('Z');
}
