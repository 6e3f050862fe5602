// `liuhen dock list`, `health` and `firmware`: what a technician does with the docks of the running gateway.
import path from 'node:path';
import { dockTable, healthLines, updateLines } from '../../gateway/bodycam/docks/dock-table.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';

export const dockListCommand: CommandSpec = {
  name: 'dock list',
  summary: {
    en: 'the docks: firmware, line, health, updates under way',
    zh: '列出采集站：固件、线路、状态、更新进度',
  },
  options: socketOptions,
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'docks',
      null,
      (docks) => dockTable(docks, input.language),
      (docks) => (docks.every(({ state }) => state === 'ready') ? exitCodes.ok : exitCodes.wrong),
    ),
};

export const dockHealthCommand: CommandSpec = {
  name: 'dock health',
  summary: { en: 'ask the docks how they are, now', zh: '立即查询采集站状态' },
  args: [{ name: 'dock', summary: { en: 'its id; otherwise each', zh: '采集站编号，默认全部' } }],
  options: socketOptions,
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'dock-health',
      { dock: input.args[0] ?? '' },
      (docks) => healthLines(docks, input.language),
      (docks) => {
        if (docks.some(({ health }) => health !== null && health.faults.length > 0)) return exitCodes.wrong;
        return docks.every(({ health }) => health !== null) ? exitCodes.ok : exitCodes.incomplete;
      },
    ),
};

export const dockFirmwareCommand: CommandSpec = {
  name: 'dock firmware',
  summary: {
    en: 'update a dock; it goes on by itself over a line that ends',
    zh: '更新采集站固件；线路中断后自动继续',
  },
  args: [{ name: 'dock', summary: { en: 'its id', zh: '采集站编号' }, required: true }],
  options: [
    {
      flags: '--image <file>',
      summary: { en: 'the signed image, on this box', zh: '本机上的签名固件映像' },
      required: true,
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'dock-firmware',
      {
        dock: input.args[0] ?? '',
        // The gateway has another working folder.
        image: path.resolve(textOption(input, 'image') ?? ''),
        by: askedBy(input),
      },
      (update) => updateLines(update, input.language).map((line) => line.replace(/^ {2}/, '')),
      ({ state }) =>
        state === 'done' ? exitCodes.ok : state === 'failed' ? exitCodes.wrong : exitCodes.incomplete,
    ),
};
