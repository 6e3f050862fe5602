// The words of interruptions (C3, C4) in both languages: how one began and ended, what is owed, and what those in the room
// read.
// The causes are words of the policy packs: policy-text.ts.
import type { Language } from './dictionary.ts';

export type InterruptionWord =
  | 'detected'
  | 'declared'
  | 'resumed'
  | 'cannot-go-on'
  | 'closed'
  | 'interruption-cause'
  | 'report-to-head'
  | 'written-explanation'
  | 'key-steps'
  | 'interrupted'
  | 'causeAsked'
  | 'wentOn'
  | 'colon';

export const interruptionWords: Readonly<Record<Language, Readonly<Record<InterruptionWord, string>>>> = {
  en: {
    detected: 'detected: no pictures',
    declared: 'declared by an officer',
    resumed: 'resumed',
    'cannot-go-on': 'cannot go on',
    closed: 'ended without being resumed',
    'interruption-cause': 'cause of the interruption',
    'report-to-head': 'report to the department head',
    'written-explanation': 'written explanation',
    'key-steps': 'key steps recorded by other means',
    interrupted: 'Interrupted; what can be recorded is recorded',
    causeAsked: 'Pictures again: state the cause of the interruption',
    wentOn: 'It goes on. Cause of the interruption',
    colon: ': ',
  },
  'zh-CN': {
    detected: '自动发现：无画面',
    declared: '执法人员声明',
    resumed: '已恢复',
    'cannot-go-on': '确实无法继续记录',
    closed: '未恢复即结束',
    'interruption-cause': '说明中断原因',
    'report-to-head': '向部门负责人报告',
    'written-explanation': '书面说明情况',
    'key-steps': '以其他设备记录的重要环节',
    interrupted: '记录中断；能录制的继续录制',
    causeAsked: '画面已恢复，请说明中断原因',
    wentOn: '已恢复记录，中断原因',
    colon: '：',
  },
};
