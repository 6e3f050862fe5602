// `liuhen session status`: rooms, tracks, bytes, gaps and the ledger's head, once.
import { statusTable } from '../../gateway/health/status-table.ts';
import type { CommandSpec } from '../command.ts';
import { runControlCommand, socketOptions } from './control-socket.ts';

export const sessionStatusCommand: CommandSpec = {
  name: 'session status',
  summary: { en: 'show rooms, tracks, gaps and the ledger', zh: '显示房间、轨道、中断与台账' },
  options: socketOptions,
  json: true,
  run: (input) => runControlCommand(input, 'status', null, (view) => statusTable(view, input.language)),
};
