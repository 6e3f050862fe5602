// A simulated body-cam: what it is, its clips and its clock. It is put into a dock's slot and pulled out of it; what the
// wire says of it is dock-core.ts's, what can go wrong with it body-cam-faults.ts's.
import { wallTime } from '../../config/clock.ts';
import type { Clip } from '../../protocols/dock/messages.ts';
import { Ring } from '../camera/behaviour.ts';
import type { BodyCamBehaviour, BreakableBodyCam, DeviceCall, DiskLook } from './body-cam-behaviour.ts';
import type { DockAnswer } from './dock-behaviour.ts';
import { clipSha256, clipSize, dropClip, type SimClip } from './sim-clip.ts';

/** What a body-cam is at this moment. Behaviours see the facts below them and answer changed ones. */
export interface BodyCamFacts {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly officerNumber: string;
  readonly officerName: string;
  readonly unit: string;
  readonly firmware: string;
  readonly batteryPct: number;
  /** How far its clock is ahead of true time, in milliseconds. */
  readonly clockSkewMs: number;
  readonly totalBytes: bigint;
  /** Whether it can become a disk, and hash its clips. */
  readonly diskMode: boolean;
  readonly hashes: boolean;
}

export const maxRememberedErasures = 1000;
/** A USB disk takes a moment to be found; milliseconds. */
const diskAfterMs = 30;

export const usualBodyCam: BodyCamFacts = {
  vendor: 'Sim',
  model: 'BC-1',
  serial: 'BC00001',
  officerNumber: '350102',
  officerName: '张三',
  unit: '鼓楼中队',
  firmware: '2.0',
  batteryPct: 80,
  clockSkewMs: 0,
  totalBytes: 64_000_000_000n,
  diskMode: true,
  hashes: true,
};

/** What it is docked in. */
export interface Docking {
  pull(): void;
}

export class SimBodyCam implements BreakableBodyCam {
  /** Set by the dock; null in no slot. */
  docking: Docking | null = null;
  #facts: BodyCamFacts;
  #number = 0;
  readonly #erased = new Ring<string>(maxRememberedErasures);
  readonly #clips = new Map<string, SimClip>();
  readonly #behaviours: BodyCamBehaviour[] = [];

  constructor(facts: Partial<BodyCamFacts> = {}, clips: readonly SimClip[] = []) {
    this.#facts = { ...usualBodyCam, ...facts };
    for (const clip of clips) this.#clips.set(clip.id, clip);
  }

  get facts(): BodyCamFacts {
    const used = this.usedBytes();
    return this.#behaviours.reduceRight((below, layer) => layer.facts?.(below, used) ?? below, this.#facts);
  }

  /** Ids that were erased, oldest first; of many the last. */
  get erased(): readonly string[] {
    return this.#erased.list();
  }

  get behaviours(): readonly string[] {
    return this.#behaviours.map(({ name }) => name);
  }

  /** Lays a behaviour on top; gives what takes it off again. */
  use(behaviour: BodyCamBehaviour): () => void {
    this.#behaviours.unshift(behaviour);
    behaviour.on?.(this);
    return () => {
      const at = this.#behaviours.indexOf(behaviour);
      if (at >= 0) this.#behaviours.splice(at, 1);
    };
  }

  get clips(): readonly SimClip[] {
    return [...this.#clips.values()];
  }

  clip(id: string): SimClip | undefined {
    return this.#clips.get(id);
  }

  record(clip: SimClip): void {
    this.#clips.set(clip.id, clip);
  }

  /** For the name of the next clip: cards count up, whatever was erased. */
  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  erase(id: string): void {
    const clip = this.#clips.get(id);
    if (!clip) return;
    this.#clips.delete(id);
    this.#erased.push(id);
    dropClip(clip);
  }

  usedBytes(): bigint {
    return this.clips.reduce((sum, clip) => sum + BigInt(clipSize(clip)), 0n);
  }

  /** By its own clock, which `facts` may have changed. */
  wallMs(facts: BodyCamFacts): bigint {
    return BigInt(wallTime() + facts.clockSkewMs);
  }

  setClock(wallMs: bigint): void {
    this.#facts = { ...this.#facts, clockSkewMs: Number(wallMs) - wallTime() };
  }

  shiftClock(byMs: number): void {
    this.#facts = { ...this.#facts, clockSkewMs: this.#facts.clockSkewMs + byMs };
  }

  pullOut(): void {
    this.docking?.pull();
  }

  describe(clip: SimClip, hashes: boolean): Clip {
    const told: Clip = {
      id: clip.id,
      sizeBytes: BigInt(clipSize(clip)),
      beginWallMs: BigInt(clip.beginWallMs),
      endWallMs: BigInt(clip.endWallMs),
      sha256: hashes ? clipSha256(clip) : new Uint8Array(),
      caseMark: clip.caseMark ?? '',
      path: `DCIM/${clip.id}.MP4`,
    };
    return this.#behaviours.reduceRight((below, layer) => layer.clip?.(below) ?? below, told);
  }

  /** What the dock gets for a call: `next` does it. */
  answer(call: DeviceCall, next: () => DockAnswer): DockAnswer {
    const below = this.#behaviours.reduceRight<() => DockAnswer>(
      (under, layer) => () => (layer.answer ? layer.answer(call, under) : under()),
      next,
    );
    return below();
  }

  get disk(): DiskLook {
    return this.#behaviours.reduceRight<DiskLook>((below, layer) => layer.disk?.(below) ?? below, {
      shown: true,
      mounted: true,
      afterMs: diskAfterMs,
    });
  }

  /** Bytes of a clip's file on its disk. */
  fileBytes(clip: SimClip): number {
    return this.#behaviours.reduceRight(
      (below, layer) => layer.fileBytes?.(clip.id, below) ?? below,
      clipSize(clip),
    );
  }

  /** Where a file ends for who has it open when the disk goes. */
  get cutAtByte(): number {
    return this.#behaviours.find(({ cutAtByte }) => cutAtByte !== undefined)?.cutAtByte ?? 0;
  }

  /** Its disk has shown up. */
  diskUp(): void {
    for (const layer of this.#behaviours) layer.diskUp?.(this);
  }
}
