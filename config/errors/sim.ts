// Faults of the simulator.
import type { ErrorText } from '../errors.ts';

export const simErrors = {
  SIM_SITE_FAULTY: {
    en: 'The simulated site {file} cannot be started: {why}.',
    zh: '无法启动模拟站点 {file}：{why}。',
  },
} as const satisfies Record<string, ErrorText>;
