// The words for the deadlines of body-cam footage, for the command line, headquarters and the room screen, in both
// languages. What is due, and whom it has come to, the gateway says.
import type { Language } from './dictionary.ts';

/** As OffloadView's of gateway/bodycam. */
export type DeadlineStep = 'in-time' | 'officer' | 'unit-head' | 'headquarters' | 'missed';
export type DeadlineWhere = 'docked' | 'out' | 'remote';

interface Words {
  readonly title: string;
  readonly none: string;
  readonly noDeadline: string;
  readonly noRule: string;
  readonly dueIn: (left: string) => string;
  readonly overdue: (past: string) => string;
  readonly steps: Readonly<Record<DeadlineStep, string>>;
  readonly wheres: Readonly<Record<DeadlineWhere, string>>;
  readonly clips: (count: number) => string;
  readonly more: (count: number) => string;
}

export const deadlineWords: Readonly<Record<Language, Words>> = {
  en: {
    title: 'Footage to be stored',
    none: 'no footage is due',
    noDeadline: 'no deadline before the return',
    noRule: 'the rules set no deadline',
    dueIn: (left) => `due in ${left}`,
    overdue: (past) => `OVERDUE for ${past}`,
    steps: {
      'in-time': 'in time',
      officer: 'officer told',
      'unit-head': 'unit head told',
      headquarters: 'headquarters told',
      missed: 'MISSED',
    },
    wheres: { docked: 'in the dock', out: 'not docked', remote: 'remote work declared' },
    clips: (count) => (count === 0 ? 'content not known' : count === 1 ? '1 clip' : `${count} clips`),
    more: (count) => `… and ${count} more`,
  },
  'zh-CN': {
    title: '待存储的执法记录',
    none: '没有待存储的执法记录',
    noDeadline: '返回前不计时限',
    noRule: '规则未规定时限',
    dueIn: (left) => `还剩${left}`,
    overdue: (past) => `已超时限${past}`,
    steps: {
      'in-time': '时限内',
      officer: '已提醒执法人员',
      'unit-head': '已提醒单位负责人',
      headquarters: '已上报指挥中心',
      missed: '逾期',
    },
    wheres: { docked: '已在采集站', out: '未归站', remote: '已登记异地执法' },
    clips: (count) => (count === 0 ? '内容未知' : `${count} 段`),
    more: (count) => `……另有 ${count} 台`,
  },
};

/** Whether the time that is left is worth more than a look: the shape and the colour go by it. */
export function deadlineUrgency(step: DeadlineStep): 'calm' | 'soon' | 'late' {
  return step === 'missed' ? 'late' : step === 'in-time' ? 'calm' : 'soon';
}
