// How long is waited between attempts, by a faked clock: by the fault, doubled, up to a limit, and anew after a recovery.
import sinon from 'sinon';
import t from 'tap';
import { LiuhenError } from '../../config/errors.ts';
import type { MediaStream, StreamEnd, StreamFault } from '../../device-drivers/camera/media-stream.ts';
import {
  recoveredAfterMs,
  retryWaits,
  superviseStream,
  type SupervisionOptions,
} from '../../device-drivers/supervisor.ts';

interface Told {
  readonly attempts: () => number;
  readonly waits: { readonly fault: string; readonly delayMs: number }[];
  readonly opened: () => number;
  readonly closed: () => number;
  close(): Promise<void>;
}

/** Streams that end as told: 'hang' never opens, an object opens and ends after that many milliseconds. */
function supervise(
  outcome: (attempt: number) => StreamFault | 'hang' | { openMs: number } | Error,
  jitter = 0.5,
  own: Partial<SupervisionOptions> = {},
): Told {
  let attempts = 0;
  let opened = 0;
  let closed = 0;
  const waits: { fault: string; delayMs: number }[] = [];
  const supervision = superviseStream({
    ...own,
    jitter: () => jitter,
    onOpen: () => {
      opened += 1;
    },
    onWait: (end, delayMs) => waits.push({ fault: end.fault, delayMs }),
    attempt: (): MediaStream => {
      const how = outcome(attempts++);
      if (how instanceof Error) throw how;
      let settle: (end: StreamEnd) => void = () => undefined;
      let refuse: (error: Error) => void = () => undefined;
      const ended = new Promise<StreamEnd>((resolve) => {
        settle = resolve;
      });
      return {
        ended,
        open: () => {
          if (how === 'hang')
            return new Promise((_resolve, reject) => {
              refuse = reject;
            });
          if (typeof how === 'string')
            return Promise.reject(new LiuhenError('CAMERA_STREAM', { host: 'h', fault: how, why: 'test' }));
          setTimeout(() => settle({ fault: 'closed' }), how.openMs);
          return Promise.resolve([]);
        },
        close: () => {
          closed += 1;
          refuse(new LiuhenError('CAMERA_STREAM', { host: 'h', fault: 'closed', why: 'test' }));
          settle({ fault: 'asked' });
          return Promise.resolve();
        },
        drain: () => Promise.resolve(),
      };
    },
  });
  return {
    attempts: () => attempts,
    waits,
    opened: () => opened,
    closed: () => closed,
    close: () => supervision.close(),
  };
}

t.test('with a faked clock', async (t) => {
  const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] });
  t.teardown(() => clock.restore());

  for (const [fault, { first, longest }] of Object.entries(retryWaits)) {
    await t.test(`${fault}: ${first} ms, doubled up to ${longest} ms`, async (t) => {
      const told = supervise(() => fault as StreamFault);
      await clock.tickAsync(10 * 60_000);
      const delays = told.waits.map((each) => each.delayMs);
      t.equal(delays[0], first);
      t.ok(delays.every((delay, i) => delay === Math.min(longest, first * 2 ** i)));
      t.equal(told.attempts(), delays.length);
      t.ok(told.waits.every((each) => each.fault === fault));
      await told.close();
    });
  }

  await t.test(
    'a wrong password is tried at most 13 times in ten minutes, whatever chance says',
    async (t) => {
      const told = supervise(() => 'wrong-password', 0);
      await clock.tickAsync(10 * 60_000);
      t.ok(told.attempts() <= 13, `${told.attempts()} attempts`);
      await told.close();
    },
  );

  await t.test('a stream that lasted starts the waits anew; one that did not does not', async (t) => {
    const told = supervise((attempt) => (attempt < 3 ? 'unreachable' : { openMs: recoveredAfterMs + 1000 }));
    await clock.tickAsync(250 + 500 + 1000 + recoveredAfterMs + 1000);
    t.same(
      told.waits.map((each) => each.delayMs),
      [250, 500, 1000, retryWaits.closed.first],
    );
    await told.close();
    const short = supervise(() => ({ openMs: 100 }));
    await clock.tickAsync(100 + 300 + 100 + 600 + 100);
    t.same(
      short.waits.map((each) => each.delayMs),
      [300, 600, 1200],
    );
    t.equal(short.opened(), 3);
    await short.close();
  });

  await t.test(
    'who brings waits of its own is waited for by those, and recovers by its own time',
    async (t) => {
      const waits = { ...retryWaits, closed: { first: 7000, longest: 20_000 } };
      for (const [openMs, delays] of [
        [40_000, [7000, 14_000]],
        [60_000, [7000, 7000]],
      ] as const) {
        const told = supervise(() => ({ openMs }), 0.5, { waits, recoveredAfterMs: 50_000 });
        await clock.tickAsync(2 * openMs + 7001);
        t.same(
          told.waits.map((each) => each.delayMs),
          delays,
        );
        await told.close();
      }
    },
  );

  await t.test('an attempt that cannot even begin is waited for like any other', async (t) => {
    const told = supervise(() => new Error('no address'));
    await clock.tickAsync(600);
    t.equal(told.attempts(), 2);
    await told.close();
  });

  await t.test(
    'closing ends a wait, an opening and an open stream, and nothing is tried after it',
    async (t) => {
      for (const outcome of ['unreachable', 'hang', { openMs: 1e9 }] as const) {
        const told = supervise(() => outcome);
        await clock.tickAsync(10);
        await Promise.all([told.close(), told.close()]);
        await clock.tickAsync(60_000);
        t.equal(told.attempts(), 1);
        t.ok(told.closed() > 0);
      }
    },
  );
});
