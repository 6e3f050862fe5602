// A request in the hand of a component: whether it is under way, and why it was refused.
import type { ScreenAction } from '../screen-protocol.ts';
import { ask } from './ask.ts';
import { useState } from './preact.ts';

export interface InHand {
  readonly busy: boolean;
  /** Empty when nothing was refused. */
  readonly refused: string;
  /** Resolves to whether it was done. A second one while the first is under way is not sent. */
  readonly send: (action: ScreenAction, body: unknown) => Promise<boolean>;
  /** The same, with the answer; undefined where it was refused or not sent. */
  readonly sendFor: <Answer>(action: ScreenAction, body: unknown) => Promise<Answer | undefined>;
}

export function useAsk(): InHand {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const sendFor = async <Answer>(action: ScreenAction, body: unknown): Promise<Answer | undefined> => {
    if (busy) return undefined;
    setBusy(true);
    setRefused('');
    const { answer, refusal } = await ask<Answer>(action, body);
    setBusy(false);
    if (refusal) setRefused(refusal.text);
    return refusal ? undefined : answer;
  };
  return {
    busy,
    refused,
    send: async (action, body) => (await sendFor(action, body)) !== undefined,
    sendFor,
  };
}
