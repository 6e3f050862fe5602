// What is asked about clips: the list, classing by hand, and field bookings. It enters what people say and changes no
// file; who else hears of the entries (the list, the links) hears them from the ledger.
import { randomBytes } from 'node:crypto';
import { LiuhenError } from '../../../config/errors.ts';
import { wallMs } from '../../../config/clock.ts';
import { localDay } from '../../../config/local-day.ts';
import type { Policy } from '../../../config/policy/policy-book.ts';
import { citations } from '../../../config/policy/policy-text.ts';
import type { RoomContext } from '../../gateway-feature.ts';
import { FieldReader, maxLongText } from '../../sessions/session-request.ts';
import { Turns } from '../../sessions/turns.ts';
import type { CataloguedClip, ClipClassing } from './catalogued-clip.ts';
import { classByHand, type ClassedByHand } from './classing-by-hand.ts';
import { classDocked, classedEntry } from './classing-entry.ts';
import { bookingsOf, overlaps, type ClipToClass, type FieldBooking } from './classing-rules.ts';
import type { ClipCatalogue } from './clip-catalogue.ts';
import type { ClipClass } from '../custody/clip-entry.ts';
import { checkClassRequest, checkClipsRequest, checked, checkFieldBooking } from './clip-request-check.ts';
import {
  maxBookingsShown,
  maxFittingShown,
  type ClipClassAnswer,
  type ClipsAnswer,
  type ClipView,
  type FieldBookAnswer,
  type FieldBookingsAnswer,
  type FieldBookingView,
} from './clip-requests.ts';
import type { LabelledClip } from './clip-search.ts';
import type { FieldBook } from './field-book.ts';
import type { DockedClip } from '../custody/slot-parts.ts';

export type DeskContext = Pick<RoomContext, 'settings' | 'ledger' | 'now'>;

export class ClipDesk {
  readonly #context: DeskContext;
  readonly #book: FieldBook;
  readonly #catalogue: ClipCatalogue;
  readonly #turns = new Turns();

  /** Both hold the ledger's past and hear what comes. */
  constructor(context: DeskContext, book: FieldBook, catalogue: ClipCatalogue) {
    this.#context = context;
    this.#book = book;
    this.#catalogue = catalogue;
  }

  /** The class of a docked clip by what is booked and issued now, under the pack in force on the day of the clip. */
  classify(docked: DockedClip): ClipClass {
    const { times, place } = docked;
    return classDocked(
      docked,
      this.#book,
      this.#policy(place.room, times.certain ? times.beginWallMs : Number.NaN),
    );
  }

  /** Rejects with SESSION_FIELD_INVALID, CLIP_REQUEST, BOOKING_TIME, or CLIP_UNKNOWN for a file that there is not. */
  async clips(request: unknown): Promise<ClipsAnswer> {
    const { file, query } = checkClipsRequest(request, this.#context.settings());
    const { forgotten, unclassed } = this.#catalogue;
    if (file !== '') {
      const clip = this.#known(file);
      return { clips: [{ ...viewOf(clip), earlier: clip.earlier }], next: null, forgotten, unclassed };
    }
    const { clips, next } = this.#catalogue.search(query);
    return { clips: clips.map(viewOf), next, forgotten, unclassed };
  }

  /**
   * Enters what a person says of a clip. What was said before stays in the ledger (C2). Rejects with CLIP_UNKNOWN,
   * CLASSING_INVALID, SESSION_FIELD_INVALID or CLIP_REQUEST.
   */
  classByHand(request: unknown): Promise<ClipClassAnswer> {
    return this.#turns.inTurn(async () => {
      const asked = checkClassRequest(request);
      const clip = this.#known(asked.file);
      const said: ClassedByHand = {
        who: asked.by,
        matter: asked.matter,
        caseNumber: asked.caseNumber,
        caseName: asked.caseName,
        parties: asked.party === '' ? [] : [asked.party],
        officer: asked.officer === undefined ? officerOf(clip.classing) : asked.officer,
        note: asked.note,
      };
      const policy = this.#policy(clip.room, clip.timeCertain ? clip.beginMs : Number.NaN);
      const classing = classByHand(said, policy);
      const told = { duty: classing.duty, article: citations(classing.articles) };
      const body = classedEntry(clip, said, classing);
      // The button that was pressed twice: the second says nothing new.
      if (saysTheSame(clip.classing, body.value)) return { clip: viewOf(clip), seq: null, ...told };
      const { seq } = await this.#context.ledger.append(body);
      return { clip: viewOf(this.#known(asked.file)), seq, ...told };
    });
  }

  /** Rejects with SESSION_FIELD_INVALID, CLIP_REQUEST or BOOKING_TIME; overlapping ones are allowed, and told apart later. */
  book(request: unknown): Promise<FieldBookAnswer> {
    return this.#turns.inTurn(async () => {
      const { settings, ledger, now } = this.#context;
      const asked = checkFieldBooking(request, settings(), now().wall);
      const booking = `f-${randomBytes(5).toString('hex')}`;
      await ledger.append({ case: 'fieldBooked', value: { booking, ...asked } });
      const view = { ...asked, booking };
      const { matter, fromWallMs } = asked;
      const articles = matter === '' ? [] : (this.#policy('', fromWallMs).field(matter)?.articles ?? []);
      return { ...shownBooking(asFieldBooking(view)), ...this.#fitting(view), article: citations(articles) };
    });
  }

  /** Rejects with FIELD_BOOKING_UNKNOWN. What was classed by it stays as it was classed. */
  unbook(request: unknown): Promise<FieldBookingView> {
    return this.#turns.inTurn(async () => {
      const fields = new FieldReader(request);
      const [id, by, why] = [fields.text('booking'), fields.text('by'), fields.text('why', maxLongText)];
      checked(fields);
      const booking = this.#book.bookings.find((each) => each.id === id);
      if (!booking) throw new LiuhenError('FIELD_BOOKING_UNKNOWN', { booking: id });
      if (by === '')
        throw new LiuhenError('CLIP_REQUEST', { field: 'by', why: 'it is missing', allowed: 'who cancels' });
      await this.#context.ledger.append({ case: 'fieldUnbooked', value: { booking: id, by, why } });
      return shownBooking(booking);
    });
  }

  async bookings(request: unknown): Promise<FieldBookingsAnswer> {
    const fields = new FieldReader(request);
    const [device, officer] = [fields.text('device'), fields.text('officer')];
    checked(fields);
    const all = this.#book.bookings
      .filter(
        (each) =>
          (device === '' || each.device === device) &&
          (officer === '' ||
            each.officers.some(({ name, certificate }) => name === officer || certificate === officer)),
      )
      .toSorted((one, other) => one.fromMs - other.fromMs);
    return { bookings: all.slice(-maxBookingsShown).map(shownBooking), count: all.length };
  }

  #known(file: string): LabelledClip {
    const clip = this.#catalogue.get(file);
    if (!clip) throw new LiuhenError('CLIP_UNKNOWN', { file });
    return clip;
  }

  /** Of a room, or of the site where that has no pack of its own; on today for a time that nobody knows. */
  #policy(roomId: string, atMs: number): Policy {
    const { rooms, policy, policies, timezone } = this.#context.settings();
    const room = rooms.find(({ id }) => id === roomId);
    const known = Number.isFinite(new Date(atMs).getTime());
    const at = known ? wallMs(atMs) : this.#context.now().wall;
    return policies.inForce(room?.pack ?? policy.pack, localDay(at, timezone));
  }

  #fitting(
    view: FieldBookingView & { readonly by: string },
  ): Pick<FieldBookAnswer, 'fitting' | 'fittingCount'> {
    const booking = asFieldBooking(view);
    const fitting: string[] = [];
    let fittingCount = 0;
    for (const clip of this.#catalogue.withoutClass()) {
      if (!clip.timeCertain || !fits(clip, booking)) continue;
      fittingCount += 1;
      if (fitting.length < maxFittingShown) fitting.push(clip.file);
    }
    return { fittingCount, fitting };
  }
}

function fits(clip: CataloguedClip, booking: FieldBooking): boolean {
  const { device, beginMs, endMs, classing } = clip;
  const asked: ClipToClass = {
    device,
    officer: officerOf(classing),
    beginMs,
    endMs,
    timeUncertain: false,
    caseMark: '',
    sound: null,
    picture: null,
  };
  return overlaps(asked, booking) && bookingsOf(asked, asked.officer, [booking]).length > 0;
}

function officerOf({ officer, certificate }: ClipClassing): ClassedByHand['officer'] {
  return officer === '' ? null : { name: officer, certificate };
}

type Entered = ReturnType<typeof classedEntry>['value'];

function saysTheSame({ by, who, why, officer, ...before }: ClipClassing, next: Entered): boolean {
  const same = (['matter', 'caseNumber', 'caseName', 'party'] as const).every(
    (field) => before[field] === next[field],
  );
  const sameOfficer = officer === next.officer.name && before.certificate === next.officer.certificate;
  return by === 'hand' && who === next.by && why === next.why && same && sameOfficer;
}

function viewOf({ earlier, ...clip }: LabelledClip): ClipView {
  return { ...clip, earlierCount: earlier.length };
}

function asFieldBooking(view: FieldBookingView): FieldBooking {
  const { booking: id, fromWallMs: fromMs, toWallMs: toMs, matter, ...rest } = view;
  return { ...rest, id, matter: matter as FieldBooking['matter'], fromMs, toMs };
}

function shownBooking(booking: FieldBooking): FieldBookingView {
  const { id, device, officers, matter, caseNumber, caseName, parties, fromMs, toMs } = booking;
  const about = { matter, caseNumber, caseName, parties };
  return { booking: id, device, officers, ...about, fromWallMs: fromMs, toWallMs: toMs };
}
