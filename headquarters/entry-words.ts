// A ledger entry's fields for people: the words of the dictionaries in the place of the contract's, times and lengths as
// they are read. Which line they stand in is feed-lines.ts's.
import { findingText } from '../config/check-words.ts';
import { debtText } from '../config/debt-words.ts';
import { dictionary, type Language } from '../config/dictionary.ts';
import { interruptionWords } from '../config/interruption-words.ts';
import { wordText } from '../config/policy/policy-text.ts';
import type { Bodies, Body } from '../protocols/hq/messages.ts';
import { bodycamFields, isBodycamBody } from './bodycam-fields.ts';
import { clockText } from './clock-text.ts';

type Words = Readonly<Record<string, string>>;

const ours: Readonly<Record<Language, Words>> = {
  en: {
    weekday: 'a weekday',
    weekend: 'a weekend day',
    holiday: 'a holiday',
    'make-up': 'made up for a holiday',
    closed: 'closed by the site',
    special: 'opened by the site',
    asked: 'cancelled by somebody',
    missed: 'missed: nothing was opened in its time',
    'booking-ended': 'the booking is over',
    'working time is over': 'working time is over',
    SESSION_ROOM_MISSING: 'no room was named',
    SESSION_ROOM_UNKNOWN: 'there is no such room',
    SESSION_KIND_MISSING: 'no kind of matter was named',
    SESSION_KIND_NOT_ALLOWED: 'the room does not record this kind',
    SESSION_OFFICERS_MISSING: 'too few officers',
    SESSION_OFFICER_INCOMPLETE: 'an officer without name or certificate number',
    SESSION_DETAIL_MISSING: 'something that the rules demand is missing',
    SESSION_CASE_NUMBER_MISSING: 'the case number is missing',
    SESSION_FORBIDDEN: 'it may not be recorded',
    SESSION_CHECK_FAILED: 'the check before use failed',
    SESSION_ALREADY_OPEN: 'the room is recording already',
    calendar: 'no working days of this year on the box: import them',
  },
  'zh-CN': {
    weekday: '工作日',
    weekend: '周末',
    holiday: '放假',
    'make-up': '调休上班',
    closed: '本单位停止办公',
    special: '本单位特别办公',
    asked: '人工取消',
    missed: '过时：预约时段内没有开启会话',
    'booking-ended': '预约时段结束',
    'working time is over': '工作时间结束',
    SESSION_ROOM_MISSING: '未指定房间',
    SESSION_ROOM_UNKNOWN: '没有该房间',
    SESSION_KIND_MISSING: '未指定事项类型',
    SESSION_KIND_NOT_ALLOWED: '该房间不用于此类事项',
    SESSION_OFFICERS_MISSING: '执法人员人数不足',
    SESSION_OFFICER_INCOMPLETE: '执法人员姓名或证件号不全',
    SESSION_DETAIL_MISSING: '缺少制度要求的内容',
    SESSION_CASE_NUMBER_MISSING: '缺少案号',
    SESSION_FORBIDDEN: '不得音像记录',
    SESSION_CHECK_FAILED: '使用前检查未通过',
    SESSION_ALREADY_OPEN: '该房间正在记录',
    calendar: '设备上没有该年度的工作日历，请导入',
  },
};

/** The word for people, or the contract's own when there is none: a newer box may say more. */
function named(words: Words, word: string): string {
  return (Object.hasOwn(words, word) ? words[word] : undefined) ?? word;
}

/** A body's fields in the order of the contract, with the words of people where there are some. */
export function entryFields(body: Body, language: Language): Record<string, unknown> {
  const { sessionKinds, cameraHints } = dictionary(language);
  const say = ours[language];
  if (isBodycamBody(body)) return bodycamFields(body, language);
  switch (body.case) {
    case 'noticeGiven':
      return noticeWords(body.value, language);
    case 'interruptionBegan':
    case 'interruptionEnded':
      return interruptionFields(body.value, language);
    case 'checkedBeforeUse':
      return checkWords(body.value, language);
    case 'commandTaken':
      return commandWords(body.value, language);
    case 'cameraHint':
      return { ...body.value, topic: named(cameraHints, body.value.topic) };
    case 'debtIncurred': {
      const { dueWallMs, what, ...owed } = body.value;
      const debt = debtText(owed.debt, language);
      // The box says what is owed in English; that is of use only where there is no word for it.
      return { ...owed, debt, ...(debt === owed.debt ? { what } : {}), due: clockText(dueWallMs) };
    }
    case 'debtSettled':
    case 'debtMissed':
      return { ...body.value, debt: debtText(body.value.debt, language) };
    case 'sessionOpened':
      return {
        ...body.value,
        kind: named(sessionKinds, body.value.kind),
        duty: wordText(body.value.duty ?? '', language),
      };
    case 'sessionClosing':
      return { ...body.value, reason: named(say, body.value.reason) };
    case 'sessionRefused': {
      const { room, kind, code, ...others } = body.value;
      const refused = named(say, code);
      return {
        room,
        kind: named(sessionKinds, kind),
        refused,
        ...(refused === code ? {} : { code }),
        ...others,
      };
    }
    case 'bookingMade': {
      const { fromWallMs, toWallMs, kind, ...others } = body.value;
      const times = { from: clockText(fromWallMs), to: clockText(toWallMs) };
      return { ...others, kind: named(sessionKinds, kind), ...times };
    }
    case 'bookingCancelled':
      return { ...body.value, why: named(say, body.value.why) };
    case 'calendarMissing':
      return { ...body.value, what: say['calendar'] };
    case 'coverageCertified': {
      const { room, day, reason, article } = body.value;
      return { room, day, reason: named(say, reason), article };
    }
    default:
      return body.value as unknown as Record<string, unknown>;
  }
}

function noticeWords(value: Bodies['noticeGiven'], language: Language): Record<string, unknown> {
  const { notices, noticeFaults, audible } = dictionary(language);
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
  const words: Words = interruptionWords[language];
  const cause = wordText(value.cause, language);
  if ('how' in value) return { ...value, cause, how: named(words, value.how) };
  return { ...value, cause, outcome: named(words, value.outcome) };
}

function commandWords(value: Bodies['commandTaken'], language: Language): Record<string, unknown> {
  const { issuedWallMs, expiresWallMs, ...others } = value;
  const outcome = named(dictionary(language).commandOutcomes, value.outcome);
  const span = { issued: clockText(issuedWallMs), expires: clockText(expiresWallMs) };
  return { ...others, outcome, ...(issuedWallMs > 0n ? span : {}) };
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
