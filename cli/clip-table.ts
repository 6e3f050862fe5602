// Clips, field bookings and findings as lines for a terminal, 80 columns at most but for the file of a clip, which has to
// be typed as it stands. Pure.
import { classingText } from '../config/classing-words.ts';
import type { Language } from '../config/dictionary.ts';
import { fieldMatterText, isFieldMatter } from '../config/field-matters.ts';
import type {
  ClipsAnswer,
  ClipView,
  FieldBookAnswer,
  FieldBookingView,
} from '../gateway/bodycam/clips/clip-requests.ts';
import type { StoreFinding, StoreReport } from '../gateway/bodycam/clips/verify-store.ts';
import { fit } from '../gateway/health/display-width.ts';

const columns = 80;

/** Three lines for each clip: when, device, officer and matter; the case; its file. */
export function clipTable(answer: ClipsAnswer, language: Language): string[] {
  const en = language === 'en';
  const { clips, next, forgotten, unclassed } = answer;
  const lines = clips.flatMap((clip) => clipLines(clip, language));
  if (clips.length === 0) lines.push(en ? 'no clip fits' : '没有相符的音像资料');
  const counts = en ? `unclassed in all: ${unclassed}` : `未分类合计：${unclassed}`;
  lines.push(counts);
  if (next !== null) lines.push(en ? `more: --before ${next}` : `更多：--before ${next}`);
  if (forgotten > 0)
    lines.push(
      en
        ? `${forgotten} older ones are in the store and the ledger, and no more in this list`
        : `另有 ${forgotten} 件较早的在存储和台账中，不再列出`,
    );
  return lines;
}

export function clipLines(clip: ClipView, language: Language): string[] {
  const { classing, beginMs, timeCertain, device, file, bytes } = clip;
  const en = language === 'en';
  const time = `${timeText(beginMs)}${timeCertain ? '' : '~'}`;
  const matter = matterText(classing.matter, classing.by, language);
  const [who, name, number] = [classing.officer || '-', classing.caseName, classing.caseNumber];
  const why = classing.by === 'hand' ? '' : classingText(classing.why, language);
  const hand = en
    ? `by ${classing.who}${note(classing.why)}`
    : `${classing.who} 人工确定${note(classing.why)}`;
  return [
    `${fit(time, 19)}${fit(device, 14)}${fit(who, 14)}${fit(matter, 32)}`.trimEnd(),
    fit(
      `  ${[number, name, classing.party].filter((text) => text !== '').join(' ') || '-'}`,
      columns,
    ).trimEnd(),
    fit(`  ${classing.by === 'hand' ? hand : why}`, columns).trimEnd(),
    fit(`  ${size(bytes)}${classing.article === '' ? '' : `  ${classing.article}`}`, columns).trimEnd(),
    `  ${file}`,
  ];
}

function note(text: string): string {
  return text === '' ? '' : `: ${text.replaceAll('\n', ' ')}`;
}

function matterText(matter: string, by: string, language: Language): string {
  if (matter === '') {
    if (by !== 'hand') return fieldMatterText('', language);
    return language === 'en' ? 'none of the matters' : '不属于所列事项';
  }
  return isFieldMatter(matter) ? fieldMatterText(matter, language) : matter;
}

export function bookingLines(booking: FieldBookingView, language: Language): string[] {
  const {
    booking: id,
    device,
    officers,
    matter,
    caseNumber,
    caseName,
    parties,
    fromWallMs,
    toWallMs,
  } = booking;
  const who = officers.map(({ name }) => name).join('、');
  const about = [caseNumber, caseName, parties.join('、')].filter((text) => text !== '').join(' ');
  const head = `${id}  ${timeText(fromWallMs)} – ${timeText(toWallMs)}  ${device || '-'}`;
  return [
    fit(head, columns).trimEnd(),
    fit(
      `  ${[who, matterText(matter, '', language), about].filter((text) => text !== '').join('  ')}`,
      columns,
    ).trimEnd(),
  ];
}

export function bookedLines(answer: FieldBookAnswer, language: Language): string[] {
  const { fittingCount, fitting, article } = answer;
  const lines = bookingLines(answer, language);
  if (article !== '') lines.push(fit(`  ${article}`, columns).trimEnd());
  if (fittingCount === 0) return lines;
  lines.push(
    language === 'en'
      ? `it came late for ${fittingCount} unclassed clips; they stay so until somebody classes them:`
      : `预约晚于 ${fittingCount} 件未分类的音像资料；须人工分类：`,
    ...fitting.map((file) => `  ${file}`),
  );
  if (fittingCount > fitting.length) lines.push('  …');
  return lines;
}

const findingWords: Readonly<Record<StoreFinding['what'], { readonly en: string; readonly zh: string }>> = {
  missing: { en: 'MISSING', zh: '缺失' },
  size: { en: 'OTHER SIZE', zh: '大小不符' },
  differs: { en: 'DIFFERS', zh: '内容不符' },
  unreadable: { en: 'UNREADABLE', zh: '无法读取' },
  foreign: { en: 'not entered anywhere', zh: '台账中没有' },
  draft: { en: 'a copy that has not ended', zh: '未完成的副本' },
};

export function findingLines({ file, what, detail, seq }: StoreFinding, language: Language): string[] {
  const words = language === 'en' ? findingWords[what].en : findingWords[what].zh;
  const of = seq === 0 ? '' : ` #${seq}`;
  return [fit(`! ${words}${of}${detail === '' ? '' : `: ${detail}`}`, columns).trimEnd(), `  ${file}`];
}

export function reportLine({ clips, bytes, findings }: StoreReport, language: Language): string {
  const wrong = findings.filter(({ what }) => what !== 'draft').length;
  return language === 'en'
    ? `${clips} clips read, ${size(bytes)}: ${wrong === 0 ? 'as they were entered' : `${wrong} not as entered`}`
    : `已读 ${clips} 件，${size(bytes)}：${wrong === 0 ? '与台账一致' : `${wrong} 处与台账不符`}`;
}

function size(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** UTC, as the other commands have it. */
function timeText(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? '-' : date.toISOString().slice(0, 16).replace('T', ' ').concat('Z');
}
