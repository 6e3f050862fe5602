// `liuhen session open`: begins to record a matter in a room.
import { dutyText } from '../../config/policy/duty-text.ts';
import { checkWarnings } from '../../gateway/before-use/check-table.ts';
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

export const sessionOpenCommand: CommandSpec = {
  name: 'session open',
  summary: { en: 'open a session: the room begins to record', zh: '开始会话：房间开始录制' },
  options: [
    { flags: '--room <id>', summary: { en: 'the room', zh: '房间' }, required: true },
    {
      flags: '--kind <kind>',
      summary: {
        en: 'reception, interview, inquiry, hearing, expert-review, statement, defence or case-handling',
        zh: '事项类型：reception 接待、interview 约谈、inquiry 询问、hearing 听证、expert-review 专家评审、statement 陈述、defence 申辩、case-handling 执法办案',
      },
      required: true,
    },
    {
      flags: '--officer <name:certificate...>',
      summary: { en: 'an officer with certificate number; repeat it', zh: '执法人员 姓名:证件号，可重复' },
    },
    { flags: '--case <number>', summary: { en: 'the case number', zh: '案号' } },
    { flags: '--case-name <name>', summary: { en: 'the case name', zh: '案件名称' } },
    { flags: '--party <name...>', summary: { en: 'a party; repeat it', zh: '当事人，可重复' } },
    { flags: '--stage <text>', summary: { en: 'the step of the procedure', zh: '执法环节' } },
    {
      flags: '--forbidden <ground>',
      summary: {
        en: 'why nothing may be recorded: explosion-risk, secret-without-consent, by-law',
        zh: '不得记录的情形 explosion-risk secret-without-consent by-law',
      },
    },
    {
      flags: '--urgent',
      summary: {
        en: 'begin now; officers, case and parties follow within the time that the policy gives',
        zh: '紧急启动：缺少的信息在规定时限内补录',
      },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) => {
    const zh = input.language !== 'en';
    return runControlCommand(
      input,
      'open',
      {
        room: textOption(input, 'room'),
        kind: textOption(input, 'kind'),
        officers: listOption(input, 'officer').map(parseOfficer),
        caseNumber: textOption(input, 'case'),
        caseName: textOption(input, 'caseName'),
        parties: listOption(input, 'party'),
        stage: textOption(input, 'stage'),
        forbidden: textOption(input, 'forbidden'),
        urgent: input.options['urgent'] === true,
        by: askedBy(input),
      },
      (answer) => [
        zh
          ? `会话 ${answer.session} 已在房间 ${answer.room} 开始`
          : `session ${answer.session} is open in room ${answer.room}`,
        `  ${dutyText(answer.duty, answer.article, input.language)}`,
        ...answer.debts.map((debt) => {
          const due = new Date(debt.dueWallMs).toISOString();
          return zh
            ? `待补 ${debt.debt}，期限 ${due}（${debt.article}）`
            : `owes ${debt.debt} until ${due} (${debt.article})`;
        }),
        ...(answer.check ? checkWarnings(answer.check, input.language) : []),
      ],
    );
  },
};
