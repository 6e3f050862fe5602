// A simulated body-cam: what it is, its clips and its clock. It is put into a dock's slot and pulled out of it; what the
// wire says of it is dock-core.ts's, what can go wrong with it dock-faults.ts's.
import { createHash } from 'node:crypto';
import { wallTime } from '../../config/clock.ts';
import type { Clip } from '../../protocols/dock/messages.ts';

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

export interface SimClip {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly beginWallMs: number;
  readonly endWallMs: number;
  readonly caseMark?: string;
}

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

export class SimBodyCam {
  facts: BodyCamFacts;
  /** Ids that were erased, oldest first. */
  readonly erased: string[] = [];
  readonly #clips = new Map<string, SimClip>();

  constructor(facts: Partial<BodyCamFacts> = {}, clips: readonly SimClip[] = []) {
    this.facts = { ...usualBodyCam, ...facts };
    for (const clip of clips) this.#clips.set(clip.id, clip);
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

  erase(id: string): void {
    if (this.#clips.delete(id)) this.erased.push(id);
  }

  usedBytes(): bigint {
    return this.clips.reduce((sum, { bytes }) => sum + BigInt(bytes.length), 0n);
  }

  /** By its own clock, which `facts` may have changed. */
  wallMs(facts: BodyCamFacts): bigint {
    return BigInt(wallTime() + facts.clockSkewMs);
  }

  setClock(wallMs: bigint): void {
    this.facts = { ...this.facts, clockSkewMs: Number(wallMs) - wallTime() };
  }

  describe(clip: SimClip, hashes: boolean): Clip {
    return {
      id: clip.id,
      sizeBytes: BigInt(clip.bytes.length),
      beginWallMs: BigInt(clip.beginWallMs),
      endWallMs: BigInt(clip.endWallMs),
      sha256: hashes ? createHash('sha256').update(clip.bytes).digest() : new Uint8Array(),
      caseMark: clip.caseMark ?? '',
      path: `DCIM/${clip.id}.MP4`,
    };
  }
}
