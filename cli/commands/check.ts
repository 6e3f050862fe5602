// `liuhen check`: looks at a room of the running gateway before it is used, and says what to do about what is wrong.
import { checkTable } from '../../gateway/before-use/check-table.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';

export const checkCommand: CommandSpec = {
  name: 'check',
  summary: {
    en: 'check a room before use: cameras, sound, picture, disk, clock',
    zh: '使用前检查房间：摄像机、声音、画面、磁盘、时钟',
  },
  options: [
    { flags: '--room <id>', summary: { en: 'the room', zh: '房间' }, required: true },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'check',
      { room: textOption(input, 'room'), by: askedBy(input) },
      (answer) => checkTable(answer, input.language),
      ({ passed, unknown }) =>
        passed ? (unknown === 0 ? exitCodes.ok : exitCodes.incomplete) : exitCodes.wrong,
    ),
};
