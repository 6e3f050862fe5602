import t from 'tap';
import {
  next,
  type SessionEffect,
  type SessionInput,
  type SessionState,
} from '../../../gateway/sessions/session-machine.ts';

const idle: SessionState = { at: 'idle' };
const opening: SessionState = { at: 'opening', session: 's1', resume: null };
const resuming: SessionState = { at: 'opening', session: 's1', resume: 'box-restarted' };
const open: SessionState = { at: 'open', session: 's1' };
const stopping: SessionState = { at: 'closing', session: 's1', step: 'stop' };
const finishing: SessionState = { at: 'closing', session: 's1', step: 'finish' };

const askOpen: SessionInput = { on: 'open', session: 's2' };
const askClose: SessionInput = { on: 'close' };
const gone: SessionInput = { on: 'recorder-gone' };
const started: SessionInput = { on: 'started', session: 's1' };
const stopped: SessionInput = { on: 'stopped', session: 's1' };
const finished: SessionInput = { on: 'finished', session: 's1' };
const notWritten: SessionInput = { on: 'not-written', what: 'opened', session: 's1' };
const back = (running: boolean, sealed = false, begun = sealed): SessionInput => ({
  on: 'recorder-back',
  running,
  sealed,
  begun,
  cause: 'recorder-died',
});

const start: SessionEffect = { do: 'start', session: 's1', resume: null };
const startAgain: SessionEffect = { do: 'start', session: 's1', resume: 'recorder-died' };
const stop: SessionEffect = { do: 'stop', session: 's1' };
const finish: SessionEffect = { do: 'finish', session: 's1' };
const closingEffects: SessionEffect[] = [{ do: 'record-closing', session: 's1' }, stop];
const alreadyOpen: SessionEffect[] = [{ do: 'refuse', code: 'SESSION_ALREADY_OPEN', session: 's1' }];
const stillClosing: SessionEffect[] = [{ do: 'refuse', code: 'SESSION_CLOSING', session: 's1' }];

type Row = [
  name: string,
  from: SessionState,
  input: SessionInput,
  to: SessionState,
  effects: SessionEffect[],
];

const rows: Row[] = [
  [
    'an idle room opens: the ledger first, then the recorder',
    idle,
    askOpen,
    { at: 'opening', session: 's2', resume: null },
    [
      { do: 'record-opened', session: 's2' },
      { do: 'start', session: 's2', resume: null },
    ],
  ],
  ['closing an idle room is refused', idle, askClose, idle, [{ do: 'refuse', code: 'SESSION_NOT_OPEN' }]],
  ['an idle room has nothing to take up again', idle, back(false), idle, []],
  ['an idle room does not miss the recorder', idle, gone, idle, []],
  ['an idle room ignores a late started', idle, started, idle, []],
  ['an idle room ignores a late stopped', idle, stopped, idle, []],
  ['an idle room ignores a late finished', idle, finished, idle, []],

  ['an opening room is open when the recorder has begun', opening, started, open, []],
  ['a second session in an opening room is refused', opening, askOpen, opening, alreadyOpen],
  ['an opening room can be closed', opening, askClose, stopping, closingEffects],
  ['an opening room whose recorder begun before the crash is open', opening, back(true), open, []],
  ['an opening room starts when the recorder comes', opening, back(false), opening, [start]],
  [
    'a room taken up again starts with the cause of the interruption',
    resuming,
    back(false),
    resuming,
    [{ do: 'start', session: 's1', resume: 'box-restarted' }],
  ],
  [
    'an opening room whose recorder died after it begun is recovered',
    opening,
    back(false, false, true),
    opening,
    [startAgain],
  ],
  ['P5: an opening that the ledger did not take has not happened', opening, notWritten, idle, []],
  [
    'P5: a closing that the ledger did not take has not happened',
    stopping,
    { on: 'not-written', what: 'closing', session: 's1' },
    opening,
    [],
  ],
  ['a closing whose opening the ledger did not take is over', stopping, notWritten, idle, []],
  ['an idle room ignores a late not-written', idle, notWritten, idle, []],
  ['an open room ignores a late not-written', open, notWritten, open, []],
  ['a finishing room ignores a late not-written', finishing, notWritten, finishing, []],
  ['an opening room waits while the recorder is gone', opening, gone, opening, []],
  ['an opening room ignores another session', opening, { on: 'started', session: 's0' }, opening, []],
  ['an opening room ignores stopped', opening, stopped, opening, []],
  ['an opening room ignores finished', opening, finished, opening, []],

  ['a second session in an open room is refused and changes nothing', open, askOpen, open, alreadyOpen],
  ['an open room closes: the ledger first, then the recorder', open, askClose, stopping, closingEffects],
  ['an open room stays open while the recorder cannot be reached', open, gone, open, []],
  ['an open room that the recorder went on recording stays open', open, back(true), open, []],
  [
    'an open room whose recorder died is taken up again',
    open,
    back(false),
    { at: 'opening', session: 's1', resume: 'recorder-died' },
    [startAgain],
  ],
  ['an open room ignores a second started', open, started, open, []],
  ['an open room ignores stopped', open, stopped, open, []],
  ['an open room ignores finished', open, finished, open, []],

  ['closing a closing room is refused', stopping, askClose, stopping, stillClosing],
  ['opening a closing room is refused', stopping, askOpen, stopping, stillClosing],
  ['a closing room finishes when the files are sealed', stopping, stopped, finishing, [finish]],
  ['a closing room asks a running recorder to stop', stopping, back(true), stopping, [stop]],
  ['a closing room sealed before the crash only finishes', stopping, back(false, true), finishing, [finish]],
  [
    'a closing room whose recorder died is recovered, then sealed',
    stopping,
    back(false),
    stopping,
    [startAgain, stop],
  ],
  ['a closing room waits while the recorder is gone', stopping, gone, stopping, []],
  ['a closing room ignores started', stopping, started, stopping, []],
  ['a closing room cannot be finished before it is sealed', stopping, finished, stopping, []],
  ['a closing room ignores another stopped', stopping, { on: 'stopped', session: 's0' }, stopping, []],

  ['a finishing room is idle when finished', finishing, finished, idle, []],
  [
    'a finishing room tries again when the recorder is back',
    finishing,
    back(false, true),
    finishing,
    [finish],
  ],
  ['a finishing room refuses to open', finishing, askOpen, finishing, stillClosing],
  ['a finishing room refuses to close', finishing, askClose, finishing, stillClosing],
  ['a finishing room ignores stopped', finishing, stopped, finishing, []],
  ['a finishing room ignores started', finishing, started, finishing, []],
  ['a finishing room ignores a lost recorder', finishing, gone, finishing, []],
  ['a finishing room ignores another finished', finishing, { on: 'finished', session: 's0' }, finishing, []],
];

for (const [name, from, input, to, effects] of rows) {
  t.test(name, async (t) => {
    t.same(next(from, input), { state: to, effects });
  });
}

t.test('the table has a row for every pair of state and input', async (t) => {
  const pairs = new Set(
    rows.map(([, from, input]) => `${from.at}/${'step' in from ? from.step : ''}/${input.on}`),
  );
  const inputs = [
    'open',
    'close',
    'recorder-back',
    'recorder-gone',
    'started',
    'stopped',
    'finished',
    'not-written',
  ];
  for (const state of ['idle/', 'opening/', 'open/', 'closing/stop', 'closing/finish']) {
    for (const input of inputs) t.ok(pairs.has(`${state}/${input}`), `${state} ${input}`);
  }
});

t.test('C1: there is no pause: nothing but closing stops a recording', async (t) => {
  const inputs = [askOpen, gone, started, finished, notWritten, back(true), back(false), back(false, true)];
  for (const state of [opening, open])
    for (const input of inputs)
      t.notOk(
        next(state, input).effects.some((effect) => effect.do === 'stop' || effect.do === 'record-closing'),
        `${state.at} ${JSON.stringify(input)}`,
      );
  t.ok(next(open, askClose).effects.some((effect) => effect.do === 'stop'));
});
