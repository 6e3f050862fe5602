// `liuhen session mark`: marks a key moment in an open session (I4).
import type { CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';

export const sessionMarkCommand: CommandSpec = {
  name: 'session mark',
  summary: { en: 'mark a key moment', zh: '标记关键时刻' },
  options: [
    { flags: '--room <id>', summary: { en: 'the room', zh: '房间' } },
    {
      flags: '--session <id>',
      summary: { en: 'the session, in place of the room', zh: '会话编号（可代替房间）' },
    },
    { flags: '--label <label>', summary: { en: 'what kind of moment', zh: '时刻类别' }, required: true },
    { flags: '--text <text>', summary: { en: 'in words', zh: '文字说明' } },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'mark',
      {
        room: textOption(input, 'room'),
        session: textOption(input, 'session'),
        label: textOption(input, 'label'),
        text: textOption(input, 'text'),
        by: askedBy(input),
      },
      (answer) => [
        input.language === 'en'
          ? `marked in session ${answer.session}, ledger entry ${answer.seq}`
          : `已在会话 ${answer.session} 标记，台账第 ${answer.seq} 条`,
      ],
    ),
};
