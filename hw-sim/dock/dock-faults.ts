// What can go wrong with a dock, its line and its body-cams, as behaviours to lay on a simulated dock:
// `const off = dock.use(dockFault('noise'))`. One table says what each means.
import { dockFaults as dockHealthFaults } from '../../protocols/dock/limits.ts';
import type { CallName } from '../../protocols/dock/messages.ts';
import type { DockBehaviour } from './dock-behaviour.ts';

export const dockFaultMeanings = {
  noise: 'Bytes that mean nothing stand before every frame, and every third frame has a flipped bit.',
  lostRequest: 'The next `times` commands never arrive.',
  lostAck: 'The next `times` commands are done, but their first answer is lost.',
  duplicateFrames: 'Every frame comes twice, both ways.',
  splitFrames: 'Frames come one byte at a time.',
  mergedFrames: 'Every frame comes in one write with the two before it, once more.',
  silent: 'It takes what comes and never says anything.',
  babble: 'Nothing but noise comes back, as at a wrong baud rate.',
  reboot: 'The power fails in the middle of the next command (`call`: of that one).',
  wrongVersion: 'It speaks versions 2 to 3 of the protocol only.',
  oldFirmware: 'It shows build 1.',
  busy: 'The next `times` commands are refused as too early.',
  wrongAnswer: 'It answers every command with its health.',
  lowBattery: 'Every body-cam has 5 % of battery.',
  clockOff: 'The clocks of the body-cams are ahead (or behind) by `byMs`.',
  duplicateSerial: 'Every body-cam shows the same serial number.',
  unwell: 'It says of itself that its supply is too low and its clock not in order.',
  updateInterrupted: 'The power fails with the first chunk that passes byte `atByte`, once.',
} as const;
export type DockFaultName = keyof typeof dockFaultMeanings;

export interface DockFaultOptions {
  /** lostRequest, lostAck, busy: default 1. */
  readonly times?: number;
  /** clockOff, in milliseconds: default ten years. */
  readonly byMs?: number;
  /** updateInterrupted: default 0. */
  readonly atByte?: number;
  /** reboot, updateInterrupted: the command was not done yet. Default: done, and only the answer is missing. */
  readonly undone?: boolean;
  /** reboot, lostAck: only in this call. */
  readonly call?: CallName;
}

const tenYearsMs = 10 * 365.25 * 86_400_000;
/** Line noise that is the same in each run; zeroes are among it. */
const noiseBytes = Buffer.from(
  Array.from({ length: 97 }, (_, index) => (index * 89 + (index >> 3) * 57) & 0xff),
);

export function dockFault(name: DockFaultName, options: DockFaultOptions = {}): DockBehaviour {
  const { byMs = tenYearsMs, atByte = 0, undone = false, call } = options;
  let times = options.times ?? 1;
  const layer = (hooks: Omit<DockBehaviour, 'name'>): DockBehaviour => ({ name, ...hooks });
  const once = (): boolean => times-- > 0;
  switch (name) {
    case 'noise': {
      let sent = 0;
      return layer({
        out: (bytes) => {
          sent += 1;
          return [noiseBytes, Buffer.of(0), sent % 3 === 0 ? flipped(bytes) : bytes];
        },
      });
    }
    case 'lostRequest':
      // The wake-up zero is no command.
      return layer({ heard: (bytes) => (bytes.length > 1 && once() ? Buffer.alloc(0) : bytes) });
    case 'lostAck': {
      // The hooks see bytes, not calls: what was done last is what is answered next.
      let armed = call === undefined;
      return layer({
        answer: (request, next) => {
          armed = call === undefined || request.case === call;
          return next();
        },
        out: (bytes) => (bytes.length > 1 && armed && once() ? [] : [bytes]),
      });
    }
    case 'duplicateFrames':
      return layer({
        out: (bytes) => [bytes, bytes],
        heard: (bytes) => Buffer.concat([bytes, bytes]),
      });
    case 'splitFrames':
      return layer({ out: (bytes) => Array.from(bytes, (byte) => Buffer.of(byte)) });
    case 'mergedFrames':
      return merged();
    case 'silent':
      return layer({ out: () => [] });
    case 'babble':
      return layer({ out: () => [noiseBytes] });
    case 'reboot':
      return powerFails((request) => request.case === (call ?? request.case));
    case 'wrongVersion':
      return layer({ facts: (below) => ({ ...below, minVersion: 2, maxVersion: 3 }) });
    case 'oldFirmware':
      return layer({ facts: (below) => ({ ...below, shownBuild: 1 }) });
    case 'busy':
      return layer({ answer: (_, next) => (once() ? { refused: 'busy', retryAfterMs: 1 } : next()) });
    case 'wrongAnswer':
      return layer({
        answer: () => ({
          case: 'dockHealth',
          value: { uptimeS: 1, temperatureC: 0, supplyMv: 0, framesReceived: 0, framesBad: 0, faults: 0 },
        }),
      });
    case 'lowBattery':
      return layer({ device: (below) => ({ ...below, batteryPct: 5 }) });
    case 'clockOff':
      return layer({ device: (below) => ({ ...below, clockSkewMs: below.clockSkewMs + byMs }) });
    case 'duplicateSerial':
      return layer({ device: (below) => ({ ...below, serial: 'BC-TWICE' }) });
    case 'unwell':
      return layer({
        answer: (_, next) => {
          const below = next();
          if (!below || 'refused' in below || below.case !== 'dockHealth') return below;
          const faults = dockHealthFaults.supply | dockHealthFaults.clock;
          return { case: below.case, value: { ...below.value, supplyMv: 9_800, faults } };
        },
      });
    case 'updateInterrupted':
      return powerFails(
        (request) =>
          request.case === 'firmwareChunk' &&
          request.value.offsetBytes + BigInt(request.value.data.length) > BigInt(atByte),
      );
  }

  /** What was done is done; the answer never comes. */
  function powerFails(
    when: (request: Parameters<NonNullable<DockBehaviour['answer']>>[0]) => boolean,
  ): DockBehaviour {
    let reboot: () => void = () => undefined;
    let failed = false;
    return layer({
      on: (dock) => {
        reboot = () => dock.reboot();
      },
      answer: (request, next) => {
        if (failed || !when(request)) return next();
        failed = true;
        const answer = undone ? null : next();
        reboot();
        return answer;
      },
    });
  }
}

function merged(): DockBehaviour {
  let before: readonly Buffer[] = [];
  return {
    name: 'mergedFrames',
    out: (bytes) => {
      const together = Buffer.concat([...before, bytes]);
      before = [...before.slice(-1), bytes];
      return [together];
    },
  };
}

function flipped(bytes: Buffer): Buffer {
  const bent = Buffer.from(bytes);
  bent[0] = (bent[0] ?? 0) ^ 0x40;
  return bent;
}
