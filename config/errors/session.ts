// Refusals and faults of rooms and sessions.
import type { ErrorText } from '../errors.ts';

export const sessionErrors = {
  SESSION_ROOM_MISSING: {
    en: 'A session needs a room. Rooms: {allowed}.',
    zh: '必须指定房间。可用房间：{allowed}。',
  },
  SESSION_ROOM_UNKNOWN: {
    en: 'There is no room "{room}". Rooms: {allowed}.',
    zh: '没有房间“{room}”。可用房间：{allowed}。',
  },
  SESSION_KIND_MISSING: {
    en: 'A session in room "{room}" needs a kind. Allowed there: {allowed}.',
    zh: '房间“{room}”的会话必须指定事项类型。该房间允许：{allowed}。',
  },
  SESSION_KIND_NOT_ALLOWED: {
    en: 'Room "{room}" does not record "{kind}". Allowed there: {allowed}.',
    zh: '房间“{room}”不能用于“{kind}”。该房间允许：{allowed}。',
  },
  SESSION_OFFICERS_MISSING: {
    en: 'At least {needed} officers with name and certificate number are needed, {given} given ({article}). An urgent start may name them later.',
    zh: '至少需要 {needed} 名执法人员（姓名和证件号），现有 {given} 名（{article}）。紧急启动可事后补录。',
  },
  SESSION_OFFICER_INCOMPLETE: {
    en: 'Officer "{officer}" needs a name and a certificate number, given as NAME:CERTIFICATE ({article}).',
    zh: '执法人员“{officer}”须同时有姓名和证件号，格式为 姓名:证件号（{article}）。',
  },
  SESSION_DETAIL_MISSING: {
    en: 'The {detail} of the matter is needed ({article}). An urgent start may add it later.',
    zh: '必须提供事项的 {detail}（{article}）。紧急启动可事后补录。',
  },
  SESSION_FORBIDDEN: {
    en: 'Nothing may be recorded in room {room}: {ground} ({article}).',
    zh: '房间 {room} 不得音像记录：{ground}（{article}）。',
  },
  SESSION_CHECK_FAILED: {
    en: 'Room "{room}" may not record with this fault: {faults} ({article}). "liuhen check --room {room}" says what to do. An urgent start is not held up.',
    zh: '房间“{room}”有故障，不得启用：{faultsZh}（{article}）。“liuhen check --room {room}”会提示处理办法。紧急启动不受此限。',
  },
  SESSION_CASE_NUMBER_MISSING: {
    en: 'A case number is needed ({article}). An urgent start may add it later.',
    zh: '必须提供案号（{article}）。紧急启动可事后补录。',
  },
  SESSION_FIELD_INVALID: {
    en: 'The field "{field}" is not acceptable: {why}.',
    zh: '字段“{field}”无效：{why}。',
  },
  SESSION_ALREADY_OPEN: {
    en: 'Room "{room}" already records session {session}. Close it first; nothing was changed.',
    zh: '房间“{room}”正在记录会话 {session}，请先结束该会话；未作任何更改。',
  },
  SESSION_CLOSING: {
    en: 'Room "{room}" is still closing session {session}. Wait until it is sealed; nothing was changed.',
    zh: '房间“{room}”的会话 {session} 正在结束封存，请稍候；未作任何更改。',
  },
  SESSION_NOT_OPEN: {
    en: 'Room "{room}" has no open session; nothing was changed. Last closed: {closed}.',
    zh: '房间“{room}”没有进行中的会话；未作任何更改。最近关闭：{closed}。',
  },
  SESSION_UNKNOWN: {
    en: 'Session "{session}" is neither open nor among the last closed ones; nothing was changed.',
    zh: '会话“{session}”既未在进行，也不在最近关闭的会话之中；未作任何更改。',
  },
  SESSION_CAUSE_UNKNOWN: {
    en: 'The cause of the interruption has to be stated: one of {allowed} ({article}). Given: "{cause}".',
    zh: '须说明中断原因，为以下之一：{allowed}（{article}）。所给：“{cause}”。',
  },
  SESSION_INTERRUPTED_ALREADY: {
    en: 'The matter of room "{room}", session {session}, is interrupted already. Resume it with the cause, or say that it cannot go on.',
    zh: '房间“{room}”会话 {session} 已处于中断。请说明原因后恢复，或声明无法继续。',
  },
  SESSION_NOT_INTERRUPTED: {
    en: 'The matter of room "{room}", session {session}, is not interrupted; nothing was changed.',
    zh: '房间“{room}”会话 {session} 未处于中断；未作任何更改。',
  },
  SESSION_STILL_INTERRUPTED: {
    en: 'Room "{room}" still has no pictures ({why}): it cannot be resumed. If it cannot go on, say so: session interrupt --cannot-go-on.',
    zh: '房间“{room}”仍无画面（{why}），不能恢复。如无法继续，请声明：session interrupt --cannot-go-on。',
  },
  SESSION_DEBT_UNKNOWN: {
    en: 'Session "{session}" owes no "{debt}". Owed: {allowed}.',
    zh: '会话“{session}”没有待补事项“{debt}”。待补：{allowed}。',
  },
  CONTROL_UNREACHABLE: {
    en: 'The gateway does not answer on {socket}. Is "liuhen run" running with these settings?',
    zh: '网关在 {socket} 上没有应答。请确认已用该配置运行“liuhen run”。',
  },
  CONTROL_SOCKET_UNKNOWN: {
    en: 'Which gateway is meant? Give --config FILE or --socket PATH, or set LIUHEN_SOCKET or LIUHEN_CONFIG.',
    zh: '未指定网关。请给出 --config FILE 或 --socket PATH，或设置 LIUHEN_SOCKET 或 LIUHEN_CONFIG。',
  },
  CONTROL_REQUEST_UNKNOWN: {
    en: 'The gateway does not know the request "{request}". Allowed: {allowed}.',
    zh: '网关不认识请求“{request}”。允许：{allowed}。',
  },
  RELOAD_NEEDS_RESTART: {
    en: 'These settings change only with a restart: {fields}. Nothing was applied.',
    zh: '以下配置须重启后生效：{fields}。未应用任何更改。',
  },
  BOOKING_TIME: {
    en: 'The time "{value}" of {field} is not usable: {why}.',
    zh: '{field} 的时间“{value}”不可用：{why}。',
  },
  BOOKING_OVERLAPS: {
    en: 'Room {room} is booked by {booking} from {from} to {to}; nothing was booked. A booking may begin when another ends.',
    zh: '房间 {room} 在 {from} 至 {to} 已被预约 {booking} 占用；未预约。首尾相接不算重叠。',
  },
  BOOKING_UNKNOWN: {
    en: 'There is no booking "{booking}" that has still to begin; nothing was changed. "liuhen booking list" names them.',
    zh: '没有尚未开始的预约“{booking}”；未作任何更改。可用“liuhen booking list”查看。',
  },
  BOOKING_FULL: {
    en: 'The calendar holds {limit} bookings already; cancel some first.',
    zh: '日程已有 {limit} 个预约；请先取消部分预约。',
  },
  CONTROL_STOPPING: {
    en: 'The gateway is ending; nothing was changed.',
    zh: '网关正在停止；未作任何更改。',
  },
} as const satisfies Record<string, ErrorText>;
