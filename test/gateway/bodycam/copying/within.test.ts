// Waiting for a disk's answer: what comes first, and that an answer nobody waits for any more hurts nobody.
import t from 'tap';
import { sleep } from '../../../../config/clock.ts';
import { late, stopped, within } from '../../../../gateway/bodycam/copying/within.ts';

const fails = async (afterMs: number): Promise<never> => {
  await sleep(afterMs);
  throw new Error('the card is gone');
};

t.test('the answer, the time or the signal: what comes first', async (t) => {
  const ending = new AbortController();
  t.equal(await within(Promise.resolve(1), 1000, ending.signal), 1);
  await t.rejects(within(fails(0), 1000), /the card is gone/);
  t.equal(await within(new Promise(() => {}), 1), late);
  const waiting = within(new Promise(() => {}), 60_000, ending.signal);
  ending.abort();
  t.equal(await waiting, stopped);
});

t.test('E1: a card that fails when nobody waits for it any more ends no process', async (t) => {
  const signal = AbortSignal.abort();
  const unhandled: unknown[] = [];
  process.on('unhandledRejection', (error) => unhandled.push(error));
  t.equal(await within(fails(1), 1000, signal), stopped, 'told to stop before it asked');
  t.equal(await within(fails(20), 1), late);
  await sleep(60);
  t.same(unhandled, []);
});
