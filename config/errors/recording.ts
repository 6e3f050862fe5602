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
  INDEX_LINE: {
    en: 'A line of a segment index does not verify: {why}.',
    zh: '分段索引中的一行校验失败：{why}。',
  },
  JOURNAL_TOO_LONG: {
    en: 'The journal in {folder} is longer than {maxBytes} bytes and is not read.',
    zh: '{folder} 中的日志超过 {maxBytes} 字节，未读取。',
  },
  SESSION_NOT_RECORDING: {
    en: 'Session {session} is not being recorded by this recorder.',
    zh: '本录制进程没有在录制会话 {session}。',
  },
  CAMERA_NOT_WARM: {
    en: 'Camera {camera} is not known to the recorder. Ask for it with "warm" first.',
    zh: '录制进程不认识摄像机 {camera}，请先发送 “warm” 请求。',
  },
  RECORDER_REQUEST: {
    en: 'The recorder does not understand the request "{request}": {why}.',
    zh: '录制进程无法理解请求“{request}”：{why}。',
  },
  RECORDER_JOURNAL_WAITS: {
    en: 'Session {session} cannot be closed yet: the disk does not take its journal. Free some space; it is tried again.',
    zh: '会话 {session} 暂不能结束：磁盘无法写入其日志。请释放空间，系统将重试。',
  },
  RECORDER_SEAL_WAITS: {
    en: 'Session {session} cannot be closed yet: the disk refuses to seal a file. Check the disk; it is tried again.',
    zh: '会话 {session} 暂不能结束：磁盘拒绝封存文件。请检查磁盘，系统将重试。',
  },
} as const satisfies Record<string, ErrorText>;
