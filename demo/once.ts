// The scripted day of `npm start -- --once`: what a site goes through, in under a minute, with every claim checked
// from outside: by the gateway's own answers, by `verify`, by the numbers inside the frames, by both chains.
import { sleep } from '../config/clock.ts';
import { LiuhenError, errorLine } from '../config/errors.ts';
import type { GatewayView, RoomView } from '../gateway/sessions/control-protocol.ts';
import { siteControl } from '../hw-sim/control-client.ts';
import { compareChains } from './compare-chains.ts';
import { playDocking } from './dock-day.ts';
import { demoPanel, simControlPort, startDemoSite, type DemoSite } from './demo-site.ts';
import { checkFrames } from './check-frames.ts';
import { longPressMs } from './panel-keys.ts';
import { runLiuhen } from './processes.ts';
import { screenPicture, screenShows } from './screen.ts';
import { resultTable, type Result } from './result-table.ts';

const unplugMs = 2000;
const brokerAwayMs = 5000;
/** The lamp is painted 13 times a second. */
const lampWithinMs = 2000;
/** What the strictest policy pack asks of a matter. */
const matter = { caseName: '示例案件', parties: ['王五'], stage: '调查取证' };
const officers = [
  { name: '张三', certificate: 'A-1001' },
  { name: '李四', certificate: 'A-1002' },
];

/** Plays the day and prints the table. Answers 0 when every row holds, otherwise 1. */
export async function playDay(signal: AbortSignal): Promise<number> {
  const began = Date.now();
  const results: Result[] = [];
  const step = async (what: string, work: () => Promise<string>): Promise<void> => {
    if (signal.aborted) return;
    try {
      results.push({ what, good: true, detail: await work() });
    } catch (error) {
      results.push({ what, good: false, detail: errorLine(error) });
    }
    const { good, detail } = results[results.length - 1]!;
    console.log(`${good ? 'ok  ' : 'FAIL'} ${what}: ${detail}`);
  };
  const site = await startDemoSite((line) => console.log(line), signal);
  const folders: string[] = [];
  try {
    await day(site, step, folders, signal);
    await step('the gateway seals and ends', async () => {
      const code = await site.endGateway();
      if (code !== 0) throw wrong(`its exit code is ${code}`);
      return 'exit code 0';
    });
    await site.endHeadquarters();
    await step('every recording verifies', async () => verifyAll(site, folders));
    await step("headquarters' chain equals the box's", () => compareChains(site));
  } finally {
    await site.end();
  }
  const good = results.length > 0 && results.every((result) => result.good) && !signal.aborted;
  console.log(['', ...resultTable(results), ''].join('\n'));
  console.log(
    `${good ? 'everything came out right' : 'NOT everything came out right'} in ${Math.round((Date.now() - began) / 1000)} s`,
  );
  console.log(`look at: ${site.folder}`);
  return good ? 0 : 1;
}

type Step = (what: string, work: () => Promise<string>) => Promise<void>;

async function day(site: DemoSite, step: Step, folders: string[], signal: AbortSignal): Promise<void> {
  const sim = siteControl(simControlPort);
  await step('the reception room records by itself, because it is working time', async () => {
    const isOn = (view: GatewayView): boolean => roomOf(view, 'reception').state === 'recording';
    const { session } = roomOf(await until(site, signal, 'the reception room records', isOn), 'reception');
    if (session === null) throw wrong('it has no session');
    folders.push(`sessions/${session}`);
    return `session ${session}`;
  });
  let interview = { session: '', folder: '', openedWallMs: 0, closedWallMs: 0 };
  await step('an interview session is opened', async () => {
    const openedWallMs = Date.now();
    const opened = await site.ask('open', {
      room: 'interview',
      kind: 'interview',
      officers,
      caseNumber: 'DEMO-2026-1',
      ...matter,
      by: 'demo',
    });
    interview = { ...opened, openedWallMs, closedWallMs: 0 };
    folders.push(opened.folder);
    await roomIs(site, 'interview', 'recording', signal);
    return `session ${opened.session}, ${opened.article}`;
  });
  await step("the room's screen says so, and has its picture", async () => {
    const { state, session, sessionKind } = await screenShows(site, 'interview');
    if (state !== 'recording' || session !== interview.session) throw wrong(`it says ${state} of ${session}`);
    const bytes = await screenPicture(site, 'interview', 'interview-a');
    return `${sessionKind}: ${state}; a picture of ${(bytes / 1024).toFixed(0)} KiB, cut from the file`;
  });
  await step('a second session in the same room is refused', async () => {
    try {
      const again = {
        room: 'interview',
        kind: 'interview',
        officers,
        caseNumber: 'X',
        ...matter,
        by: 'demo',
      };
      await site.ask('open', again);
    } catch (error) {
      if (error instanceof LiuhenError && error.code === 'SESSION_ALREADY_OPEN') return error.code;
      throw error;
    }
    throw wrong('it was opened');
  });
  await sleep(2000, signal);
  await step('a camera is unplugged for two seconds', async () => {
    await sim.lay('interview-a', 'unplug', { forMs: unplugMs });
    await until(site, signal, 'the room notices', (view) => roomOf(view, 'interview').state !== 'recording');
    const { state } = roomOf(await site.ask('status', null), 'interview');
    await roomIs(site, 'interview', 'recording', signal);
    return `the room was ${state}, and records again`;
  });
  await sleep(2000, signal);
  await step('the interview session is closed', async () => {
    const closed = await site.ask('close', { room: 'interview', by: 'demo' });
    interview = { ...interview, closedWallMs: Date.now() };
    if (closed.gaps < 1) throw wrong('the unplugging left no gap record');
    return `${closed.segments} files, ${closed.gaps} gap records, ${(closed.bytes / 2 ** 20).toFixed(1)} MiB`;
  });
  const lampIs = async (lit: boolean, when: string): Promise<void> => {
    const before = Date.now() + lampWithinMs;
    while ((await sim.panel(demoPanel)).lamp !== lit) {
      if (Date.now() > before || signal.aborted) throw wrong(`the lamp is ${lit ? 'dark' : 'lit'} ${when}`);
      await sleep(50, signal);
    }
  };
  await step('a press on the panel records, a long one ends, its lamp says which', async () => {
    await sim.act(demoPanel, 'press');
    await roomIs(site, 'interview', 'recording', signal);
    const view = await site.ask('status', null);
    const { session, folder } = roomOf(view, 'interview');
    if (folder === null) throw wrong('the press opened no session');
    folders.push(folder);
    await lampIs(true, 'while the room records');
    await sim.act(demoPanel, 'press', { forMs: longPressMs });
    await roomIs(site, 'interview', 'idle', signal);
    await lampIs(false, 'behind a session that is closed');
    const debts = view.debts.filter((debt) => debt.session === session);
    if (debts.length === 0) throw wrong('nothing is owed for a session of which nothing was said');
    return `session ${session}, which owes ${debts.length} entries`;
  });
  await step('body-cams are docked, one is pulled out in the middle and put in again', () =>
    playDocking(sim, site.settings.offload.storeFolder, signal),
  );
  await step('the broker goes away, a hearing is recorded meanwhile, the broker comes back', async () => {
    await site.killBroker();
    const gone = Date.now();
    const opened = await site.ask('open', {
      room: 'hearing',
      kind: 'hearing',
      officers,
      caseNumber: 'DEMO-2026-2',
      ...matter,
      by: 'demo',
    });
    folders.push(opened.folder);
    await roomIs(site, 'hearing', 'recording', signal);
    await sleep(Math.max(0, brokerAwayMs - (Date.now() - gone)), signal);
    await site.startBroker();
    await site.ask('close', { room: 'hearing', by: 'demo' });
    const away = ((Date.now() - gone) / 1000).toFixed(1);
    const view = await until(
      site,
      signal,
      'headquarters has everything',
      (v) => v.uplink.connected && v.uplink.receivedSeq >= v.ledger.seq,
    );
    return `away ${away} s; headquarters has all ${view.uplink.receivedSeq} entries`;
  });
  await step('the frames in the files, by the numbers inside them', () => checkFrames(site, interview));
}

async function verifyAll(site: DemoSite, folders: readonly string[]): Promise<string> {
  const paths = folders.map((folder) => `${site.settings.dataFolder}/${folder}`);
  const { code, stdout, stderr } = await runLiuhen(['verify', ...paths], site.env);
  if (code !== 0) throw wrong(`verify ended with ${code}: ${stdout}${stderr}`);
  return `${folders.length} sessions, verify's exit code 0`;
}

function roomOf(view: GatewayView, room: string): RoomView {
  const found = view.rooms.find((each) => each.room === room);
  if (found === undefined) throw wrong(`no room ${room}`);
  return found;
}

async function roomIs(
  site: DemoSite,
  room: string,
  state: RoomView['state'],
  signal: AbortSignal,
): Promise<void> {
  await until(site, signal, `room ${room} is ${state}`, (view) => roomOf(view, room).state === state);
}

/** Asks for the state until it is as wanted. Throws DEMO_FAILED after 20 s with the last state. */
async function until(
  site: DemoSite,
  signal: AbortSignal,
  what: string,
  holds: (view: GatewayView) => boolean,
): Promise<GatewayView> {
  const before = Date.now() + 20_000;
  for (;;) {
    const view = await site.ask('status', null);
    if (holds(view)) return view;
    if (Date.now() > before || signal.aborted) {
      const rooms = view.rooms.map((room) => `${room.room} ${room.state} ${room.why}`).join('; ');
      throw wrong(
        `waited in vain until ${what} (${rooms}; ledger ${view.ledger.seq}, HQ ${view.uplink.receivedSeq})`,
      );
    }
    await sleep(50, signal);
  }
}

function wrong(why: string): LiuhenError {
  return new LiuhenError('DEMO_FAILED', { why });
}
