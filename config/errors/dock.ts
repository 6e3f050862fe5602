// Faults of body-cam docks and of the wire to them.
import type { ErrorText } from '../errors.ts';

export const dockErrors = {
  DOCK_MESSAGE: {
    en: 'The dock message {message} is not valid: {why}.',
    zh: '采集站消息 {message} 无效：{why}。',
  },
  DOCK_ADDRESS: {
    en: 'The dock address {address} cannot be used; allowed are serial:/dev/ttyUSB0 and tcp://host:port.',
    zh: '采集站地址 {address} 无效；可用 serial:/dev/ttyUSB0 或 tcp://主机:端口。',
  },
  DOCK_DOWN: {
    en: 'The dock at {address} cannot be used: {state} ({why}). Check its cable, its power and its firmware.',
    zh: '采集站 {address} 不可用：{state}（{why}）。请检查连线、电源和固件。',
  },
  DOCK_REFUSED: {
    en: 'The dock refused {call}: {refusal} {text}',
    zh: '采集站拒绝 {call}：{refusal} {text}',
  },
  DOCK_QUEUE_FULL: {
    en: '{waiting} commands already wait for the dock; at most {atMost} may. Ask again when some are done.',
    zh: '采集站已有 {waiting} 条命令在等待，最多 {atMost} 条。请稍后再试。',
  },
  DOCK_IMAGE: {
    en: 'The firmware image cannot be used: {why}.',
    zh: '固件映像不可用：{why}。',
  },
  CLASSING_INVALID: {
    en: 'The classing of the clip cannot be taken: {detail} ({ground}).',
    zh: '音像资料分类无效：{detail}（{ground}）。',
  },
} as const satisfies Record<string, ErrorText>;
