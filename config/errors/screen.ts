// Refusals and faults of the room screen's server.
import type { ErrorText } from '../errors.ts';

export const screenErrors = {
  SCREEN_CODE_NEEDED: {
    en: 'This page asks for its code first.',
    zh: '请先输入本页面的口令。',
  },
  SCREEN_CODE_WRONG: {
    en: 'That is not the code. It is the password of the credentials named in `console.credentials`.',
    zh: '口令不正确。口令是 console.credentials 所指凭据的密码。',
  },
  SCREEN_FORBIDDEN: {
    en: 'Requests of this kind are not answered here ({why}). Open the page at the address of the box itself.',
    zh: '不接受此类请求（{why}）。请用本设备自己的地址打开页面。',
  },
  SCREEN_NOT_FOUND: {
    en: 'There is nothing at {path}. Rooms are at /room/<id>.',
    zh: '{path} 没有内容。房间页面在 /room/<编号>。',
  },
  SCREEN_REQUEST: {
    en: 'The request cannot be used: {why}.',
    zh: '请求无效：{why}。',
  },
  SCREEN_FAILED: {
    en: 'That did not work; nothing was changed as far as is known. The log of the gateway says why.',
    zh: '操作失败；据现有信息未作更改。原因见网关日志。',
  },
} as const satisfies Record<string, ErrorText>;
