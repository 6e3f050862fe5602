// The words people see, in both languages. The types make a missing word a compile error. The Chinese words of
// the trade are those of the rules: 音像记录, 信访接待室, 约谈, 询问, 听证, 陈述申辩, 执法人员, 当事人, 不间断, 中断.
import type { RoomKind, SessionKind } from './settings-types.ts';

export type Language = 'zh-CN' | 'en';
export type RoomStateWord = 'idle' | 'opening' | 'recording' | 'degraded' | 'interrupted' | 'closing';
export type StreamFaultWord =
  | 'unreachable'
  | 'wrong-password'
  | 'forbidden'
  | 'busy'
  | 'not-found'
  | 'no-video'
  | 'bad-reply'
  | 'no-reply'
  | 'stalled'
  | 'closed';
export type GapCauseWord =
  | StreamFaultWord
  | 'lost-packets'
  | 'junk-between-frames'
  | 'new-ssrc'
  | 'stamp-jump'
  | 'frame-too-large'
  | 'changed-tracks'
  | 'changed-identity'
  | 'disk-full'
  | 'disk-error'
  | 'disk-slow'
  | 'recorder-died'
  | 'box-restarted'
  | 'not-warm';
export type DegradationWord =
  | 'no-decodable-frame'
  | 'picture-frozen'
  | 'sound-silent'
  | 'no-sound'
  | 'parameter-sets-lost'
  | 'bit-rate-fallen';
/** What a camera says of itself by events: hints, never proofs. */
export type CameraHintWord =
  | 'tamper'
  | 'signal-lost'
  | 'too-dark'
  | 'too-bright'
  | 'too-blurry'
  | 'storage-failure'
  | 'settings-changed';
/** DESIGN: up with login, up without login, reachable, unreachable. */
export type CameraHealthWord = 'up' | 'up-without-login' | 'reachable' | 'unreachable';
export type HeadingWord =
  | 'room'
  | 'state'
  | 'why'
  | 'session'
  | 'kind'
  | 'officers'
  | 'parties'
  | 'case'
  | 'camera'
  | 'track'
  | 'bytes'
  | 'frames'
  | 'gaps'
  | 'behind'
  | 'ledger'
  | 'from'
  | 'to'
  | 'cause'
  | 'file'
  | 'result';

/** How it went when people were told (B1-B4): what was given, and why it was not spoken. */
export type NoticeWord = 'notice' | 'preamble' | 'interruption' | 'spoken' | 'shown' | 'pack' | 'ours';
export type NoticeFaultWord =
  | 'no-player'
  | 'no-voice'
  | 'voice-failed'
  | 'player-failed'
  | 'file-unreadable'
  | 'too-long'
  | 'cut-off';
/** What a command of headquarters came to. */
export type CommandOutcomeWord = 'taken' | 'done' | 'refused' | 'cut-off';
export type AudibleWord = 'yes' | 'no' | 'unknown';
/** The parts of the preamble that the packs name (CT 13; HY annex 2 item 1). */
export type PreambleWord = 'time' | 'place' | 'officers' | 'matter' | 'object' | 'stage';

export interface Dictionary {
  readonly roomStates: Readonly<Record<RoomStateWord, string>>;
  readonly roomKinds: Readonly<Record<RoomKind, string>>;
  readonly sessionKinds: Readonly<Record<SessionKind, string>>;
  readonly gapCauses: Readonly<Record<GapCauseWord, string>>;
  readonly degradations: Readonly<Record<DegradationWord, string>>;
  readonly cameraHints: Readonly<Record<CameraHintWord, string>>;
  readonly cameraHealth: Readonly<Record<CameraHealthWord, string>>;
  readonly tracks: Readonly<Record<'video' | 'audio' | 'all', string>>;
  readonly headings: Readonly<Record<HeadingWord, string>>;
  readonly notices: Readonly<Record<NoticeWord, string>>;
  readonly noticeFaults: Readonly<Record<NoticeFaultWord, string>>;
  readonly audible: Readonly<Record<AudibleWord, string>>;
  readonly commandOutcomes: Readonly<Record<CommandOutcomeWord, string>>;
  /** What is said aloud. `plain`: our words, where a pack asks for a notice and fixes none (ZZ 50, CT 13). */
  readonly spoken: Readonly<
    Record<'plain' | 'notStated' | 'colon' | 'comma' | 'between' | 'end' | PreambleWord, string>
  >;
}

const en: Dictionary = {
  roomStates: {
    idle: 'idle',
    opening: 'opening',
    recording: 'recording',
    degraded: 'degraded',
    interrupted: 'interrupted',
    closing: 'closing',
  },
  roomKinds: {
    reception: 'petition reception room',
    interview: 'interview room',
    inquiry: 'inquiry room',
    hearing: 'hearing room',
    'expert-review': 'expert review room',
    statement: 'statement room',
    hall: 'service hall',
    'case-place': 'case-handling place',
  },
  sessionKinds: {
    reception: 'petition reception',
    interview: 'interview',
    inquiry: 'inquiry',
    hearing: 'hearing',
    'expert-review': 'expert review',
    statement: 'statement',
    defence: 'defence',
    'case-handling': 'case handling',
  },
  gapCauses: {
    unreachable: 'camera unreachable',
    'wrong-password': 'wrong password',
    forbidden: 'camera forbids it',
    busy: 'camera busy',
    'not-found': 'no such stream',
    'no-video': 'no video to record',
    'bad-reply': 'unusable reply',
    'no-reply': 'no reply',
    stalled: 'stream stalled',
    closed: 'closed by the camera',
    'lost-packets': 'packets lost',
    'junk-between-frames': 'junk between frames',
    'new-ssrc': 'new stream source',
    'stamp-jump': 'time stamps jumped',
    'frame-too-large': 'frame too large',
    'changed-tracks': 'tracks changed',
    'changed-identity': 'another device answers',
    'disk-full': 'disk full',
    'disk-error': 'disk error',
    'disk-slow': 'disk too slow',
    'recorder-died': 'recorder died',
    'box-restarted': 'box restarted',
    'not-warm': 'camera was not ready at opening',
  },
  degradations: {
    'no-decodable-frame': 'no decodable frame',
    'picture-frozen': 'picture stands still',
    'sound-silent': 'sound is silent',
    'no-sound': 'no sound',
    'parameter-sets-lost': 'parameter sets lost',
    'bit-rate-fallen': 'bit rate has fallen',
  },
  cameraHints: {
    tamper: 'camera says it was tampered with',
    'signal-lost': 'camera says its video signal is lost',
    'too-dark': 'camera says its picture is too dark',
    'too-bright': 'camera says its picture is too bright',
    'too-blurry': 'camera says its picture is blurred',
    'storage-failure': 'camera says its storage has failed',
    'settings-changed': 'camera says its settings changed',
  },
  cameraHealth: {
    up: 'up, logged in',
    'up-without-login': 'up, not logged in',
    reachable: 'reachable',
    unreachable: 'unreachable',
  },
  tracks: { video: 'picture', audio: 'sound', all: 'all' },
  headings: {
    room: 'room',
    state: 'state',
    why: 'why',
    session: 'session',
    kind: 'kind',
    officers: 'officers',
    parties: 'parties',
    case: 'case',
    camera: 'camera',
    track: 'track',
    bytes: 'bytes',
    frames: 'frames',
    gaps: 'gaps',
    behind: 'behind',
    ledger: 'ledger',
    from: 'from',
    to: 'to',
    cause: 'cause',
    file: 'file',
    result: 'result',
  },
  notices: {
    notice: 'notice',
    preamble: 'preamble',
    interruption: 'cause of an interruption',
    spoken: 'spoken',
    shown: 'shown only',
    pack: "the rules' own words",
    ours: "the product's words: the rules fix none",
  },
  noticeFaults: {
    'no-player': 'no player on the box',
    'no-voice': 'no recording of the words and no espeak-ng',
    'voice-failed': 'espeak-ng made no sound',
    'player-failed': 'the player failed',
    'file-unreadable': 'the recording of the words cannot be read',
    'too-long': 'it did not come to an end',
    'cut-off': 'cut off',
  },
  audible: { yes: 'heard by the microphone', no: 'not heard by the microphone', unknown: 'not measured' },
  commandOutcomes: {
    taken: 'taken',
    done: 'done',
    refused: 'refused',
    'cut-off': 'the box ended before it did anything',
  },
  spoken: {
    plain: 'You are told: this enforcement matter is recorded in sound and picture from beginning to end.',
    time: 'Time',
    place: 'Place',
    officers: 'Officers',
    matter: 'Matter',
    object: 'Parties',
    stage: 'Stage',
    notStated: 'not stated yet',
    colon: ': ',
    comma: ', ',
    between: '; ',
    end: '.',
  },
};

const zhCN: Dictionary = {
  roomStates: {
    idle: '空闲',
    opening: '正在开启',
    recording: '正在记录',
    degraded: '记录异常',
    interrupted: '记录中断',
    closing: '正在结束',
  },
  roomKinds: {
    reception: '信访接待室',
    interview: '约谈室',
    inquiry: '询问室',
    hearing: '听证室',
    'expert-review': '专家评审会会议室',
    statement: '陈述申辩室',
    hall: '服务大厅',
    'case-place': '执法办案场所',
  },
  sessionKinds: {
    reception: '信访接待',
    interview: '约谈',
    inquiry: '询问',
    hearing: '听证',
    'expert-review': '专家评审会',
    statement: '陈述',
    defence: '申辩',
    'case-handling': '执法办案',
  },
  gapCauses: {
    unreachable: '摄像机无法连接',
    'wrong-password': '密码错误',
    forbidden: '摄像机拒绝访问',
    busy: '摄像机忙',
    'not-found': '没有该码流',
    'no-video': '没有可记录的视频',
    'bad-reply': '应答无效',
    'no-reply': '没有应答',
    stalled: '码流停滞',
    closed: '摄像机断开连接',
    'lost-packets': '数据包丢失',
    'junk-between-frames': '帧间有无效数据',
    'new-ssrc': '码流来源改变',
    'stamp-jump': '时间戳跳变',
    'frame-too-large': '帧过大',
    'changed-tracks': '轨道改变',
    'changed-identity': '设备已更换',
    'disk-full': '存储空间不足',
    'disk-error': '磁盘故障',
    'disk-slow': '磁盘过慢',
    'recorder-died': '记录进程终止',
    'box-restarted': '设备重新启动',
    'not-warm': '开启时摄像机未就绪',
  },
  degradations: {
    'no-decodable-frame': '没有可解码的画面',
    'picture-frozen': '画面静止',
    'sound-silent': '声音静默',
    'no-sound': '没有声音',
    'parameter-sets-lost': '编码参数丢失',
    'bit-rate-fallen': '码率下降',
  },
  cameraHints: {
    tamper: '摄像机提示：被遮挡或移动',
    'signal-lost': '摄像机提示：视频信号丢失',
    'too-dark': '摄像机提示：画面过暗',
    'too-bright': '摄像机提示：画面过亮',
    'too-blurry': '摄像机提示：画面模糊',
    'storage-failure': '摄像机提示：存储故障',
    'settings-changed': '摄像机提示：配置已更改',
  },
  cameraHealth: {
    up: '在线，已登录',
    'up-without-login': '在线，未登录',
    reachable: '网络可达',
    unreachable: '无法连接',
  },
  tracks: { video: '视频', audio: '音频', all: '全部' },
  headings: {
    room: '房间',
    state: '状态',
    why: '原因',
    session: '会话',
    kind: '事项类型',
    officers: '执法人员',
    parties: '当事人',
    case: '案件',
    camera: '摄像机',
    track: '轨道',
    bytes: '字节',
    frames: '帧数',
    gaps: '中断',
    behind: '滞后',
    ledger: '台账',
    from: '起',
    to: '止',
    cause: '原因',
    file: '文件',
    result: '结果',
  },
  notices: {
    notice: '告知',
    preamble: '语音说明',
    interruption: '中断原因说明',
    spoken: '已播放',
    shown: '仅显示',
    pack: '制度规定用语',
    ours: '产品用语（制度未规定用语）',
  },
  noticeFaults: {
    'no-player': '设备上没有播放程序',
    'no-voice': '没有告知录音，也没有 espeak-ng',
    'voice-failed': 'espeak-ng 未能合成语音',
    'player-failed': '播放失败',
    'file-unreadable': '告知录音文件无法读取',
    'too-long': '播放未能结束',
    'cut-off': '播放中断',
  },
  audible: { yes: '麦克风听到', no: '麦克风没有听到', unknown: '未测量' },
  commandOutcomes: {
    taken: '已接收',
    done: '已执行',
    refused: '已拒绝',
    'cut-off': '网关在执行前停止，未作任何更改',
  },
  spoken: {
    plain: '现告知当事人及现场其他人员：本次行政执法正在进行全程录音录像。',
    time: '时间',
    place: '地点',
    officers: '执法人员',
    matter: '执法事项',
    object: '执法对象',
    stage: '执法环节',
    notStated: '尚未载明',
    colon: '：',
    comma: '、',
    between: '；',
    end: '。',
  },
};

/** All words of one language. */
export function dictionary(language: Language): Dictionary {
  return language === 'en' ? en : zhCN;
}
