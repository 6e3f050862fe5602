// `liuhen booking add`, `list` and `cancel`: the calendar of the rooms of the running gateway.
import type { BookingView } from '../../gateway/sessions/control-protocol.ts';
import type { CommandSpec } from '../command.ts';
import {
  askedBy,
  byOption,
  listOption,
  parseOfficer,
  runControlCommand,
  socketOptions,
  textOption,
} from './control-socket.ts';
import { sessionOpenCommand } from './session-open.ts';

/** A booking asks for what opening asks for, and is urgent by itself where something is missing. */
const matterOptions = (sessionOpenCommand.options ?? []).filter(
  ({ flags }) => !/^--(urgent|forbidden|by|config|socket)/.test(flags),
);

export const bookingAddCommand: CommandSpec = {
  name: 'booking add',
  summary: { en: 'book a room: it begins to record at that time', zh: '预约房间：到时自动开始录制' },
  options: [
    ...matterOptions,
    {
      flags: '--from <time>',
      summary: {
        en: 'YYYY-MM-DDTHH:MM at the site, or ISO 8601',
        zh: '开始时间 YYYY-MM-DDTHH:MM（本地）或 ISO 8601',
      },
      required: true,
    },
    {
      flags: '--to <time>',
      summary: { en: 'its end; nothing is cut there', zh: '结束时间；到时不中断' },
      required: true,
    },
    {
      flags: '--ends-itself',
      summary: { en: 'close it at its end when nobody has marked anything', zh: '如无人标记，到时自动关闭' },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'book',
      {
        room: textOption(input, 'room'),
        kind: textOption(input, 'kind'),
        officers: listOption(input, 'officer').map(parseOfficer),
        caseNumber: textOption(input, 'case'),
        caseName: textOption(input, 'caseName'),
        parties: listOption(input, 'party'),
        stage: textOption(input, 'stage'),
        from: textOption(input, 'from'),
        to: textOption(input, 'to'),
        endsItself: input.options['endsItself'] === true,
        by: askedBy(input),
      },
      (answer) => {
        const missing = answer.missing?.join(', ') ?? '';
        if (missing === '') return [line(answer)];
        return [line(answer), input.language === 'en' ? `it will owe: ${missing}` : `届时待补：${missing}`];
      },
    ),
};

export const bookingListCommand: CommandSpec = {
  name: 'booking list',
  summary: { en: 'the bookings of the rooms', zh: '列出预约' },
  options: [{ flags: '--room <id>', summary: { en: 'only this room', zh: '仅此房间' } }, ...socketOptions],
  json: true,
  run: (input) =>
    runControlCommand(input, 'bookings', { room: textOption(input, 'room') }, (answer) => answer.map(line)),
};

export const bookingCancelCommand: CommandSpec = {
  name: 'booking cancel',
  summary: { en: 'cancel a booking that has not begun', zh: '取消尚未开始的预约' },
  args: [{ name: 'booking', summary: { en: 'its id', zh: '预约编号' }, required: true }],
  options: [byOption, ...socketOptions],
  json: true,
  run: (input) =>
    runControlCommand(input, 'unbook', { booking: input.args[0] ?? '', by: askedBy(input) }, (answer) => [
      input.language === 'en' ? `cancelled ${line(answer)}` : `已取消 ${line(answer)}`,
    ]),
};

function line({ booking, room, kind, fromWallMs, toWallMs, state, session }: BookingView): string {
  const [from, to] = [fromWallMs, toWallMs].map((at) => new Date(at).toISOString().slice(0, 16).concat('Z'));
  return `${booking} ${room} ${kind} ${from} – ${to} ${state} ${session}`.trimEnd();
}
