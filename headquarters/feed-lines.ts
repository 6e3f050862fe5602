// The feed for people and for machines: one line an event, and a table below a day's certificate. Pure; the words of an
// entry are entry-words.ts's, and who prints it is the command's.
import { debtStateText, debtText } from '../config/debt-words.ts';
import { dictionary, type Language } from '../config/dictionary.ts';
import { jsonText } from '../protocols/hq/json-mirror.ts';
import { certificateLines } from './certificate-lines.ts';
import { clockText } from './clock-text.ts';
import { entryFields } from './entry-words.ts';
import { faultWords } from './fault-words.ts';
import type { FeedEvent } from './feed-event.ts';

/** A JSON line: 64-bit numbers as decimal text, bytes as hex. */
export function feedJson(event: FeedEvent): string {
  return jsonText(event);
}

/** A readable line: time, gateway, what happened, and its fields in the order of the contract. */
export function feedLine(event: FeedEvent, language: Language): string {
  return printable(lineOf(event, language));
}

/** The line, and below it what does not fit into one: the table of a day's certificate. */
export function feedLines(event: FeedEvent, language: Language): string[] {
  const lines = [feedLine(event, language)];
  if (event.type === 'entry' && event.body?.case === 'coverageCertified') {
    for (const line of certificateLines(event.body.value, language)) lines.push(printable(line));
  }
  return lines;
}

/** Boxes and cameras wrote parts of it: a line stays a line, and no escape reaches the terminal. */
function printable(line: string): string {
  return line.replaceAll(/\p{C}/gu, '?');
}

function lineOf(event: FeedEvent, language: Language): string {
  const { agency, site, gateway } = event.address;
  const where = `${agency}/${site}/${gateway}`;
  switch (event.type) {
    case 'entry': {
      const time = clockText(event.header.wallMs);
      const fields = event.body === undefined ? '' : fieldsText(entryFields(event.body, language));
      return `${time} ${where} #${event.header.seq} ${event.body?.case ?? '?'}${fields === '' ? '' : ` ${fields}`}`;
    }
    case 'fault': {
      const alarm = language === 'en' ? 'ALARM' : '警报';
      const from = event.sinceMs === undefined ? '' : ` (${clockText(BigInt(event.sinceMs))})`;
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
      return `${clockText(status.wallMs)} ${where} ${online} #${status.ledgerSeq}`;
    }
    case 'room': {
      const { room } = event;
      const words = dictionary(language).roomStates as Record<string, string>;
      const why = room.why === '' ? '' : ` (${room.why})`;
      return `${clockText(room.wallMs)} ${where} ${room.room}: ${words[room.state] ?? room.state}${why}`;
    }
    case 'debt': {
      const { debt, session, article, room, dueWallMs, footage } = event;
      const [left, whose] = debtStateText(event, language);
      const whom = footage === undefined ? session : `${footage.device} ${footage.officer}`.trim();
      const owed = `${debtText(debt, language)} ${whom}${article === '' ? '' : ` (${article})`}`;
      const due = clockText(BigInt(Math.trunc(dueWallMs)));
      return `${due} ${where}${room === '' && footage ? '' : ` ${room}`}: ${left} ${owed}${whose === '' ? '' : ` [${whose}]`}`;
    }
  }
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
