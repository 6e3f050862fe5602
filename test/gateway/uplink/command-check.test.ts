// What a command must be, over any bytes; and what is remembered, entry by entry.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { CommandBook, actsAs, maxRemembered } from '../../../gateway/uplink/command-book.ts';
import { clockToleranceMs, readCommand, timeError } from '../../../gateway/uplink/command-check.ts';

const golden = new Uint8Array(readFileSync(new URL('../../fixtures/hq/command.binpb', import.meta.url)));
const own = { agency: 'shanghai', site: 'east', gateway: 'box-1' };
const read = (payload: Uint8Array) => readCommand({ payload, retained: false }, own);
const { facts } = read(golden);

t.test('a whole command is taken with what it says', async (t) => {
  const { work, error } = read(golden);
  t.equal(error, null);
  t.match(work, { case: 'open', value: { room: 'hearing-1', urgent: true } });
  t.match(facts, { id: '0190-9f3c-1a2b', what: 'open', by: '值班员', room: 'hearing-1', session: '' });
  t.equal(actsAs(facts), 'hq: 值班员');
});

t.test('any bytes are taken or refused by name, and never both', async (t) => {
  const flipped = fc
    .tuple(fc.nat(golden.length - 1), fc.integer({ min: 1, max: 255 }))
    .map(([at, mask]) => golden.map((byte, n) => (n === at ? byte ^ mask : byte)));
  const longer = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Buffer.concat([golden, more]));
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped, longer), (bytes) => {
      const { work, error, facts: found } = read(new Uint8Array(bytes));
      if ((work === null) === (error === null)) throw new Error('both or none');
      if (error && error.code !== 'HQ_COMMAND_INVALID') throw error;
      if (error) refused += 1;
      else if (found.id === '' || found.by === '') throw new Error('a command without an id or a sender');
    }),
    { numRuns: 1000 },
  );
  t.ok(refused > 0);
});

t.test('time: a command begins between its issue and its expiry, as far as clocks agree', async (t) => {
  const { issuedWallMs: from, expiresWallMs: to } = facts;
  for (const at of [from - clockToleranceMs, from, to, to + clockToleranceMs])
    t.equal(timeError(facts, at), null);
  t.match(timeError(facts, from - clockToleranceMs - 1), { code: 'HQ_COMMAND_INVALID' });
  t.match(timeError(facts, to + clockToleranceMs + 1), { code: 'HQ_COMMAND_EXPIRED' });
});

type Change = Partial<(LedgerBody & { case: 'commandTaken' })['value']>;
const entered = (change: Change = {}): LedgerBody => ({
  case: 'commandTaken',
  value: { ...facts, outcome: 'taken', code: '', why: '', ...change },
});
const started: LedgerBody = { case: 'boxStarted', value: { version: '', bootId: '', publicKeyPem: '' } };
const moment = { wallMs: 0, monoMs: 0 };

function folded(...bodies: readonly LedgerBody[]): CommandBook {
  const book = new CommandBook();
  for (const [index, body] of bodies.entries()) book.apply({ seq: index + 1, body });
  return book;
}

t.test('of a command cut off by the end of the box, what is in the ledger behind it tells', async (t) => {
  const by = actsAs(facts);
  const at = { session: 's-1', booking: 'b-1' };
  const effects: readonly (readonly [string, Change, LedgerBody])[] = [
    [
      'mark',
      { session: 's-1' },
      { case: 'sessionMarked', value: { session: 's-1', label: '', text: '', at: moment, by } },
    ],
    [
      'close',
      { session: 's-1' },
      { case: 'sessionClosing', value: { session: 's-1', closed: moment, closedBy: by, reason: '' } },
    ],
    [
      'unbook',
      { booking: 'b-1' },
      { case: 'bookingCancelled', value: { booking: 'b-1', room: '', by, why: '' } },
    ],
  ];
  for (const [what, change, effect] of effects) {
    const taken = entered({ what, ...change });
    t.match(folded(taken, effect, started).get(facts.id), { outcome: 'done', unentered: true }, what);
    t.match(folded(taken, started, effect).get(facts.id), { outcome: 'cut-off' }, `${what}: by a later one`);
    const clerk = { by: 'clerk', closedBy: 'clerk' };
    const others = { ...effect, value: { ...effect.value, ...clerk } } as LedgerBody;
    t.match(folded(taken, others, started).get(facts.id), { outcome: 'cut-off' }, `${what}: by another`);
    const elsewhere = { ...effect, value: { ...effect.value, session: 's-2', booking: 'b-2' } } as LedgerBody;
    t.match(folded(taken, elsewhere, started).get(facts.id), { outcome: 'cut-off' }, `${what}: of another`);
    const done = entered({ what, outcome: 'done', ...at });
    t.match(folded(taken, effect, started, done).get(facts.id), {
      outcome: 'done',
      unentered: false,
      did: at,
    });
  }
});

t.test('a refused copy, or another command with its id, changes nothing that is remembered', async (t) => {
  const done = entered({ outcome: 'done', session: 's-1' });
  const later = [
    entered({ outcome: 'refused' }),
    entered({ outcome: 'refused', commandSha256: new Uint8Array(32) }),
  ];
  t.match(folded(entered(), done, ...later).get(facts.id), { outcome: 'done', did: { session: 's-1' } });
  t.equal(folded(entered({ outcome: 'refused' })).get(facts.id), undefined, 'nothing was tried');
});

t.test('so many are remembered, and none is forgotten before it has expired', async (t) => {
  const many = Array.from({ length: maxRemembered }, (_, n) =>
    entered({ id: `command-${n}`, expiresWallMs: 1000 + n }),
  );
  const book = folded(...many);
  t.equal(book.full(1000 + clockToleranceMs), true);
  t.equal(book.full(1001 + clockToleranceMs), false, 'the first has expired');
  t.equal(folded(...many.slice(1)).full(0), false);
  book.apply({ seq: 0, body: entered({ id: 'one-more', expiresWallMs: 9000 }) });
  t.equal(book.all.length, maxRemembered);
  t.equal(book.get('command-0'), undefined);
  t.ok(book.get('command-1') && book.get('one-more'));
});
