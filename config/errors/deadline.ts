// Refusals about the deadlines of body-cam footage.
import type { ErrorText } from '../errors.ts';

export const deadlineErrors = {
  DEADLINE_DEVICE_UNKNOWN: {
    en: 'There is no body-cam {device} in the register; there are {allowed}.',
    zh: '登记中没有执法记录仪 {device}；已登记：{allowed}。',
  },
  DEADLINE_NO_EXCEPTION: {
    en: 'The pack {pack} makes no exception for remote work (deadline: {article}). Nothing was entered: dock {device} in time.',
    zh: '规则包 {pack} 对异地执法没有例外规定（期限依据：{article}）。未作登记，请按时将 {device} 归入采集站。',
  },
  DEADLINE_ALREADY_AWAY: {
    en: 'Remote work with {device} is declared since {since}; say first that it is back.',
    zh: '{device} 已于 {since} 登记异地执法，请先登记返回。',
  },
  DEADLINE_NOT_AWAY: {
    en: 'No remote work is declared with {device}, or its return is known already.',
    zh: '{device} 未登记异地执法，或已返回。',
  },
  DEADLINE_WHY_MISSING: {
    en: 'Say why footage on {device} cannot be stored in time (article {article}).',
    zh: '请说明 {device} 无法及时存储的原因（依据 {article}）。',
  },
} as const satisfies Record<string, ErrorText>;
