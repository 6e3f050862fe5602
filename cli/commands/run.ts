// `liuhen run`: the gateway as a daemon. The supervisor keeps recorder and control alive; this only reads the
// command line.
import { createLog } from '../../config/log.ts';
import { runSupervisor } from '../../gateway/supervisor/supervisor.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

export const runCommand: CommandSpec = {
  name: 'run',
  summary: {
    en: 'run the gateway; SIGTERM seals and ends, SIGHUP reads the settings again',
    zh: '运行网关；SIGTERM 封存后退出，SIGHUP 重新读取配置',
  },
  options: [{ flags: '--config <file>', summary: { en: 'the settings', zh: '配置文件' }, required: true }],
  run: async (input) => {
    await runSupervisor({
      configPath: textOption(input, 'config') ?? '',
      signal: input.signal,
      log: createLog({ name: 'liuhen' }),
    });
    return exitCodes.ok;
  },
};
