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
}

export function useAsk(): InHand {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  return {
    busy,
    refused,
    send: async (action, body) => {
      if (busy) return false;
      setBusy(true);
      setRefused('');
      const { refusal } = await ask(action, body);
      setBusy(false);
      if (refusal) setRefused(refusal.text);
      return refusal === undefined;
    },
  };
}
