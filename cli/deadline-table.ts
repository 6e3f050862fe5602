// The deadlines of body-cam footage as lines of at most 80 columns: two for each device, what is due first on top. Pure:
// the view in, lines out.
import { spanText } from '../config/debt-words.ts';
import { deadlineWords } from '../config/deadline-words.ts';
import type { Language } from '../config/dictionary.ts';
import type { OffloadView } from '../gateway/bodycam/bodycam-view.ts';
import { displayWidth, fit } from '../gateway/health/display-width.ts';

const columns = 80;
const heads = {
  en: ['device', 'officer', 'where', 'due (UTC)'],
  'zh-CN': ['设备', '执法人员', '位置', '期限（UTC）'],
} as const;

export interface DeadlinesShown {
  readonly offloads: readonly OffloadView[];
  /** Those that the view does not hold are counted. */
  readonly offloadCount: number;
  /** By the box's clock, milliseconds since 1970. */
  readonly wallMs: number;
}

/** The table; a Chinese character counts two columns. */
export function deadlineTable(
  { offloads, offloadCount, wallMs }: DeadlinesShown,
  language: Language,
): string[] {
  const say = deadlineWords[language];
  if (offloads.length === 0) return [say.none];
  const [device, officer, where, due] = heads[language];
  const lines = [line([device, officer, where, due]), '-'.repeat(columns)];
  for (const each of offloads) {
    lines.push(
      line([each.device || each.serial, each.officer, say.wheres[each.where], timeText(each.dueWallMs)]),
    );
    lines.push(fitted(`  ${detail(each, wallMs, language)}`));
  }
  if (offloadCount > offloads.length) lines.push(say.more(offloadCount - offloads.length));
  return lines;
}

/** The time that is left or gone by, or why there is no deadline. */
export function leftText(
  { dueWallMs, article }: Pick<OffloadView, 'dueWallMs' | 'article'>,
  wallMs: number,
  language: Language,
): string {
  const say = deadlineWords[language];
  if (dueWallMs === null) return article === '' ? say.noRule : say.noDeadline;
  const span = spanText(dueWallMs - wallMs, language);
  return dueWallMs <= wallMs ? say.overdue(span) : say.dueIn(span);
}

function detail(each: OffloadView, wallMs: number, language: Language): string {
  const say = deadlineWords[language];
  const step = each.step === 'in-time' || each.step === 'missed' ? '' : say.steps[each.step];
  return [leftText(each, wallMs, language), step, say.clips(each.clips), each.article, each.room]
    .filter((text) => text !== '')
    .join('  ');
}

function line([device, officer, where, due]: readonly [string, string, string, string]): string {
  return [fit(device, 20), fit(officer, 20), fit(where, 21), fit(due, 16)].join(' ').trimEnd();
}

function fitted(text: string): string {
  return (displayWidth(text) > columns ? fit(text, columns) : fit(text, displayWidth(text))).trimEnd();
}

function timeText(wallMs: number | null): string {
  if (wallMs === null) return '-';
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? String(wallMs) : date.toISOString().slice(0, 16).replace('T', ' ');
}
