// What can go wrong with one body-cam and its card, as behaviours to lay on it: `const off = cam.use(bodyCamFault(
// 'wrongHash'))`. One table says what each means. What goes wrong with a dock and its line is in dock-faults.ts.
import type { BodyCamBehaviour } from './body-cam-behaviour.ts';

export const bodyCamFaultMeanings = {
  pulledOut:
    'It is pulled out once: `afterMs` after its disk is up, or when byte `atByte` of a clip is asked for in frames. A file that is open on the disk ends at `atByte`.',
  wrongHash: 'Its list tells another SHA-256 of every clip (`clip`: of that one).',
  slowCard:
    'Every chunk read in frames is refused as too early `times` times; the disk comes `afterMs` later.',
  readError:
    'A chunk that reaches byte `atByte` cannot be read (`clip`: of that one); on the disk the file ends there.',
  eraseFails: 'No clip can be erased (`clip`: that one).',
  silent: 'It sits in its slot and does not answer the dock.',
  noDisk: 'Disk mode is answered, and no disk ever shows up.',
  notMounted: 'Its disk shows up, and nobody mounts it.',
  lowBattery: 'It has 5 % of battery.',
  fullCard: 'Its card has no byte left.',
  clockOff: 'Its clock jumps ahead (or back) by `byMs`, once, until somebody sets it.',
  duplicateSerial: 'It shows the serial number `serial`.',
} as const;
export type BodyCamFaultName = keyof typeof bodyCamFaultMeanings;

export interface BodyCamFaultOptions {
  /** pulledOut, readError: default 0. */
  readonly atByte?: number;
  /** pulledOut: default 0; slowCard: default 1000. Milliseconds. */
  readonly afterMs?: number;
  /** slowCard: default 2. */
  readonly times?: number;
  /** clockOff, in milliseconds: default ten years. */
  readonly byMs?: number;
  /** wrongHash, readError, eraseFails: only this one. */
  readonly clip?: string;
  /** duplicateSerial: default BC-TWICE. */
  readonly serial?: string;
}

export const tenYearsMs = 10 * 365.25 * 86_400_000;
/** What a slow card asks for before each chunk. */
const slowRetryMs = 20;

export function bodyCamFault(name: BodyCamFaultName, options: BodyCamFaultOptions = {}): BodyCamBehaviour {
  const { atByte = 0, byMs = tenYearsMs, serial = 'BC-TWICE' } = options;
  const layer = (hooks: Omit<BodyCamBehaviour, 'name'>): BodyCamBehaviour => ({ name, ...hooks });
  const meant = (id: string): boolean => options.clip === undefined || options.clip === id;
  switch (name) {
    case 'pulledOut':
      return pulledOut();
    case 'wrongHash':
      return layer({
        clip: (below) =>
          meant(below.id)
            ? { ...below, sha256: Uint8Array.from(below.sha256, (byte) => byte ^ 0xff) }
            : below,
      });
    case 'slowCard': {
      let refused = 0;
      return layer({
        disk: (below) => ({ ...below, afterMs: below.afterMs + (options.afterMs ?? 1000) }),
        answer: (call, next) => {
          if (call.case !== 'readClip' || refused === (options.times ?? 2)) {
            if (call.case === 'readClip') refused = 0;
            return next();
          }
          refused += 1;
          return { refused: 'busy', retryAfterMs: slowRetryMs };
        },
      });
    }
    case 'readError':
      return layer({
        answer: (call, next) => {
          const below = next();
          if (call.case !== 'readClip' || !meant(call.value.id)) return below;
          const { offsetBytes, maxBytes } = call.value;
          return offsetBytes + BigInt(maxBytes) > BigInt(atByte) ? { refused: 'read-failed' } : below;
        },
        fileBytes: (id, below) => (meant(id) ? Math.min(below, atByte) : below),
      });
    case 'eraseFails':
      return layer({
        answer: (call, next) =>
          call.case === 'eraseClip' && meant(call.value.id) ? { refused: 'erase-failed' } : next(),
      });
    case 'silent':
      return layer({ answer: () => ({ refused: 'device-silent' }) });
    case 'noDisk':
      return layer({ disk: (below) => ({ ...below, shown: false }) });
    case 'notMounted':
      return layer({ disk: (below) => ({ ...below, mounted: false }) });
    case 'lowBattery':
      return layer({ facts: (below) => ({ ...below, batteryPct: 5 }) });
    case 'fullCard':
      return layer({ facts: (below, usedBytes) => ({ ...below, totalBytes: usedBytes }) });
    case 'clockOff':
      return layer({ on: (device) => device.shiftClock(byMs) });
    case 'duplicateSerial':
      return layer({ facts: (below) => ({ ...below, serial }) });
  }

  function pulledOut(): BodyCamBehaviour {
    let done = false;
    let pull: () => void = () => undefined;
    return layer({
      cutAtByte: atByte,
      on: (device) => {
        pull = () => {
          done = true;
          device.pullOut();
        };
      },
      answer: (call, next) => {
        const reached =
          call.case === 'readClip' && call.value.offsetBytes + BigInt(call.value.maxBytes) > BigInt(atByte);
        if (done || !reached) return next();
        pull();
        return { refused: 'slot-empty' };
      },
      diskUp: (device) => {
        const { docking } = device;
        setTimeout(() => {
          // It may have been pulled out by somebody else, and put in again.
          if (!done && device.docking === docking) pull();
        }, options.afterMs ?? 0);
      },
    });
  }
}
