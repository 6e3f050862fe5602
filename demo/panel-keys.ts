// The keys of the live demo: they press the simulated panel, dock body-cams and pull them out. Only where somebody sits at a terminal; Ctrl-C stays what
// it is everywhere else.
import type { PanelActName, PanelRequest } from '../hw-sim/control-protocol.ts';

/** Longer than the 2 s after which a held button closes (gateway/panel/panel-rules.ts). */
export const longPressMs = 2600;

export interface KeyInput {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  removeListener(event: 'data', listener: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export interface PanelKeyActs {
  readonly act: (act: PanelActName, options?: Omit<PanelRequest, 'act'>) => Promise<unknown>;
  /** Toggled by its key. */
  readonly doorOpen: () => boolean;
  /** Docks body-cam 1 or 2, or pulls it out when it is docked. */
  readonly bodyCam: (number: 1 | 2) => Promise<unknown>;
  /** Ctrl-C: a terminal that gives single keys gives this one too, instead of a signal. */
  readonly interrupt: () => void;
}

/** Listens until the function that it returns is called; null where there is no terminal. */
export function listenForKeys(
  input: KeyInput,
  { act, doorOpen, bodyCam, interrupt }: PanelKeyActs,
): (() => void) | null {
  if (input.isTTY !== true || input.setRawMode === undefined) return null;
  const does: Readonly<Record<string, () => Promise<unknown>>> = {
    p: () => act('press'),
    l: () => act('press', { forMs: longPressMs }),
    1: () => bodyCam(1),
    2: () => bodyCam(2),
    d: () => act(doorOpen() ? 'door-close' : 'door-open'),
  };
  const heard = (bytes: Buffer): void => {
    for (const key of bytes.toString('latin1')) {
      if (key === '\u0003') interrupt();
      // A simulator that is gone is told by the table; a key is no reason to end.
      else does[key.toLowerCase()]?.().catch(() => undefined);
    }
  };
  input.setRawMode(true);
  input.resume();
  input.on('data', heard);
  return () => {
    input.removeListener('data', heard);
    input.setRawMode?.(false);
    input.pause();
  };
}
