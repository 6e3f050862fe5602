// What a dock's firmware does with frames, after SPEC.md §2 to §6: sessions, remembered answers, slots, calls. Lines
// come and go in sim-dock.ts; what goes wrong is laid over it as behaviours.
import { randomInt } from 'node:crypto';
import { monotonicTime } from '../../config/clock.ts';
import { decodeRequest, encodeEvent, encodeRefusal, encodeReply } from '../../protocols/dock/codec.ts';
import { FrameReader } from '../../protocols/dock/frame-reader.ts';
import { encodeFrame, isAfter, nextSequence, type Frame } from '../../protocols/dock/frame.ts';
import * as limits from '../../protocols/dock/limits.ts';
import type {
  DockEvent,
  DockReply,
  DockRequest,
  LampWord,
  SlotState,
} from '../../protocols/dock/messages.ts';
import { Ring } from '../camera/behaviour.ts';
import type { DockAnswer, DockBehaviour, DockFacts, DockRefusal } from './dock-behaviour.ts';
import { answerCall } from './dock-calls.ts';
import type { FirmwareBank } from './firmware-bank.ts';
import type { BodyCamFacts, SimBodyCam } from './sim-body-cam.ts';

/** Requests that are remembered. */
export const maxRememberedRequests = 1000;

export interface Slot {
  device: SimBodyCam | null;
  insertion: number;
  locked: boolean;
  lamp: LampWord;
  diskMode: boolean;
}

/** Where a body-cam in disk mode shows up. */
export interface DiskHost {
  show(device: SimBodyCam, facts: BodyCamFacts): void;
  /** At once; nothing happens when it shows none. */
  hide(device: SimBodyCam): void;
}

export class DockCore {
  /** Requests that were done, doubles left out. */
  readonly received = new Ring<DockRequest>(maxRememberedRequests);
  readonly slots: readonly Slot[];
  readonly bank: FirmwareBank;
  readonly reader = new FrameReader();
  readonly #facts: DockFacts;
  readonly #disks: DiskHost | null;
  readonly #behaviours: DockBehaviour[] = [];
  #bootedAt = monotonicTime();
  #boot = randomInt(1, 0xffff_ffff);
  #session = 0;
  #version = limits.helloVersion;
  #maxPayload = limits.minPayloadBytes;
  #last: { sequence: number; answer: Buffer | null } | null = null;
  #eventSequence = 0;
  #insertions = randomInt(1, 1000);
  #write: (bytes: Buffer) => void = () => undefined;
  #afterAnswer: (() => void) | null = null;

  constructor(facts: DockFacts, slots: number, bank: FirmwareBank, disks: DiskHost | null = null) {
    this.#facts = facts;
    this.#disks = disks;
    this.bank = bank;
    this.slots = Array.from({ length: slots }, () => ({
      device: null,
      insertion: 0,
      locked: false,
      lamp: 'off',
      diskMode: false,
    }));
  }

  get facts(): DockFacts {
    return this.#behaviours.reduceRight((below, layer) => layer.facts?.(below) ?? below, this.#facts);
  }

  get uptimeS(): number {
    return Math.floor((monotonicTime() - this.#bootedAt) / 1000);
  }

  /** Bytes of a chunk in this session. */
  get chunkBytes(): number {
    return Math.min(limits.maxChunkBytes, this.#maxPayload - limits.chunkOverheadBytes);
  }

  get maxPayload(): number {
    return this.#maxPayload;
  }

  deviceFacts(device: SimBodyCam): BodyCamFacts {
    return this.#behaviours.reduceRight((below, layer) => layer.device?.(below) ?? below, device.facts);
  }

  get behaviours(): readonly string[] {
    return this.#behaviours.map(({ name }) => name);
  }

  /** Gives what takes it off again. */
  use(behaviour: DockBehaviour): () => void {
    this.#behaviours.unshift(behaviour);
    behaviour.on?.({ reboot: () => this.reboot() });
    return () => {
      const at = this.#behaviours.indexOf(behaviour);
      if (at >= 0) this.#behaviours.splice(at, 1);
    };
  }

  /** The line that it answers on; the newest one only. */
  attach(write: (bytes: Buffer) => void): void {
    this.#write = write;
    this.reader.reset();
    this.#send(Buffer.of(0));
  }

  hear(bytes: Buffer): void {
    const heard = this.#behaviours.reduceRight((below, layer) => layer.heard?.(below) ?? below, bytes);
    for (const frame of this.reader.push(heard)) this.#take(frame);
  }

  insert(slot: number, device: SimBodyCam): void {
    const place = this.slots[slot];
    if (!place) return;
    if (place.device) this.pull(slot);
    device.pullOut();
    this.#insertions += 1;
    Object.assign(place, { device, insertion: this.#insertions, diskMode: false });
    device.docking = { pull: () => this.pull(slot) };
    this.#tell({ case: 'inserted', value: { at: { slot, insertion: place.insertion } } });
  }

  pull(slot: number): SimBodyCam | null {
    const place = this.slots[slot];
    if (!place?.device) return null;
    const { device, insertion } = place;
    this.setDiskMode(place, false);
    device.docking = null;
    Object.assign(place, { device: null, insertion: 0, diskMode: false });
    this.#tell({ case: 'removed', value: { at: { slot, insertion } } });
    return device;
  }

  setDiskMode(place: Slot, on: boolean): void {
    if (!place.device || place.diskMode === on) return;
    place.diskMode = on;
    if (on) this.#disks?.show(place.device, this.deviceFacts(place.device));
    else this.#disks?.hide(place.device);
  }

  /** The hub for the devices has no power any more. */
  dropDisks(): void {
    for (const place of this.slots) this.setDiskMode(place, false);
  }

  slotState(slot: number): SlotState | null {
    const place = this.slots[slot];
    if (!place) return null;
    const { insertion, locked, lamp, diskMode } = place;
    return { at: { slot, insertion }, locked, lamp, diskMode };
  }

  reboot(): void {
    this.bank.boot();
    this.#bootedAt = monotonicTime();
    this.#boot = randomInt(1, 0xffff_ffff);
    this.#session = 0;
    this.#version = limits.helloVersion;
    this.#last = null;
    this.#eventSequence = 0;
    this.#afterAnswer = null;
    for (const place of this.slots) {
      this.#insertions += 1;
      this.setDiskMode(place, false);
      Object.assign(place, { locked: false, lamp: 'off' });
      if (place.device) place.insertion = this.#insertions;
    }
    this.reader.reset();
    this.#tell({ case: 'booted', value: { boot: this.#boot } });
  }

  /** Once the answer to the call under way is on the line. */
  afterAnswer(act: () => void): void {
    this.#afterAnswer = act;
  }

  /** As the line would carry it: for faults that invent bytes. */
  #send(bytes: Buffer): void {
    let chunks: readonly Buffer[] = [bytes];
    for (const layer of this.#behaviours.toReversed())
      if (layer.out) chunks = chunks.flatMap((chunk) => layer.out?.(chunk) ?? [chunk]);
    for (const chunk of chunks) this.#write(chunk);
  }

  #take(frame: Frame): void {
    if (frame.type !== 'request') return;
    let request: DockRequest | undefined;
    let unreadable = false;
    try {
      request = decodeRequest(frame.payload);
    } catch {
      // A dock tells the host so, whatever it was.
      unreadable = true;
    }
    if (request?.case === 'hello' && frame.sequence === limits.helloSequence) {
      this.#hello(request.value);
      return;
    }
    const { sequence } = frame;
    if (this.#session === 0 || frame.version !== this.#version) {
      this.#send(this.#frame(sequence, { refused: 'no-session' }));
      return;
    }
    if (sequence === this.#last?.sequence) {
      if (this.#last.answer) this.#send(this.#last.answer);
      return;
    }
    if (!isAfter(sequence, this.#last?.sequence ?? 0)) {
      this.#send(this.#frame(sequence, { refused: 'out-of-sequence' }));
      return;
    }
    const session = this.#session;
    const answer = unreadable
      ? ({ refused: 'bad-request' } as const)
      : request === undefined
        ? ({ refused: 'unknown-request' } as const)
        : this.#do(request);
    // A reboot in the middle of a call leaves no answer behind.
    if (this.#session !== session) return;
    const bytes = answer && this.#frame(sequence, answer);
    this.#last = { sequence, answer: bytes };
    if (bytes) this.#send(bytes);
    const act = this.#afterAnswer;
    this.#afterAnswer = null;
    act?.();
  }

  #do(request: DockRequest): DockAnswer | null {
    this.received.push(request);
    const below = this.#behaviours.reduceRight<() => DockAnswer | null>(
      (next, layer) => () => (layer.answer ? layer.answer(request, next) : next()),
      () => answerCall(this, request),
    );
    return below();
  }

  #hello(asked: Extract<DockRequest, { case: 'hello' }>['value']): void {
    const { minVersion, maxVersion, maxPayloadBytes } = this.facts;
    const version = Math.min(maxVersion, asked.maxVersion);
    if (asked.session === 0 || asked.maxPayloadBytes < limits.minPayloadBytes) {
      this.#send(this.#frame(limits.helloSequence, { refused: 'bad-request' }, limits.helloVersion));
      return;
    }
    if (version < Math.max(minVersion, asked.minVersion)) {
      this.#send(this.#frame(limits.helloSequence, { refused: 'version-unsupported' }, limits.helloVersion));
      return;
    }
    if (asked.session !== this.#session) {
      this.#session = asked.session;
      this.#last = null;
      this.#version = version;
      this.#maxPayload = Math.max(limits.minPayloadBytes, Math.min(maxPayloadBytes, asked.maxPayloadBytes));
    }
    const value = {
      session: asked.session,
      version,
      maxPayloadBytes: this.#maxPayload,
      boot: this.#boot,
      lastEvent: this.#eventSequence,
    };
    this.#send(this.#frame(limits.helloSequence, { case: 'hello', value }, limits.helloVersion));
  }

  #frame(sequence: number, answer: DockReply | DockRefusal, version = this.#version): Buffer {
    if (!('refused' in answer))
      return encodeFrame({ version, type: 'reply', sequence, payload: encodeReply(answer) });
    const { refused: code, expected = 0n, retryAfterMs = 0 } = answer;
    const unsupported = code === 'version-unsupported';
    const { minVersion, maxVersion } = this.facts;
    const payload = encodeRefusal({
      code,
      text: '',
      retryAfterMs,
      minVersion: unsupported ? minVersion : 0,
      maxVersion: unsupported ? maxVersion : 0,
      expected,
    });
    return encodeFrame({ version, type: 'error', sequence, payload });
  }

  #tell(event: DockEvent): void {
    this.#eventSequence = nextSequence(this.#eventSequence);
    const [version, sequence] = [this.#version, this.#eventSequence];
    this.#send(encodeFrame({ version, type: 'event', sequence, payload: encodeEvent(event) }));
  }
}
