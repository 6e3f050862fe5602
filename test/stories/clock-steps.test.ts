// The wall clock of the box is set ahead and back in mid session, by a preload in the gateway's processes. The cameras
// keep the true time, so the numbers inside the frames say whether anything was lost.
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../config/clock.ts';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { decodeBody, decodeHeader } from '../../protocols/hq/codec.ts';
import { indexLines } from './fault-steps.ts';
import { closed, morePictures, opened, verified } from './session-steps.ts';
import { address, hqCaughtUp, openSite, type Site } from './site.ts';

t.setTimeout(120_000);

const hourMs = 3_600_000;
/** How far a clock may be read from the moment at which it is told, in milliseconds. */
const nearMs = 5000;

interface ToldStep {
  readonly session: string;
  readonly deltaMs: number;
  readonly wallMs: number;
  readonly monoMs: number;
}

const nothing: ToldStep = { session: 'none', deltaMs: NaN, wallMs: NaN, monoMs: NaN };

/** The steps that headquarters has stored, with both clocks of their entries. */
async function stepsOf(site: Site): Promise<ToldStep[]> {
  const entries = await site.hq.entries(address);
  return entries.flatMap(({ header, body }) => {
    const what = decodeBody(body);
    if (what?.case !== 'clockStepped') return [];
    const { wallMs, monoUs } = decodeHeader(header);
    return [
      {
        session: what.value.session,
        deltaMs: Number(what.value.deltaMs),
        wallMs: Number(wallMs),
        monoMs: Number(monoUs) / 1000,
      },
    ];
  });
}

t.test(
  'P4: the clock an hour ahead, then two back: told once each, and not one frame is missing',
  async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const clock = path.join(folder, 'clock');
    writeFileSync(clock, '0');
    const site = await withShiftedClock(clock, () => openSite(t));
    /** Sets the clock to `byMs` off, and waits until the step is at headquarters. */
    const step = async (byMs: number): Promise<number> => {
      const known = (await stepsOf(site)).length;
      const atMonoMs = monotonicTime();
      // Whole at once: the processes read it at any moment.
      writeFileSync(`${clock}.new`, String(byMs));
      renameSync(`${clock}.new`, clock);
      for (;;) {
        await hqCaughtUp(site);
        if ((await stepsOf(site)).length > known) return atMonoMs;
        await sleep(20);
      }
    };

    await site.startGateway();
    const session = await opened(site);
    await morePictures(site, 25);
    const ahead = await step(hourMs);
    await morePictures(site, 40);
    const back = await step(-hourMs);
    await morePictures(site, 40);
    await closed(site);
    // With no session open there is no journal to tell it: the gateway itself does.
    const idle = await step(0);
    t.equal(await site.endGateway(), 0);

    const expected = [
      { whose: session.session, deltaMs: hourMs, atMonoMs: ahead, offMs: hourMs },
      { whose: session.session, deltaMs: -2 * hourMs, atMonoMs: back, offMs: -hourMs },
      { whose: '', deltaMs: hourMs, atMonoMs: idle, offMs: 0 },
    ];
    const told = await stepsOf(site);
    t.equal(told.length, expected.length, 'each step is told once');
    const wallMinusMonoMs = Date.now() - monotonicTime();
    for (const [n, { whose, deltaMs, atMonoMs, offMs }] of expected.entries()) {
      const { session: of, deltaMs: size, wallMs, monoMs } = told[n] ?? nothing;
      t.equal(of, whose, `step ${n}: whose`);
      near(t, size, deltaMs, 100, `step ${n}: its size`);
      near(t, monoMs, atMonoMs, nearMs, `step ${n}: the monotonic clock`);
      near(t, wallMs - monoMs - wallMinusMonoMs, offMs, 100, `step ${n}: the wall clock`);
    }
    for (const camera of ['left', 'right']) {
      const stamps = await stampsOfCamera(session.folder, camera);
      t.ok(stamps.length > 100);
      t.same(holes(stamps), [], `${camera} misses nothing`);
      // Line 0 is no part; late sound, a part of its own at the end of a file, is older than the pictures before it.
      const lines = indexLines(session.folder, camera).filter(({ n, frames }) => n > 0 && frames.video > 0);
      // Where a file ends, its sound may last a frame longer than the first short part of the next file.
      for (const [edge, overlapMs] of [
        ['first', 0],
        ['last', 40],
      ] as const) {
        const moments = lines.map((line) => line[edge].monoMs);
        t.same(
          moments.filter((at, index) => at < (moments[index - 1] ?? 0) - overlapMs),
          [],
          `${camera}: the index is in order by the monotonic clock (${edge})`,
        );
      }
      const files = readdirSync(session.folder).filter(
        (name) => name.startsWith(`${camera}-`) && name.endsWith('.mp4'),
      );
      t.equal(files.length, 3, `${camera}: each step begins a file`);
    }
    t.match(await verified(site, session.folder), { code: 0, findings: [], gaps: [] });
  },
);

/** What `open` starts has a clock that is off by what `file` says; this process keeps the true time. */
async function withShiftedClock<Value>(file: string, open: () => Promise<Value>): Promise<Value> {
  const { NODE_OPTIONS: before } = process.env;
  process.env.NODE_OPTIONS = `${before ?? ''} --import=${new URL('./shifted-clock.mjs', import.meta.url).href}`;
  process.env.LIUHEN_STORY_CLOCK = file;
  try {
    return await open();
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
    delete process.env.LIUHEN_STORY_CLOCK;
  }
}

function near(t: Test, value: number, wanted: number, byMs: number, what: string): void {
  const offMs = value - wanted;
  t.ok(Math.abs(offMs) <= byMs, `${what} (${offMs.toFixed(1)} ms off)`);
}
