// P6 as a table and as a property: whatever comes in whatever order, nothing is erased that was not verified and entered.
import fc from 'fast-check';
import t from 'tap';
import {
  empty,
  maxAttempts,
  next,
  type ClipState,
  type ListedClip,
  type SlotEffect,
  type SlotInput,
  type SlotState,
} from '../../../../gateway/bodycam/custody/custody-machine.ts';

const device = 'BC-7';
const clip = (phase: ClipState['phase'], change: Partial<ClipState> = {}): ClipState => {
  return { clip: 'a', phase, stays: '', attempts: 1, why: '', ...change };
};
type Stage = 'copy' | 'receipt' | 'erase';
const off = (
  clips: readonly ClipState[],
  stage: Stage = 'copy',
  held: '' | 'disk-full' | 'ledger' = '',
): SlotState => {
  return { at: 'offloading', device, clips, stage, held };
};
const b = (phase: ClipState['phase'], change: Partial<ClipState> = {}): ClipState =>
  clip(phase, { clip: 'b', ...change });
const listedAs = (name: string, change: Partial<ListedClip> = {}): ListedClip => {
  return { clip: name, stays: '', missing: false, ...change };
};
const preparing: SlotState = { at: 'preparing', device };
const listing: SlotState = { at: 'listing', device };
const busy: SlotEffect = { do: 'lamp', shows: 'busy' };
const lamp = (shows: 'off' | 'done' | 'fault' | 'refused'): SlotEffect => ({ do: 'lamp', shows });
const tell = (what: string, of = ''): SlotEffect => ({ do: 'tell', what, clip: of });

type Row = [name: string, from: SlotState, input: SlotInput, to: SlotState, effects: SlotEffect[]];
const rows: Row[] = [
  [
    'what is put in is asked who it is',
    empty,
    { on: 'inserted' },
    { at: 'identifying' },
    [busy, { do: 'identify' }],
  ],
  [
    'one of ours is locked, and its clock, battery and storage are read',
    { at: 'identifying' },
    { on: 'identified', device, standing: 'ours' },
    preparing,
    [{ do: 'lock' }, { do: 'prepare' }],
  ],
  ...(['unknown', 'stolen', 'elsewhere', 'double'] as const).map(
    (why): Row => [
      `nothing is read of one that is ${why}, and headquarters is told`,
      { at: 'identifying' },
      { on: 'identified', device, standing: why },
      { at: 'refused', device, why },
      [lamp('refused'), tell(why)],
    ],
  ),
  [
    'a refused one is not listed whatever it says',
    { at: 'refused', device, why: 'stolen' },
    { on: 'prepared' },
    { at: 'refused', device, why: 'stolen' },
    [],
  ],
  ['when it is prepared its clips are listed', preparing, { on: 'prepared' }, listing, [{ do: 'list' }]],
  [
    'all clips are given to the copier at once',
    listing,
    { on: 'listed', clips: [listedAs('a'), listedAs('b')] },
    off([clip('copying'), b('copying')]),
    [
      { do: 'copy', clip: 'a' },
      { do: 'copy', clip: 'b' },
    ],
  ],
  [
    'what is listed and not on the card is told, and kept',
    listing,
    { on: 'listed', clips: [listedAs('a'), listedAs('b', { missing: true })] },
    off([clip('copying'), b('kept', { attempts: 0, why: 'not-on-card' })]),
    [tell('not-on-card', 'b'), { do: 'copy', clip: 'a' }],
  ],
  [
    'an empty card is done at once',
    listing,
    { on: 'listed', clips: [] },
    { at: 'done', device, clips: [] },
    [{ do: 'unlock' }, lamp('done')],
  ],
  [
    'a clip that is named twice is one',
    listing,
    { on: 'listed', clips: [listedAs('a'), listedAs('a')] },
    off([clip('copying')]),
    [{ do: 'copy', clip: 'a' }],
  ],
  [
    'a verified one goes into the ledger',
    off([clip('copying'), b('copying')]),
    { on: 'verified', clip: 'a', known: false },
    off([clip('entering'), b('copying')]),
    [{ do: 'enter', clip: 'a' }],
  ],
  [
    'one that the ledger has from an earlier docking is not entered twice',
    off([clip('copying'), b('copying')]),
    { on: 'verified', clip: 'a', known: true },
    off([clip('entered'), b('copying')]),
    [],
  ],
  [
    'nothing is erased while another is copied',
    off([clip('entering'), b('copying')]),
    { on: 'entered', clip: 'a' },
    off([clip('entered'), b('copying')]),
    [],
  ],
  [
    'when the last one is in the ledger there is a receipt for all',
    off([clip('entered'), b('entering')]),
    { on: 'entered', clip: 'b' },
    off([clip('entered'), b('entered')], 'receipt'),
    [{ do: 'receipt' }],
  ],
  [
    'only then the first is erased',
    off([clip('entered'), b('entered')], 'receipt'),
    { on: 'receipted' },
    off([clip('erasing'), b('entered')], 'erase'),
    [{ do: 'erase', clip: 'a' }],
  ],
  [
    'and then the next',
    off([clip('erasing'), b('entered')], 'erase'),
    { on: 'erased', clip: 'a' },
    off([clip('erased'), b('erasing')], 'erase'),
    [{ do: 'erase', clip: 'b' }],
  ],
  [
    'the last one ends it',
    off([clip('erasing')], 'erase'),
    { on: 'erased', clip: 'a' },
    { at: 'done', device, clips: [clip('erased')] },
    [{ do: 'unlock' }, lamp('done')],
  ],
  [
    'what the device does not list is copied and never erased',
    off([clip('entered', { stays: 'not-listed' })], 'receipt'),
    { on: 'receipted' },
    { at: 'done', device, clips: [clip('kept', { stays: 'not-listed', why: 'not-listed' })] },
    [tell('not-listed', 'a'), { do: 'unlock' }, lamp('fault')],
  ],
  [
    'an entered answer for a clip that was not verified says nothing',
    off([clip('copying')]),
    { on: 'entered', clip: 'a' },
    off([clip('copying')]),
    [],
  ],
  [
    'a receipt that nobody asked for says nothing',
    off([clip('copying')]),
    { on: 'receipted' },
    off([clip('copying')]),
    [],
  ],
  [
    'a failed copy is tried once more',
    off([clip('copying')]),
    { on: 'clip-failed', clip: 'a', why: 'read-error' },
    off([clip('copying', { attempts: 2, why: 'read-error' })]),
    [{ do: 'copy', clip: 'a' }],
  ],
  [
    'and then kept on the device, and somebody is told; the other is not held up',
    off([clip('copying', { attempts: maxAttempts }), b('entered')]),
    { on: 'clip-failed', clip: 'a', why: 'read-error' },
    off([clip('kept', { attempts: maxAttempts, why: 'read-error' }), b('entered')], 'receipt'),
    [tell('read-error', 'a'), { do: 'receipt' }],
  ],
  [
    'what cannot be erased is in the store and on the device',
    off([clip('erasing')], 'erase'),
    { on: 'clip-failed', clip: 'a', why: 'erase-failed' },
    { at: 'done', device, clips: [clip('kept', { why: 'erase-failed' })] },
    [tell('erase-failed', 'a'), { do: 'unlock' }, lamp('fault')],
  ],
  [
    'a full disk is told; what is being copied waits where it is, and the attempt does not count',
    off([clip('copying'), b('copying')]),
    { on: 'disk-full' },
    off([clip('copying'), b('copying')], 'copy', 'disk-full'),
    [lamp('fault'), tell('disk-full')],
  ],
  [
    'it is told once',
    off([clip('copying')], 'copy', 'disk-full'),
    { on: 'disk-full' },
    off([clip('copying')], 'copy', 'disk-full'),
    [],
  ],
  [
    'on a full disk nothing is erased, not even what is entered',
    off([clip('entering')], 'copy', 'disk-full'),
    { on: 'entered', clip: 'a' },
    off([clip('entered')], 'copy', 'disk-full'),
    [],
  ],
  [
    'nor what is receipted',
    off([clip('entered')], 'receipt', 'disk-full'),
    { on: 'receipted' },
    off([clip('entered')], 'erase', 'disk-full'),
    [],
  ],
  [
    'when there is room again it is',
    off([clip('entered')], 'erase', 'disk-full'),
    { on: 'retry' },
    off([clip('erasing')], 'erase'),
    [busy, { do: 'erase', clip: 'a' }],
  ],
  [
    'a ledger that refuses erases nothing',
    off([clip('entering'), b('entered')]),
    { on: 'not-entered', clip: 'a' },
    off([clip('entering', { why: 'ledger' }), b('entered')], 'copy', 'ledger'),
    [lamp('fault')],
  ],
  [
    'and is asked again',
    off([clip('entering', { why: 'ledger' }), b('entered')], 'copy', 'ledger'),
    { on: 'retry' },
    off([clip('entering'), b('entered')]),
    [busy, { do: 'enter', clip: 'a' }],
  ],
  [
    'what is on its way into the ledger is not given to it twice',
    off([clip('entering', { why: 'ledger' }), b('entering')], 'copy', 'ledger'),
    { on: 'retry' },
    off([clip('entering'), b('entering')]),
    [busy, { do: 'enter', clip: 'a' }],
  ],
  [
    'without a receipt nothing is erased',
    off([clip('entered')], 'receipt'),
    { on: 'not-receipted' },
    off([clip('entered')], 'receipt', 'ledger'),
    [lamp('fault')],
  ],
  [
    'and it is asked for again',
    off([clip('entered')], 'receipt', 'ledger'),
    { on: 'retry' },
    off([clip('entered')], 'receipt'),
    [busy, { do: 'receipt' }],
  ],
  [
    'a ledger that refuses does not hide a full disk',
    off([clip('entering')], 'copy', 'disk-full'),
    { on: 'not-entered', clip: 'a' },
    off([clip('entering', { why: 'ledger' })], 'copy', 'disk-full'),
    [],
  ],
  [
    'nothing is tried again while nothing is held',
    off([clip('copying')]),
    { on: 'retry' },
    off([clip('copying')]),
    [],
  ],
  [
    'pulled out in the middle: what there is stays, and it is told',
    off([clip('copying')]),
    { on: 'removed' },
    empty,
    [{ do: 'stop' }, { do: 'unlock' }, lamp('off'), tell('pulled-out')],
  ],
  ['taken out when it is done', { at: 'done', device, clips: [] }, { on: 'removed' }, empty, [lamp('off')]],
  ['an empty slot cannot be emptied', empty, { on: 'removed' }, empty, []],
  [
    'a dock that reboots begins anew',
    off([clip('copying')]),
    { on: 'inserted' },
    { at: 'identifying' },
    [{ do: 'stop' }, busy, { do: 'identify' }],
  ],
  [
    'a device that does not answer is a named failure, and may be taken out',
    preparing,
    { on: 'fault', why: 'no-answer' },
    { at: 'failed', device, why: 'no-answer', clips: [] },
    [{ do: 'unlock' }, lamp('fault'), tell('no-answer')],
  ],
  [
    'and is told once',
    { at: 'failed', device, why: 'no-answer', clips: [] },
    { on: 'fault', why: 'no-answer' },
    { at: 'failed', device, why: 'no-answer', clips: [] },
    [],
  ],
  [
    'a disk that has gone is no fault of its clips: all of them wait for the device',
    off([clip('copying'), b('entered')]),
    { on: 'clip-failed', clip: 'a', why: 'pulled-out' },
    { at: 'failed', device, why: 'pulled-out', clips: [clip('copying'), b('entered')] },
    [{ do: 'stop' }, { do: 'unlock' }, lamp('fault'), tell('pulled-out')],
  ],
  ['an empty slot has no fault', empty, { on: 'fault', why: 'no-answer' }, empty, []],
];

for (const [name, from, input, to, effects] of rows) {
  t.test(`P6: ${name}`, (t) => {
    const step = next(from, input);
    t.same(step.state, to);
    t.same(step.effects, effects);
    t.end();
  });
}

const clips = fc.constantFrom('a', 'b', 'c');
const inputs: fc.Arbitrary<SlotInput> = fc.oneof(
  fc.constantFrom<SlotInput>(
    { on: 'inserted' },
    { on: 'identified', device, standing: 'ours' },
    { on: 'identified', device, standing: 'stolen' },
    { on: 'prepared' },
    { on: 'disk-full' },
    { on: 'receipted' },
    { on: 'not-receipted' },
    { on: 'retry' },
    { on: 'removed' },
    { on: 'fault', why: 'x' },
  ),
  fc.record({
    on: fc.constant('listed' as const),
    clips: fc.array(
      fc.record({ clip: clips, stays: fc.constantFrom('', '', 'not-listed'), missing: fc.boolean() }),
      { maxLength: 4 },
    ),
  }),
  fc.record({ on: fc.constant('verified' as const), clip: clips, known: fc.boolean() }),
  fc.record({
    on: fc.constantFrom('entered', 'not-entered', 'erased'),
    clip: clips,
  }) as fc.Arbitrary<SlotInput>,
  fc.record({ on: fc.constant('clip-failed' as const), clip: clips, why: fc.constant('x') }),
);

const listing3 = [listedAs('a'), listedAs('b', { stays: 'not-listed' }), listedAs('c')];

/** A good answer to what was asked for; null for what has none. */
function answerTo(effect: SlotEffect): SlotInput | null {
  switch (effect.do) {
    case 'identify':
      return { on: 'identified', device, standing: 'ours' };
    case 'prepare':
      return { on: 'prepared' };
    case 'list':
      return { on: 'listed', clips: listing3 };
    case 'copy':
      return { on: 'verified', clip: effect.clip, known: effect.clip === 'b' };
    case 'enter':
      return { on: 'entered', clip: effect.clip };
    case 'receipt':
      return { on: 'receipted' };
    case 'erase':
      return { on: 'erased', clip: effect.clip };
    default:
      return null;
  }
}

/** `answer`: the oldest thing that was asked for is answered well; without it random inputs come nowhere. */
const steps = fc.array(
  fc.oneof({ weight: 15, arbitrary: fc.constant('answer' as const) }, { weight: 1, arbitrary: inputs }),
  { minLength: 15, maxLength: 80, size: 'max' },
);

t.test(
  'P6: in any order of anything, a clip is erased only when it was verified, entered now or before, and receipted',
  (t) => {
    let erased = 0;
    fc.assert(
      fc.property(steps, (all) => {
        let state: SlotState = empty;
        const open: SlotInput[] = [];
        const asked = new Set<string>();
        const verified = new Set<string>();
        const entered = new Set<string>();
        const staying = new Set<string>();
        let receipted = false;
        for (const step of all) {
          const input = step === 'answer' ? (open.shift() ?? { on: 'inserted' }) : step;
          if (input.on === 'inserted' || input.on === 'removed') {
            for (const set of [asked, verified, entered, staying]) set.clear();
            open.length = 0;
            receipted = false;
          }
          if (input.on === 'listed' && state.at === 'listing')
            for (const each of input.clips) staying[each.stays === '' ? 'delete' : 'add'](each.clip);
          // Only what was asked for counts as an answer.
          if (input.on === 'verified' && asked.has(`copy ${input.clip}`)) {
            verified.add(input.clip);
            if (input.known) entered.add(input.clip);
          }
          if (input.on === 'entered' && asked.has(`enter ${input.clip}`)) entered.add(input.clip);
          if (input.on === 'receipted' && asked.has('receipt')) receipted = true;
          const { state: after, effects } = next(state, input);
          state = after;
          for (const effect of effects) {
            open.push(...[answerTo(effect)].filter((each) => each !== null));
            asked.add('clip' in effect ? `${effect.do} ${effect.clip}` : effect.do);
            if (effect.do !== 'erase') continue;
            erased += 1;
            if (!verified.has(effect.clip) || !entered.has(effect.clip) || !receipted) return false;
            if (staying.has(effect.clip)) return false;
            if (state.at === 'offloading' && state.held !== '') return false;
          }
          // Of a device that is not ours nothing is read.
          if (state.at === 'refused' && effects.some((each) => 'clip' in each && each.do !== 'tell'))
            return false;
        }
        return true;
      }),
      { numRuns: 2000 },
    );
    t.ok(erased > 300, `${erased} were erased, each in its time`);
    t.end();
  },
);

t.test(
  'P6: whatever happened, answers that come in the end bring every clip into the store, and off the device what it lists',
  (t) => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 30 }), (all) => {
        let state: SlotState = all.reduce((at, input) => next(at, input).state, empty);
        const open: SlotInput[] = [{ on: 'removed' }, { on: 'inserted' }];
        for (let step = 0; step < 60 && open.length > 0; step += 1) {
          const taken = next(state, open.shift() as SlotInput);
          state = taken.state;
          open.push(...taken.effects.flatMap((effect) => answerTo(effect) ?? []));
        }
        if (state.at !== 'done') return false;
        return state.clips.every(({ clip: name, phase }) => phase === (name === 'b' ? 'kept' : 'erased'));
      }),
      { numRuns: 1000 },
    );
    t.pass('always');
    t.end();
  },
);
