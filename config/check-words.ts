// The words of the check before use, in both languages: what is looked at, what was found, and what to do about it.
// The types make a missing word a compile error. What the rules ask is before-use-rules.ts's.
import type { Language } from './dictionary.ts';

/** Of every room, in the order in which they are shown. */
export const roomItems = [
  'recorder',
  'camera-up',
  'frames',
  'sound',
  'picture',
  'both-in-view',
  'disk-space',
  'disk-writable',
  'battery',
  'clock',
  'panel',
  'dock',
] as const;
/** Of a body-cam: before it is handed out, and of those that lie in a room's dock. */
export const deviceItems = ['device', 'card', 'clips', 'upkeep'] as const;
export const checkItems = [...roomItems, ...deviceItems] as const;
export type CheckItem = (typeof checkItems)[number];

/** `none`: there is no such thing in the room. `unknown` is never `ok`. */
export const checkResults = ['ok', 'fault', 'unknown', 'none'] as const;
export type CheckResult = (typeof checkResults)[number];

/** What was found where an item is not plainly ok; each says what to do. */
export const checkFindings = [
  'recorder-gone',
  'recorder-starting',
  'camera-unreachable',
  'camera-login',
  'camera-stream',
  'camera-silent',
  'camera-connecting',
  'frames-missing',
  'frames-not-seen',
  'sound-missing',
  'sound-silent',
  'sound-not-seen',
  'no-sound-wanted',
  'picture-frozen',
  'picture-poor',
  'picture-hint',
  'picture-not-seen',
  'view-not-confirmed',
  'disk-short',
  'disk-not-measured',
  'rate-not-measured',
  'disk-not-writable',
  'no-battery',
  'clock-lost',
  'clock-not-synchronised',
  'clock-not-known',
  'panel-gone',
  'panel-not-known',
  'no-panel',
  'no-dock',
  'dock-gone',
  'dock-not-known',
  'no-device-docked',
  'device-not-docked',
  'device-not-read',
  'device-suspect',
  'device-out-of-use',
  'battery-low',
  'card-full',
  'clips-on-device',
  'no-upkeep',
] as const;
export type CheckFinding = (typeof checkFindings)[number];

interface Words {
  readonly en: string;
  readonly zh: string;
}

const items: Readonly<Record<CheckItem, Words>> = {
  recorder: { en: 'recorder', zh: '录制进程' },
  'camera-up': { en: 'camera up, with login', zh: '摄像机在线并已登录' },
  frames: { en: 'picture decodes', zh: '画面可解码' },
  sound: { en: 'sound', zh: '声音' },
  picture: { en: 'picture moves', zh: '画面非静止、非黑屏' },
  'both-in-view': { en: 'both sides in view', zh: '双方入画' },
  'disk-space': { en: 'disk space', zh: '存储空间' },
  'disk-writable': { en: 'disk takes writes', zh: '磁盘可写' },
  battery: { en: 'battery', zh: '电量' },
  clock: { en: 'clock', zh: '时钟' },
  panel: { en: 'panel', zh: '控制面板' },
  dock: { en: 'dock', zh: '采集站' },
  device: { en: 'device', zh: '设备' },
  card: { en: 'memory card', zh: '内存卡' },
  clips: { en: 'clips on it', zh: '设备上的记录' },
  upkeep: { en: 'upkeep', zh: '维护保养' },
};

const results: Readonly<Record<CheckResult, Words>> = {
  ok: { en: 'ok', zh: '正常' },
  fault: { en: 'FAULT', zh: '故障' },
  unknown: { en: 'not known', zh: '未知' },
  none: { en: 'none here', zh: '本室没有' },
};

/** Found, and after it what to do; nothing to do is empty. */
const findings: Readonly<Record<CheckFinding, { readonly found: Words; readonly todo: Words }>> = {
  'recorder-gone': {
    found: { en: 'the recording process does not answer', zh: '录制进程没有应答' },
    todo: {
      en: 'Wait ten seconds, it is started again by itself; then see the log of liuhen.',
      zh: '等待十秒，系统会自动重启；仍无应答请查看 liuhen 日志。',
    },
  },
  'recorder-starting': {
    found: { en: 'the recording process is starting', zh: '录制进程正在启动' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'camera-unreachable': {
    found: { en: 'the camera is not reached', zh: '连接不上摄像机' },
    todo: {
      en: 'Check power and network cable of the camera, then its address in the settings.',
      zh: '检查摄像机电源和网线，再核对配置中的地址。',
    },
  },
  'camera-login': {
    found: { en: 'the camera refuses the login', zh: '摄像机拒绝登录' },
    todo: {
      en: 'Put its user and password into the credentials file; the user must be allowed to watch.',
      zh: '在凭据文件中填写正确的用户名和密码，并确认该用户有预览权限。',
    },
  },
  'camera-stream': {
    found: { en: 'the camera gives no stream that can be recorded', zh: '摄像机没有可录制的码流' },
    todo: {
      en: 'Set a profile with H.264 or H.265 on the camera, and end other clients that use it.',
      zh: '在摄像机上启用 H.264 或 H.265 码流，并断开占用它的其他客户端。',
    },
  },
  'camera-silent': {
    found: { en: 'the camera stopped sending', zh: '摄像机停止发送' },
    todo: {
      en: 'Check its cable and switch; switch the camera off and on; if it comes again, report it.',
      zh: '检查网线和交换机，给摄像机断电重启；再次出现请报修。',
    },
  },
  'camera-connecting': {
    found: { en: 'the camera is being connected', zh: '正在连接摄像机' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'frames-missing': {
    found: { en: 'no picture that can be decoded arrives', zh: '没有可解码的画面' },
    todo: {
      en: 'Switch the camera off and on; check its cable and its encoder settings.',
      zh: '给摄像机断电重启；检查网线和编码设置。',
    },
  },
  'frames-not-seen': {
    found: { en: 'no picture has been seen yet', zh: '尚未收到画面' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'sound-missing': {
    found: { en: 'no sound arrives', zh: '没有声音数据' },
    todo: {
      en: 'Switch the audio of the camera on; plug its microphone in.',
      zh: '在摄像机上启用音频，并接好拾音器。',
    },
  },
  'sound-silent': {
    found: { en: 'the sound is silent', zh: '声音为静音' },
    todo: {
      en: 'Speak in the room; if it stays silent, check the microphone, its cable and its gain.',
      zh: '在房间内说话；仍为静音请检查拾音器、线缆和增益。',
    },
  },
  'sound-not-seen': {
    found: { en: 'the sound has not been watched for long enough', zh: '声音观察时间不足' },
    todo: { en: 'Wait fifteen seconds and check again.', zh: '等待十五秒后重新检查。' },
  },
  'no-sound-wanted': {
    found: { en: 'no camera of the room is set to record sound', zh: '本室没有设为录音的摄像机' },
    todo: {
      en: 'Set tracks: [video, audio] at a camera with a microphone.',
      zh: '为带拾音器的摄像机设置 tracks: [video, audio]。',
    },
  },
  'picture-frozen': {
    found: { en: 'the picture stands still, or is black', zh: '画面静止或黑屏' },
    todo: {
      en: 'Look through the camera: uncover the lens, switch the light on; else switch it off and on.',
      zh: '查看画面：移开遮挡、开灯；否则给摄像机断电重启。',
    },
  },
  'picture-poor': {
    found: {
      en: 'the picture has far less content than before: covered or dark',
      zh: '画面内容骤减：可能被遮挡或过暗',
    },
    todo: {
      en: 'Look through the camera: uncover the lens, switch the light on.',
      zh: '查看画面：移开遮挡、开灯。',
    },
  },
  'picture-hint': {
    found: { en: 'the camera itself says that its picture is bad', zh: '摄像机自报画面异常' },
    todo: {
      en: 'Look through the camera: uncover the lens, focus it, switch the light on.',
      zh: '查看画面：移开遮挡、调焦、开灯。',
    },
  },
  'picture-not-seen': {
    found: { en: 'the picture has not been watched for long enough', zh: '画面观察时间不足' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'view-not-confirmed': {
    found: {
      en: 'nobody has confirmed that officers and party are both in view',
      zh: '尚未确认执法人员和当事人双方入画',
    },
    todo: {
      en: 'Look through the cameras with people on both chairs, then set bothInView at the room.',
      zh: '双方就座后查看画面，再为该房间填写 bothInView。',
    },
  },
  'disk-short': {
    found: { en: 'the disk may not hold the longest session', zh: '磁盘可能装不下最长的一次记录' },
    todo: {
      en: 'Move old recordings to the store, or fit a larger disk.',
      zh: '将旧录像转存，或更换更大的磁盘。',
    },
  },
  'disk-not-measured': {
    found: { en: 'the disk has not been measured yet', zh: '尚未测得磁盘空间' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'rate-not-measured': {
    found: {
      en: 'the bit rate is not measured, and by the highest that is usual the space is too small',
      zh: '尚未测得码率，按通常最高码率估算空间不足',
    },
    todo: {
      en: 'Check again when every camera of the room sends.',
      zh: '待本室摄像机全部在线后重新检查。',
    },
  },
  'disk-not-writable': {
    found: { en: 'the disk takes no writes', zh: '磁盘无法写入' },
    todo: {
      en: 'Stop using the box and report it: its disk is full or broken.',
      zh: '停止使用本机并报修：磁盘已满或损坏。',
    },
  },
  'no-battery': {
    found: { en: 'what records here runs on mains', zh: '本室设备由市电供电' },
    todo: { en: '', zh: '' },
  },
  'clock-lost': {
    found: { en: 'the clock of the box is years behind', zh: '本机时钟落后多年' },
    todo: {
      en: 'Set the time, connect the box to a time server, replace its clock battery.',
      zh: '校准时间，接入时间服务器，并更换主板电池。',
    },
  },
  'clock-not-synchronised': {
    found: { en: 'the clock is not synchronised', zh: '时钟未同步' },
    todo: {
      en: 'Connect the box to a time server (timedatectl timesync-status tells which).',
      zh: '接入时间服务器（可用 timedatectl timesync-status 查看）。',
    },
  },
  'clock-not-known': {
    found: { en: 'the system does not say whether it is synchronised', zh: '系统未报告时钟是否同步' },
    todo: {
      en: 'Compare the clock with a right one; systemd-timesyncd or chrony make it known.',
      zh: '与标准时间核对；启用 systemd-timesyncd 或 chrony 后即可得知。',
    },
  },
  'panel-gone': {
    found: { en: 'the panel does not answer', zh: '控制面板没有应答' },
    todo: {
      en: 'Plug the panel in again; sessions can be opened from the screen or the command line.',
      zh: '重新插好控制面板；可从屏幕或命令行开始记录。',
    },
  },
  'panel-not-known': {
    found: { en: 'nothing watches the panel', zh: '控制面板未被监测' },
    todo: { en: 'Check again when the gateway is up.', zh: '待网关启动后重新检查。' },
  },
  'no-panel': {
    found: { en: 'the room has no panel in the settings', zh: '配置中本室没有控制面板' },
    todo: { en: '', zh: '' },
  },
  'no-dock': {
    found: { en: 'there is no dock in this room', zh: '本室没有采集站' },
    todo: { en: '', zh: '' },
  },
  'dock-gone': {
    found: { en: 'the dock cannot be used', zh: '采集站不可用' },
    todo: {
      en: 'Check its cable and its power; meanwhile keep the devices locked away, they are stored from when it is back.',
      zh: '检查连线和电源；期间妥善保管设备，恢复后再存储。',
    },
  },
  'dock-not-known': {
    found: { en: 'nothing is known of the dock yet', zh: '采集站状态未知' },
    todo: { en: 'Wait ten seconds and check again.', zh: '等待十秒后重新检查。' },
  },
  'no-device-docked': {
    found: { en: 'no device lies in the dock', zh: '采集站中没有设备' },
    todo: { en: '', zh: '' },
  },
  'device-not-docked': {
    found: {
      en: 'not in a dock that answers, so nothing of it was read',
      zh: '设备不在可用的采集站中，未读取',
    },
    todo: {
      en: 'Look at the device itself, or put it into the dock and check again.',
      zh: '请查看设备本身，或放入采集站后重新检查。',
    },
  },
  'device-not-read': {
    found: { en: 'the device does not tell it', zh: '设备未报告' },
    todo: { en: 'Look at the device itself.', zh: '请查看设备本身。' },
  },
  'device-suspect': {
    found: { en: 'the box saw what may be a fault of it', zh: '系统发现疑似故障' },
    todo: {
      en: 'Try it out; if it is broken, report it ("liuhen device report"), otherwise enter its upkeep.',
      zh: '请试用；确有故障请报告（liuhen device report），否则登记维护。',
    },
  },
  'device-out-of-use': {
    found: { en: 'it must not be used', zh: '不得使用' },
    todo: {
      en: 'Hand it to professional repair and enter what came of it ("liuhen device maintain").',
      zh: '交专业部门维修，并登记结果（liuhen device maintain）。',
    },
  },
  'battery-low': {
    found: { en: 'too little battery to be handed out', zh: '电量不足，不宜领用' },
    todo: { en: 'Leave it in the dock, and hand out another.', zh: '留在采集站充电，改用其他设备。' },
  },
  'card-full': {
    found: { en: 'too little space on its card', zh: '内存卡空间不足' },
    todo: {
      en: 'Leave it in the dock until its clips are in the store, and hand out another.',
      zh: '留在采集站直至记录存储完毕，改用其他设备。',
    },
  },
  'clips-on-device': {
    found: { en: 'it still has clips of somebody', zh: '设备上仍有未存储的记录' },
    todo: {
      en: 'Leave it in the dock until they are in the store: with it they are handed to somebody else.',
      zh: '留在采集站直至存储完毕：否则记录会一并交给他人。',
    },
  },
  'no-upkeep': {
    found: { en: 'no upkeep of it is in the ledger', zh: '台账中没有其维护记录' },
    todo: {
      en: 'Have it looked after, and enter it ("liuhen device maintain").',
      zh: '请安排维护并登记（liuhen device maintain）。',
    },
  },
};

/** A word that is not known, from a box of another version, stands as it is. */
export function itemText(item: string, language: Language): string {
  return inLanguage(items[item as CheckItem], language) ?? item;
}

export function resultText(result: string, language: Language): string {
  return inLanguage(results[result as CheckResult], language) ?? result;
}

export function findingText(finding: string, language: Language): string {
  return inLanguage(findings[finding as CheckFinding]?.found, language) ?? finding;
}

/** '' where there is nothing to do. */
export function todoText(finding: string, language: Language): string {
  return inLanguage(findings[finding as CheckFinding]?.todo, language) ?? '';
}

function inLanguage(words: Words | undefined, language: Language): string | undefined {
  return language === 'en' ? words?.en : words?.zh;
}
