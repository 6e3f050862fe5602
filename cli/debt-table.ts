// What is owed to headquarters' knowledge, as lines of at most 80 columns: two for each debt, the nearest deadline
// first. Pure: rows in, lines out; when it is printed is the command's.
import { deadlineWords, type DeadlineStep } from '../config/deadline-words.ts';
import { debtStateText, debtText } from '../config/debt-words.ts';
import type { Language } from '../config/dictionary.ts';
import { displayWidth, fit } from '../gateway/health/display-width.ts';
import type { DebtRow } from '../headquarters/debt-desk.ts';
import { addressText } from '../protocols/hq/topics.ts';

/** Debts that the table lists; beyond, it says how many more there are. */
export const maxDebtRows = 100;
const columns = 80;

const words = {
  en: {
    head: ['gateway', 'room/device', 'owed', 'due (UTC)'],
    none: 'nothing is owed',
    more: (n: number) => `… and ${n} more`,
    leftOut: (n: number) => `${n} more were too many to be kept here; they are in the ledgers`,
  },
  'zh-CN': {
    head: ['网关', '房间/设备', '待补事项', '期限（UTC）'],
    none: '没有待补事项',
    more: (n: number) => `……另有 ${n} 项`,
    leftOut: (n: number) => `另有 ${n} 项过多未留存，见台账`,
  },
} as const;

export interface DebtsShown {
  readonly rows: readonly DebtRow[];
  readonly leftOut: number;
  /** By headquarters' clock, milliseconds since 1970. */
  readonly nowMs: number;
}

/** The table; a Chinese character counts two columns. */
export function debtTable({ rows, leftOut, nowMs }: DebtsShown, language: Language): string[] {
  const say = words[language];
  const [gateway, room, owed, due] = say.head;
  const lines = [`${timeText(nowMs)}  ${rows.length === 0 ? say.none : ''}`.trimEnd()];
  if (rows.length > 0) lines.push(line([gateway, room, owed, due]), '-'.repeat(columns));
  for (const row of rows.slice(0, maxDebtRows)) {
    lines.push(
      line([
        addressText(row.address),
        row.footage?.device ?? row.room,
        debtText(row.debt, language),
        timeText(row.dueWallMs),
      ]),
      fitted(`  ${detail(row, language)}`),
    );
  }
  if (rows.length > maxDebtRows) lines.push(say.more(rows.length - maxDebtRows));
  if (leftOut > 0) lines.push(say.leftOut(leftOut));
  return lines;
}

function detail(row: DebtRow, language: Language): string {
  const [left, whose] = debtStateText(row, language);
  const { footage, article, session } = row;
  const told = footage && footage.step !== '' ? stepText(footage.step, language) : '';
  const parts = footage ? [left, article, footage.officer, told, whose] : [left, whose, article, session];
  return parts.filter((text) => text !== '').join('  ');
}

/** Whom the box has told; a word of a newer box as it is. */
function stepText(step: string, language: Language): string {
  const { steps } = deadlineWords[language];
  return Object.hasOwn(steps, step) ? steps[step as DeadlineStep] : step;
}

function line([gateway, room, owed, due]: readonly [string, string, string, string]): string {
  return [fit(gateway, 24), fit(room, 12), fit(owed, 25), fit(due, 16)].join(' ').trimEnd();
}

function fitted(text: string): string {
  return (displayWidth(text) > columns ? fit(text, columns) : fit(text, displayWidth(text))).trimEnd();
}

/** A box may say any number; what is no time of a calendar is told as it is. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? String(wallMs) : date.toISOString().slice(0, 16).replace('T', ' ');
}
