// The page's requests: one function, an answer or a refusal in the reader's language, never an exception.
import type { ScreenAction, ScreenRefusal } from '../screen-protocol.ts';
import { said } from './words.ts';
import { language, room } from './live.ts';

/** Closing answers after every file is sealed. */
const longestMs = 90_000;
/** Of a view: a later one is of no use, and another question may find the way that this one did not. */
const longestViewMs = 5000;

export interface Asked<Answer> {
  readonly answer?: Answer;
  readonly refusal?: ScreenRefusal;
}

/** `view` is a GET without body; the actions are POSTs. */
export function ask<Answer>(what: 'view' | ScreenAction, body: unknown): Promise<Asked<Answer>> {
  return request<Answer>(
    `/api/rooms/${encodeURIComponent(room)}/${what}`,
    what === 'view' ? undefined : body,
  );
}

export function enterCode(code: string): Promise<Asked<unknown>> {
  return request('/api/enter', { code });
}

async function request<Answer>(path: string, body: unknown): Promise<Asked<Answer>> {
  try {
    const response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'accept-language': language.value,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(body === undefined ? longestViewMs : longestMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return response.ok ? { answer: answer as Answer } : { refusal: answer as ScreenRefusal };
  } catch {
    // No connection, or an answer that is not JSON: the reader is told; the live view says what is true.
    return { refusal: { code: '', text: said(language.value).page.failed } };
  }
}
