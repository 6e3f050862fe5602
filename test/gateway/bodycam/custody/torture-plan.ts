// What goes wrong at a docking of the torture test, chosen by a seed: the kinds of disturbance, the classes of byte
// offsets, the sizes of clips. Doing it is offload-torture.ts's.
import type { CallName } from '../../../../protocols/dock/messages.ts';
import type { DockFaultName } from '../../../../hw-sim/dock/dock-faults.ts';
import type { Case } from './custody-bench.ts';

/** Small blocks, so that a small clip has many borders. */
export const block = 16 * 1024;
export const syncEvery = 2 * block;

/** Where in a clip, and so beside which border, something happens. */
export const offsetClasses = [
  'first byte',
  'second byte',
  'before a block',
  'block',
  'behind a block',
  'before a mark',
  'mark',
  'behind a mark',
  'inside',
  'last page',
  'last byte',
] as const;
export type OffsetClass = (typeof offsetClasses)[number];

export const storeSteps = [
  'part.write',
  'part.sync',
  'part.truncate',
  'sidecar.write',
  'sidecar.sync',
  'name',
  'name+',
  'remove',
  'folder.sync',
] as const;
export type StoreStep = (typeof storeSteps)[number];

const entries = ['deviceDocked', 'clipOffloaded', 'custodyReceipt', 'clipErased'] as const satisfies Case[];
const calls = [
  'deviceInfo',
  'clockRead',
  'clockSet',
  'battery',
  'listClips',
  'diskMode',
  'eraseClip',
  'slotLock',
] as const satisfies CallName[];
export const lineFaults: readonly DockFaultName[] = [
  'noise',
  'duplicateFrames',
  'splitFrames',
  'mergedFrames',
  'busy',
];

/** What is done to the world at a moment; `wiggle`: out and in again at once; `move`: into another slot. */
export type Blow = 'pull' | 'wiggle' | 'move' | 'kill' | 'reboot' | 'cut-line';

export type Plan =
  | { readonly kind: 'none' }
  /** When the byte is read: at the `turn`th copy of the docking. */
  | {
      readonly kind: 'at-byte';
      readonly blow: Blow;
      readonly at: OffsetClass;
      readonly look: 1 | 2;
      readonly turn: number;
    }
  | { readonly kind: 'at-step'; readonly blow: Blow; readonly step: StoreStep; readonly turn: number }
  | { readonly kind: 'at-entry'; readonly blow: Blow; readonly entry: Case; readonly taken: boolean }
  | { readonly kind: 'at-call'; readonly blow: Blow; readonly call: CallName; readonly done: boolean }
  | { readonly kind: 'after'; readonly blow: Blow; readonly ms: number }
  | {
      readonly kind: 'bad-read';
      readonly fault: 'error' | 'short' | 'flip';
      readonly at: OffsetClass;
      readonly look: 1 | 2;
      readonly turn: number;
    }
  | { readonly kind: 'bad-store'; readonly at: OffsetClass; readonly turn: number }
  /** The ledger does not take the next `times` of them. */
  | { readonly kind: 'refused'; readonly entry: Case; readonly times: number }
  | { readonly kind: 'full'; readonly times: number }
  | { readonly kind: 'lost-ack'; readonly call: CallName; readonly times: number }
  | { readonly kind: 'line'; readonly fault: DockFaultName }
  | { readonly kind: 'wrong-hash' | 'erase-fails' | 'clock-off' | 'double' };

export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(rnd: Random, from: readonly T[]): T {
  const found = from[Math.floor(rnd() * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** Of every class of clip sizes: whole blocks and marks, one byte beside them, and anything. */
export function clipSize(rnd: Random, least: number): number {
  const bases = [0, block, 2 * block, syncEvery, 3 * syncEvery, 5 * block];
  const size = rnd() < 0.5 ? pick(rnd, bases) + pick(rnd, [-1, 0, 1]) : Math.floor(rnd() * 6 * block);
  return Math.max(least, size);
}

/** The byte that a class means in a clip of `bytes`; which of several borders is up to chance. */
export function offsetIn(rnd: Random, at: OffsetClass, bytes: number): number {
  const border = (every: number): number => every * (1 + Math.floor(rnd() * Math.floor(bytes / every)));
  const offsets: Record<OffsetClass, () => number> = {
    'first byte': () => 0,
    'second byte': () => 1,
    'before a block': () => border(block) - 1,
    block: () => border(block),
    'behind a block': () => border(block) + 1,
    'before a mark': () => border(syncEvery) - 1,
    mark: () => border(syncEvery),
    'behind a mark': () => border(syncEvery) + 1,
    inside: () => Math.floor(rnd() * bytes),
    'last page': () => bytes - (bytes % 4096 || 4096),
    'last byte': () => bytes - 1,
  };
  return Math.min(Math.max(0, offsets[at]()), bytes - 1);
}

export function choosePlan(rnd: Random): Plan {
  const blow = pick<Blow>(rnd, [
    'pull',
    'pull',
    'wiggle',
    'move',
    'kill',
    'kill',
    'kill',
    'reboot',
    'cut-line',
  ]);
  const look = pick<1 | 2>(rnd, [1, 1, 2]);
  const at = pick(rnd, offsetClasses);
  const turn = Math.floor(rnd() * 2);
  const choice = rnd();
  if (choice < 0.08) return { kind: 'none' };
  if (choice < 0.36) return { kind: 'at-byte', blow: rnd() < 0.4 ? 'pull' : blow, at, look, turn };
  if (choice < 0.46) return { kind: 'at-step', blow, step: pick(rnd, storeSteps), turn };
  if (choice < 0.57) return { kind: 'at-entry', blow, entry: pick<Case>(rnd, entries), taken: rnd() < 0.5 };
  if (choice < 0.67) return { kind: 'at-call', blow, call: pick<CallName>(rnd, calls), done: rnd() < 0.5 };
  if (choice < 0.71) return { kind: 'after', blow, ms: Math.floor(rnd() * 600) };
  if (choice < 0.76) return { kind: 'refused', entry: pick<Case>(rnd, entries), times: pick(rnd, [1, 2, 5]) };
  if (choice < 0.79) return { kind: 'full', times: pick(rnd, [1, 3]) };
  if (choice < 0.82)
    return { kind: 'lost-ack', call: pick<CallName>(rnd, calls), times: pick(rnd, [1, 3, 9]) };
  if (choice < 0.85) return { kind: 'line', fault: pick(rnd, lineFaults) };
  if (choice < 0.88) return { kind: pick(rnd, ['erase-fails', 'clock-off', 'double'] as const) };
  if (choice < 0.91)
    return { kind: 'bad-read', fault: pick(rnd, ['error', 'short'] as const), at, look, turn };
  if (choice < 0.97) return { kind: 'bad-read', fault: 'flip', at, look, turn };
  if (choice < 0.99) return { kind: 'bad-store', at, turn };
  return { kind: 'wrong-hash' };
}

export function planWords(plan: Plan): string {
  return Object.values(plan).join(' ');
}
