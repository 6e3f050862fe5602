// Faults of the room's panel.
import type { ErrorText } from '../errors.ts';

export const panelErrors = {
  FIRMATA_VALUE: {
    en: 'The {what} {value} does not fit into a Firmata message.',
    zh: 'Firmata 消息无法容纳{what} {value}。',
  },
  PANEL_ADDRESS: {
    en: 'The panel address {address} cannot be used; allowed are serial:/dev/ttyACM0 and tcp://host:port.',
    zh: '面板地址 {address} 无效；可用 serial:/dev/ttyACM0 或 tcp://主机:端口。',
  },
  PANEL_UNREACHABLE: {
    en: 'The panel at {address} does not answer ({why}). Check its cable and its firmware (StandardFirmata 2.5).',
    zh: '面板 {address} 无应答（{why}）。请检查连线和固件（StandardFirmata 2.5）。',
  },
} as const satisfies Record<string, ErrorText>;
