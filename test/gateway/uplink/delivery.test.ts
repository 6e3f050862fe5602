// The arithmetic of the feed: nothing is counted as received without a good receipt, and what is not taken comes
// again ever less often.
import t from 'tap';
import { alarmAgainMs, Delivery, maxResendMs, maxUnreceipted } from '../../../gateway/uplink/delivery.ts';

const head = 100_000n;

t.test('no more than the window is on the way without a receipt', async (t) => {
  const delivery = new Delivery(5n, 1000, 0);
  let sent = 0n;
  while (delivery.maySend(head)) {
    delivery.batchSent(delivery.sent, 256);
    sent += 256n;
  }
  t.equal(sent, maxUnreceipted);
  t.equal(delivery.received, 5n);
  t.ok(delivery.good(300n, 1));
  t.ok(delivery.maySend(head));
  t.notOk(delivery.good(300n, 2), 'a receipt twice moves nothing');
});

t.test('each fruitless resend waits twice as long, up to the limit, and progress begins anew', async (t) => {
  const delivery = new Delivery(0n, 1000, 0);
  delivery.batchSent(0n, 10);
  const waits: number[] = [];
  let sinceMs = 0;
  for (let nowMs = 0; waits.length < 14; nowMs += 500) {
    if (delivery.resend(nowMs) === 'no') continue;
    waits.push(nowMs - sinceMs);
    sinceMs = nowMs;
    t.equal(delivery.sent, 0n);
    delivery.batchSent(0n, 10);
  }
  t.same(waits.slice(0, 4), [1500, 2500, 4500, 8500]);
  t.equal(waits.at(-1), maxResendMs + 500);
  t.equal(delivery.state, 'waiting', 'nobody answers');
  t.ok(delivery.good(10n, sinceMs));
  t.equal(delivery.state, 'delivering');
  delivery.batchSent(10n, 10);
  t.equal(delivery.resend(sinceMs + 1001), 'resend');
});

t.test(
  'a headquarters that answers and takes nothing is said to refuse, and gets one batch at a time',
  async (t) => {
    const delivery = new Delivery(7n, 1000, 0);
    delivery.batchSent(7n, 10);
    t.notOk(delivery.good(7n, 10), 'it answers, but stands where it stood');
    t.equal(delivery.resend(1500), 'resend');
    delivery.batchSent(7n, 10);
    t.equal(delivery.resend(4000), 'refused');
    t.ok(delivery.raise('refused', 4000));
    t.equal(delivery.state, 'refused');
    t.ok(delivery.maySend(head));
    delivery.batchSent(7n, 10);
    t.notOk(delivery.maySend(head), 'one batch, then none');
    delivery.replay(7n, 4100);
    t.ok(delivery.maySend(head), 'headquarters may ask whenever it likes');
    t.ok(delivery.good(8n, 4200));
    t.equal(delivery.state, 'delivering');
  },
);

t.test('an alarm is told once in a while, and stands until headquarters takes something', async (t) => {
  const delivery = new Delivery(7n, 1000, 0);
  t.ok(delivery.raise('forked', 0));
  t.notOk(delivery.raise('forked', alarmAgainMs - 1));
  t.ok(delivery.raise('ahead', 1), 'another alarm is told');
  t.ok(delivery.raise('forked', alarmAgainMs));
  t.notOk(delivery.good(7n, alarmAgainMs), 'the place where it stands is no progress');
  t.equal(delivery.state, 'forked');
});

t.test('a replay for a late consumer is not cut short by a receipt of headquarters', async (t) => {
  const delivery = new Delivery(1000n, 1000, 0);
  delivery.replay(0n, 1);
  delivery.batchSent(0n, 256);
  t.notOk(delivery.good(1000n, 2), 'headquarters has all of it already');
  t.equal(delivery.received, 1000n);
  t.equal(delivery.sent, 256n, 'the rest is sent all the same');
  for (let n = 0; n < 3; n += 1) delivery.batchSent(delivery.sent, 248);
  t.equal(delivery.sent, 1000n);
  t.ok(delivery.good(1500n, 3));
  t.equal(delivery.sent, 1500n, 'afterwards a receipt spares the sending');
  delivery.replay(0n, 4);
  while (delivery.sent < 1500n && delivery.maySend(head)) delivery.batchSent(delivery.sent, 100);
  t.equal(delivery.sent, 1500n, 'no window for what has a receipt');
  t.equal(delivery.resend(1e6), 'no', 'nobody has to receipt a replay');
});
