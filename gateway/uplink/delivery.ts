// How far the feed has got, and what is wrong with it: the uplink's arithmetic without sockets, disk or clock. Every
// moment is handed in, CLOCK_MONOTONIC ms. Sending and reading the ledger are uplink.ts's.
import type { ErrorCode } from '../../config/errors.ts';

/** Entries that may be on the way without a receipt. */
export const maxUnreceipted = 1024n;
/** Without progress each resend waits twice as long as the one before, at most this long, in milliseconds. */
export const maxResendMs = 600_000;
/** The same alarm is not told again within this time, in milliseconds. */
export const alarmAgainMs = 600_000;
/** Resends that headquarters answered without taking anything, before it is said to refuse. */
export const answeredResends = 2;

/**
 * `waiting`: what was sent has no receipt. `refused`: headquarters answers, but takes nothing more. `forked`: it
 * holds another entry under a number of ours. `ahead`: it holds more than this box. `cursor-lost`: the cursor on
 * disk was none of this ledger's. The last four are alarms and last until headquarters takes something.
 */
export type UplinkState =
  | 'offline'
  | 'delivering'
  | 'waiting'
  | 'refused'
  | 'forked'
  | 'ahead'
  | 'cursor-lost';

export type UplinkFault = Exclude<UplinkState, 'offline' | 'delivering' | 'waiting'>;

export const uplinkErrors: Readonly<Record<UplinkFault, ErrorCode>> = {
  refused: 'UPLINK_REFUSED',
  forked: 'UPLINK_FORKED',
  ahead: 'UPLINK_AHEAD',
  'cursor-lost': 'UPLINK_CURSOR',
};

export class Delivery {
  readonly #firstResendMs: number;
  readonly #told = new Map<UplinkFault, number>();
  #received: bigint;
  #sent: bigint;
  /** Everything below is sent again for those who asked, although headquarters may have it. */
  #replayUpto = 0n;
  #progressMs: number;
  #resendMs: number;
  #fruitless = 0;
  #answered = false;
  #fault: UplinkFault | null = null;

  constructor(received: bigint, firstResendMs: number, nowMs: number) {
    this.#received = received;
    this.#sent = received;
    this.#firstResendMs = firstResendMs;
    this.#resendMs = firstResendMs;
    this.#progressMs = nowMs;
  }

  /** Headquarters has everything up to here, by its own receipt. */
  get received(): bigint {
    return this.#received;
  }

  get sent(): bigint {
    return this.#sent;
  }

  get state(): Exclude<UplinkState, 'offline'> {
    return this.#fault ?? (this.#fruitless > 0 ? 'waiting' : 'delivering');
  }

  /** Whether more may be sent now. With an alarm: one batch, then none until it is answered or the wait is over. */
  maySend(head: bigint): boolean {
    if (this.#sent >= head) return false;
    return this.#fault === null ? this.#sent - this.#received < maxUnreceipted : this.#sent <= this.#received;
  }

  /** A batch of `entries` after `from` was acknowledged by the broker. */
  batchSent(from: bigint, entries: number): void {
    // A new connection or a replay may have set the cursor back meanwhile.
    if (this.#sent === from) this.#sent = from + BigInt(entries);
  }

  /** What comes next is the first without a receipt: the wait for one begins. */
  beginWait(nowMs: number): void {
    if (this.#sent === this.#received) this.#progressMs = nowMs;
  }

  connected(nowMs: number): void {
    this.#sent = this.#received;
    this.#replayUpto = 0n;
    this.#progressMs = nowMs;
  }

  /** A receipt whose entry is the one of this ledger. True when it moves the cursor. */
  good(seq: bigint, nowMs: number): boolean {
    if (seq <= this.#received) {
      this.#answered = true;
      return false;
    }
    this.#received = seq;
    // What headquarters has need not be sent, unless somebody else asked for it.
    if (this.#sent < seq && this.#sent >= this.#replayUpto) this.#sent = seq;
    this.#fault = null;
    this.#fruitless = 0;
    this.#answered = false;
    this.#resendMs = this.#firstResendMs;
    this.#progressMs = nowMs;
    return true;
  }

  /** Raises an alarm; true when it is to be told. */
  raise(fault: UplinkFault, nowMs: number): boolean {
    this.#answered = true;
    this.#fault = fault;
    const toldMs = this.#told.get(fault);
    if (toldMs !== undefined && nowMs - toldMs < alarmAgainMs) return false;
    this.#told.set(fault, nowMs);
    return true;
  }

  /** Looks whether the wait for a receipt is over; then everything after the last one is sent again, ever later. */
  resend(nowMs: number): 'no' | 'resend' | 'refused' {
    if (this.#sent <= this.#received || nowMs - this.#progressMs <= this.#resendMs) return 'no';
    this.#sent = this.#received;
    this.#progressMs = nowMs;
    this.#resendMs = Math.min(this.#resendMs * 2, maxResendMs);
    this.#fruitless += 1;
    const refused = this.#answered && this.#fruitless >= answeredResends && this.#fault === null;
    return refused ? 'refused' : 'resend';
  }

  /** Headquarters or a late consumer asks for everything after `before`. It sets its own pace. */
  replay(before: bigint, nowMs: number): void {
    if (this.#sent > this.#replayUpto) this.#replayUpto = this.#sent;
    // What has a receipt has one: who asks may be a late consumer, and no receipt would ever come from it. A
    // headquarters that lost its store asks again for as long as it is behind.
    if (before < this.#sent) this.#sent = before;
    this.#progressMs = nowMs;
  }
}
