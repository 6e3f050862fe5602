// Faults of the simulator and of the demo.
import type { ErrorText } from '../errors.ts';

export const simErrors = {
  SIM_SITE_FAULTY: {
    en: 'The simulated site {file} cannot be started: {why}.',
    zh: '无法启动模拟站点 {file}：{why}。',
  },
  SIM_SITE_MISSING: {
    en: 'Say which site to simulate: --site <file>.',
    zh: '请用 --site <文件> 指明要模拟的站点。',
  },
  SIM_CONTROL_FAILED: {
    en: 'The simulator did not do {request}: {why}.',
    zh: '模拟器未执行 {request}：{why}。',
  },
  DEMO_NOT_UP: {
    en: 'The simulated site did not come up: {why}. Log: {log}\n{tail}',
    zh: '模拟站点未能启动：{why}。日志：{log}\n{tail}',
  },
  DEMO_FAILED: {
    en: 'It did not come out right: {why}.',
    zh: '结果不符合预期：{why}。',
  },
} as const satisfies Record<string, ErrorText>;
