// `npm run bench:record`: what recording costs, how much it misses at either end, and what a kill -9 takes, for
// us, ffmpeg, GStreamer and cat on the same streams. How it is measured: bench/README.md.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { monotonicTime, sleep } from '../config/clock.ts';
import { clipFramesPerSecond, makeClip } from './clip.ts';
import { sumCpu, sumPss } from './process-figures.ts';
import { recorders, type Place, type Recorder } from './recorders.ts';
import { startSender, type Sender, type Writes } from './sender-link.ts';
import { stampsInFile } from './stamps-in-file.ts';
import { goals, table, type KillFigures, type RecordFigures } from './report.ts';

const frameMs = 1000 / clipFramesPerSecond;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1,4,16' },
    // A recorder runs for weeks: what its first half minute costs (compiling, first blocks) is nobody's figure.
    settle: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '20' },
    repeat: { type: 'string', default: '2' },
    only: { type: 'string', default: 'us,ffmpeg,gst,cat' },
    kill: { type: 'string', default: 'us,ffmpeg,ffmpeg-gop,gst,gst-split' },
    'kill-streams': { type: 'string', default: '4' },
    'kill-repeat': { type: 'string', default: '5' },
    part: { type: 'string', default: 'auto' },
    fragment: { type: 'string', default: '500' },
    writes: { type: 'string', default: 'packet' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    'npm run bench:record -- [--streams 1,4,16] [--settle 25] [--seconds 20] [--repeat 2]\n' +
      '  [--only us,ffmpeg,gst,cat]\n' +
      '  [--kill us,ffmpeg,ffmpeg-gop,gst,gst-split | --kill none] [--kill-streams 4] [--kill-repeat 5]\n' +
      '  [--part auto] [--fragment 500] [--writes packet|picture] [--folder DIR] [--json]\n' +
      `Recorders: ${recorders.map((one) => `\n  ${one.name.padEnd(11)}${one.what}`).join('')}\n`,
  );
  process.exit(0);
}

const seconds = count(values.seconds);
const { part } = values;
const fragmentMs = count(values.fragment);
const writes: Writes = values.writes === 'picture' ? 'picture' : 'packet';
const chosen = named(values.only);
const killed = named(values.kill);
const work = await mkdtemp(path.join(values.folder, 'liuhen-bench-'));
const cores = cpus().length;
const recorderCore = cores > 1 ? 0 : null;
const senderCore = cores > 1 ? 1 : null;
const recorded: RecordFigures[] = [];
const kills: KillFigures[] = [];
let runs = 0;

try {
  note('making the pictures');
  const clip = await makeClip(work);
  for (const streams of values.streams.split(',').map(count)) {
    await withSender(clip, streams, async (sender) => {
      for (let round = 1; round <= count(values.repeat); round += 1)
        for (const recorder of rotated(chosen, round)) {
          note(`${recorder.name}, ${streams} stream(s), round ${round}`);
          recorded.push(await inFolder((folder) => measure(recorder, { sender, streams, folder })));
        }
    });
  }
  if (killed.length > 0) {
    const streams = count(values['kill-streams']);
    await withSender(clip, streams, async (sender) => {
      for (let round = 1; round <= count(values['kill-repeat']); round += 1)
        for (const recorder of rotated(killed, round)) {
          note(`kill -9 of ${recorder.name}, round ${round}`);
          kills.push(await inFolder((folder) => killTest(recorder, { sender, streams, folder }, round)));
        }
    });
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
const verdicts = goals(recorded, kills);
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ seconds, part, fragmentMs, writes, cores, recorded, kills, goals: verdicts })}\n`,
  );
} else {
  process.stdout.write(`${table({ seconds, part, fragmentMs, writes, recorded, kills, verdicts })}\n`);
}

type Where = Pick<Place, 'sender' | 'streams' | 'folder'>;

/** One recording from command to command. */
async function measure(recorder: Recorder, where: Where): Promise<RecordFigures> {
  const run = await recorder.start({ ...where, core: recorderCore, part, fragmentMs });
  let cpuBefore: Awaited<ReturnType<typeof sumCpu>>;
  let cpuAfter: typeof cpuBefore;
  let from: number;
  let to: number;
  const pss: number[] = [];
  try {
    await sleep(count(values.settle) * 1000);
    cpuBefore = await sumCpu(run.pids);
    from = monotonicTime();
    for (let sample = 0; sample < 4; sample += 1) {
      await sleep((seconds * 1000) / 4);
      if (sample > 0) continue;
      pss.push(await sumPss(run.pids));
    }
    cpuAfter = await sumCpu(run.pids);
    to = monotonicTime();
    pss.push(await sumPss(run.pids));
  } catch (error) {
    await run.kill();
    throw new Error(`${recorder.name} did not live through the measurement`, { cause: error });
  }
  const stoppedMonoMs = await run.stop();
  const sent = await where.sender.sentBefore(stoppedMonoMs);
  const startGapsMs: number[] = [];
  const stopTails: number[] = [];
  let missing = 0;
  for (let stream = 0; stream < where.streams; stream += 1) {
    const stamps = await stampsOf(recorder, await run.files(stream));
    const first = stamps[0];
    const last = stamps.at(-1);
    if (!first || !last) throw new Error(`${recorder.name} wrote nothing readable for stream ${stream}`);
    startGapsMs.push(first.monoMs - run.startedMonoMs);
    stopTails.push(sent[stream]! - last.frame);
    missing += last.frame - first.frame + 1 - new Set(stamps.map((stamp) => stamp.frame)).size;
  }
  const perStream = (secondsOfCpu: number): number => secondsOfCpu / where.streams;
  return {
    recorder: recorder.name,
    streams: where.streams,
    cpuSecondsPerStream: perStream(cpuAfter.stat - cpuBefore.stat),
    cpuPercentPerStream: perStream((100 * (cpuAfter.run - cpuBefore.run)) / ((to - from) / 1000)),
    pssBytes: Math.max(...pss),
    startGapsMs,
    stopTails,
    missing,
  };
}

/** Records for some seconds, ends all of it by SIGKILL at a moment that differs each time, reads what is left. */
async function killTest(recorder: Recorder, where: Where, round: number): Promise<KillFigures> {
  const run = await recorder.start({ ...where, core: recorderCore, part, fragmentMs });
  // A different phase of parts and key frames each round, and the same phases for everybody.
  await sleep(5000 + ((round * 617) % 2000));
  const killedMonoMs = await run.kill();
  const sent = await where.sender.sentBefore(killedMonoMs);
  const lostMs: number[] = [];
  let unreadable = 0;
  for (let stream = 0; stream < where.streams; stream += 1) {
    const last = (await stampsOf(recorder, await run.files(stream))).at(-1);
    if (!last) unreadable += 1;
    const begun = sent[stream]! - Math.floor((killedMonoMs - run.startedMonoMs) / frameMs);
    lostMs.push((sent[stream]! - (last?.frame ?? begun)) * frameMs);
  }
  return { recorder: recorder.name, lostMs, unreadable };
}

async function stampsOf(recorder: Recorder, files: readonly string[]): ReturnType<typeof stampsInFile> {
  const each = [];
  for (const file of files) each.push(...(await stampsInFile(file, recorder.bare)));
  return each;
}

async function withSender(
  clip: string,
  streams: number,
  use: (sender: Sender) => Promise<void>,
): Promise<void> {
  const sender = await startSender({ clipFile: clip, streams, writes, core: senderCore });
  try {
    await use(sender);
  } finally {
    await sender.close();
  }
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = path.join(work, String(runs++));
  await mkdir(folder);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The order moves on each round, so that nobody always runs behind the same other. */
function rotated(list: readonly Recorder[], round: number): readonly Recorder[] {
  const cut = round % list.length;
  return [...list.slice(cut), ...list.slice(0, cut)];
}

function named(list: string): readonly Recorder[] {
  if (list === 'none') return [];
  return list.split(',').map((name) => {
    const found = recorders.find((one) => one.name === name);
    if (!found)
      throw new Error(`no recorder "${name}"; there are ${recorders.map((one) => one.name).join(', ')}`);
    return found;
  });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`"${text}" is not a whole number from 1`);
  return value;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
