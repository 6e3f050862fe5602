// The page's own words, in both languages; a missing one is a compile error. The words of the trade (states, kinds,
// tracks, causes) are those of config/dictionary.ts.
import { interruptionWords } from '../../../config/interruption-words.ts';
import { dictionary, type Dictionary, type Language } from '../../../config/dictionary.ts';

function interruptionDebts(language: Language) {
  const {
    'report-to-head': head,
    'written-explanation': written,
    'interruption-cause': cause,
    'key-steps': steps,
  } = interruptionWords[language];
  return {
    'report-to-head': head,
    'written-explanation': written,
    'interruption-cause': cause,
    'key-steps': steps,
  };
}

const en = {
  notConnected: 'NOT CONNECTED',
  notConnectedWhy: 'This screen hears nothing from the box. It does not know whether the room is recorded.',
  elapsed: 'elapsed',
  switchLanguage: '中文',
  rooms: 'Rooms',
  hqUp: 'headquarters connected',
  hqDown: 'no headquarters',
  hqWaiting: 'waiting to be sent',
  recorderDown: 'recording process down',
  diskFull: 'disk not writable',
  gaps: 'gaps',
  ready: 'ready',
  notReady: 'not ready',
  noPicture: 'Pictures are shown while a session is recorded',
  pictureUnknown: 'This browser cannot show the picture',
  pictureWait: 'waiting for a picture',
  level: 'sound level',
  levelUnknown: 'level not known',
  behind: 's behind',
  optional: 'optional',
  waiting: 'waiting for the first picture',
  stale: 'nothing new on disk',
  whys: {
    'recorder-gone': 'The recording process does not answer.',
    'not-running': 'The recording process does not record this session.',
    disk: 'The disk takes nothing.',
    'no-tracks': 'There is no track to record.',
  },
  start: 'Start',
  startUrgent: 'Start now',
  startUrgentWhy: 'papers follow within {span}',
  startWithPapers: 'Start with papers',
  kind: 'Matter',
  officerName: 'Officer',
  officerCertificate: 'Certificate number',
  addOfficer: 'One more officer',
  caseNumber: 'Case number',
  caseName: 'Case name',
  parties: 'Parties',
  partiesHint: 'several are divided by commas',
  stage: 'Stage',
  article: 'article',
  ours: 'asked by the site',
  back: 'Back',
  end: 'End',
  endSure: 'End the recording?',
  endYes: 'End and seal',
  endNo: 'Go on recording',
  ending: 'being sealed …',
  keyMoments: 'Key moments',
  markText: 'Note',
  markNote: 'Mark the note',
  marked: 'marked',
  visitorComes: 'Visitor begins',
  visitorLeaves: 'Visitor is done',
  panelAway: 'panel not connected',
  door: { open: 'door open', closed: 'door closed' },
  forbidden: 'Nothing may be recorded in this room',
  notRecorded: 'This matter must not be recorded',
  notRecordedWhy: 'Why? It is entered with its article; nothing is recorded.',
  interrupt: 'Interrupted',
  interruptYes: 'Say that it is interrupted',
  cause: 'Cause',
  causeText: 'What happened',
  causeSpoken: 'the cause was said aloud',
  resume: 'Go on',
  cannotGoOn: 'It cannot go on',
  interruption: 'interruption',
  check: 'Check before use',
  checkGood: 'Nothing is at fault',
  checkUnknown: '· {count} not known',
  checkMayStart: 'At fault; recording may begin',
  checkNo: 'At fault; the rules forbid to begin',
  booked: 'Booked',
  bookedStates: { waiting: '', due: 'waits for the room', open: 'open', over: 'over' },
  notice: 'Notice',
  noticeRead: 'It has been said',
  noticeStates: {
    standing: 'before recording begins',
    waiting: 'about to be said',
    speaking: 'being said',
    spoken: 'said',
    shown: 'not spoken by the box: please read it out',
  },
  debts: 'Still owed',
  debtNames: {
    ...interruptionDebts('en'),
    officers: 'officers with certificate numbers',
    'case-number': 'case number',
    'case-name': 'case name',
    parties: 'parties',
    stage: 'stage',
  },
  dueIn: 'due in',
  missed: 'OVERDUE',
  settle: 'Give',
  settleSend: 'Enter',
  code: 'Code of this page',
  codeSend: 'Open',
  days: 'd',
  hours: 'h',
  minutes: 'min',
  unknownRoom: 'There is no such room on this box.',
  failed: 'The box did not answer. Try again.',
};
export type Words = typeof en;

const zh: Words = {
  notConnected: '画面失联',
  notConnectedWhy: '本屏幕收不到设备的消息，不知道房间是否正在记录。',
  elapsed: '已进行',
  switchLanguage: 'English',
  rooms: '房间',
  hqUp: '总部已连接',
  hqDown: '总部未连接',
  hqWaiting: '条待上报',
  recorderDown: '记录进程停止',
  diskFull: '磁盘不可写',
  gaps: '处缺失',
  ready: '就绪',
  notReady: '未就绪',
  noPicture: '记录期间才显示画面',
  pictureUnknown: '本浏览器无法显示该画面',
  pictureWait: '等待画面',
  level: '音量',
  levelUnknown: '音量未知',
  behind: '秒滞后',
  optional: '可选',
  waiting: '等待首个画面',
  stale: '磁盘上没有新内容',
  whys: {
    'recorder-gone': '记录进程没有应答。',
    'not-running': '记录进程没有在记录本次会话。',
    disk: '磁盘无法写入。',
    'no-tracks': '没有可记录的轨道。',
  },
  start: '开始记录',
  startUrgent: '立即开始',
  startUrgentWhy: '{span}内补办',
  startWithPapers: '填写后开始',
  kind: '事项类型',
  officerName: '执法人员',
  officerCertificate: '执法证号',
  addOfficer: '增加一人',
  caseNumber: '案号',
  caseName: '案由',
  parties: '当事人',
  partiesHint: '多人用逗号分隔',
  stage: '执法环节',
  article: '依据',
  ours: '本单位要求',
  back: '返回',
  end: '结束记录',
  endSure: '确定结束记录？',
  endYes: '结束并封存',
  endNo: '继续记录',
  ending: '正在封存……',
  keyMoments: '重点摄录内容',
  markText: '备注',
  markNote: '标记备注',
  marked: '已标记',
  visitorComes: '来访人开始',
  visitorLeaves: '来访人结束',
  panelAway: '面板未连接',
  door: { open: '门开', closed: '门关' },
  forbidden: '本房间不得音像记录',
  notRecorded: '本事项不得音像记录',
  notRecordedWhy: '请说明情形，将连同依据记入台账，不作记录。',
  interrupt: '记录中断',
  interruptYes: '声明中断',
  cause: '中断原因',
  causeText: '情况说明',
  causeSpoken: '已对中断原因进行语音说明',
  resume: '继续记录',
  cannotGoOn: '确实无法继续记录',
  interruption: '中断',
  check: '使用前检查',
  checkGood: '未发现故障',
  checkUnknown: '· {count} 项未知',
  checkMayStart: '发现故障，可以开始记录',
  checkNo: '发现故障，制度规定不得开始',
  booked: '预约',
  bookedStates: { waiting: '', due: '等待房间空出', open: '进行中', over: '已结束' },
  notice: '告知',
  noticeRead: '已告知',
  noticeStates: {
    standing: '记录开始前',
    waiting: '即将播放',
    speaking: '正在播放',
    spoken: '已播放',
    shown: '设备未能播放，请当面宣读',
  },
  debts: '待补事项',
  debtNames: {
    ...interruptionDebts('zh-CN'),
    officers: '执法人员及执法证号',
    'case-number': '案号',
    'case-name': '案由',
    parties: '当事人',
    stage: '执法环节',
  },
  dueIn: '剩余',
  missed: '已逾期',
  settle: '补录',
  settleSend: '提交',
  code: '本页面口令',
  codeSend: '打开',
  days: '天',
  hours: '小时',
  minutes: '分钟',
  unknownRoom: '本设备没有这个房间。',
  failed: '设备没有应答，请重试。',
};

/** The page's words and those of the trade. */
export interface Said {
  readonly language: Language;
  readonly page: Words;
  readonly trade: Dictionary;
}

export function said(language: Language): Said {
  return { language, page: language === 'en' ? en : zh, trade: dictionary(language) };
}

/** `3 h 5 min`, `2 天 4 小时`: the two largest units of a span of milliseconds, rounded down. */
export function spanWords(spanMs: number, { page }: Said): string {
  const allMinutes = Math.max(0, Math.floor(spanMs / 60_000));
  const allHours = Math.floor(allMinutes / 60);
  const parts: [number, string][] =
    allHours >= 48
      ? [
          [Math.floor(allHours / 24), page.days],
          [allHours % 24, page.hours],
        ]
      : [
          [allHours, page.hours],
          [allMinutes % 60, page.minutes],
        ];
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return told.length > 0 ? told.join(' ') : `0 ${page.minutes}`;
}

/** `gap:<cause>`, `degraded:<what>`, `recording` … of a track, for people. */
export function trackWords(state: string, { page, trade }: Said): string {
  const [what = '', cause = ''] = state.split(':');
  const of = (words: Readonly<Record<string, string>>): string => words[cause] ?? cause;
  if (what === 'gap') return of(trade.gapCauses);
  if (what === 'degraded') return of(trade.degradations);
  if (what === 'waiting' || what === 'stale') return page[what];
  return (trade.roomStates as Readonly<Record<string, string>>)[what] ?? what;
}
