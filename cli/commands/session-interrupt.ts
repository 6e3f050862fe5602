// `liuhen session interrupt`: an officer's word that the matter is interrupted, or cannot go on (C3, C4). The recorder
// goes on: there is no pause (C1).
import { wordText } from '../../config/policy/policy-text.ts';
import type { CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';
import { interruptionOptions } from './interruption-options.ts';

export const sessionInterruptCommand: CommandSpec = {
  name: 'session interrupt',
  summary: {
    en: 'say that the matter is interrupted; the recording goes on',
    zh: '声明办理中断；录制不停止',
  },
  options: [
    ...interruptionOptions,
    {
      flags: '--cannot-go-on',
      summary: {
        en: 'it cannot go on: report and written explanation are owed as the rules say',
        zh: '无法继续：按制度补交报告和书面说明',
      },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'interrupt',
      {
        room: textOption(input, 'room'),
        session: textOption(input, 'session'),
        cause: textOption(input, 'cause'),
        text: textOption(input, 'text'),
        cannotGoOn: input.options['cannotGoOn'] === true,
        by: askedBy(input),
      },
      ({ session, cause, seq, packSilent, debts, keySteps }) => {
        const english = input.language === 'en';
        const lines = [
          english
            ? `session ${session} is interrupted (${wordText(cause, 'en')}), ledger entry ${seq}; the recording goes on`
            : `会话 ${session} 已中断（${wordText(cause, 'zh-CN')}），台账第 ${seq} 条；录制不停止`,
        ];
        if (packSilent) lines.push(english ? 'the policy pack names no causes' : '制度未列明中断原因');
        for (const { debt, article, dueWallMs } of debts) {
          const due = new Date(dueWallMs).toISOString();
          const what = wordText(debt, input.language);
          lines.push(
            english
              ? `owed: ${debt} (${what}, ${article}) by ${due}; the deadline is the site's, the rules give none`
              : `待补：${debt}（${what}，${article}），截止 ${due}；制度未规定期限，由本单位设定`,
          );
        }
        if (keySteps.length > 0) {
          const steps = keySteps.map((step) => wordText(step, input.language));
          lines.push(
            english
              ? `record at least these by other means: ${steps.join(', ')}`
              : `至少以其他设备记录重要环节：${steps.join('、')}`,
          );
        }
        return lines;
      },
    ),
};
