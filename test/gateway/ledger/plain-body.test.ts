// The step between control's numbers and the contract's bigints.
import t from 'tap';
import { contractBody, controlBody } from '../../../gateway/ledger/plain-body.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';

const marked: LedgerBody = {
  case: 'sessionMarked',
  value: { session: 's1', label: 'l', text: '', at: { wallMs: 1795239905000, monoMs: 12.3456 }, by: 'x' },
};

t.test('milliseconds of the monotonic clock become whole microseconds, and counts bigints', async (t) => {
  const body = contractBody(marked);
  t.match(body, { case: 'sessionMarked', value: { at: { wallMs: 1795239905000n, monoUs: 12346n } } });
  t.match(controlBody(body), { value: { session: 's1', at: { wallMs: 1795239905000, monoMs: 12.346 } } });
});

t.test('bytes and lists pass as they are', async (t) => {
  const body: LedgerBody = {
    case: 'settingsApplied',
    value: { sha256: Uint8Array.of(1), rooms: ['a', 'b'] },
  };
  t.strictSame(contractBody(body), body);
  t.strictSame(controlBody(contractBody(body)), body);
});

t.test('what is no whole number that both sides can hold is refused', async (t) => {
  for (const deltaMs of [Number.NaN, 2 ** 60, Number.POSITIVE_INFINITY]) {
    const body: LedgerBody = { case: 'clockStepped', value: { deltaMs, session: '' } };
    t.throws(() => contractBody(body), { code: 'HQ_MESSAGE_INVALID' });
  }
  t.throws(() => controlBody({ case: 'clockStepped', value: { deltaMs: 2n ** 60n, session: '' } }), {
    code: 'HQ_MESSAGE_INVALID',
  });
});
