// Refusals and faults of rooms and sessions.
import type { ErrorText } from '../errors.ts';

export const sessionErrors = {
  SESSION_ROOM_UNKNOWN: {
    en: 'There is no room "{room}". Rooms: {allowed}.',
    zh: '没有房间“{room}”。可用房间：{allowed}。',
  },
  SESSION_ALREADY_OPEN: {
    en: 'Room "{room}" already records session {session}. Close it first; nothing was changed.',
    zh: '房间“{room}”正在记录会话 {session}，请先结束该会话；未作任何更改。',
  },
  SESSION_NOT_OPEN: {
    en: 'Room "{room}" has no open session; nothing was changed.',
    zh: '房间“{room}”没有进行中的会话；未作任何更改。',
  },
} as const satisfies Record<string, ErrorText>;
