// `liuhen session close`: ends a session; answers when every file is sealed.
import type { CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';

export const sessionCloseCommand: CommandSpec = {
  name: 'session close',
  summary: { en: 'close a session; answers when it is sealed', zh: '结束会话，封存完成后返回' },
  options: [
    { flags: '--room <id>', summary: { en: 'the room', zh: '房间' } },
    {
      flags: '--session <id>',
      summary: { en: 'the session, in place of the room', zh: '会话编号（可代替房间）' },
    },
    { flags: '--reason <text>', summary: { en: 'why it ends, for the ledger', zh: '结束原因，记入台账' } },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'close',
      {
        room: textOption(input, 'room'),
        session: textOption(input, 'session'),
        reason: textOption(input, 'reason'),
        by: askedBy(input),
      },
      (answer) => {
        const size = (answer.bytes / 2 ** 20).toFixed(1);
        return [
          input.language === 'en'
            ? `session ${answer.session} is closed: ${answer.segments} segments, ${answer.gaps} gaps, ${size} MiB in ${answer.folder}`
            : `会话 ${answer.session} 已结束：${answer.segments} 个分段，${answer.gaps} 处中断，${size} MiB，位于 ${answer.folder}`,
        ];
      },
    ),
};
