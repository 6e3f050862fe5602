// Interruptions of the rooms (C3-C5): detected from the rooms' derived state and the gap records, or declared by an
// officer; resumed with the cause. The recorder is never asked to stop (C1). When is interruption-machine.ts's.
import { LiuhenError } from '../../config/errors.ts';
import { localDay } from '../../config/local-day.ts';
import type { RoomContext } from '../gateway-feature.ts';
import { askedRoom, notOpen } from '../sessions/asked-room.ts';
import type { InterruptAnswer, ResumeAnswer, RoomView } from '../sessions/control-protocol.ts';
import type { LedgerBody, MomentValue } from '../sessions/ledger-port.ts';
import { openingMs } from '../sessions/room-state.ts';
import { FieldReader, maxLongText } from '../sessions/session-request.ts';
import { Turns } from '../sessions/turns.ts';
import { InterruptionBook, isPending, type KnownSession } from './interruption-book.ts';
import { lookAt } from './interruption-machine.ts';
import {
  causeDebt,
  debtText,
  interruptionRules,
  type InterruptionDebt,
  type InterruptionRules,
} from './interruption-rules.ts';

/** A gap record and the age of the newest picture on the disk tell of one picture when they differ by less, in ms. */
const samePictureMs = 1000;

type Ended = Extract<LedgerBody, { case: 'interruptionEnded' }>['value'];
type Told = Pick<Ended, 'cause' | 'outcome'> & Partial<Pick<Ended, 'text' | 'by' | 'spoken'>>;
type Owed = InterruptAnswer['debts'];

export class InterruptionService {
  readonly #box: RoomContext;
  readonly #book: InterruptionBook;
  readonly #turns = new Turns();

  constructor(box: RoomContext, book: InterruptionBook) {
    this.#box = box;
    this.#book = book;
  }

  /** Looks at every session once; rejects when the ledger refuses, and the next look does what is left. */
  tick(): Promise<void> {
    return this.#turns.inTurn(async () => {
      if (this.#book.sessions.size === 0) return;
      const { rooms } = this.#box.view();
      for (const known of this.#book.sessions.values()) {
        if (known.closing) await this.#atTheEnd(known, known.closing);
        else
          await this.#look(
            known,
            rooms.find((each) => each.session === known.session),
          );
      }
    });
  }

  /**
   * An officer's word that the matter is interrupted, or cannot go on. Rejects with a SESSION_… error: without a cause
   * that may be named, and when it is interrupted already and could go on.
   */
  interrupt(request: unknown): Promise<InterruptAnswer> {
    return this.#turns.inTurn(() => this.#interrupt(request));
  }

  /** It goes on. Rejects with a SESSION_… error: without the cause, and while there are no pictures. */
  resume(request: unknown): Promise<ResumeAnswer> {
    return this.#turns.inTurn(() => this.#resume(request));
  }

  rulesOf(room: string): InterruptionRules {
    const { policies, policy, rooms, timezone } = this.#box.settings();
    const pack = rooms.find(({ id }) => id === room)?.pack ?? policy.pack;
    return interruptionRules(policies.inForce(pack, localDay(this.#box.now().wall, timezone)));
  }

  rest(): Promise<void> {
    return this.#turns.rest();
  }

  // ---- looking ------------------------------------------------------------------------------------------

  async #look(known: KnownSession, room: RoomView | undefined): Promise<void> {
    const { interruptedAfterMs } = this.#box.settings().policy;
    await this.#unwatched(known, interruptedAfterMs);
    if (!room || room.state === 'opening' || room.state === 'closing') return;
    const now = this.#moment();
    const ages = room.tracks.flatMap(({ kind, required, behindMs }) =>
      kind === 'video' && required && behindMs !== null ? [behindMs] : [],
    );
    const lost = room.state === 'interrupted';
    const agoMs = Math.min(...ages);
    // Where nothing is known of a picture it is taken for as new as it can be: never may more be excused than was missing.
    if (!Number.isFinite(agoMs)) known.seen = lost ? (known.seen ?? now) : now;
    else if (!known.seen || now.monoMs - agoMs > known.seen.monoMs)
      known.seen = { wallMs: now.wallMs - agoMs, monoMs: now.monoMs - agoMs };
    const { matter, began } = lookAt(
      known.matter,
      { lost, lastPicture: known.seen, now },
      interruptedAfterMs,
    );
    if (!began) known.matter = matter;
    else if (matter.phase === 'interrupted') await this.#begin(known, exactly(known, matter.since));
  }

  /** What nobody watched: both processes were down, or the box, and the gap records came with the recovery. */
  async #unwatched(known: KnownSession, limitMs: number): Promise<void> {
    const { matter, opened } = known;
    if (matter.phase === 'interrupted' || matter.phase === 'over') return;
    const judged = matter.phase === 'back' ? pictureAgain(known, matter).wallMs : known.judgedUntilMs;
    for (const { from, to } of known.pictures.longerThan(limitMs)) {
      if (from.wallMs < judged || to === null) continue;
      // What has not begun yet is not interrupted: a camera may take its time to come up.
      if (from.wallMs === opened.wallMs && to.wallMs - from.wallMs <= openingMs) continue;
      await this.#begin(known, from);
      return;
    }
  }

  async #begin(known: KnownSession, from: MomentValue): Promise<void> {
    const { session, room, matter } = known;
    if (matter.phase === 'back') await this.#unstated(known, pictureAgain(known, matter));
    const { article } = this.rulesOf(room);
    const value = { session, cause: '', by: '', how: 'detected', from, article };
    await this.#box.ledger.append({ case: 'interruptionBegan', value });
    this.#box.log.warn('the matter is interrupted: no pictures', { session, room });
  }

  /** It went on, and nobody said why it had been interrupted. */
  async #unstated(known: KnownSession, to: MomentValue): Promise<void> {
    if (this.rulesOf(known.room).causeStated) await this.#owe(known, [causeDebt]);
    await this.#end(known, { cause: '', outcome: 'closed' }, to);
  }

  /** The session closes: what nobody had the time to see is entered, and what is pending ends. */
  async #atTheEnd(known: KnownSession, closing: MomentValue): Promise<void> {
    const { sealed, matter } = known;
    const limitMs = this.#box.settings().policy.interruptedAfterMs;
    await this.#unwatched(known, limitMs);
    if (matter.phase === 'whole' || matter.phase === 'lost') await this.#without(known, closing, limitMs);
    if (isPending(known.matter)) await this.#endWith(known, closing);
    else if (sealed) this.#book.forget(known);
  }

  /** It ended without pictures before anybody looked: the box had been off, and closed it as soon as it was up. */
  async #without(known: KnownSession, closing: MomentValue, limitMs: number): Promise<void> {
    const { opened, judgedUntilMs, pictures } = known;
    const from = pictures.lastBefore(closing, limitMs);
    if (from === null || from.wallMs < judgedUntilMs) return;
    if (from.wallMs === opened.wallMs && closing.wallMs - from.wallMs <= openingMs) return;
    await this.#begin(known, from);
  }

  /** Debts first, so that a crash between them loses none. */
  async #endWith(known: KnownSession, closing: MomentValue): Promise<void> {
    const { matter } = known;
    if (matter.phase === 'back') return this.#unstated(known, pictureAgain(known, matter));
    if (matter.phase !== 'interrupted') return;
    const again = matter.how === 'detected' ? known.pictures.firstAfter(matter.since) : null;
    if (again) return this.#unstated(known, again);
    // A declared one has its pictures, and nothing is to be explained, unless they were missing too.
    const { interruptedAfterMs } = this.#box.settings().policy;
    const since = matter.since.wallMs;
    const missing = known.pictures
      .longerThan(interruptedAfterMs)
      .some(({ to }) => to !== null && to.wallMs > since);
    if (matter.how === 'detected' || missing || known.pictures.lastPicture())
      await this.#owe(known, this.rulesOf(known.room).debts);
    await this.#end(known, { cause: matter.cause, outcome: 'closed' }, closing);
  }

  // ---- asked --------------------------------------------------------------------------------------------

  async #interrupt(request: unknown): Promise<InterruptAnswer> {
    const { known, cause: given, text, by, fields } = this.#asked(request);
    const { session, room, matter } = known;
    const rules = this.rulesOf(room);
    const cannotGoOn = fields.flag('cannotGoOn');
    const running = isPending(matter);
    if (running && !cannotGoOn) throw new LiuhenError('SESSION_INTERRUPTED_ALREADY', { room, session });
    const cause = named(rules, given || (matter.phase === 'interrupted' ? matter.cause : ''));
    const { article, packSilent } = rules;
    // Debts first: a crash, or a ledger that refuses, between here and the end must not lose them.
    const debts: Owed = cannotGoOn ? await this.#owe(known, rules.debts) : [];
    let seq = 0;
    if (!running) {
      const value = { session, cause, by, how: 'declared', from: this.#moment(), article };
      ({ seq } = await this.#box.ledger.append({ case: 'interruptionBegan', value }));
    }
    if (cannotGoOn)
      seq = await this.#end(known, { cause, text, by, outcome: 'cannot-go-on' }, this.#moment());
    const keySteps = cannotGoOn ? rules.keySteps : [];
    return { session, room, cause, seq, article, packSilent, debts, keySteps };
  }

  async #resume(request: unknown): Promise<ResumeAnswer> {
    const { known, cause: given, text, by, fields } = this.#asked(request);
    const { session, room, matter } = known;
    if (matter.phase !== 'interrupted' && matter.phase !== 'back')
      throw new LiuhenError('SESSION_NOT_INTERRUPTED', { room, session });
    const rules = this.rulesOf(room);
    const cause = named(rules, given);
    const state = this.#box.view().rooms.find((each) => each.session === session);
    if (state?.state !== 'recording' && state?.state !== 'degraded')
      throw new LiuhenError('SESSION_STILL_INTERRUPTED', { room, why: state?.why || '-' });
    const declared = matter.phase === 'interrupted' && matter.how === 'declared';
    const to = declared ? this.#moment() : pictureAgain(known, matter);
    const spoken = fields.flag('spoken');
    const seq = await this.#end(known, { cause, text, by, spoken, outcome: 'resumed' }, to);
    return { session, room, cause, seq, article: rules.causesArticle, packSilent: rules.packSilent };
  }

  #asked(request: unknown) {
    const fields = new FieldReader(request);
    const { fold } = this.#box.ledger;
    const room = askedRoom(fields, fold, this.#box.settings().rooms);
    const [cause, text, by] = [fields.text('cause'), fields.text('text', maxLongText), fields.text('by')];
    if (fields.fault) throw new LiuhenError('SESSION_FIELD_INVALID', fields.fault);
    const known = this.#book.inRoom(room);
    if (known) return { known, cause, text, by, fields };
    const closing = fold.inRoom(room);
    if (closing) throw new LiuhenError('SESSION_CLOSING', { room, session: closing.session });
    throw notOpen(room, fold.lastClosedIn(room));
  }

  // ---- the ledger ---------------------------------------------------------------------------------------

  async #end(known: KnownSession, told: Told, to: MomentValue): Promise<number> {
    const { causes, causesArticle } = this.rulesOf(known.room);
    const article = causes.includes(told.cause) ? causesArticle : '';
    const blank = { session: known.session, text: '', by: '', spoken: false };
    const value = { ...blank, ...told, to, article };
    return (await this.#box.ledger.append({ case: 'interruptionEnded', value })).seq;
  }

  /** What is owed already stays as it is. */
  async #owe({ session, room }: KnownSession, debts: readonly InterruptionDebt[]): Promise<Owed> {
    const { article } = this.rulesOf(room);
    const owed: { debt: string; article: string; dueWallMs: number }[] = [];
    for (const debt of debts) {
      const before = this.#box.ledger.fold.debts.get(`${session}/${debt}`);
      const dueWallMs =
        before?.dueWallMs ?? this.#moment().wallMs + this.#box.settings().policy.interruptionDebtMs;
      owed.push({ debt, article, dueWallMs });
      if (before) continue;
      const value = { session, debt, what: debtText(debt), article, dueWallMs };
      await this.#box.ledger.append({ case: 'debtIncurred', value });
    }
    return owed;
  }

  #moment(): MomentValue {
    const { wall, mono } = this.#box.now();
    return { wallMs: wall, monoMs: mono };
  }
}

/** The last picture: the gap record's, unless pictures were seen on the disk after it. */
function exactly(known: KnownSession, since: MomentValue): MomentValue {
  const booked = known.pictures.lastPicture();
  return booked && booked.wallMs >= since.wallMs - samePictureMs ? booked : since;
}

function pictureAgain(known: KnownSession, matter: KnownSession['matter']): MomentValue {
  // Only an interruption that is pending has a beginning; nothing else is asked for its end.
  const since = 'since' in matter ? matter.since : known.opened;
  const seen = matter.phase === 'back' ? matter.again : (known.seen ?? since);
  return known.pictures.firstAfter(since) ?? seen;
}

function named({ causes, packSilent, causesArticle }: InterruptionRules, cause: string): string {
  if (causes.includes(cause)) return cause;
  throw new LiuhenError('SESSION_CAUSE_UNKNOWN', {
    cause: cause || '-',
    allowed: causes.join(', '),
    article: packSilent ? 'the pack is silent' : causesArticle,
  });
}
