// The options that `session interrupt` and `session resume` share: which matter, why, and in words.
import type { CommandSpec } from '../command.ts';

export const interruptionOptions: NonNullable<CommandSpec['options']> = [
  { flags: '--room <id>', summary: { en: 'the room', zh: '房间' } },
  {
    flags: '--session <id>',
    summary: { en: 'the session, in place of the room', zh: '会话编号（可代替房间）' },
  },
  {
    flags: '--cause <cause>',
    summary: {
      en: 'device-fault, damage, low-battery, storage-full, bad-weather or obstruction, as the policy pack names them',
      zh: 'device-fault 设备故障，damage 损坏，low-battery 电量不足，storage-full 存储空间不足，bad-weather 恶劣天气，obstruction 受阻，以制度为准',
    },
  },
  { flags: '--text <text>', summary: { en: 'in words', zh: '文字说明' } },
];
