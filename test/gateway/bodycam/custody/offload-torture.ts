// A thousand offloads with something going wrong at most of them, on a whole custody service: body-cams record, are
// docked, pulled, docked again, and after every step custody-checks.ts looks at what must be true. What goes wrong is
// torture-plan.ts's, by a seed; the moments are those of a real machine, so that no two runs are quite alike.
import type { Test } from 'tap';
import { monotonicTime, sleep, wallTime } from '../../../../config/clock.ts';
import { Dock } from '../../../../device-drivers/dock/dock.ts';
import { retryWaits, type RetryWaits } from '../../../../device-drivers/supervisor.ts';
import { BlockPool } from '../../../../gateway/bodycam/copying/block-pool.ts';
import { copyClip, type ClipToCopy, type CopyWays } from '../../../../gateway/bodycam/copying/clip-copy.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import type { DockAnswer } from '../../../../hw-sim/dock/dock-behaviour.ts';
import { SimBodyCam } from '../../../../hw-sim/dock/sim-body-cam.ts';
import { clipSha256, clipSize as sizeOf, writeClip, type SimClip } from '../../../../hw-sim/dock/sim-clip.ts';
import { minMp4Bytes } from '../../../../hw-sim/media/mp4-clip.ts';
import type { DockRequest } from '../../../../protocols/dock/messages.ts';
import { testTimes } from '../../../contract/dock-bench.ts';
import { custodyBench, type CustodyBench } from './custody-bench.ts';
import { CustodyChecks } from './custody-checks.ts';
import { failure, faultDisk, type Faults, type ReadFault } from '../copying/fault-disk.ts';
import type { Life } from './one-life.ts';
import { Disturbed, layFaults } from './torture-device.ts';
import * as plans from './torture-plan.ts';

export interface TortureAsk {
  readonly seed: number;
  /** Clips that are off their devices, and in the store, at the end: at least so many. */
  readonly offloads: number;
  /** Body-cams at once. Default 6. */
  readonly devices?: number;
}

export interface TortureTold {
  readonly offloads: number;
  readonly dockings: number;
  /** Disturbances that came about, by what they were. */
  readonly met: ReadonlyMap<string, number>;
  readonly kills: number;
  readonly breaches: readonly string[];
  /** What was done, last things last. */
  readonly trace: readonly string[];
}

/** Docked and pulled this often without an end, something is stuck. */
const maxDockings = 40;
/** Of these, so many with disturbances of its own. */
const disturbedDockings = 4;
/** Milliseconds that a docking may take: everything that waits in custody is over well before. */
const settleMs = 40_000;
const maxTrace = 20_000;
/** As the supervisor's, and short: a line that is cut is cut for all devices. */
const waits = Object.fromEntries(
  Object.keys(retryWaits).map((fault) => [fault, { first: 20, longest: 100 }]),
) as RetryWaits;

class Torture {
  readonly checks: CustodyChecks;
  readonly met = new Map<string, number>();
  readonly trace: string[] = [];
  kills = 0;
  dockings = 0;
  readonly #bench: CustodyBench;
  readonly #ask: TortureAsk;
  readonly #all: Disturbed[] = [];
  readonly #pool = new BlockPool(16, plans.block);
  readonly #began = monotonicTime();
  #starting: Promise<void> = Promise.resolve();
  #stopped = false;
  #made = 0;

  constructor(bench: CustodyBench, ask: TortureAsk) {
    this.#bench = bench;
    this.#ask = ask;
    this.checks = new CustodyChecks(bench.store);
    bench.before = (body) => this.#atEntry(body, false);
    bench.after = (body, index) => {
      this.checks.entry(body, index);
      this.#atEntry(body, true);
    };
    bench.sim.use({ name: 'torture', answer: (request, next) => this.#atCall(request, next) });
  }

  async run(): Promise<void> {
    const { devices = 6, seed } = this.#ask;
    const { settings } = this.#bench;
    const numbers = Array.from({ length: devices }, (_, index) => index + 1);
    const bodyCams = numbers.map((each) => this.#bench.registered(`bc-${each}`, `TORTURE-${each}`));
    this.#bench.settings = { ...settings, bodyCams };
    for (const [index, { serial }] of bodyCams.entries())
      this.#all.push(new Disturbed(this.#device(serial), plans.random(seed * 1000 + index)));
    await this.#start();
    await Promise.all(this.#all.map((each) => this.#shifts(each)));
    await this.#starting;
    await this.#bench.until(
      'the last is told',
      () => this.#bench.of('clipErased').length >= this.checks.erased,
    );
    await this.#bench.stop();
    this.checks.end();
  }

  async #start(): Promise<void> {
    await this.#bench.start((life) => ({
      makeDock: ({ address }) =>
        new Dock({
          address,
          times: testTimes,
          pollMs: 50,
          connect: () => life.line(() => this.#bench.sim.connect()),
        }),
      waits,
      copier: { copy: (clip, ways) => this.#copy(life, clip, ways), close: () => undefined },
    }));
  }

  #device(serial: string): SimBodyCam {
    const device = new SimBodyCam({ serial });
    const erase = device.erase.bind(device);
    device.erase = (id) => {
      if (device.clip(id)) this.checks.erasing(serial, id);
      this.#note(`${serial} erases ${id}`);
      erase(id);
    };
    return device;
  }

  /** An officer's shifts with one body-cam, until there are enough offloads. */
  async #shifts(of: Disturbed): Promise<void> {
    while (this.checks.erased < this.#ask.offloads && !this.#stopped) {
      await this.#record(of);
      for (let turn = 0; of.device.clips.length > 0 && !this.#stopped; turn += 1) {
        if (turn >= maxDockings) {
          this.checks.breaches.push(`${of.device.facts.serial} was never done`);
          this.#stopped = true;
          return;
        }
        of.plan = turn < disturbedDockings ? plans.choosePlan(of.rnd) : { kind: 'none' };
        await this.#docking(of);
        if (this.checks.breaches.length > 0) this.#stopped = true;
      }
    }
  }

  async #record(of: Disturbed): Promise<void> {
    const { device, rnd } = of;
    const { serial } = device.facts;
    const count = 1 + Math.floor(rnd() * 3);
    for (let index = 0; index < count; index += 1) {
      const number = (this.#made += 1);
      const id = `MOV_${number}`;
      const beginWallMs = Math.round(wallTime()) - 3_600_000 + number * 1000;
      const bytes = plans.clipSize(rnd, minMp4Bytes() + 8);
      const odd = rnd();
      // What a power cut leaves on a card: nothing, or less than a clip. Two that are empty have the same content.
      const clip: SimClip =
        odd < 0.16
          ? { id, beginWallMs, endWallMs: beginWallMs, bytes: Buffer.alloc(odd < 0.12 ? 0 : 1) }
          : await writeClip(this.#bench.volumes.cardFolder(serial), { id, bytes, beginWallMs });
      device.record(clip);
      const sha256 = Buffer.from(clipSha256(clip)).toString('hex');
      this.checks.record({ serial, clip: id, sha256, bytes: sizeOf(clip) });
      this.#note(`${serial} records ${id} of ${sizeOf(clip)}`);
    }
  }

  async #docking(of: Disturbed): Promise<void> {
    const { device, plan } = of;
    const { serial } = device.facts;
    of.slot = this.#freeSlot(of);
    of.copies = 0;
    of.left = 'times' in plan ? plan.times : 1;
    const off = layFaults(of, this.#bench.sim, (what) => this.#count(what));
    this.dockings += 1;
    this.#note(`${serial} docked: ${plans.planWords(plan)}`);
    this.#bench.sim.insert(of.slot, device);
    if (plan.kind === 'after') setTimeout(() => this.#blow(of, plan.blow), plan.ms);
    await this.#until(of, 'settled', () => this.#settled(of));
    for (const each of off) each();
    this.#note(`${serial} leaves with ${device.clips.length}, ${this.#bench.slot(of.slot)?.at ?? '-'}`);
    of.plan = { kind: 'none' };
    device.pullOut();
    this.checks.look();
    if (of.gaveUp) this.checks.putAway();
    of.gaveUp = false;
    // What the service says of this docking must not be taken for the next one's.
    await this.#until(
      of,
      'seen to be gone',
      () => this.#bench.service?.view()[0]?.slots.every((each) => each.serial !== serial) ?? false,
    );
  }

  /** Any but the last, which is kept for a second device with its number. */
  #freeSlot({ rnd }: Disturbed): number {
    const slots = this.#bench.sim.slots.slice(0, -1);
    return plans.pick(
      rnd,
      slots.flatMap(({ device }, slot) => (device ? [] : [slot])),
    );
  }

  async #until({ device }: Disturbed, what: string, is: () => boolean): Promise<void> {
    const end = monotonicTime() + settleMs;
    while (!is()) {
      if (monotonicTime() > end) {
        const { state = '' } = this.#bench.service?.view()[0] ?? {};
        const view = JSON.stringify(this.#bench.service?.view()[0]?.slots);
        const { serial } = device.facts;
        this.checks.breaches.push(`${serial} was never ${what}: dock ${state}, ${view}`);
        this.#stopped = true;
        return;
      }
      await sleep(5);
    }
  }

  /** Done with it, or it is no longer in its slot. */
  #settled({ device, slot }: Disturbed): boolean {
    if (this.#bench.sim.slots[slot]?.device !== device) return true;
    const view = this.#bench.slot(slot);
    if (view === undefined || view.serial !== device.facts.serial) return false;
    return view.at === 'done' || view.at === 'failed' || view.at === 'refused';
  }

  #atEntry(body: LedgerBody, taken: boolean): void {
    if (!('serial' in body.value)) return;
    const of = this.#of(body.value.serial);
    if (!of) return;
    const { plan } = of;
    if (taken) this.#note(`entry ${body.case} ${'clip' in body.value ? body.value.clip : ''}`);
    if (plan.kind === 'at-entry' && plan.entry === body.case && plan.taken === taken && of.once())
      this.#blow(of, plan.blow);
    if (plan.kind === 'refused' && !taken && plan.entry === body.case && of.once()) {
      this.#count(`refused ${body.case}`);
      throw new Error('the disk is full');
    }
  }

  #atCall(request: DockRequest, next: () => DockAnswer | null): DockAnswer | null {
    const slot =
      'at' in request.value ? request.value.at?.slot : 'slot' in request.value ? request.value.slot : -1;
    const of = this.#all.find(({ device }) => device === this.#bench.sim.slots[slot ?? -1]?.device);
    const plan = of?.plan;
    if (!of || plan?.kind !== 'at-call' || plan.call !== request.case || !of.once()) return next();
    const answer = plan.done ? next() : null;
    this.#blow(of, plan.blow);
    if (plan.done || plan.blow !== 'pull') return answer;
    return next();
  }

  async #copy(life: Life, clip: ClipToCopy, ways: CopyWays): ReturnType<typeof copyClip> {
    const of = this.#of(clip.device);
    const turn = of ? of.copies++ : 0;
    const disk = life.disk(faultDisk(of ? this.#diskFaults(of, clip, turn) : {}));
    const outcome = await copyClip(clip, {
      ...ways,
      disk,
      pool: this.#pool,
      syncEveryBytes: plans.syncEvery,
    });
    const { state, resumedFrom, why } = outcome;
    if (of && state === 'gave-up') of.gaveUp = true;
    this.#note(`${clip.device} copy ${clip.path.toString()} ${state} ${why ?? ''} from ${resumedFrom}`);
    return outcome;
  }

  #diskFaults(of: Disturbed, clip: ClipToCopy, turn: number): Faults {
    const { plan } = of;
    const mine = 'turn' in plan && plan.turn === turn;
    const offset = 'at' in plan ? plans.offsetIn(of.rnd, plan.at, clip.bytes) : 0;
    const now = (): boolean => mine && of.plan === plan;
    return {
      read: (at, wanted, look): ReadFault => {
        if (!now() || !('look' in plan) || plan.look !== look) return null;
        if (at > offset || offset >= at + wanted || !of.once()) return null;
        if (plan.kind === 'at-byte') {
          this.#count(`at-byte ${plan.at}, look ${look}`);
          this.#blow(of, plan.blow, offset);
          return null;
        }
        if (plan.kind !== 'bad-read') return null;
        this.#count(`bad-read ${plan.fault}`);
        if (plan.fault === 'error') return { code: 'EIO' };
        return plan.fault === 'short' ? { only: offset - at } : 'flip';
      },
      stored: (at) => {
        if (!now() || plan.kind !== 'bad-store' || at > offset || offset >= at + plans.block) return null;
        if (!of.once()) return null;
        this.#count('bad-store');
        return 'flip';
      },
      step: (step) => {
        if (of.plan.kind === 'full' && step === 'part.write' && of.once()) {
          this.#count('full');
          throw failure('ENOSPC');
        }
        if (now() && plan.kind === 'at-step' && plan.step === step && of.once()) this.#atStep(of, plan);
      },
      after: (step) => {
        if (now() && plan.kind === 'at-step' && plan.step === `${step}+` && of.once()) this.#atStep(of, plan);
      },
    };
  }

  #atStep(of: Disturbed, plan: Extract<plans.Plan, { kind: 'at-step' }>): void {
    this.#count(`at-step ${plan.step}`);
    this.#blow(of, plan.blow);
  }

  #blow(of: Disturbed, blow: plans.Blow, cutAtByte = 0): void {
    const { sim } = this.#bench;
    const { device, slot } = of;
    if (this.#bench.service === null) return;
    this.#note(`${device.facts.serial} ${blow}`);
    this.#count(blow);
    switch (blow) {
      case 'pull': {
        if (sim.slots[slot]?.device !== device) return;
        const off = device.use({ name: 'cut', cutAtByte });
        sim.pull(slot);
        off();
        return;
      }
      case 'wiggle':
        if (sim.slots[slot]?.device !== device) return;
        sim.insert(slot, device);
        return;
      case 'move':
        if (sim.slots[slot]?.device !== device) return;
        of.slot = this.#freeSlot(of);
        sim.insert(of.slot, device);
        return;
      case 'kill':
        this.kills += 1;
        this.#starting = this.#again(this.#starting, this.#bench.kill());
        return;
      case 'reboot':
        sim.reboot();
        return;
      case 'cut-line':
        sim.unplug();
        void sim.plug();
    }
  }

  async #again(before: Promise<void>, killed: Promise<void>): Promise<void> {
    await before;
    await killed;
    if (this.#bench.service === null) await this.#start();
  }

  #of(serial: string): Disturbed | undefined {
    return this.#all.find(({ device }) => device.facts.serial === serial);
  }

  #count(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }

  #note(what: string): void {
    this.trace.push(`${Math.round(monotonicTime() - this.#began)} ${what}`);
    if (this.trace.length > maxTrace) this.trace.shift();
  }
}

/** One run. What was found is in the answer; it rejects only when the bench cannot be made. */
export async function torture(t: Test, ask: TortureAsk): Promise<TortureTold> {
  const bench = await custodyBench(t, (ask.devices ?? 6) + 3);
  const run = new Torture(bench, ask);
  let broken: readonly string[] = [];
  try {
    await run.run();
  } catch (error) {
    broken = [(error as Error).stack ?? String(error)];
  }
  const { checks, dockings, met, kills, trace } = run;
  return { offloads: checks.erased, dockings, met, kills, breaches: [...checks.breaches, ...broken], trace };
}

/** One run as a test, which shows how things came about when there is a breach. */
export async function tortured(t: Test, ask: TortureAsk): Promise<void> {
  const { OFFLOAD_TRACE: lines } = process.env;
  const { breaches, dockings, kills, met, offloads, trace } = await torture(t, ask);
  t.same(breaches, [], `seed ${ask.seed}`);
  t.ok(offloads >= ask.offloads, `${offloads} offloads`);
  const all = [...met].map(([what, times]) => `${what}: ${times}`).toSorted();
  t.comment(
    `seed ${ask.seed}: ${offloads} offloads in ${dockings} dockings, ${kills} kills; ${all.join('; ')}`,
  );
  if (lines !== undefined || breaches.length > 0) t.comment(trace.slice(-Number(lines ?? 500)).join('\n'));
}
