// `liuhen broker`: the embedded broker alone, for the demo and for trying things out.
import { createLog } from '../../config/log.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { exitCodes, type CommandSpec } from '../command.ts';

export const brokerCommand: CommandSpec = {
  name: 'broker',
  summary: { en: 'run the embedded MQTT broker alone', zh: '单独运行内置消息服务器' },
  options: [
    {
      flags: '--listen <host:port>',
      summary: {
        en: 'where it listens; 127.0.0.1:1883 unless given',
        zh: '监听地址，默认 127.0.0.1:1883',
      },
    },
  ],
  run: async (input) => {
    const { options, signal, language } = input;
    const listen = typeof options['listen'] === 'string' ? options['listen'] : '127.0.0.1:1883';
    const match = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(listen);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    if (host === undefined || port > 65_535) {
      input.err(
        language === 'en' ? `--listen ${listen}: give HOST:PORT` : `--listen ${listen}：格式为 主机:端口`,
      );
      return exitCodes.usage;
    }
    const broker = await startEmbeddedBroker({ host, port, log: createLog({ name: 'broker' }) });
    input.out(language === 'en' ? `broker on ${host}:${broker.port}` : `消息服务器：${host}:${broker.port}`);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    await broker.close();
    return exitCodes.ok;
  },
};
