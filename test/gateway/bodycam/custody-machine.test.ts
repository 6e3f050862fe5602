// P6 as a table and as a property: whatever comes in whatever order, nothing is erased that was not verified and entered.
import fc from 'fast-check';
import t from 'tap';
import {
  empty,
  maxAttempts,
  next,
  type ClipState,
  type SlotEffect,
  type SlotInput,
  type SlotState,
} from '../../../gateway/bodycam/custody-machine.ts';

const device = 'BC-7';
const clip = (phase: ClipState['phase'], change: Partial<ClipState> = {}): ClipState => {
  return { clip: 'a', phase, known: false, attempts: 1, why: '', ...change };
};
const off = (clips: readonly ClipState[], held: '' | 'disk-full' | 'ledger' = ''): SlotState => {
  return { at: 'offloading', device, clips, held };
};
const b = clip('waiting', { clip: 'b', attempts: 0 });
const preparing: SlotState = { at: 'preparing', device };
const listing: SlotState = { at: 'listing', device };
const busy: SlotEffect = { do: 'lamp', shows: 'busy' };
const lamp = (shows: 'off' | 'done' | 'fault' | 'refused'): SlotEffect => ({ do: 'lamp', shows });

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
  ...(['unknown', 'stolen', 'elsewhere'] as const).map(
    (why): Row => [
      `nothing is read of one that is ${why}, and headquarters is told`,
      { at: 'identifying' },
      { on: 'identified', device, standing: why },
      { at: 'refused', device, why },
      [lamp('refused'), { do: 'tell', what: why }],
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
    'the first clip is copied',
    listing,
    {
      on: 'listed',
      clips: [
        { clip: 'a', known: false },
        { clip: 'b', known: false },
      ],
    },
    off([clip('copying'), b]),
    [{ do: 'copy', clip: 'a' }],
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
    {
      on: 'listed',
      clips: [
        { clip: 'a', known: false },
        { clip: 'a', known: false },
      ],
    },
    off([clip('copying')]),
    [{ do: 'copy', clip: 'a' }],
  ],
  [
    'a clip that the ledger has from an earlier time is read again before it is erased, and not entered twice',
    listing,
    { on: 'listed', clips: [{ clip: 'a', known: true }] },
    off([clip('verifying', { known: true })]),
    [{ do: 'verify', clip: 'a' }],
  ],
  [
    'and then erased',
    off([clip('verifying', { known: true })]),
    { on: 'verified', clip: 'a' },
    off([clip('erasing', { known: true })]),
    [{ do: 'erase', clip: 'a' }],
  ],
  [
    'a copy is read again',
    off([clip('copying'), b]),
    { on: 'copied', clip: 'a' },
    off([clip('verifying'), b]),
    [{ do: 'verify', clip: 'a' }],
  ],
  [
    'a verified one goes into the ledger',
    off([clip('verifying'), b]),
    { on: 'verified', clip: 'a' },
    off([clip('entering'), b]),
    [{ do: 'enter', clip: 'a' }],
  ],
  [
    'only then it is erased',
    off([clip('entering'), b]),
    { on: 'entered', clip: 'a' },
    off([clip('erasing'), b]),
    [{ do: 'erase', clip: 'a' }],
  ],
  [
    'and the next one begins',
    off([clip('erasing'), b]),
    { on: 'erased', clip: 'a' },
    off([clip('erased'), { ...b, phase: 'copying', attempts: 1 }]),
    [{ do: 'copy', clip: 'b' }],
  ],
  [
    'the last one ends it',
    off([clip('erasing')]),
    { on: 'erased', clip: 'a' },
    { at: 'done', device, clips: [clip('erased')] },
    [{ do: 'unlock' }, lamp('done')],
  ],
  [
    'a verified answer for a clip that is not being verified says nothing',
    off([clip('copying')]),
    { on: 'verified', clip: 'a' },
    off([clip('copying')]),
    [],
  ],
  [
    'an entered answer for a clip that was not verified says nothing',
    off([clip('copying')]),
    { on: 'entered', clip: 'a' },
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
    'and then kept on the device, and somebody is told; the next one is not held up',
    off([clip('copying', { attempts: maxAttempts }), b]),
    { on: 'clip-failed', clip: 'a', why: 'read-error' },
    off([
      clip('kept', { attempts: maxAttempts, why: 'read-error' }),
      { ...b, phase: 'copying', attempts: 1 },
    ]),
    [
      { do: 'tell', what: 'read-error' },
      { do: 'copy', clip: 'b' },
    ],
  ],
  [
    'what cannot be erased is in the store and on the device',
    off([clip('erasing')]),
    { on: 'clip-failed', clip: 'a', why: 'erase-refused' },
    { at: 'done', device, clips: [clip('kept', { why: 'erase-refused' })] },
    [{ do: 'tell', what: 'erase-refused' }, { do: 'unlock' }, lamp('fault')],
  ],
  [
    'a full disk stops what is being copied, and the attempt does not count',
    off([clip('copying'), b]),
    { on: 'disk-full' },
    off([clip('waiting', { attempts: 0 }), b], 'disk-full'),
    [{ do: 'stop' }, lamp('fault'), { do: 'tell', what: 'disk-full' }],
  ],
  [
    'on a full disk nothing is erased, not even what is entered',
    off([clip('entering')], 'disk-full'),
    { on: 'entered', clip: 'a' },
    off([clip('entered')], 'disk-full'),
    [],
  ],
  [
    'when there is room again it is',
    off([clip('entered')], 'disk-full'),
    { on: 'retry' },
    off([clip('erasing')]),
    [busy, { do: 'erase', clip: 'a' }],
  ],
  [
    'and the copying goes on',
    off([clip('waiting', { attempts: 0 })], 'disk-full'),
    { on: 'retry' },
    off([clip('copying')]),
    [busy, { do: 'copy', clip: 'a' }],
  ],
  [
    'a ledger that refuses erases nothing',
    off([clip('entering'), b]),
    { on: 'not-entered', clip: 'a' },
    off([clip('entering'), b], 'ledger'),
    [lamp('fault')],
  ],
  [
    'and is asked again',
    off([clip('entering'), b], 'ledger'),
    { on: 'retry' },
    off([clip('entering'), b]),
    [busy, { do: 'enter', clip: 'a' }],
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
    [{ do: 'stop' }, lamp('off'), { do: 'tell', what: 'pulled-out' }],
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
    'a device that does not answer is a named failure',
    preparing,
    { on: 'fault', why: 'no-answer' },
    { at: 'failed', device, why: 'no-answer' },
    [lamp('fault'), { do: 'tell', what: 'no-answer' }],
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
    { on: 'retry' },
    { on: 'removed' },
    { on: 'fault', why: 'x' },
  ),
  fc.record({
    on: fc.constant('listed' as const),
    clips: fc.array(fc.record({ clip: clips, known: fc.boolean() }), { maxLength: 4 }),
  }),
  fc.record({
    on: fc.constantFrom('copied', 'verified', 'entered', 'not-entered', 'erased'),
    clip: clips,
  }) as fc.Arbitrary<SlotInput>,
  fc.record({ on: fc.constant('clip-failed' as const), clip: clips, why: fc.constant('x') }),
);

/** `answer`: whatever was asked for last is answered well; without it random inputs come nowhere. */
const steps = fc.array(
  fc.oneof({ weight: 8, arbitrary: fc.constant('answer' as const) }, { weight: 1, arbitrary: inputs }),
  { maxLength: 80 },
);
const listing3 = [
  { clip: 'a', known: false },
  { clip: 'b', known: true },
  { clip: 'c', known: false },
];
const answers = { copy: 'copied', verify: 'verified', enter: 'entered', erase: 'erased' } as const;

function answerTo(effects: readonly SlotEffect[]): SlotInput {
  for (const effect of effects.toReversed()) {
    if ('clip' in effect) return { on: answers[effect.do], clip: effect.clip };
    if (effect.do === 'identify') return { on: 'identified', device, standing: 'ours' };
    if (effect.do === 'prepare') return { on: 'prepared' };
    if (effect.do === 'list') return { on: 'listed', clips: listing3 };
  }
  return { on: 'inserted' };
}

t.test(
  'P6: in any order of anything, a clip is erased only when it was verified, and entered now or before',
  (t) => {
    let erased = 0;
    fc.assert(
      fc.property(steps, (all) => {
        let state: SlotState = empty;
        let last: readonly SlotEffect[] = [];
        const asked = new Set<string>();
        const verified = new Set<string>();
        const entered = new Set<string>();
        const known = new Set<string>();
        for (const step of all) {
          const input = step === 'answer' ? answerTo(last) : step;
          if (input.on === 'inserted' || input.on === 'removed')
            for (const set of [asked, verified, entered, known]) set.clear();
          if (input.on === 'listed' && state.at === 'listing')
            for (const each of input.clips) known[each.known ? 'add' : 'delete'](each.clip);
          // Only what was asked for counts as an answer.
          if (input.on === 'verified' && asked.has(`verify ${input.clip}`)) verified.add(input.clip);
          if (input.on === 'entered' && asked.has(`enter ${input.clip}`)) entered.add(input.clip);
          const { state: after, effects } = next(state, input);
          state = after;
          if (effects.length > 0) last = effects;
          for (const effect of effects) {
            if ('clip' in effect) asked.add(`${effect.do} ${effect.clip}`);
            if (effect.do !== 'erase') continue;
            erased += 1;
            if (!verified.has(effect.clip)) return false;
            if (!entered.has(effect.clip) && !known.has(effect.clip)) return false;
            if (state.at === 'offloading' && state.held !== '') return false;
          }
          // Of a device that is not ours nothing is read.
          if (state.at === 'refused' && effects.some((effect) => 'clip' in effect)) return false;
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
  'P6: whatever happened, answers that come in the end bring every clip into the store and off the device',
  (t) => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 30 }), (all) => {
        let state: SlotState = all.reduce((at, input) => next(at, input).state, empty);
        const give = (input: SlotInput): readonly SlotEffect[] => {
          const step = next(state, input);
          state = step.state;
          return step.effects;
        };
        give({ on: 'removed' });
        give({ on: 'inserted' });
        give({ on: 'identified', device, standing: 'ours' });
        give({ on: 'prepared' });
        let effects = give({
          on: 'listed',
          clips: [
            { clip: 'a', known: false },
            { clip: 'b', known: true },
          ],
        });
        for (let step = 0; step < 20 && state.at === 'offloading'; step += 1) {
          const work = effects.find((effect) => 'clip' in effect);
          if (!work || !('clip' in work)) return false;
          effects = give({ on: answers[work.do], clip: work.clip });
        }
        return state.at === 'done' && state.clips.every(({ phase }) => phase === 'erased');
      }),
      { numRuns: 1000 },
    );
    t.pass('always');
    t.end();
  },
);
