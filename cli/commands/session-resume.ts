// `liuhen session resume`: the interrupted matter goes on, with the cause of the interruption (C3).
import { wordText } from '../../config/policy/policy-text.ts';
import type { CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';
import { interruptionOptions } from './interruption-options.ts';

export const sessionResumeCommand: CommandSpec = {
  name: 'session resume',
  summary: { en: 'the matter goes on; the cause is demanded', zh: '恢复办理；须说明中断原因' },
  options: [
    ...interruptionOptions,
    {
      flags: '--spoken',
      summary: { en: 'the cause was said aloud in the recording', zh: '已在录音中口头说明原因' },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'resume',
      {
        room: textOption(input, 'room'),
        session: textOption(input, 'session'),
        cause: textOption(input, 'cause'),
        text: textOption(input, 'text'),
        spoken: input.options['spoken'] === true,
        by: askedBy(input),
      },
      ({ session, cause, seq, packSilent }) => {
        const english = input.language === 'en';
        const lines = [
          english
            ? `session ${session} goes on (${wordText(cause, 'en')}), ledger entry ${seq}`
            : `会话 ${session} 已恢复（${wordText(cause, 'zh-CN')}），台账第 ${seq} 条`,
        ];
        if (packSilent) lines.push(english ? 'the policy pack names no causes' : '制度未列明中断原因');
        return lines;
      },
    ),
};
