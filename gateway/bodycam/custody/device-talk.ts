// What is asked of a device in its slot before its card is touched: its clock, which is set after it was measured, its
// battery and its storage. The commands are device-drivers/dock's.
import { sleep, type Moment } from '../../../config/clock.ts';
import { isLiuhenError } from '../../../config/errors.ts';
import type { Dock } from '../../../device-drivers/dock/dock.ts';
import type { SlotRef } from '../../../protocols/dock/messages.ts';
import { earliestWallMs, heldMs } from './clip-times.ts';

/** The clock is asked so often; the quickest answer is the most exact. */
export const clockSamples = 3;
/** A clock that is nearer than this to the box's was set. */
export const clockSetWithinMs = 2000;

export interface ClockReading {
  /** Device minus box. */
  readonly offsetMs: number;
  /** The true offset is nearer to it than this: half of the time that the answer took, rounded up. */
  readonly withinMs: number;
}

export interface DeviceFacts {
  readonly clock: ClockReading;
  readonly clockSet: boolean;
  readonly batteryPct: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly clips: number;
}

type Asks = Pick<Dock, 'ask'>;

/** A device that comes back from being a disk may need some tries before it answers its dock again. */
export const passingTries = 10;
export const passingAgainMs = 1000;

/** Asks again while the device is on its way; rejects as `ask` does, and with the last refusal. */
export async function askPassing<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const refusal = isLiuhenError(error, 'DOCK_REFUSED') ? error.details['refusal'] : '';
      const passing = refusal === 'device-silent' || refusal === 'busy' || refusal === 'disk-mode-on';
      if (!passing || tries >= passingTries || signal.aborted) throw error;
      await sleep(passingAgainMs, signal);
    }
  }
}

/** A device that is a disk still, as after a crash of ours, tells nothing else. Rejects as Dock.ask. */
export async function endDiskMode(dock: Asks, at: SlotRef, signal: AbortSignal): Promise<void> {
  try {
    await askPassing(() => dock.ask('diskMode', { at, on: false }), signal);
  } catch (error) {
    if (!isLiuhenError(error, 'DOCK_REFUSED') || error.details['refusal'] !== 'not-supported') throw error;
  }
}

/** Rejects as Dock.ask. A device that will not have its clock set is told, and no fault; a box that has lost its own time sets none. */
export async function prepareDevice(
  dock: Asks,
  at: SlotRef,
  now: () => Moment,
  refused: (error: unknown) => void,
): Promise<DeviceFacts> {
  const clock = await measureClock(dock, at, now);
  let clockSet = false;
  try {
    if (now().wall < earliestWallMs) throw new Error('the box has no time');
    await dock.ask('clockSet', { at, wallMs: BigInt(Math.round(now().wall)) });
    const after = await measureClock(dock, at, now);
    clockSet = Math.abs(after.offsetMs) <= clockSetWithinMs + after.withinMs;
  } catch (error) {
    refused(error);
  }
  return { clock, clockSet, ...(await readStores(dock, at)) };
}

/** Battery and storage alone. Rejects as Dock.ask. */
export async function readStores(
  dock: Asks,
  at: SlotRef,
): Promise<Pick<DeviceFacts, 'batteryPct' | 'totalBytes' | 'freeBytes' | 'clips'>> {
  const battery = await dock.ask('battery', { at });
  const storage = await dock.ask('storage', { at });
  return {
    batteryPct: battery.percent,
    // A number that is no size of a card has to fit into an entry all the same.
    totalBytes: Math.min(Number(storage.totalBytes), Number.MAX_SAFE_INTEGER),
    freeBytes: Math.min(Number(storage.freeBytes), Number.MAX_SAFE_INTEGER),
    clips: storage.clips,
  };
}

async function measureClock(dock: Asks, at: SlotRef, now: () => Moment): Promise<ClockReading> {
  let best: ClockReading | null = null;
  for (let sample = 0; sample < clockSamples; sample += 1) {
    const before = now();
    const { wallMs } = await dock.ask('clockRead', { at });
    const tookMs = now().mono - before.mono;
    const withinMs = Math.ceil(tookMs / 2) + 1;
    // The wall clock is read once: what passed since is the monotonic clock's.
    const offsetMs = Math.round(heldMs(Number(wallMs)) - (before.wall + tookMs / 2));
    if (best === null || withinMs < best.withinMs) best = { offsetMs, withinMs };
  }
  return best as ClockReading;
}
