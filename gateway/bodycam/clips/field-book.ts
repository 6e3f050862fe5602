// Who is out on what with which device, as a fold over the ledger: field bookings, and issues of devices (A12, D1). It
// gives the classing of a clip what is known of its time; making bookings and issues is the services'.
import { isFieldMatter } from '../../../config/field-matters.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import type { FoldEntry } from '../../sessions/session-fold.ts';
import type { Known } from './classing.ts';
import type { ClipToClass, DeviceIssue, FieldBooking } from './classing-rules.ts';
import { timeIsCertain } from './classing-rules.ts';

/** Bookings, and issues, that are remembered; a clip may come months late. Beyond, those that ended first are forgotten. */
export const maxBookings = 5000;
export const maxIssues = 5000;
const forgetAtOnce = 0.05;

interface Issue extends DeviceIssue {
  /** The entry of its return; 0 while it is out. */
  readonly returnSeq: number;
}

export class FieldBook {
  readonly #limits: { readonly bookings: number; readonly issues: number };
  readonly #bookings = new Map<string, FieldBooking>();
  /** By their ids, in the order of the ledger. */
  readonly #issues = new Map<string, Issue>();
  /** By device: the issue that is out. */
  readonly #out = new Map<string, string>();
  /** By device: the entry after which nothing was left on it. One for each device of the register. */
  readonly #emptied = new Map<string, number>();
  #sinceMs = -Infinity;

  constructor(limits = { bookings: maxBookings, issues: maxIssues }) {
    this.#limits = limits;
  }

  get bookings(): readonly FieldBooking[] {
    return [...this.#bookings.values()];
  }
  /** Of one device, oldest first. */
  issuesOf(device: string): readonly DeviceIssue[] {
    return [...this.#issues.values()].filter((issue) => issue.device === device);
  }

  /** Takes the entries in order; those about anything else are passed by. Never throws. */
  apply({ seq, body }: FoldEntry): void {
    if (body.case === 'fieldBooked') {
      const { booking: id, matter, fromWallMs: fromMs, toWallMs: toMs, ...rest } = body.value;
      // A matter of a newer box is none that anybody here can say: it stays a booking, and nothing is classed by it.
      this.#bookings.set(id, { ...rest, id, matter: isFieldMatter(matter) ? matter : '', fromMs, toMs });
      this.#forgetBookings();
    } else if (body.case === 'fieldUnbooked') this.#bookings.delete(body.value.booking);
    else if (body.case === 'deviceIssued') {
      const { device, officer, matter, caseNumber, caseName, parties, at } = body.value;
      // Nobody brought it back and somebody else has it: it was back by then.
      this.#close(device, at.wallMs, seq);
      const id = `issue-${seq}`;
      const purpose = isFieldMatter(matter) ? matter : '';
      const about = { matter: purpose, caseNumber, caseName, parties } as const;
      this.#issues.set(id, { ...about, id, device, officer, fromMs: at.wallMs, toMs: null, returnSeq: 0 });
      this.#out.set(device, id);
      this.#forgetIssues();
    } else if (body.case === 'deviceReturned') this.#close(body.value.device, body.value.at.wallMs, seq);
    else if (body.case === 'deviceUndocked' && body.value.outcome === 'done' && body.value.clipsLeft === 0)
      this.#emptied.set(body.value.device, seq);
  }

  /** What classClip() has to know of a clip. */
  knownOf(clip: ClipToClass, policy: Policy): Known {
    const emptied = this.#emptied.get(clip.device) ?? 0;
    const certain = timeIsCertain(clip);
    // Without a time it is at least from after the device was last empty.
    const issues = [...this.#issues.values()].filter(
      ({ device, returnSeq }) =>
        device === clip.device && (certain || returnSeq === 0 || returnSeq > emptied),
    );
    return { bookings: this.bookings, issues, sinceMs: this.#sinceMs, policy };
  }

  #close(device: string, wallMs: number, seq: number): void {
    const id = this.#out.get(device);
    const issue = id === undefined ? undefined : this.#issues.get(id);
    this.#out.delete(device);
    // A clock that was set back in between does not end it before it began.
    if (issue) this.#issues.set(issue.id, { ...issue, toMs: Math.max(wallMs, issue.fromMs), returnSeq: seq });
  }

  #forgetBookings(): void {
    if (this.#bookings.size <= this.#limits.bookings) return;
    const count = Math.max(1, Math.ceil(this.#limits.bookings * forgetAtOnce));
    const byEnd = [...this.#bookings.values()].toSorted((one, other) => one.toMs - other.toMs);
    for (const { id, toMs } of byEnd.slice(0, count)) {
      this.#bookings.delete(id);
      this.#sinceMs = Math.max(this.#sinceMs, toMs);
    }
  }

  /** What is out is not forgotten: there are no more of those than devices. */
  #forgetIssues(): void {
    if (this.#issues.size <= this.#limits.issues) return;
    for (const { id, toMs } of this.#issues.values())
      if (toMs !== null) {
        this.#issues.delete(id);
        this.#sinceMs = Math.max(this.#sinceMs, toMs);
        return;
      }
  }
}
