// A dock of body-cams: open, close, status, events, and its calls one at a time. Events are hints; what is in the slots
// is what the dock lists. What is done with devices and clips is the gateway's.
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { isLiuhenError, LiuhenError } from '../../config/errors.ts';
import * as limits from '../../protocols/dock/limits.ts';
import type { Ask, CallName, DockEvent, ReplyTo, SlotRef, SlotState } from '../../protocols/dock/messages.ts';
import { openByteLink, readLinkAddress } from '../link/byte-link.ts';
import { dockDown, type DockFailure, type DockState } from './dock-state.ts';
import { DockWire, type WireCounts, type WireTimes } from './dock-wire.ts';

/** Where nothing else is agreed (SPEC.md). */
export const dockBaudRate = 115_200;
/** Milliseconds until a line stands. */
export const dockConnectMs = 5_000;

export interface DockOptions {
  /** `serial:/dev/ttyUSB0` or `tcp://host:port`; with `connect` only a name for errors. */
  readonly address: string;
  /** Another line than the address's; tests use a pair in memory. */
  readonly connect?: () => Promise<Duplex>;
  readonly baudRate?: number;
  /** A dock with an older build is 'wrong-firmware'. Default 0: any. */
  readonly minBuild?: number;
  /** Default slotPollMs. */
  readonly pollMs?: number;
  /** Default: the protocol's, longer on a slow serial line. */
  readonly times?: WireTimes;
}

export interface DockEvents {
  inserted: [SlotRef];
  removed: [SlotRef];
  /** The line is gone; once. */
  lost: [LiuhenError];
}

export interface DockStatus {
  readonly state: DockState;
  /** Null before it is open; afterwards what was known last. */
  readonly identity: ReplyTo<'identify'> | null;
  /** What was listed last, changed by the events since. */
  readonly slots: readonly SlotState[];
  /** Null before a line stood. */
  readonly counts: WireCounts | null;
}

export class Dock {
  readonly events = new EventEmitter<DockEvents>();
  readonly #options: DockOptions;
  #ending = new AbortController();
  #wire: DockWire | null = null;
  #state: DockState = 'closed';
  #identity: ReplyTo<'identify'> | null = null;
  #slots = new Map<number, SlotState>();
  #polling: NodeJS.Timeout | undefined;

  constructor(options: DockOptions) {
    this.#options = options;
  }

  get status(): DockStatus {
    return {
      state: this.#state,
      identity: this.#identity,
      slots: [...this.#slots.values()],
      counts: this.#wire?.counts ?? null,
    };
  }

  /** Bytes of one readClip or firmwareChunk in this session. */
  get chunkBytes(): number {
    return this.#wire?.chunkBytes ?? limits.minPayloadBytes - limits.chunkOverheadBytes;
  }

  /** One attempt. Throws DOCK_ADDRESS, or DOCK_DOWN whose `state` says what is wrong, as does `status`. */
  async open(): Promise<void> {
    const { address, minBuild = 0 } = this.#options;
    this.close();
    const ending = new AbortController();
    this.#ending = ending;
    this.#state = 'opening';
    this.#slots.clear();
    const wire = this.#wireOn(await this.#line(ending.signal), ending.signal);
    let listed: readonly SlotState[];
    try {
      await wire.hello();
      const identity = await wire.ask('identify', {});
      this.#identity = identity;
      const build = identity.firmware?.build ?? 0;
      if (build < minBuild)
        throw dockDown('wrong-firmware', address, `build ${build}, at least ${minBuild} is wanted`);
      ({ slots: listed } = await wire.ask('listSlots', {}));
    } catch (error) {
      throw this.#failed(wire, error, ending.signal);
    }
    // Nothing may have ended it between the last answer and here.
    if (ending.signal.aborted) throw dockDown('closed', address, 'closed');
    this.#state = 'ready';
    this.#poll(wire);
    // Only now: who hears of a device asks it at once.
    this.#listed(listed);
  }

  /** Safe twice and during open(). Locks and lamps stay as they are: the dock does not know that nobody asks. */
  close(): void {
    this.#ending.abort();
    clearTimeout(this.#polling);
    this.#wire?.close();
    if (this.#state === 'ready' || this.#state === 'opening') this.#state = 'closed';
  }

  /** See DockWire.ask. A dock that is not open rejects with DOCK_DOWN. */
  ask<Name extends CallName>(name: Name, value: Ask<Name>): Promise<ReplyTo<Name>> {
    if (this.#state !== 'ready' || !this.#wire) {
      const state = this.#state === 'opening' || this.#state === 'ready' ? 'closed' : this.#state;
      return Promise.reject(dockDown(state, this.#options.address, 'it is not open'));
    }
    return this.#wire.ask(name, value);
  }

  async #line(signal: AbortSignal): Promise<Duplex> {
    const { address, connect, baudRate = dockBaudRate } = this.#options;
    try {
      if (connect) return await connect();
      const parsed = readLinkAddress(address);
      if (parsed === null) throw new LiuhenError('DOCK_ADDRESS', { address });
      return await openByteLink(parsed, { baudRate, withinMs: dockConnectMs, signal });
    } catch (error) {
      if (signal.aborted) throw dockDown('closed', address, 'closed', error);
      this.#state = 'unreachable';
      if (isLiuhenError(error, 'DOCK_ADDRESS')) throw error;
      throw dockDown('unreachable', address, (error as Error).message, error);
    }
  }

  #wireOn(stream: Duplex, signal: AbortSignal): DockWire {
    const { address, times = this.#times() } = this.#options;
    if (signal.aborted) {
      stream.on('error', () => undefined);
      stream.destroy();
      throw dockDown('closed', address, 'closed');
    }
    const wire: DockWire = new DockWire(stream, {
      address,
      times,
      onEvent: (event, missed) => this.#heard(wire, event, missed),
      onEnd: (error) => {
        if (this.#wire !== wire || this.#state !== 'ready') return;
        clearTimeout(this.#polling);
        this.#state = error.details['state'] as DockFailure;
        this.events.emit('lost', error);
      },
    });
    this.#wire = wire;
    return wire;
  }

  /** A slow line needs its time for the request and for the longest answer: ten bits a byte. */
  #times(): WireTimes {
    const { baudRate = dockBaudRate, address } = this.#options;
    const lineMs = address.startsWith('serial:') ? (2 * limits.maxEncodedBytes * 10_000) / baudRate : 0;
    return {
      firstReplyWaitMs: limits.firstReplyWaitMs + lineMs,
      longestReplyWaitMs: limits.longestReplyWaitMs + lineMs,
      sends: limits.maxSends,
    };
  }

  /** What open() throws: always with a state, which the dock keeps. */
  #failed(wire: DockWire, error: unknown, signal: AbortSignal): LiuhenError {
    const { address } = this.#options;
    wire.close();
    if (signal.aborted) return dockDown('closed', address, 'closed', error);
    const down = isLiuhenError(error, 'DOCK_DOWN')
      ? error
      : dockDown('refused', address, (error as Error).message, error);
    this.#state = down.details['state'] as DockFailure;
    return down;
  }

  #poll(wire: DockWire): void {
    this.#polling = setTimeout(() => void this.#pollNow(wire), this.#options.pollMs ?? limits.slotPollMs);
  }

  async #pollNow(wire: DockWire): Promise<void> {
    await this.#relist(wire);
    if (this.#wire === wire && this.#state === 'ready') this.#poll(wire);
  }

  async #relist(wire: DockWire): Promise<void> {
    try {
      await this.#list(wire);
    } catch (error) {
      // So many wait that the next poll is soon enough.
      if (!isLiuhenError(error, 'DOCK_QUEUE_FULL')) this.#unlisted(wire, error);
    }
  }

  async #list(wire: DockWire): Promise<void> {
    const { slots } = await wire.ask('listSlots', {});
    if (this.#wire === wire) this.#listed(slots);
  }

  #listed(slots: readonly SlotState[]): void {
    const listed = new Set(slots.map(({ at }) => at.slot));
    for (const [slot, known] of this.#slots)
      if (!listed.has(slot)) {
        this.#found({ ...known, at: { slot, insertion: 0 } });
        this.#slots.delete(slot);
      }
    for (const slot of slots) this.#found(slot);
  }

  /** A line that has ended has said so itself; a dock that refuses to list its slots is of no use. */
  #unlisted(wire: DockWire, error: unknown): void {
    if (this.#wire !== wire || this.#state !== 'ready') return;
    clearTimeout(this.#polling);
    this.#state = 'refused';
    wire.close();
    this.events.emit('lost', dockDown('refused', this.#options.address, (error as Error).message, error));
  }

  #heard(wire: DockWire, event: DockEvent, missed: boolean): void {
    // While it is being opened nothing can be asked: who hears of a device then would be refused. Its slots are listed at
    // the end of it, and what that misses at the next poll.
    if (this.#state !== 'ready') return;
    if (missed) void this.#relist(wire);
    if (event.case === 'booted') return;
    const { slot, insertion } = event.value.at;
    const known = this.#slots.get(slot);
    // A dock tells only slots that it has listed; a removal of what is not there any more is old.
    if (!known || (event.case === 'removed' && known.at.insertion !== insertion)) return;
    this.#found({ ...known, at: { slot, insertion: event.case === 'removed' ? 0 : insertion } });
  }

  #found(slot: SlotState): void {
    const before = this.#slots.get(slot.at.slot)?.at;
    this.#slots.set(slot.at.slot, slot);
    if ((before?.insertion ?? 0) === slot.at.insertion) return;
    if (before && before.insertion !== 0) this.events.emit('removed', before);
    if (slot.at.insertion !== 0) this.events.emit('inserted', slot.at);
  }
}
