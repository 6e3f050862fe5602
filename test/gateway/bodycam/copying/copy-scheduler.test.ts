// Which card is read when, how fast, and what stops it; the copying itself is a fake that ends when told.
import { Buffer } from 'node:buffer';
import { EventEmitter, once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { monotonicTime, monoMs } from '../../../../config/clock.ts';
import type { ClipToCopy, CopyWays } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import type { CopyOutcome, CopyState } from '../../../../gateway/bodycam/copying/clip-outcome.ts';
import { CopyScheduler, type SchedulerParts } from '../../../../gateway/bodycam/copying/copy-scheduler.ts';
import { burstMs, RateCap } from '../../../../gateway/bodycam/copying/rate-cap.ts';
import { CopyBench } from './copy-bench.ts';
import { failure, faultDisk } from './fault-disk.ts';

interface Begun {
  readonly clip: ClipToCopy;
  readonly ways: CopyWays;
  end(state: CopyState): Promise<void>;
}

class Fake {
  readonly begun: Begun[] = [];
  readonly done: string[] = [];
  readonly full: boolean[] = [];
  now = 0;
  readonly scheduler: CopyScheduler;

  constructor(parts: Partial<SchedulerParts> = {}, stopsAtOnce = true) {
    this.scheduler = new CopyScheduler({
      copy: (clip, ways) =>
        new Promise((resolve) => {
          const end = async (state: CopyState): Promise<void> => {
            resolve(outcome(state));
            await new Promise(setImmediate);
          };
          // As the real one: stopped at once.
          if (stopsAtOnce) ways.signal.addEventListener('abort', () => resolve(outcome('stopped')));
          this.begun.push({ clip, ways, end });
        }),
      done: (clip, { state }) => this.done.push(`${nameOf(clip)} ${state}`),
      full: (isFull) => this.full.push(isFull),
      now: () => monoMs(this.now),
      ...parts,
    });
  }

  add(card: string, name: string, bytes: number, modifiedMs = 0): boolean {
    const clip = {
      device: card,
      root: `/${card}`,
      path: Buffer.from(name),
      bytes,
      modifiedMs,
      deviceSha256: null,
    };
    return this.scheduler.add(clip, '/store');
  }

  get running(): string[] {
    return this.begun.map(({ clip }) => nameOf(clip));
  }

  async end(name: string, state: CopyState = 'verified'): Promise<void> {
    await this.begun.findLast(({ clip }) => nameOf(clip) === name)?.end(state);
  }
}

t.test(
  'E1: one clip of each card at a time, the oldest first, and the card first that is done first',
  async (t) => {
    const fake = new Fake({ slots: 2 });
    fake.add('a', '1', 500, 2);
    fake.add('b', '1', 9000);
    fake.add('a', '2', 500, 9);
    fake.add('a', '3', 500, 1);
    fake.add('c', '1', 800);
    fake.add('c', '2', 500);
    fake.add('d', '1', 400);
    t.same(fake.running, ['a1', 'b1'], 'two slots');
    await fake.end('b1');
    t.same(fake.running.slice(2), ['d1'], 'the card with the least left');
    await fake.end('a1');
    t.same(fake.running.slice(3), ['a3'], 'the rest of it is less than that of c; the oldest of it first');
    await fake.end('a3');
    await fake.end('a2');
    t.same(fake.running.slice(4), ['a2', 'c1']);
    t.equal(fake.scheduler.state, 'copying');
    for (const name of ['d1', 'c1', 'c2']) await fake.end(name);
    t.same([fake.scheduler.state, fake.scheduler.queued, fake.done.length], ['idle', 0, 7]);
  },
);

t.test('how fast a card is counts as it was measured', async (t) => {
  const fake = new Fake({ slots: 2 });
  fake.add('slow', '1', 50e6);
  fake.add('fast', '1', 50e6);
  for (const { clip, ways } of fake.begun) {
    fake.now = 0;
    ways.progress?.(1e6);
    fake.now = 1000;
    ways.progress?.(clip.root === '/slow' ? 2e6 : 41e6);
  }
  t.equal(fake.scheduler.secondsLeft('/slow'), 48);
  t.equal(fake.scheduler.secondsLeft('/fast'), 9e6 / 40e6);
  fake.add('slow', '2', 20e6);
  fake.add('fast', '2', 200e6);
  await fake.end('slow1');
  fake.add('third', '1', 10);
  await fake.end('fast1');
  t.same(fake.running.slice(2), ['slow2', 'third1'], 'the free slot is never left empty, then the shortest');
  await fake.end('third1');
  t.same(fake.running.at(-1), 'fast2');
});

t.test('a full store stops all that is copied, loses none of it, and goes on when told', async (t) => {
  const fake = new Fake({ slots: 2 });
  for (const card of ['a', 'b', 'c']) fake.add(card, '1', 500);
  await fake.end('a1', 'disk-full');
  await new Promise(setImmediate);
  t.same([fake.scheduler.state, fake.full, fake.done, fake.scheduler.queued], ['disk-full', [true], [], 3]);
  t.equal(fake.begun[1]?.ways.signal.aborted, true);
  fake.add('d', '1', 5);
  t.equal(fake.begun.length, 2, 'nothing is begun');
  fake.scheduler.goOn();
  t.same([fake.scheduler.state, fake.full], ['copying', [true, false]]);
  for (const name of ['d1', 'a1', 'b1', 'c1']) await fake.end(name);
  t.same(fake.done.toSorted(), ['a1 verified', 'b1 verified', 'c1 verified', 'd1 verified']);
});

t.test('a copy that ends late for a full store does not stop everything again', async (t) => {
  for (const state of ['stopped', 'disk-full'] as const) {
    const fake = new Fake({ slots: 2 }, false);
    fake.add('a', '1', 500);
    fake.add('b', '1', 500);
    await fake.end('a1', 'disk-full');
    fake.scheduler.goOn();
    await fake.end('b1', state);
    t.same([fake.scheduler.state, fake.full], ['copying', [true, false]]);
    t.same(fake.running, ['a1', 'b1', 'a1', 'b1'], 'both are copied again');
  }
});

t.test('a card that was pulled out is told for each of its clips, and the others go on', async (t) => {
  const fake = new Fake({ slots: 1 });
  fake.add('a', '1', 5);
  fake.add('a', '2', 5);
  fake.add('b', '1', 500);
  await fake.end('a1', 'pulled-out');
  t.same(fake.done, ['a1 pulled-out', 'a2 pulled-out']);
  t.same(fake.running, ['a1', 'b1']);
  await fake.end('b1', 'read-error');
  t.same(fake.done.slice(2), ['b1 read-error'], 'any other fault is told of that clip');
});

t.test('it stops at once, for one card or for good', async (t) => {
  const fake = new Fake({ slots: 2 });
  for (const card of ['a', 'b', 'c']) fake.add(card, '1', 500);
  await fake.scheduler.drop('/c');
  await fake.scheduler.drop('/a');
  t.equal(fake.begun[0]?.ways.signal.aborted, true);
  t.same([fake.done, fake.scheduler.queued], [[], 1]);
  await fake.scheduler.stop();
  t.same([fake.scheduler.state, fake.scheduler.queued, fake.begun.length], ['stopped', 0, 2]);
  t.equal(fake.add('d', '1', 5), false);
});

t.test('copying is held to the cap while a room records, and let go after it', async (t) => {
  const cap = new RateCap();
  const { signal } = new AbortController();
  const took = async (count: number, bytes: number): Promise<number> => {
    const from = monotonicTime();
    await Promise.all(Array.from({ length: count }, () => cap.take(bytes, signal)));
    return monotonicTime() - from;
  };
  t.ok((await took(1000, 1e9)) < 10_000, 'without a cap nobody waits');
  cap.set(1e6);
  // 400 kB at 1 MB/s, less what may be kept: the last one waits for those before it.
  const ms = await took(5, 1e5);
  t.ok(ms >= 400 - burstMs && ms < 20_000, `${ms} ms`);
  const stop = new AbortController();
  const waits = [cap.take(1e9, signal), cap.take(1, stop.signal), cap.take(1, signal)];
  await waits[0];
  stop.abort();
  await waits[1];
  cap.set(null);
  await waits[2];
  t.pass('who waits sees a stop and a new cap');
});

t.test(
  'E1: cards are copied together through few blocks, and a store that fills up loses nothing',
  async (t) => {
    const bench = await CopyBench.make(t, 3e6);
    let full = true;
    const disk = faultDisk({
      step: (step, at) => {
        if (full && step === 'part.write' && at > 0) throw failure('ENOSPC');
      },
    });
    const outcomes: CopyOutcome[] = [];
    const events = new EventEmitter();
    const all = once(events, 'ended');
    const stopped = once(events, 'filled');
    const scheduler = new CopyScheduler({
      disk,
      keepFreeBytes: 0,
      slots: 2,
      done: (_, one) => void (outcomes.push(one) === 5 && events.emit('ended')),
      full: (isFull) => void (isFull && events.emit('filled')),
    });
    for (let card = 1; card <= 5; card += 1) {
      const root = path.join(bench.folder, `card${card}`);
      await fs.cp(bench.card, root, { recursive: true, preserveTimestamps: true });
      const { mtimeMs } = await fs.stat(path.join(root, 'MOV_0001.MP4'));
      scheduler.add(
        { ...(await bench.clip()), root, device: String(card), modifiedMs: Math.floor(mtimeMs) },
        bench.store,
      );
    }
    await stopped;
    t.same([scheduler.state, scheduler.queued, outcomes.length], ['disk-full', 5, 0]);
    full = false;
    scheduler.setRecording(true, 200e6);
    scheduler.goOn();
    await all;
    t.same(new Set(outcomes.map(({ sha256 }) => sha256)), new Set([bench.sha256]));
    t.equal((await fs.readdir(bench.store)).length, 5);
    await scheduler.stop();
  },
);

function nameOf(clip: ClipToCopy): string {
  return `${clip.root.slice(1)}${clip.path.toString()}`;
}

function outcome(state: CopyState): CopyOutcome {
  return { state, safeBytes: 0, resumedFrom: 0, file: null, sha256: null, reread: null, why: null };
}
