// Interruptions on a whole site: cameras out of their sockets, an officer's word, and all processes killed. What is in
// headquarters is held against the gap records, and those against the pictures by the other stories.
import { readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { fault } from '../../hw-sim/faults.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';
import { at, closed, morePictures, opened, verified } from './session-steps.ts';
import { address, hqCaughtUp, isOurs, openSite, recording, roomOf } from './site.ts';

t.setTimeout(120_000);

const afterMs = 3000;
const site = await openSite(t);
const settings = readFileSync(site.config, 'utf8');
writeFileSync(site.config, settings.replace('policy: {', `policy: { interruptedAfter: ${afterMs}ms,`));
await site.startGateway();

interface Answer {
  readonly exit: number | null;
  readonly error?: { readonly code: string };
  readonly seq?: number;
  readonly debts?: readonly { readonly debt: string; readonly article: string }[];
  readonly keySteps?: readonly string[];
}

async function session(...words: readonly string[]): Promise<Answer> {
  const { code, out } = await site.liuhen('session', ...words, ...at(site));
  return { exit: code, ...(JSON.parse(out || '{}') as object) };
}
const interrupt = (...words: readonly string[]) => session('interrupt', '--room', 'talk', ...words);
const resume = (...words: readonly string[]) => session('resume', '--room', 'talk', ...words);

/** The bodies of some cases that headquarters has of a session, in order. */
async function told<Case extends keyof Bodies>(
  of: string,
  ...cases: readonly Case[]
): Promise<Bodies[Case][]> {
  await hqCaughtUp(site);
  return (await site.hq.entries(address)).flatMap(({ body }) => {
    const decoded = decodeBody(body);
    if (!cases.some((each) => each === decoded?.case)) return [];
    const value = decoded?.value as Bodies[Case] & { readonly session: string };
    return value.session === of ? [value] : [];
  });
}

/** From the last picture of all to the first, by the gap records of both cameras. */
async function missing(of: string): Promise<{ from: bigint; to: bigint }> {
  const gaps = (await told(of, 'gapClosed')).filter(({ track }) => track === 'all');
  const froms = gaps.map(({ from }) => from.wallMs);
  const tos = gaps.map(({ to }) => to.wallMs);
  const from = froms.reduce((one, other) => (one > other ? one : other));
  return { from, to: tos.reduce((one, other) => (one < other ? one : other)) };
}

const asksForCause = 'the cause is asked for';

t.test('C1: there is no pause, on the command line or on the control socket', async (t) => {
  t.equal((await site.liuhen('session', 'pause', '--room', 'talk', ...at(site))).code, 2);
  await t.rejects(site.ask('pause' as 'status', null), { code: 'CONTROL_REQUEST_UNKNOWN' });
});

t.test(
  'C3: cameras out of their sockets: the last picture, the refused resume, the cause, the first picture',
  async (t) => {
    const own = await opened(site);
    await morePictures(site, 10);
    const plugs = site.cameras.map((camera) => camera.use(fault('unplug')));
    const gone = await site.until('it is found by itself', (view) => !!roomOf(view).interruption);
    t.match(roomOf(gone).interruption, { state: 'interrupted', how: 'detected', article: /JZ 11/ });
    t.match(await resume('--cause', 'device-fault'), {
      exit: 1,
      error: { code: 'SESSION_STILL_INTERRUPTED' },
    });
    for (const plug of plugs) plug();
    const back = await site.until(asksForCause, (view) => {
      return recording(view) && roomOf(view).interruption?.state === 'cause-asked';
    });
    t.match(roomOf(back).notices?.at(-1), { what: 'interruption', text: '画面已恢复，请说明中断原因' });
    t.match(await resume(), { exit: 1, error: { code: 'SESSION_CAUSE_UNKNOWN' } });
    const ended = await resume('--cause', 'device-fault', '--text', '电源线脱落', '--spoken', '--by', '张三');
    t.equal(ended.exit, 0);
    const view = await site.ask('status', null);
    t.equal(roomOf(view).interruption, null);
    t.match(roomOf(view).notices?.at(-1), { text: '已恢复记录，中断原因：设备故障' });
    t.match(await resume('--cause', 'damage'), { exit: 1, error: { code: 'SESSION_NOT_INTERRUPTED' } });
    await closed(site);

    const { from, to } = await missing(own.session);
    t.match(await told(own.session, 'interruptionBegan'), [
      { how: 'detected', cause: '', by: '', from: { wallMs: from }, article: /JZ 11/ },
    ]);
    t.match(await told(own.session, 'interruptionEnded'), [
      {
        outcome: 'resumed',
        cause: 'device-fault',
        text: '电源线脱落',
        by: '张三',
        spoken: true,
        to: { wallMs: to },
        article: 'JZ 11, CT 14',
      },
    ]);
    t.match(await verified(site, own.folder), { code: 0, findings: [] });
  },
);

t.test(
  'C4, C5: declared, and it cannot go on: what the pack asks for is owed and settled by text',
  async (t) => {
    const own = await opened(site);
    t.match(await interrupt(), { exit: 1, error: { code: 'SESSION_CAUSE_UNKNOWN' } });
    t.equal((await interrupt('--cause', 'obstruction', '--by', '张三')).exit, 0);
    await morePictures(site, 10);
    t.match(roomOf(await site.ask('status', null)).interruption, { how: 'declared', cause: 'obstruction' });
    const asked = Date.now();
    const answer = await interrupt('--cannot-go-on', '--cause', 'damage');
    const article = 'JZ 11, CT 14, ZZ 49';
    const names = ['report-to-head', 'written-explanation', 'key-steps'];
    t.match(
      answer.debts,
      names.map((debt) => ({ debt, article })),
    );
    t.ok(answer.keySteps?.includes('evidence'), 'and which are the key steps');
    await closed(site);
    const { debts } = await site.ask('status', null);
    t.match(
      debts.map(({ debt }) => debt),
      names,
    );
    for (const { dueWallMs } of debts) {
      t.ok(dueWallMs >= asked + 86_400_000 && dueWallMs <= Date.now() + 86_400_000, 'by the site itself');
    }
    for (const debt of names) {
      const settle = ['settle', '--session', own.session, '--debt', debt];
      t.match(await session(...settle), { exit: 1, error: { code: 'SESSION_DETAIL_MISSING' } }, debt);
      t.equal((await session(...settle, '--with', '已书面说明')).exit, 0, debt);
    }
    t.same((await site.ask('status', null)).debts, []);
    t.match(await told(own.session, 'interruptionBegan'), [{ how: 'declared', by: '张三' }]);
    t.match(await told(own.session, 'interruptionEnded'), [{ outcome: 'cannot-go-on', cause: 'damage' }]);
    t.match(await told(own.session, 'debtSettled'), [{ with: '已书面说明' }, {}, {}]);
    t.match(await verified(site, own.folder), { code: 0, findings: [] });
  },
);

t.test('C3: all processes killed: it begins at the last picture, and not at the opening', async (t) => {
  const own = await opened(site);
  await morePictures(site, 50);
  await killAll(t);
  const killed = Date.now();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await site.startGateway();
  await site.until(asksForCause, (view) => roomOf(view).interruption?.state === 'cause-asked');
  t.equal((await resume('--cause', 'low-battery')).exit, 0);
  await closed(site);
  const { from, to } = await missing(own.session);
  t.ok(Number(from) > killed - 1500 && Number(from) > own.openedWallMs + 1500, 'the last picture');
  t.match(await told(own.session, 'interruptionBegan'), [{ how: 'detected', from: { wallMs: from } }]);
  t.match(await told(own.session, 'interruptionEnded'), [{ cause: 'low-battery', to: { wallMs: to } }]);
  t.match(await verified(site, own.folder), { code: 0, findings: [] });
});

t.test('C4: the service ends while the cameras are away: the next start enters what is owed', async (t) => {
  const own = await opened(site);
  await morePictures(site, 10);
  const plugs = site.cameras.map((camera) => camera.use(fault('unplug')));
  await site.until('it is found by itself', (view) => !!roomOf(view).interruption);
  t.equal(await site.endGateway(), 0);
  for (const plug of plugs) plug();
  await site.startGateway();
  const { debts } = await site.until('it is owed', (view) => view.debts.length === 3);
  t.match(debts, [{ session: own.session, article: /JZ 11/ }, {}, {}]);
  t.match(await told(own.session, 'interruptionEnded'), [{ outcome: 'closed', cause: '' }]);
  t.match(await verified(site, own.folder), { code: 0, findings: [] });
  t.equal(await site.endGateway(), 0);
});

async function killAll(t: Test): Promise<void> {
  const pids = Object.values(await site.processes());
  for (const pid of pids) if (isOurs(pid, site.folder)) process.kill(pid, 'SIGKILL');
  for (const pid of pids)
    while (isOurs(pid, site.folder)) await new Promise((resolve) => setTimeout(resolve, 20));
  t.pass('nobody lives');
}
