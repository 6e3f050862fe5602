// What a page is told when something was refused or failed: a status, a code, and words in its reader's language.
import type { Language } from '../../config/dictionary.ts';
import { isLiuhenError, LiuhenError, type ErrorCode } from '../../config/errors.ts';
import type { ScreenRefusal } from './screen-protocol.ts';

/** RFC 9110 §15.5; what a room refuses is 409, because it is about the state that the room is in. */
const statuses: Partial<Record<ErrorCode, number>> = {
  SCREEN_CODE_NEEDED: 401,
  SCREEN_CODE_WRONG: 403,
  SCREEN_FORBIDDEN: 403,
  SCREEN_NOT_FOUND: 404,
  SCREEN_REQUEST: 400,
  SCREEN_FAILED: 500,
};

export function refusal(error: unknown, language: Language): { status: number; body: ScreenRefusal } {
  const told = isLiuhenError(error) ? error : ofServer(error);
  const text = told.text(language);
  return { status: statuses[told.code] ?? 409, body: { code: told.code, text } };
}

/** The server's own refusals (too large, too often, no JSON) carry a status; anything else is our fault. */
function ofServer(error: unknown): LiuhenError {
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  return statusCode >= 400 && statusCode < 500
    ? new LiuhenError('SCREEN_REQUEST', { why: message.slice(0, 200) })
    : new LiuhenError('SCREEN_FAILED', {}, { cause: error });
}
