// The custody of what a body-cam brings, from the slot to the store, as a pure machine of one slot (P6): a clip is erased
// only after it was read again, synced, and its entry and its receipt are in the ledger. It decides and does nothing.

/** Attempts to copy one clip while its device is in the slot. */
export const maxAttempts = 2;

/** Nothing is read of a device that is not ours to read; `double`: two devices have its serial number. */
export type Standing = 'ours' | 'unknown' | 'stolen' | 'elsewhere' | 'double';

export interface ClipState {
  readonly clip: string;
  /** `entered`: the ledger has it. `kept`: it stays on the device, and `why` says what stood in the way. */
  readonly phase: 'waiting' | 'copying' | 'entering' | 'entered' | 'erasing' | 'erased' | 'kept';
  /** Why it is copied and never erased: `not-listed` by the device, or `size-differs` from its list. Else empty. */
  readonly stays: string;
  readonly attempts: number;
  readonly why: string;
}

/** What the listing tells of a clip; `missing`: the device lists it, and its card has no such file. */
export interface ListedClip {
  readonly clip: string;
  readonly stays: string;
  readonly missing: boolean;
}

export type SlotState =
  | { readonly at: 'empty' }
  | { readonly at: 'identifying' }
  | { readonly at: 'refused'; readonly device: string; readonly why: Exclude<Standing, 'ours'> }
  /** Its clock is measured and set, battery and storage are read. */
  | { readonly at: 'preparing'; readonly device: string }
  | { readonly at: 'listing'; readonly device: string }
  | {
      readonly at: 'offloading';
      readonly device: string;
      readonly clips: readonly ClipState[];
      /** All are copied, then what came is receipted, then it is erased: a disk and a device it is only in turn. */
      readonly stage: 'copy' | 'receipt' | 'erase';
      /** Nothing is erased before this is over. */
      readonly held: '' | 'disk-full' | 'ledger';
    }
  | { readonly at: 'done'; readonly device: string; readonly clips: readonly ClipState[] }
  | {
      readonly at: 'failed';
      readonly device: string;
      readonly why: string;
      /** As they stood then; none before they were listed. */
      readonly clips: readonly ClipState[];
    };

export type SlotInput =
  | { readonly on: 'inserted' }
  | { readonly on: 'identified'; readonly device: string; readonly standing: Standing }
  | { readonly on: 'prepared' }
  | { readonly on: 'listed'; readonly clips: readonly ListedClip[] }
  /** In the store, synced, and read a second time; `known`: the ledger has it from an earlier docking. */
  | { readonly on: 'verified'; readonly clip: string; readonly known: boolean }
  | { readonly on: 'entered'; readonly clip: string }
  /** The ledger did not take it: it has not happened (P5). */
  | { readonly on: 'not-entered'; readonly clip: string }
  | { readonly on: 'receipted' }
  | { readonly on: 'not-receipted' }
  | { readonly on: 'erased'; readonly clip: string }
  | { readonly on: 'clip-failed'; readonly clip: string; readonly why: string }
  | { readonly on: 'disk-full' }
  /** There is room again, or the ledger may be asked again. */
  | { readonly on: 'retry' }
  /** Of the device as a whole: no answer, no volume, another with its number. */
  | { readonly on: 'fault'; readonly why: string }
  | { readonly on: 'removed' };

export type SlotEffect =
  | { readonly do: 'identify' }
  | { readonly do: 'prepare' }
  | { readonly do: 'list' }
  | { readonly do: 'copy' | 'enter' | 'erase'; readonly clip: string }
  | { readonly do: 'receipt' }
  /** Ends what is being copied or read; what there is of it stays, and is gone on with later. */
  | { readonly do: 'stop' }
  | { readonly do: 'lock' | 'unlock' }
  | { readonly do: 'lamp'; readonly shows: 'off' | 'busy' | 'done' | 'fault' | 'refused' }
  /** Headquarters and the room are told. */
  | { readonly do: 'tell'; readonly what: string; readonly clip: string };

export interface SlotStep {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
}

export const empty: SlotState = { at: 'empty' };

/** The next state and what is to be done, in order. A pair in which nothing happens answers the same state. */
export function next(state: SlotState, input: SlotInput): SlotStep {
  if (input.on === 'removed') return removed(state);
  // A dock that reboots says again what is in its slots: everything begins anew, and nothing is lost by that.
  if (input.on === 'inserted')
    return {
      state: { at: 'identifying' },
      effects: [...stopOf(state), { do: 'lamp', shows: 'busy' }, { do: 'identify' }],
    };
  if (input.on === 'fault' && state.at !== 'empty' && state.at !== 'refused') {
    if (state.at === 'failed' && state.why === input.why) return nothing(state);
    const device = 'device' in state ? state.device : '';
    const clips = 'clips' in state ? state.clips : [];
    return {
      state: { at: 'failed', device, why: input.why, clips },
      effects: [...stopOf(state), ...unlockOf(state), { do: 'lamp', shows: 'fault' }, tell(input.why)],
    };
  }
  switch (state.at) {
    case 'identifying':
      return input.on === 'identified' ? identified(input) : nothing(state);
    case 'preparing':
      return input.on === 'prepared'
        ? { state: { at: 'listing', device: state.device }, effects: [{ do: 'list' }] }
        : nothing(state);
    case 'listing':
      return input.on === 'listed' ? listed(state.device, input.clips) : nothing(state);
    case 'offloading':
      return offloading(state, input);
    default:
      return nothing(state);
  }
}

function identified({ device, standing }: Extract<SlotInput, { on: 'identified' }>): SlotStep {
  if (standing === 'ours')
    return { state: { at: 'preparing', device }, effects: [{ do: 'lock' }, { do: 'prepare' }] };
  return {
    state: { at: 'refused', device, why: standing },
    effects: [{ do: 'lamp', shows: 'refused' }, tell(standing)],
  };
}

function listed(device: string, listing: readonly ListedClip[]): SlotStep {
  // A card that names a clip twice has it once.
  const names = new Map(listing.map((each) => [each.clip, each]));
  const clips = [...names.values()].map(({ clip, stays, missing }): ClipState => {
    const phase = missing ? 'kept' : 'waiting';
    return { clip, stays, phase, attempts: 0, why: missing ? 'not-on-card' : '' };
  });
  const told = clips.filter(({ phase }) => phase === 'kept').map(({ clip, why }) => tell(why, clip));
  const { state, effects } = goOn({ at: 'offloading', device, clips, stage: 'copy', held: '' });
  return { state, effects: [...told, ...effects] };
}

type Offloading = Extract<SlotState, { at: 'offloading' }>;

function offloading(state: Offloading, input: SlotInput): SlotStep {
  switch (input.on) {
    case 'disk-full':
      // What is being copied waits where it is: whoever copies has stopped by itself, and it was not the clip's fault.
      if (state.held === 'disk-full') return nothing(state);
      return {
        state: { ...state, held: 'disk-full' },
        effects: [{ do: 'lamp', shows: 'fault' }, tell('disk-full')],
      };
    case 'retry':
      return state.held === '' ? nothing(state) : again({ ...state, held: '' });
    case 'verified':
      return input.known
        ? moved(state, input.clip, 'copying', { phase: 'entered' })
        : moved(state, input.clip, 'copying', { phase: 'entering' }, { do: 'enter', clip: input.clip });
    case 'entered':
      return moved(state, input.clip, 'entering', { phase: 'entered', why: '' });
    case 'not-entered': {
      const waits = state.clips.some(({ clip, phase }) => clip === input.clip && phase === 'entering');
      if (!waits) return nothing(state);
      return heldByLedger(withClip(state, input.clip, { why: 'ledger' }));
    }
    case 'receipted':
      return state.stage === 'receipt' ? goOn({ ...state, stage: 'erase' }) : nothing(state);
    case 'not-receipted':
      return state.stage === 'receipt' ? heldByLedger(state) : nothing(state);
    case 'erased':
      return moved(state, input.clip, 'erasing', { phase: 'erased' });
    case 'clip-failed':
      return failed(state, input);
    default:
      return nothing(state);
  }
}

/** A full disk outweighs it: that is over only when there is room. */
function heldByLedger(state: Offloading): SlotStep {
  if (state.held !== '') return { state, effects: [] };
  return { state: { ...state, held: 'ledger' }, effects: [{ do: 'lamp', shows: 'fault' }] };
}

/** What failed before it was entered is tried once more; behind that it stays on the device, and somebody is told. */
function failed(state: Offloading, { clip, why }: Extract<SlotInput, { on: 'clip-failed' }>): SlotStep {
  const found = state.clips.find((each) => each.clip === clip);
  if (found?.phase !== 'copying' && found?.phase !== 'erasing') return nothing(state);
  // Its disk has gone, by a hand or with the dock: it is not this clip that failed, and all of them wait for it.
  if (why === 'pulled-out') return next(state, { on: 'fault', why });
  // What cannot be erased is in the store and on the device: twice, never zero times.
  const retried = found.phase === 'copying' && found.attempts < maxAttempts;
  const change: Partial<ClipState> = retried ? { phase: 'waiting', why } : { phase: 'kept', why };
  const { state: after, effects } = goOn(withClip(state, clip, change));
  return { state: after, effects: retried ? effects : [tell(why, clip), ...effects] };
}

/** What was waiting for the ledger is given to it again, and the rest goes on. */
function again(state: Offloading): SlotStep {
  const waiting = state.clips.filter(({ phase, why }) => phase === 'entering' && why === 'ledger');
  const clips = state.clips.map((each) => (waiting.includes(each) ? { ...each, why: '' } : each));
  const { state: after, effects } = goOn({ ...state, clips });
  const enter = waiting.map(({ clip }): SlotEffect => ({ do: 'enter', clip }));
  const receipt: SlotEffect[] = state.stage === 'receipt' ? [{ do: 'receipt' }] : [];
  return { state: after, effects: [{ do: 'lamp', shows: 'busy' }, ...enter, ...receipt, ...effects] };
}

function moved(
  state: Offloading,
  clip: string,
  from: ClipState['phase'],
  change: Partial<ClipState>,
  ...effects: readonly SlotEffect[]
): SlotStep {
  const found = state.clips.find((each) => each.clip === clip);
  // A late answer about what was stopped says nothing.
  if (found?.phase !== from) return nothing(state);
  const { state: after, effects: more } = goOn(withClip(state, clip, change));
  return { state: after, effects: [...effects, ...more] };
}

/** Begins what may begin now: all copies at once, then the receipt, then one erasure after the other, and the end. */
function goOn(state: Offloading): SlotStep {
  if (state.held !== '') return { state, effects: [] };
  if (state.stage === 'copy') {
    const waiting = state.clips.filter(({ phase }) => phase === 'waiting');
    const clips = state.clips.map((each) =>
      each.phase === 'waiting' ? { ...each, phase: 'copying' as const, attempts: each.attempts + 1 } : each,
    );
    if (clips.some(({ phase }) => phase === 'copying' || phase === 'entering'))
      return { state: { ...state, clips }, effects: waiting.map(({ clip }) => ({ do: 'copy', clip })) };
    return clips.some(({ phase }) => phase === 'entered')
      ? { state: { ...state, clips, stage: 'receipt' }, effects: [{ do: 'receipt' }] }
      : ended(state);
  }
  if (state.stage === 'receipt' || state.clips.some(({ phase }) => phase === 'erasing'))
    return { state, effects: [] };
  const safe = state.clips.find(({ phase, stays }) => phase === 'entered' && stays === '');
  if (!safe) return ended(state);
  const { clip } = safe;
  return { state: withClip(state, clip, { phase: 'erasing' }), effects: [{ do: 'erase', clip }] };
}

function ended({ device, clips: all }: Offloading): SlotStep {
  const staying = all.filter(({ phase }) => phase === 'entered');
  const clips = all.map((each) =>
    staying.includes(each) ? { ...each, phase: 'kept' as const, why: each.stays } : each,
  );
  const whole = clips.every(({ phase }) => phase === 'erased');
  return {
    state: { at: 'done', device, clips },
    effects: [
      ...staying.map(({ clip, stays }) => tell(stays, clip)),
      { do: 'unlock' },
      { do: 'lamp', shows: whole ? 'done' : 'fault' },
    ],
  };
}

function removed(state: SlotState): SlotStep {
  if (state.at === 'empty') return nothing(state);
  const told: SlotEffect[] = isHeld(state) ? [tell('pulled-out')] : [];
  return {
    state: empty,
    effects: [...stopOf(state), ...unlockOf(state), { do: 'lamp', shows: 'off' }, ...told],
  };
}

/** From the lock to the end of the offload. */
export function isHeld(state: SlotState): boolean {
  return state.at === 'offloading' || state.at === 'preparing' || state.at === 'listing';
}

/** A latch that stays shut takes no device in, and lets none out that is to be put in again. */
function unlockOf(state: SlotState): SlotEffect[] {
  return isHeld(state) ? [{ do: 'unlock' }] : [];
}

function stopOf(state: SlotState): SlotEffect[] {
  return state.at === 'offloading' || state.at === 'listing' ? [{ do: 'stop' }] : [];
}

function tell(what: string, clip = ''): SlotEffect {
  return { do: 'tell', what, clip };
}

function withClip(state: Offloading, clip: string, change: Partial<ClipState>): Offloading {
  return { ...state, clips: state.clips.map((each) => (each.clip === clip ? { ...each, ...change } : each)) };
}

function nothing(state: SlotState): SlotStep {
  return { state, effects: [] };
}
