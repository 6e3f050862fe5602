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
    zh: '固件映像不可用：{detail}。',
  },
  DOCK_UNKNOWN: {
    en: 'There is no dock "{dock}". Docks of the settings: {allowed}.',
    zh: '没有采集站“{dock}”。配置中的采集站：{allowed}。',
  },
  DOCK_BUSY: {
    en: 'Dock {dock} reads or erases the devices in its slots {slots}; nothing was changed. Ask again when they are done.',
    zh: '采集站 {dock} 正在读取或清除插槽 {slots} 中的设备；未作任何更改。请在完成后再试。',
  },
  DOCK_UPDATING: {
    en: 'Dock {dock} is being updated to {firmware} already; "liuhen dock list" shows how far it is.',
    zh: '采集站 {dock} 正在更新到 {firmware}；可用“liuhen dock list”查看进度。',
  },
  CLASSING_INVALID: {
    en: 'The classing of the clip cannot be taken: {detail} ({ground}).',
    zh: '音像资料分类无效：{detail}（{ground}）。',
  },
  CLIP_REQUEST: {
    en: 'The field "{field}" is not acceptable: {why}. Allowed: {allowed}.',
    zh: '字段“{field}”无效：{why}。允许：{allowed}。',
  },
  CLIP_UNKNOWN: {
    en: 'There is no clip "{file}" in the list; nothing was changed. "liuhen clips list" names them.',
    zh: '清单中没有音像资料“{file}”；未作任何更改。可用“liuhen clips list”查看。',
  },
  FIELD_BOOKING_UNKNOWN: {
    en: 'There is no field booking "{booking}"; nothing was changed. "liuhen clips bookings" names them.',
    zh: '没有外勤预约“{booking}”；未作任何更改。可用“liuhen clips bookings”查看。',
  },
} as const satisfies Record<string, ErrorText>;
