// A room is checked before it is used: real gateway and recorder, simulated cameras, a panel with its firmware's bytes,
// the check by the command line, its entry at headquarters, and a pack that forbids a start with a fault.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { CheckAnswer } from '../../gateway/sessions/control-protocol.ts';
import { displayWidth } from '../../gateway/health/display-width.ts';
import { faults } from '../../hw-sim/faults.ts';
import { createSimPanel, panelPins } from '../../hw-sim/panel/sim-panel.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';
import { at, closed, openWords } from './session-steps.ts';
import { address, openSite, recording } from './site.ts';

t.setTimeout(120_000);

const site = await openSite(t);
const sim = await createSimPanel();
t.teardown(() => sim.close());

const { button, lamp } = panelPins;
const panel = `panel: { address: "${sim.address}", pins: { button: ${button}, lamp: ${lamp} } }`;
const plain = readFileSync(site.config, 'utf8')
  .replace('reserve: 16MiB', 'reserve: 16MiB, longestSession: 10min')
  .replace(
    'cameras: [left, right] }',
    `cameras: [left, right], ${panel}, bothInView: { confirmedBy: 王某, on: "2026-01-05" } }`,
  );
writeFileSync(site.config, plain);
await site.startGateway();

type Checked = CheckAnswer & { readonly exit: number | null };

async function check(): Promise<Checked> {
  const { code, out } = await site.liuhen('check', '--room', 'talk', '--by', 'clerk', ...at(site));
  return { ...(JSON.parse(out) as CheckAnswer), exit: code };
}

/** Whether this machine's clock is synchronised is its own affair. */
function wrong({ items }: CheckAnswer): string[] {
  return items
    .filter(({ item, result }) => item !== 'clock' && (result === 'fault' || result === 'unknown'))
    .map(({ item, device, finding }) => `${item} ${device} ${finding}`);
}

async function checkUntil(what: string, holds: (answer: Checked) => boolean): Promise<Checked> {
  const before = Date.now() + 60_000;
  for (;;) {
    const answer = await check();
    if (holds(answer)) return answer;
    if (Date.now() > before) throw new Error(`waited in vain until ${what}: ${wrong(answer).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** The checks that headquarters has. */
async function atHeadquarters(): Promise<Bodies['checkedBeforeUse'][]> {
  await site.until('HQ has everything', (v) => v.uplink.receivedSeq >= v.ledger.seq);
  return (await site.hq.entries(address)).flatMap(({ body }) => {
    const decoded = decodeBody(body);
    return decoded?.case === 'checkedBeforeUse' ? [decoded.value] : [];
  });
}

t.test('D1, D2, D3: a good room is ok in everything that is known of it, and A9 by a person', async (t) => {
  const answer = await checkUntil('everything is seen', (each) => wrong(each).length === 0);
  const results = Object.fromEntries(
    answer.items.map(({ item, device, result }) => [`${item} ${device}`.trim(), result]),
  );
  t.match(results, {
    recorder: 'ok',
    'camera-up left': 'ok',
    'camera-up right': 'ok',
    'frames left': 'ok',
    'sound left': 'ok',
    'sound right': 'ok',
    'picture right': 'ok',
    'both-in-view': 'ok',
    'disk-space': 'ok',
    'disk-writable': 'ok',
    battery: 'none',
    panel: 'ok',
    dock: 'none',
  });
  const space = answer.items.find(({ item }) => item === 'disk-space');
  t.match(space, { article: 'CT 12, JZ 16, ZZ 51' });
  t.notMatch(space?.detail, 'assumed', 'by the measured rate');
  t.match(answer.items.find(({ item, device }) => item === 'sound' && device === 'right')?.detail, / dBFS$/);
  t.equal(answer.mayStart, true);
  t.equal(answer.exit, answer.passed ? (answer.unknown > 0 ? 3 : 0) : 1);
  const entered = await atHeadquarters();
  t.match(entered.at(-1), { room: 'talk', session: '', by: 'clerk', mayStart: true });
});

t.test('D5: what is unplugged is a fault that says what to do, in the ledger and out of use', async (t) => {
  const back = site.cameras[0]?.use(faults.unplug());
  sim.unplug();
  const answer = await checkUntil('both are missed', (each) => {
    const found = wrong(each).join();
    return found.includes('camera-up left camera-unreachable') && found.includes('panel-gone');
  });
  t.match(answer, { exit: 1, passed: false, mayStart: true, startArticle: 'ZZ 52', outOfUse: ['left'] });
  const { code, out } = await site.liuhen('check', '--room', 'talk', '--lang', 'zh-CN', ...at(site).slice(1));
  t.equal(code, 1);
  t.match(out, '检查摄像机电源和网线');
  t.match(out, '停止使用并报修：left [ZZ 52]');
  t.same(
    out.split('\n').filter((line) => displayWidth(line) > 80),
    [],
  );
  const last = (await atHeadquarters()).at(-1);
  t.match(last, { session: '', startArticle: 'ZZ 52', outOfUse: ['left'] });
  t.match(
    last?.items.find(({ device }) => device === 'left'),
    { result: 'fault', finding: 'camera-unreachable' },
  );

  const opened = await site.liuhen(...openWords, ...at(site));
  t.equal(opened.code, 0, 'a recording with a fault is better than none');
  const { session, check: shown } = JSON.parse(opened.out) as { session: string; check: CheckAnswer };
  t.match(shown, { passed: false, outOfUse: ['left'] });
  back?.();
  sim.plug();
  await site.until('it records with both again', recording);
  await closed(site);
  t.equal((await atHeadquarters()).at(-1)?.session, session, 'the opening has its own check');
});

t.test(
  'D5: a pack that forbids it refuses a start with a fault, with its article; urgent opens',
  async (t) => {
    const packs = path.join(site.folder, 'packs');
    mkdirSync(packs);
    const shipped = readFileSync('config/policies/zhuzhou-urban.yaml', 'utf8');
    const own = shipped
      .replace('id: zhuzhou-urban', 'id: own')
      .replace('short: ZZ', 'short: OWN')
      .replace('value: without-faulty-device', "value: 'no'");
    writeFileSync(path.join(packs, 'own.yaml'), own);
    writeFileSync(site.config, plain.replace('policy: {', 'policy: { pack: own, folder: ./packs,'));
    const { supervisor } = await site.processes();
    process.kill(supervisor, 'SIGHUP');
    await checkUntil('the pack is in force', ({ pack }) => pack === 'own');
    const back = site.cameras[0]?.use(faults.unplug());
    const missed = await checkUntil('it is missed', (each) =>
      wrong(each).includes('camera-up left camera-unreachable'),
    );
    t.equal(missed.mayStart, false);

    const refused = await site.liuhen(...openWords, ...at(site));
    t.equal(refused.code, 1);
    t.match(JSON.parse(refused.out), {
      error: {
        code: 'SESSION_CHECK_FAILED',
        details: { faults: 'the camera is not reached (left)', article: 'OWN 52' },
      },
    });
    const urgent = await site.liuhen(...openWords, '--urgent', ...at(site));
    t.equal(urgent.code, 0);
    const { session } = JSON.parse(urgent.out) as { session: string };
    back?.();
    await site.until('it records', recording);
    await closed(site);
    t.match((await atHeadquarters()).at(-1), {
      session,
      mayStart: false,
      startArticle: 'OWN 52',
      urgent: true,
    });
  },
);
