// A real gateway, killed with SIGKILL at random moments of offloads and started again: its supervisor, its control, its
// copying processes, all at once. The docks and body-cams stay, as in a room. What must be true is looked at in the
// real ledger, of which a copy is taken the very moment a device erases, and in the store's files. OFFLOAD_KILLS and
// OFFLOAD_SEED change it.
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { monotonicTime, sleep, wallTime } from '../../config/clock.ts';
import { foldEntry } from '../../gateway/ledger-store.ts';
import { Ledger, type Entry } from '../../gateway/ledger/ledger.ts';
import type { DockRequest } from '../../protocols/dock/messages.ts';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { clipSha256, writeClip } from '../../hw-sim/dock/sim-clip.ts';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';
import { openSimVolumes } from '../../hw-sim/dock/sim-volumes.ts';
import { CustodyChecks } from '../gateway/bodycam/custody/custody-checks.ts';
import { pick, random } from '../gateway/bodycam/custody/torture-plan.ts';
import { address, isOurs, openSite, type Site } from '../stories/site.ts';

const { OFFLOAD_KILLS: kills = '20', OFFLOAD_SEED: seed = '1' } = process.env;
t.setTimeout(900_000);

const devices = 4;
/** A device that is not empty by then is taken out and put in again, as somebody would; milliseconds. */
const patienceMs = 30_000;
/** Calls in which the dock sees how far custody is. */
const moments = ['deviceInfo', 'clockSet', 'listClips', 'diskMode', 'eraseClip'] as const;

t.test(
  `A11, P5, P6: a gateway killed at random ${kills} times loses no clip, erases none before its entry, corrupts none`,
  async (t) => {
    const rnd = random(Number(seed));
    const site = await openSite(t);
    const volumes = await openSimVolumes();
    const dock = await createSimDock({ disks: volumes, slots: devices });
    t.teardown(async () => {
      for (const pid of processesOf(site)) process.kill(pid, 'SIGKILL');
      await dock.close();
      volumes.close();
    });
    const numbers = Array.from({ length: devices }, (_, index) => index + 1);
    const bodyCams = numbers.map((each) => ({ id: `bc-${each}`, serial: `KILLED-${each}` }));
    appendFileSync(
      site.config,
      [
        `docks: ${JSON.stringify([{ id: 'dock-1', room: 'talk', address: dock.address }])}`,
        `bodyCams: ${JSON.stringify(bodyCams)}`,
        `offload: ${JSON.stringify({ kernelLists: volumes.folder, store: path.join(site.folder, 'store'), keepFree: '1MiB' })}`,
        '',
      ].join('\n'),
    );
    const store = path.join(site.folder, 'store');
    const checks = new CustodyChecks(store);
    const erasures: { serial: string; clip: string; ledger: string }[] = [];
    const hashes = new Map<string, string>();
    const enough = new AbortController();
    let made = 0;
    let redocked = 0;
    /** What is to happen at the next such call. */
    let armed: { call: string; done: boolean; kill: () => void } | null = null;

    dock.use({
      name: 'kills',
      answer: (request: DockRequest, next) => {
        const kill = armed?.call === request.case ? armed : null;
        if (!kill) return next();
        armed = null;
        // Before it is done: the answer then goes to a line that nobody has.
        if (!kill.done) kill.kill();
        const answer = next();
        if (kill.done) kill.kill();
        return answer;
      },
    });

    const cams = bodyCams.map(({ serial }) => {
      const cam = new SimBodyCam({ serial });
      const erase = cam.erase.bind(cam);
      cam.erase = (clip) => {
        if (cam.clip(clip)) {
          const ledger = path.join(site.folder, `erased-${erasures.length}`);
          copyLedger(path.join(site.dataFolder, 'ledger'), ledger);
          erasures.push({ serial, clip, ledger });
          const files = filesOf(store).filter((file) => path.basename(file).startsWith(`${clip}-`));
          const there = files.some((file) => sha256Of(file) === hashes.get(`${serial} ${clip}`));
          if (!there) checks.breaches.push(`${clip} of ${serial} is erased, and not in the store`);
        }
        erase(clip);
      };
      return cam;
    });

    const shifts = async (cam: SimBodyCam, slot: number): Promise<void> => {
      const { serial } = cam.facts;
      while (!enough.signal.aborted) {
        for (let left = 1 + Math.floor(rnd() * 3); left > 0; left -= 1) {
          const id = `MOV_${(made += 1)}`;
          const bytes = 20_000 + Math.floor(rnd() * 6_000_000);
          const beginWallMs = Math.round(wallTime()) - 3_600_000 + made * 1000;
          const clip = await writeClip(volumes.cardFolder(serial), { id, bytes, beginWallMs });
          const sha256 = Buffer.from(clipSha256(clip)).toString('hex');
          hashes.set(`${serial} ${id}`, sha256);
          checks.record({ serial, clip: id, sha256, bytes });
          cam.record(clip);
        }
        dock.insert(slot, cam);
        for (let since = monotonicTime(); cam.clips.length > 0; await sleep(10)) {
          if (monotonicTime() - since < patienceMs) continue;
          since = monotonicTime();
          redocked += 1;
          dock.pull(slot);
          await sleep(1000);
          dock.insert(slot, cam);
        }
        await sleep(200);
        dock.pull(slot);
        await sleep(Math.floor(rnd() * 300));
      }
    };

    await site.startGateway();
    const working = Promise.all(cams.map((cam, slot) => shifts(cam, slot)));
    const reached = new Map<string, number>();
    for (let done = 0; done < Number(kills); done += 1) {
      const only = rnd() < 0.3 ? 'control' : 'all';
      const call = pick(rnd, moments);
      const doneFirst = rnd() < 0.5;
      const laterMs = rnd() < 0.5 ? 0 : Math.floor(rnd() * 400);
      const victims = only === 'all' ? [] : [(await site.processes()).control];
      const kill = (): void => {
        for (const pid of only === 'all' ? processesOf(site) : victims) stop(pid);
      };
      await new Promise<void>((resolve) => {
        const strike = (): void => {
          kill();
          resolve();
        };
        armed = { call, done: doneFirst, kill: laterMs === 0 ? strike : () => setTimeout(strike, laterMs) };
      });
      const what = `${only} at ${call}${doneFirst ? ', done' : ''}${laterMs > 0 ? ' and later' : ''}`;
      reached.set(what, (reached.get(what) ?? 0) + 1);
      if (only === 'all') {
        while (processesOf(site).length > 0) await sleep(5);
        // Nobody writes now.
        checks.look();
        await site.startGateway();
      } else await site.until('another control', ({ cameras }) => cameras.every(({ warm }) => warm));
      if (checks.breaches.length > 0) break;
    }
    enough.abort();
    await working;
    await site.until('the docks are empty', (view) => view.uplink.receivedSeq >= view.ledger.seq);
    t.equal(await site.endGateway(), 0);

    // As it all came about: each erasure behind the entries that the ledger had at that moment.
    const entries = await entriesOf(path.join(site.dataFolder, 'ledger'));
    const behind = new Map<number, { serial: string; clip: string }[]>();
    for (const { ledger, ...erased } of erasures) {
      const seq = Number((await entriesOf(ledger)).at(-1)?.header.seq ?? 0);
      behind.set(seq, [...(behind.get(seq) ?? []), erased]);
    }
    for (const entry of entries) {
      const plain = foldEntry(entry);
      if (plain) checks.entry(plain.body, plain.seq - 1);
      for (const { serial, clip } of behind.get(Number(entry.header.seq)) ?? []) checks.erasing(serial, clip);
    }
    checks.end();
    t.same(checks.breaches, [], `seed ${seed}`);
    t.equal(checks.erased, made);
    const all = [...reached].map(([what, times]) => `${what}: ${times}`).toSorted();
    t.comment(
      `seed ${seed}: ${made} clips, ${kills} kills, ${redocked} docked again by hand; ${all.join('; ')}`,
    );
    t.match(await site.hq.head(address), { seq: BigInt(entries.length) }, 'headquarters has all of it');
  },
);

/** Every process that works below the site's folder, and what they have started. */
function processesOf(site: Site): readonly number[] {
  const found = new Set(
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && isOurs(pid, site.folder)),
  );
  for (const pid of found) for (const child of childrenOf(pid)) found.add(child);
  return [...found];
}

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return []; // it has ended
  }
}

function stop(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // ESRCH: it has ended with another
  }
}

/** The mark first: a ledger that is behind its mark would be broken. */
function copyLedger(from: string, to: string): void {
  for (const name of readdirSync(from).filter((each) => each !== 'reserve' && each !== 'store'))
    cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  cpSync(path.join(from, 'store'), path.join(to, 'store'), { recursive: true });
}

/** Opened as the product does, which checks the chain. */
async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const ledger = await Ledger.open({
    folder,
    gateway: address.gateway,
    reserveBytes: 4096,
    onEntry: (entry) => entries.push(entry),
  });
  await ledger.close();
  return entries;
}

function filesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !/\.part(\.state)?$/.test(each.name))
    .map((each) => path.join(each.parentPath, each.name));
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
