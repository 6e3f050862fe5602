// What hands do at docks and body-cams when the control port asks, and the faults that they lay on. The words are
// dock-words.ts's; the devices are sim-dock.ts's and sim-body-cam.ts's.
import { wallTime } from '../../config/clock.ts';
import { readFault, readObject, type LaidFaults } from '../laid-faults.ts';
import { mp4Clip, type Mp4Ask } from '../media/mp4-clip.ts';
import { bodyCamFault, bodyCamFaultMeanings } from './body-cam-faults.ts';
import { dockFault, dockFaultMeanings } from './dock-faults.ts';
import {
  bodyCamActs,
  dockActs,
  type BodyCamRequest,
  type BodyCamSummary,
  type DockRequest,
  type DockSummary,
  type LayBodyCamRequest,
  type LayDockRequest,
} from './dock-words.ts';
import type { SimBodyCam } from './sim-body-cam.ts';
import { clipSha256, clipSize, writeClip } from './sim-clip.ts';
import type { SimDock } from './sim-dock.ts';
import type { SimVolumes } from './sim-volumes.ts';

/** Clips that a body-cam can be made to have: what the dock protocol lists. */
export const maxSimClips = 10_000;
export const maxMinutesAgo = 60 * 24 * 366 * 10;

export interface DockedSite {
  readonly docks: ReadonlyMap<string, SimDock>;
  readonly bodyCams: ReadonlyMap<string, SimBodyCam>;
  /** Null on a site without docks. */
  readonly volumes: SimVolumes | null;
}

/** One kind of device, as the control port asks for it. What is not allowed is thrown as Error that says so. */
export interface ControlDoor {
  readonly kind: string;
  list(): readonly unknown[];
  /** Null: there is none. */
  summary(id: string): unknown;
  act(id: string, text: string): Promise<void>;
  lay(id: string, text: string): void;
}

export class DockDoor implements ControlDoor {
  readonly kind = 'dock';
  readonly #site: DockedSite;
  readonly #faults: LaidFaults;

  constructor(site: DockedSite, faults: LaidFaults) {
    this.#site = site;
    this.#faults = faults;
  }

  list(): readonly DockSummary[] {
    return [...this.#site.docks].map(([id, dock]) => this.#summaryOf(id, dock));
  }

  summary(id: string): DockSummary | null {
    const dock = this.#site.docks.get(id);
    return dock ? this.#summaryOf(id, dock) : null;
  }

  async act(id: string, text: string): Promise<void> {
    const dock = known(this.#site.docks.get(id));
    const { act, slot, bodyCam } = readObject(text) as unknown as DockRequest;
    if (!Object.hasOwn(dockActs, act))
      throw new Error(`no such act; there are ${Object.keys(dockActs).join(', ')}`);
    if (act === 'dock' || act === 'pull') {
      if (slot === undefined || dock.slots[slot] === undefined)
        throw new Error(`${act} needs a slot from 0 to ${dock.slots.length - 1}`);
      if (act === 'pull') {
        dock.pull(slot);
        return;
      }
      const device = this.#site.bodyCams.get(String(bodyCam));
      if (!device)
        throw new Error(`dock needs a bodyCam; there are ${[...this.#site.bodyCams.keys()].join(', ')}`);
      if (dock.slots[slot]?.device !== device) dock.insert(slot, device);
      return;
    }
    if (act === 'plug') await dock.plug();
    else dock[act]();
  }

  lay(id: string, text: string): void {
    const dock = known(this.#site.docks.get(id));
    const names = Object.keys(dockFaultMeanings);
    const numbers = ['times', 'byMs', 'atByte'];
    const asked = readFault<LayDockRequest>(text, names, { numbers, texts: ['call'] });
    if (asked.undone !== undefined && typeof asked.undone !== 'boolean')
      throw new Error('undone must be true or false');
    this.#faults.lay(
      `${this.kind}/${id}/${asked.fault}`,
      () => dock.use(dockFault(asked.fault, asked)),
      asked.forMs,
    );
  }

  #summaryOf(id: string, dock: SimDock): DockSummary {
    const { address, plugged, firmware, behaviours } = dock;
    const slots = dock.slots.map(({ device, locked, lamp, diskMode }, slot) => ({
      slot,
      bodyCam: [...this.#site.bodyCams].find(([, one]) => one === device)?.[0] ?? null,
      locked,
      lamp,
      diskMode,
    }));
    return { id, address, plugged, slots, firmware, behaviours };
  }
}

export class BodyCamDoor implements ControlDoor {
  readonly kind = 'body-cam';
  readonly #site: DockedSite;
  readonly #faults: LaidFaults;

  constructor(site: DockedSite, faults: LaidFaults) {
    this.#site = site;
    this.#faults = faults;
  }

  list(): readonly BodyCamSummary[] {
    return [...this.#site.bodyCams].map(([id, device]) => this.#summaryOf(id, device));
  }

  summary(id: string): BodyCamSummary | null {
    const device = this.#site.bodyCams.get(id);
    return device ? this.#summaryOf(id, device) : null;
  }

  async act(id: string, text: string): Promise<void> {
    const device = known(this.#site.bodyCams.get(id));
    const asked = readObject(text) as unknown as BodyCamRequest;
    if (!Object.hasOwn(bodyCamActs, asked.act))
      throw new Error(`no such act; there are ${Object.keys(bodyCamActs).join(', ')}`);
    const { volumes } = this.#site;
    if (!volumes) throw new Error('a site without docks keeps no clips');
    await recordClip(volumes, id, device, asked);
  }

  lay(id: string, text: string): void {
    const device = known(this.#site.bodyCams.get(id));
    const names = Object.keys(bodyCamFaultMeanings);
    const numbers = ['atByte', 'afterMs', 'times', 'byMs'];
    const asked = readFault<LayBodyCamRequest>(text, names, { numbers, texts: ['clip', 'serial'] });
    this.#faults.lay(
      `${this.kind}/${id}/${asked.fault}`,
      () => device.use(bodyCamFault(asked.fault, asked)),
      asked.forMs,
    );
  }

  #summaryOf(id: string, device: SimBodyCam): BodyCamSummary {
    const { docks, volumes } = this.#site;
    const { serial, batteryPct, clockSkewMs } = device.facts;
    const disk = volumes?.diskOf(device) ?? null;
    return {
      id,
      serial,
      docked:
        [...docks].flatMap(([dock, { slots }]) => {
          const slot = slots.findIndex((one) => one.device === device);
          return slot < 0 ? [] : [{ dock, slot }];
        })[0] ?? null,
      disk: disk && { name: disk.name, point: disk.point },
      problem: volumes?.problem ?? null,
      batteryPct,
      clockSkewMs: Math.round(clockSkewMs),
      clips: device.clips.map((clip) => ({
        id: clip.id,
        sizeBytes: clipSize(clip),
        sha256: Buffer.from(clipSha256(clip)).toString('hex'),
        beginWallMs: clip.beginWallMs,
        endWallMs: clip.endWallMs,
        caseMark: clip.caseMark ?? '',
      })),
      erased: device.erased,
      behaviours: device.behaviours,
    };
  }
}

/** Puts a clip into a body-cam's flash. Throws Error that says what is not allowed. */
export async function recordClip(
  volumes: SimVolumes,
  id: string,
  device: SimBodyCam,
  { bytes, seconds, minutesAgo, caseMark }: Omit<BodyCamRequest, 'act'>,
): Promise<void> {
  if (volumes.diskOf(device)) throw new Error('it is a disk now, and records nothing');
  if (device.clips.length >= maxSimClips) throw new Error(`it has ${maxSimClips} clips already`);
  if (minutesAgo !== undefined && !(minutesAgo >= 0 && minutesAgo <= maxMinutesAgo))
    throw new Error(`minutesAgo must be from 0 to ${maxMinutesAgo}`);
  if (caseMark !== undefined && (typeof caseMark !== 'string' || Buffer.byteLength(caseMark) > 64))
    throw new Error('caseMark must be a text of at most 64 bytes');
  const { clockSkewMs, totalBytes } = device.facts;
  const length = bytes === undefined ? (seconds === undefined ? {} : { seconds }) : { bytes };
  const { sizeBytes, durationMs } = mp4Clip({ ...length, beginWallMs: 0 });
  if (device.usedBytes() + BigInt(sizeBytes) > totalBytes) throw new Error('its card is full');
  const agoMs = minutesAgo === undefined ? durationMs : minutesAgo * 60_000;
  const ask: Mp4Ask = { ...length, beginWallMs: Math.round(wallTime() + clockSkewMs - agoMs) };
  const clip = `MOV_${String(device.nextNumber()).padStart(4, '0')}`;
  device.record(await writeClip(volumes.cardFolder(id), { ...ask, id: clip, caseMark }));
}

/** The control port has looked for it already. */
function known<Device>(device: Device | undefined): Device {
  if (device === undefined) throw new Error('unknown device');
  return device;
}
