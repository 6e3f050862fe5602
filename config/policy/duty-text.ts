// Whose wish it is that a session is recorded, in words for people: the rules' or only the request's. How far the rules
// go is the pack's; which pack decides is the callers'.
import type { Language } from '../dictionary.ts';
import type { RecordingDuty } from './policy-schema.ts';

const words = {
  en: {
    silent: 'the rules are silent on it: it is recorded because it was asked for',
    'text-only': 'the rules ask for a record in writing: it is recorded because it was asked for',
    may: 'the rules allow it: it is recorded because it was asked for',
    'as-needed': 'the rules leave it to the need: it is recorded because it was asked for',
    must: 'the rules demand it',
    'whole-working-time': 'the rules demand it, the whole working time',
  },
  'zh-CN': {
    silent: '制度未作规定：按申请记录',
    'text-only': '制度要求文字记录：按申请音像记录',
    may: '制度规定可以音像记录：按申请记录',
    'as-needed': '制度规定根据实际情况记录：按申请记录',
    must: '制度规定应当音像记录',
    'whole-working-time': '制度规定工作时间全程记录',
  },
} as const;

/** The words, with the article behind them where there is one. */
export function dutyText(duty: RecordingDuty | null, article: string, language: Language): string {
  const text = words[language][duty ?? 'silent'];
  if (article === '') return text;
  return language === 'en' ? `${text} (${article})` : `${text}（${article}）`;
}
