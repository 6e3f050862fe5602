// What can be wrong with the settings, in both languages. settings.ts collects all of it before it complains.
import type { ErrorText } from './errors.ts';
import { redact } from './redact.ts';

export const settingsFaultTexts = {
  syntax: { en: 'not YAML: {message}', zh: '不是有效的 YAML：{message}' },
  notAMap: {
    en: 'must be names with values, one per line',
    zh: '必须是每行一个的“名称: 值”',
  },
  unknown: {
    en: 'there is no such setting; allowed here: {allowed}',
    zh: '没有此设置项；此处允许：{allowed}',
  },
  unknownNear: {
    en: 'there is no such setting; did you mean "{near}"?',
    zh: '没有此设置项；是否想写“{near}”？',
  },
  missing: { en: 'is missing; allowed: {allowed}', zh: '缺少此项；允许：{allowed}' },
  notAllowed: { en: '{given} is not allowed; allowed: {allowed}', zh: '不允许 {given}；允许：{allowed}' },
  userInfo: {
    en: 'holds a user or password; put them into the environment or the credentials file and name them with `credentials`',
    zh: '地址中含有用户名或密码；请放入环境变量或凭据文件，并用 credentials 指明名称',
  },
  portZero: { en: 'port 0 is not allowed; allowed: 1 to 65535', zh: '不允许端口 0；允许：1 至 65535' },
  portTaken: {
    en: 'the embedded broker would listen on the address of camera "{camera}"; choose another port',
    zh: '内置代理的监听地址与摄像机“{camera}”相同；请换一个端口',
  },
  doubleId: { en: 'the id "{id}" is already used in line {line}', zh: '编号“{id}”已在第 {line} 行使用' },
  noSuchPack: {
    en: 'there is no policy pack "{pack}"; packs: {allowed}',
    zh: '没有制度包“{pack}”；现有制度包：{allowed}',
  },
  packsFaulty: { en: 'the policy packs cannot be used: {why}', zh: '制度包无法使用：{whyZh}' },
  noSuchCamera: {
    en: 'there is no camera "{camera}"; cameras: {allowed}',
    zh: '没有摄像机“{camera}”；现有摄像机：{allowed}',
  },
  noSuchCameraNear: {
    en: 'there is no camera "{camera}"; did you mean "{near}"?',
    zh: '没有摄像机“{camera}”；是否想写“{near}”？',
  },
  cameraTwice: {
    en: 'camera "{camera}" already belongs to room "{room}" (line {line}); a camera belongs to one room',
    zh: '摄像机“{camera}”已属于房间“{room}”（第 {line} 行）；一台摄像机只能属于一个房间',
  },
  noSuchRoom: {
    en: 'there is no room "{room}"; rooms: {allowed}',
    zh: '没有房间“{room}”；现有房间：{allowed}',
  },
  sameDock: {
    en: 'the same address as dock "{id}" (line {line})',
    zh: '与采集站“{id}”（第 {line} 行）的地址相同',
  },
  reservedId: {
    en: '"{id}" is a folder of the store; call the body-cam otherwise',
    zh: '“{id}”是存储中的目录名；请另取设备编号',
  },
  sameSerial: {
    en: 'the same serial number as body-cam "{id}" (line {line}); it is how a device is told apart',
    zh: '与执法记录仪“{id}”（第 {line} 行）的序列号相同；序列号用于识别设备',
  },
  sameStream: {
    en: 'the same address and profile as camera "{camera}" (line {line})',
    zh: '与摄像机“{camera}”（第 {line} 行）的地址和配置相同',
  },
  onvifOrRtsp: { en: 'needs exactly one of onvif and rtsp', zh: 'onvif 与 rtsp 必须且只能填写一个' },
  onlyOnvif: { en: 'is allowed only with onvif', zh: '只能与 onvif 一起使用' },
  onlyWholeDay: {
    en: 'is allowed only in a room of kind reception or hall',
    zh: '只能用于 reception 或 hall 类型的房间',
  },
  onlyHttps: { en: 'is allowed only with an https onvif address', zh: '只能与 https 的 onvif 地址一起使用' },
  noVideo: {
    en: 'must hold video: a room is not recorded by sound alone',
    zh: '必须包含 video：仅有声音不算记录',
  },
  tlsNeedsMqtts: { en: 'is allowed only with an mqtts:// url', zh: '只能与 mqtts:// 地址一起使用' },
  embeddedPlain: {
    en: 'the embedded broker needs an mqtt:// url on a loopback host (127.0.0.1, ::1, localhost): it has no TLS',
    zh: '内置代理没有 TLS，只能使用本机回环地址（127.0.0.1、::1、localhost）的 mqtt:// 地址',
  },
  embeddedProtocol: { en: 'the embedded broker speaks only "3.1.1"', zh: '内置代理只支持 "3.1.1"' },
  consoleNeedsCode: {
    en: 'beyond loopback the pages need `credentials`: who can open them can end a session',
    zh: '页面不限于本机时必须填写 credentials：能打开页面的人就能结束会话',
  },
  codeLength: {
    en: 'the password of the pages must have {least} to {most} characters',
    zh: '页面口令必须为 {least} 至 {most} 个字符',
  },
  certWithKey: { en: 'cert and key belong together', zh: 'cert 与 key 必须同时填写' },
  dataTooLong: {
    en: 'the absolute path is {bytes} bytes long; allowed: at most {max}',
    zh: '绝对路径长 {bytes} 字节；允许最多 {max} 字节',
  },
  fileUnreadable: { en: 'cannot read {file}: {why}', zh: '无法读取 {file}：{why}' },
  fileOpenToOthers: {
    en: '{file} can be read by others (mode {mode}); run: chmod 600 {file}',
    zh: '{file} 可被他人读取（权限 {mode}）；请运行：chmod 600 {file}',
  },
  fileOfOthers: {
    en: '{file} belongs to another user (uid {owner}); run: chown {uid} {file}',
    zh: '{file} 属于其他用户（uid {owner}）；请运行：chown {uid} {file}',
  },
  credentialsShape: {
    en: 'line {line} of {file}: {name} must hold a username and a password, both text',
    zh: '{file} 第 {line} 行：{name} 必须包含文本形式的 username 和 password',
  },
  credentialsSyntax: {
    en: '{file} is not YAML at line {line}',
    zh: '{file} 第 {line} 行不是有效的 YAML',
  },
  environmentShape: { en: '{variable} must be user:password', zh: '{variable} 必须为 用户名:密码' },
  noSuchCredentials: {
    en: 'there are no credentials "{name}"; set {variable}=user:password or add them to {file}',
    zh: '没有名为“{name}”的凭据；请设置环境变量 {variable}=用户名:密码，或写入 {file}',
  },
} as const satisfies Record<string, ErrorText>;

export type SettingsFaultKind = keyof typeof settingsFaultTexts;

export interface SettingsFault {
  readonly kind: SettingsFaultKind;
  /** `cameras[2].onvif`; empty for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly en: string;
  readonly zh: string;
}

/** One fault with its texts filled in; credentials are taken out of both. */
export function settingsFault(
  kind: SettingsFaultKind,
  path: string,
  line: number,
  values: Readonly<Record<string, string | number>> = {},
): SettingsFault {
  const fill = (text: string): string =>
    redact(text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)));
  const { en, zh } = settingsFaultTexts[kind];
  return { kind, path, line, en: fill(en), zh: fill(zh) };
}

/** The faults as lines: `site.yaml:12: rooms[0].kind: …`. */
export function faultLines(file: string, faults: readonly SettingsFault[], language: 'en' | 'zh'): string {
  return faults
    .map(({ line, path, [language]: text }) => `${file}:${line}: ${path === '' ? '' : `${path}: `}${text}`)
    .join('\n');
}
