// Faults of the recorder, its files and the local channel to it.
import type { ErrorText } from '../errors.ts';

export const recordingErrors = {
  CHANNEL_VERSION: {
    en: 'The other end of {socket} speaks protocol {theirs}, this end {ours}. Restart the whole service.',
    zh: '{socket} 对端协议版本为 {theirs}，本端为 {ours}，请重启整个服务。',
  },
  CHANNEL_MESSAGE: {
    en: 'A message on {socket} is not acceptable: {why}. At most {maxBytes} bytes of JSON are allowed.',
    zh: '{socket} 上的消息无效：{why}。允许最多 {maxBytes} 字节的 JSON。',
  },
  CHANNEL_CLOSED: {
    en: 'The connection to {socket} closed before the answer came.',
    zh: '与 {socket} 的连接在应答前已关闭。',
  },
  CHANNEL_TIMEOUT: {
    en: 'No answer on {socket} to "{request}" within {afterMs} ms.',
    zh: '{socket} 在 {afterMs} 毫秒内未应答“{request}”。',
  },
  CHANNEL_REFUSED: {
    en: '{message}',
    zh: '{message}',
  },
} as const satisfies Record<string, ErrorText>;
