// `liuhen clips list`, `class`, `book`, `unbook` and `bookings`: what the footage of body-cams is about, asked of the
// running gateway. Checking the store is clips-verify.ts's.
import type { ClipsRequest } from '../../gateway/bodycam/clips/clip-requests.ts';
import { fieldMatters } from '../../config/field-matters.ts';
import { bookedLines, bookingLines, clipLines, clipTable } from '../clip-table.ts';
import type { CommandInput, CommandSpec } from '../command.ts';
import {
  askedBy,
  byOption,
  listOption,
  parseOfficer,
  runControlCommand,
  socketOptions,
  textOption,
} from './control-socket.ts';

const matters = fieldMatters.join(', ');
const caseOptions = [
  { flags: '--matter <matter>', summary: { en: `what it is: ${matters}`, zh: `事项：${matters}` } },
  { flags: '--case <number>', summary: { en: 'the case number', zh: '案号' } },
  { flags: '--case-name <name>', summary: { en: 'the case name', zh: '案件名称' } },
] as const;
const timeForm = {
  en: 'YYYY-MM-DDTHH:MM at the site, or ISO 8601',
  zh: 'YYYY-MM-DDTHH:MM（本地）或 ISO 8601',
};

/** What a search looks for; each part has to fit. */
export const queryOptions = [
  { flags: '--name <words>', summary: { en: 'words of its name or file', zh: '名称或文件名中的字词' } },
  { flags: '--device <id>', summary: { en: 'the device number', zh: '设备编号' } },
  { flags: '--officer <name>', summary: { en: 'name or certificate number', zh: '姓名或执法证号' } },
  { flags: '--party <name>', summary: { en: 'a party', zh: '当事人' } },
  { flags: '--case <text>', summary: { en: 'number or name of the case', zh: '案号或案件名称' } },
  { flags: '--matter <matter>', summary: { en: matters, zh: `事项：${matters}` } },
  { flags: '--room <id>', summary: { en: 'the room of its dock', zh: '采集站所在房间' } },
  { flags: '--from <time>', summary: { en: `not before; ${timeForm.en}`, zh: `不早于；${timeForm.zh}` } },
  { flags: '--to <time>', summary: { en: 'not after', zh: '不晚于' } },
  { flags: '--unclassed', summary: { en: 'only those nobody has classed', zh: '仅未分类' } },
] as const;

export function queryOf(input: CommandInput): ClipsRequest {
  const names = ['name', 'device', 'officer', 'party', 'case', 'matter', 'room', 'from', 'to'] as const;
  const texts = names.flatMap((name) => {
    const text = textOption(input, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...Object.fromEntries(texts),
    ...(input.options['unclassed'] === true ? { unclassed: true } : {}),
  };
}

export const clipsListCommand: CommandSpec = {
  name: 'clips list',
  summary: { en: 'the footage of body-cams in the store', zh: '列出存储中的执法记录仪音像资料' },
  options: [
    ...queryOptions,
    { flags: '--limit <n>', summary: { en: 'at most so many, 100 at most', zh: '最多件数，不超过 100' } },
    { flags: '--before <n>', summary: { en: 'go on from there', zh: '从此处继续' } },
    ...socketOptions,
  ],
  json: true,
  run: (input) => {
    const numbers = (['limit', 'before'] as const).flatMap((name) => {
      const text = textOption(input, name);
      // What is no number is refused by the gateway, which knows the limits.
      return text === undefined ? [] : [[name, Number(text)] as const];
    });
    const body = { ...queryOf(input), ...Object.fromEntries(numbers) };
    return runControlCommand(input, 'clips', body, (answer) => clipTable(answer, input.language));
  },
};

export const clipsClassCommand: CommandSpec = {
  name: 'clips class',
  summary: { en: 'say by hand what a clip is about', zh: '人工确定音像资料的事项和案件' },
  args: [{ name: 'file', summary: { en: 'as the list names it', zh: '清单中的文件' }, required: true }],
  options: [
    ...caseOptions,
    { flags: '--party <name>', summary: { en: 'the party', zh: '当事人' } },
    {
      flags: '--officer <name:certificate>',
      summary: { en: 'who had the device; left out: as known', zh: '使用人 姓名:证件号；不填则不变' },
    },
    {
      flags: '--note <text>',
      summary: { en: 'why; without a matter it has to be said', zh: '说明；不属于所列事项时必填' },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) => {
    const officer = textOption(input, 'officer');
    return runControlCommand(
      input,
      'clip-class',
      {
        file: input.args[0] ?? '',
        matter: textOption(input, 'matter'),
        caseNumber: textOption(input, 'case'),
        caseName: textOption(input, 'caseName'),
        party: textOption(input, 'party'),
        ...(officer === undefined ? {} : { officer: parseOfficer(officer) }),
        note: textOption(input, 'note'),
        by: askedBy(input),
      },
      ({ clip, seq }) => [
        seq === null
          ? input.language === 'en'
            ? 'it was said already; nothing was entered'
            : '内容相同，未重复记入'
          : `#${seq}`,
        ...clipLines(clip, input.language),
      ],
    );
  },
};

export const clipsBookCommand: CommandSpec = {
  name: 'clips book',
  summary: { en: 'book field work: its footage is of this matter', zh: '预约外勤：其间的音像资料归入该事项' },
  options: [
    { flags: '--device <id>', summary: { en: 'the device number', zh: '设备编号' } },
    {
      flags: '--officer <name:certificate...>',
      summary: { en: 'an officer with certificate number; repeat it', zh: '执法人员 姓名:证件号，可重复' },
    },
    ...caseOptions,
    { flags: '--party <name...>', summary: { en: 'a party; repeat it', zh: '当事人，可重复' } },
    { flags: '--from <time>', summary: timeForm, required: true },
    { flags: '--to <time>', summary: { en: 'its end', zh: '结束时间' }, required: true },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'field-book',
      {
        device: textOption(input, 'device'),
        officers: listOption(input, 'officer').map(parseOfficer),
        matter: textOption(input, 'matter'),
        caseNumber: textOption(input, 'case'),
        caseName: textOption(input, 'caseName'),
        parties: listOption(input, 'party'),
        from: textOption(input, 'from'),
        to: textOption(input, 'to'),
        by: askedBy(input),
      },
      (answer) => bookedLines(answer, input.language),
    ),
};

export const clipsUnbookCommand: CommandSpec = {
  name: 'clips unbook',
  summary: { en: 'cancel a field booking', zh: '取消外勤预约' },
  args: [{ name: 'booking', summary: { en: 'its id', zh: '预约编号' }, required: true }],
  options: [{ flags: '--why <text>', summary: { en: 'why', zh: '原因' } }, byOption, ...socketOptions],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'field-unbook',
      { booking: input.args[0] ?? '', by: askedBy(input), why: textOption(input, 'why') },
      (answer) => [input.language === 'en' ? 'cancelled' : '已取消', ...bookingLines(answer, input.language)],
    ),
};

export const clipsBookingsCommand: CommandSpec = {
  name: 'clips bookings',
  summary: { en: 'the field bookings', zh: '列出外勤预约' },
  options: [
    { flags: '--device <id>', summary: { en: 'only of this device', zh: '仅此设备' } },
    { flags: '--officer <name>', summary: { en: 'name or certificate number', zh: '姓名或执法证号' } },
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'field-bookings',
      { device: textOption(input, 'device'), officer: textOption(input, 'officer') },
      ({ bookings, count }) => [
        ...bookings.flatMap((each) => bookingLines(each, input.language)),
        input.language === 'en' ? `bookings: ${count}` : `预约合计：${count}`,
      ],
    ),
};
