// `liuhen session settle`: gives what an urgent start still owes, also after the session has ended (E7).
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

export const sessionSettleCommand: CommandSpec = {
  name: 'session settle',
  summary: { en: 'add what an urgent start still owes', zh: '补录紧急启动时未提供的事项' },
  options: [
    { flags: '--session <id>', summary: { en: 'the session', zh: '会话编号' }, required: true },
    {
      flags: '--debt <name>',
      summary: { en: 'case-number or officers', zh: 'case-number 案号，officers 执法人员' },
      required: true,
    },
    { flags: '--with <text>', summary: { en: 'the case number', zh: '案号' } },
    {
      flags: '--officer <name:certificate...>',
      summary: { en: 'an officer with certificate number; repeat it', zh: '执法人员 姓名:证件号，可重复' },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'settle',
      {
        session: textOption(input, 'session'),
        debt: textOption(input, 'debt'),
        with: textOption(input, 'with'),
        officers: listOption(input, 'officer').map(parseOfficer),
        by: askedBy(input),
      },
      (answer) => [
        input.language === 'en'
          ? `${answer.debt} of session ${answer.session} is settled, ledger entry ${answer.seq}`
          : `会话 ${answer.session} 的 ${answer.debt} 已补录，台账第 ${answer.seq} 条`,
      ],
    ),
};
