// The custody of what a body-cam brings, from the slot to the store, as a pure machine of one slot (P6): a clip is erased
// only after it was read again, synced, and its entry is in the ledger. It decides and does nothing.

/** Attempts to copy one clip while its device is in the slot. */
export const maxAttempts = 2;

/** Nothing is read of a device that is not ours to read. */
export type Standing = 'ours' | 'unknown' | 'stolen' | 'elsewhere';

export interface ClipState {
  readonly clip: string;
  /** `entered`: the ledger has it, it may be erased. `kept`: it stays on the device, and `why` says what stood in the way. */
  readonly phase:
    | 'waiting'
    | 'copying'
    | 'verifying'
    | 'entering'
    | 'entered'
    | 'erasing'
    | 'erased'
    | 'kept';
  /** The ledger has it from an earlier time, and the device still does: it is read again, and not entered again. */
  readonly known: boolean;
  readonly attempts: number;
  readonly why: string;
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
      /** Nothing goes on, and nothing is erased, before this is over. */
      readonly held: '' | 'disk-full' | 'ledger';
    }
  | { readonly at: 'done'; readonly device: string; readonly clips: readonly ClipState[] }
  | { readonly at: 'failed'; readonly device: string; readonly why: string };

export type SlotInput =
  | { readonly on: 'inserted' }
  | { readonly on: 'identified'; readonly device: string; readonly standing: Standing }
  | { readonly on: 'prepared' }
  | { readonly on: 'listed'; readonly clips: readonly Pick<ClipState, 'clip' | 'known'>[] }
  /** The copy is whole and synced. */
  | { readonly on: 'copied'; readonly clip: string }
  /** Source and copy were read again, and are the same; for a known clip: the same as the ledger's. */
  | { readonly on: 'verified'; readonly clip: string }
  | { readonly on: 'entered'; readonly clip: string }
  /** The ledger did not take it: it has not happened (P5). */
  | { readonly on: 'not-entered'; readonly clip: string }
  | { readonly on: 'erased'; readonly clip: string }
  | { readonly on: 'clip-failed'; readonly clip: string; readonly why: string }
  | { readonly on: 'disk-full' }
  /** There is room again, or the ledger may be asked again. */
  | { readonly on: 'retry' }
  /** Of the device as a whole: no answer, a wrong firmware. */
  | { readonly on: 'fault'; readonly why: string }
  | { readonly on: 'removed' };

export type SlotEffect =
  | { readonly do: 'identify' }
  | { readonly do: 'prepare' }
  | { readonly do: 'list' }
  | { readonly do: 'copy' | 'verify' | 'enter' | 'erase'; readonly clip: string }
  /** Ends what is being copied or read; what there is of it stays, and is gone on with later. */
  | { readonly do: 'stop' }
  | { readonly do: 'lock' | 'unlock' }
  | { readonly do: 'lamp'; readonly shows: 'off' | 'busy' | 'done' | 'fault' | 'refused' }
  /** Headquarters and the room are told. */
  | { readonly do: 'tell'; readonly what: string };

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
    const device = 'device' in state ? state.device : '';
    return {
      state: { at: 'failed', device, why: input.why },
      effects: [...stopOf(state), { do: 'lamp', shows: 'fault' }, { do: 'tell', what: input.why }],
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
    effects: [
      { do: 'lamp', shows: 'refused' },
      { do: 'tell', what: standing },
    ],
  };
}

function listed(device: string, listing: Extract<SlotInput, { on: 'listed' }>['clips']): SlotStep {
  // A card that names a clip twice has it once.
  const names = new Map(listing.map((each) => [each.clip, each]));
  const clips = [...names.values()].map(({ clip, known }): ClipState => {
    return { clip, known, phase: 'waiting', attempts: 0, why: '' };
  });
  return goOn({ at: 'offloading', device, clips, held: '' });
}

type Offloading = Extract<SlotState, { at: 'offloading' }>;

function offloading(state: Offloading, input: SlotInput): SlotStep {
  switch (input.on) {
    case 'disk-full': {
      // It was not the clip's fault: the attempt does not count.
      const clips = state.clips.map((each) =>
        isCopying(each) ? { ...each, phase: 'waiting' as const, attempts: each.attempts - 1 } : each,
      );
      return {
        state: { ...state, clips, held: 'disk-full' },
        effects: [{ do: 'stop' }, { do: 'lamp', shows: 'fault' }, { do: 'tell', what: 'disk-full' }],
      };
    }
    case 'retry':
      return state.held === '' ? nothing(state) : again({ ...state, held: '' });
    case 'copied':
      return moved(state, input.clip, 'copying', { phase: 'verifying' }, { do: 'verify', clip: input.clip });
    case 'verified': {
      const known = state.clips.find(({ clip }) => clip === input.clip)?.known ?? false;
      return known
        ? moved(state, input.clip, 'verifying', { phase: 'entered' })
        : moved(state, input.clip, 'verifying', { phase: 'entering' }, { do: 'enter', clip: input.clip });
    }
    case 'entered':
      return moved(state, input.clip, 'entering', { phase: 'entered' });
    case 'not-entered': {
      const waits = state.clips.some(({ clip, phase }) => clip === input.clip && phase === 'entering');
      if (!waits) return nothing(state);
      return { state: { ...state, held: 'ledger' }, effects: [{ do: 'lamp', shows: 'fault' }] };
    }
    case 'erased':
      return moved(state, input.clip, 'erasing', { phase: 'erased' });
    case 'clip-failed':
      return failed(state, input);
    default:
      return nothing(state);
  }
}

/** What failed before it was entered is tried once more; behind that it stays on the device, and somebody is told. */
function failed(state: Offloading, { clip, why }: Extract<SlotInput, { on: 'clip-failed' }>): SlotStep {
  const found = state.clips.find((each) => each.clip === clip);
  if (!found || !isActive(found)) return nothing(state);
  // What cannot be erased is in the store and on the device: twice, never zero times.
  const again = found.phase !== 'erasing' && found.attempts < maxAttempts;
  const change: Partial<ClipState> = again ? { phase: 'waiting', why } : { phase: 'kept', why };
  const { state: after, effects } = goOn(withClip(state, clip, change));
  return { state: after, effects: again ? effects : [{ do: 'tell', what: why }, ...effects] };
}

/** What was waiting for the ledger is entered again; otherwise the next clip begins. */
function again(state: Offloading): SlotStep {
  const waiting = state.clips.find(({ phase }) => phase === 'entering');
  const lamp: SlotEffect = { do: 'lamp', shows: 'busy' };
  if (waiting) return { state, effects: [lamp, { do: 'enter', clip: waiting.clip }] };
  const { state: after, effects } = goOn(state);
  return { state: after, effects: [lamp, ...effects] };
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

/** Erases what may be erased, begins the next clip when none is in hand, and ends when none is left. */
function goOn(state: Offloading): SlotStep {
  if (state.held !== '' || state.clips.some(isActive)) return { state, effects: [] };
  const safe = state.clips.find(({ phase }) => phase === 'entered');
  if (safe) {
    const { clip } = safe;
    return { state: withClip(state, clip, { phase: 'erasing' }), effects: [{ do: 'erase', clip }] };
  }
  const waiting = state.clips.find(({ phase }) => phase === 'waiting');
  if (waiting) {
    const { clip, attempts, known } = waiting;
    // A known clip has its copy already: it is only read again.
    const phase = known ? 'verifying' : 'copying';
    const effect: SlotEffect = { do: known ? 'verify' : 'copy', clip };
    return { state: withClip(state, clip, { phase, attempts: attempts + 1 }), effects: [effect] };
  }
  const { device, clips } = state;
  const whole = clips.every(({ phase }) => phase === 'erased');
  return {
    state: { at: 'done', device, clips },
    effects: [{ do: 'unlock' }, { do: 'lamp', shows: whole ? 'done' : 'fault' }],
  };
}

function removed(state: SlotState): SlotStep {
  if (state.at === 'empty') return nothing(state);
  const early = state.at === 'offloading' || state.at === 'preparing' || state.at === 'listing';
  const told: SlotEffect[] = early ? [{ do: 'tell', what: 'pulled-out' }] : [];
  return { state: empty, effects: [...stopOf(state), { do: 'lamp', shows: 'off' }, ...told] };
}

function stopOf(state: SlotState): SlotEffect[] {
  return state.at === 'offloading' ? [{ do: 'stop' }] : [];
}

function withClip(state: Offloading, clip: string, change: Partial<ClipState>): Offloading {
  return { ...state, clips: state.clips.map((each) => (each.clip === clip ? { ...each, ...change } : each)) };
}

function isCopying({ phase }: ClipState): boolean {
  return phase === 'copying' || phase === 'verifying';
}

function isActive(clip: ClipState): boolean {
  return isCopying(clip) || clip.phase === 'entering' || clip.phase === 'erasing';
}

function nothing(state: SlotState): SlotStep {
  return { state, effects: [] };
}
