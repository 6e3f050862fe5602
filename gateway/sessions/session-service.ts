// The hands of the session machine: one room, one queue of work. It writes the ledger, talks to the recorder,
// takes in the journal, and takes up after a crash what the fold says is unfinished. It decides nothing that
// session-machine.ts or session-request.ts decides.
import path from 'node:path';
import { sleep, wallMs, type Moment } from '../../config/clock.ts';
import { LiuhenError, isLiuhenError } from '../../config/errors.ts';
import type { JournalRecord } from '../recording/recorder-protocol.ts';
import { askedRoom, notOpen, refusalError } from './asked-room.ts';
import { CloseWaiters } from './close-waiters.ts';
import type { CloseAnswer, MarkAnswer, OpenAnswer } from './control-protocol.ts';
import { JournalIntake } from './journal-intake.ts';
import { RefusalBook } from './refusal-book.ts';
import type { SessionServiceOptions } from './session-service-options.ts';
import { enterOpened } from './session-entries.ts';
import { next, type SessionEffect, type SessionInput, type SessionState } from './session-machine.ts';
import { SessionRoom } from './session-room.ts';
import { FieldReader, checkOpenRequest, maxLongText, type CheckedOpen } from './session-request.ts';

/** Milliseconds until what the recorder or the disk refused is tried again. */
export const retryMs = 1000;
/** Longest time that sealing at a clean end may take, in milliseconds: the supervisor waits 20 s for all of it. */
export const stopWaitMs = 14_000;
export class SessionService {
  readonly #options: SessionServiceOptions;
  readonly #rooms = new Map<string, SessionRoom>();
  readonly #intakes = new Map<string, JournalIntake>();
  readonly #waiters = new CloseWaiters();
  readonly #refusals: RefusalBook;
  #stopping = false;
  #recorderThere = false;
  #disposed = false;

  /** Takes up from the fold: what is open will be started or adopted, what is closing finished. */
  constructor(options: SessionServiceOptions) {
    this.#options = options;
    this.#refusals = new RefusalBook({ ...options, rooms: () => options.settings().rooms });
    for (const { session, room, closing } of options.ledger.fold.open.values()) {
      this.#room(room).state = closing
        ? { at: 'closing', session, step: 'stop' }
        : { at: 'opening', session, resume: options.interruptedBy };
      this.#intake(session);
    }
  }

  /** Where the machine of a room stands; for people there is room-state.ts. */
  stateOf(room: string): SessionState {
    return this.#rooms.get(room)?.state ?? { at: 'idle' };
  }

  /** A session records the camera, or one that is being opened will. */
  needs(camera: string): boolean {
    const { open } = this.#options.ledger.fold;
    return (
      [...this.#rooms.values()].some(({ asked }) => asked.includes(camera)) ||
      [...open.values()].some(({ cameras }) => cameras.some((each) => each.camera === camera))
    );
  }

  // ---- requests -----------------------------------------------------------------------------------------

  /** Opens a session. Rejects with a SESSION_… error after the refusal is in the ledger (I8). */
  async open(request: unknown): Promise<OpenAnswer> {
    this.#refuseWhenStopping();
    const moment = this.#options.now();
    const check = checkOpenRequest(request, this.#options.settings(), moment.wall);
    if (!check.ok) {
      await this.#refusals.enter(check.error, check);
      throw check.error;
    }
    const { open } = check;
    const session = this.#newId(open, moment);
    const room = this.#room(open.room.id);
    const step = next(room.state, { on: 'open', session });
    const refusal = refusalError(open.room.id, step.effects, this.#options.ledger.fold);
    if (refusal) {
      const { kind, by, article } = open;
      await this.#refusals.enter(refusal, { room: room.id, kind, by, article });
      throw refusal;
    }
    const before = this.#options.beforeOpen?.(open);
    if (before?.refusal) {
      const { error, article } = before.refusal;
      await this.#refusals.enter(error, { room: room.id, kind: open.kind, by: open.by, article });
      throw error;
    }
    room.state = step.state;
    room.live = true;
    room.asked = open.room.cameras;
    const folder = path.posix.join('sessions', session);
    const dueWallMs = wallMs(moment.wall + open.owedWithinMs);
    await room.request(async () => {
      try {
        const { cameras } = this.#options.settings();
        await enterOpened(this.#options.ledger, { open, session, folder, moment, dueWallMs, cameras });
      } catch (error) {
        // With its opening in the ledger it is open, whatever of its debts is missing: it is recorded.
        if (this.#options.ledger.fold.open.has(session)) this.#reconcileLater(room, 0);
        else room.state = next(room.state, { on: 'not-written', what: 'opened', session }).state;
        throw error;
      } finally {
        room.asked = [];
      }
      this.#intake(session);
      await this.#perform(room, step.effects.slice(1));
    });
    this.#options.log.info('session opened', { session, room: room.id, article: open.article });
    const debts = open.debts.map(({ debt, article }) => ({ debt, article, dueWallMs }));
    const { kind, article, duty } = open;
    const looked = before ? { check: before.check } : {};
    return { session, room: room.id, kind, duty, article, folder, debts, ...looked };
  }

  /** Closes a room's session; resolves when it is sealed, entered and proved. */
  async close(request: unknown): Promise<CloseAnswer> {
    this.#refuseWhenStopping();
    const fields = new FieldReader(request);
    const reason = fields.text('reason') || 'asked';
    const asked = askedRoom(fields, this.#options.ledger.fold, this.#options.settings().rooms);
    return this.#close(asked, fields.text('by'), reason);
  }

  /** Marks a key moment of an open session (I4). */
  async mark(request: unknown): Promise<MarkAnswer> {
    this.#refuseWhenStopping();
    const at = this.#moment();
    const fields = new FieldReader(request);
    const label = fields.text('label');
    const text = fields.text('text', maxLongText);
    const by = fields.text('by');
    const room = askedRoom(fields, this.#options.ledger.fold, this.#options.settings().rooms);
    if (label === '')
      throw new LiuhenError('SESSION_FIELD_INVALID', { field: 'label', why: 'it is missing' });
    const { fold } = this.#options.ledger;
    const open = fold.inRoom(room);
    if (!open) throw notOpen(room, fold.lastClosedIn(room));
    const { session } = open;
    // The machine knows of a closing before the ledger has it: no mark may stand behind it there.
    if (this.stateOf(room).at === 'closing') throw new LiuhenError('SESSION_CLOSING', { room, session });
    const { seq } = await this.#options.ledger.append({
      case: 'sessionMarked',
      value: { session, label, text, at, by },
    });
    return { session, seq };
  }

  /**
   * Seals and ends: closes every session with the reason, refuses what comes after. Waits `stopWaitMs` at most,
   * for instance while the recorder is away; what is left is taken up at the next start. Never rejects.
   */
  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    const closing = Promise.all(
      [...this.#rooms.values()].map(async ({ id: room, state }) => {
        if (state.at === 'idle') return;
        const { session } = state;
        try {
          await this.#close(room, 'service', reason);
        } catch (error) {
          if (isLiuhenError(error, 'SESSION_CLOSING'))
            await this.#waiters.wait(session, room).catch(() => undefined);
          else
            this.#options.log.error('session not sealed at the end; it is taken up again', {
              session,
              error,
            });
        }
      }),
    );
    const counted = this.#refusals.tell().catch((error: unknown) => {
      this.#options.log.error('counted refusals are not in the ledger', { error });
    });
    const ending = new AbortController();
    await Promise.race([Promise.all([closing, counted]), sleep(stopWaitMs, ending.signal)]);
    ending.abort();
    this.dispose();
  }

  /** Lets go of timers without touching a session: the next process takes them up. */
  dispose(): void {
    this.#stopping = true;
    this.#disposed = true;
    for (const room of this.#rooms.values()) if (room.retry) clearTimeout(room.retry);
    this.#refusals.dispose();
    this.#waiters.giveUp();
  }

  // ---- the recorder -------------------------------------------------------------------------------------

  /** The recorder is connected: finds out, for every room with a session, what is to be done. */
  recorderBack(): void {
    this.#recorderThere = true;
    for (const room of this.#rooms.values()) if (room.state.at !== 'idle') this.#reconcileLater(room, 0);
  }

  recorderGone(): void {
    this.#recorderThere = false;
    for (const room of this.#rooms.values()) {
      room.state = next(room.state, { on: 'recorder-gone' }).state;
    }
  }

  /** A live journal record. */
  async journal(session: string, record: JournalRecord): Promise<void> {
    try {
      await this.#intakes.get(session)?.take(record);
    } catch (error) {
      // It is in the recorder's journal and is read again with the next record or the next connection.
      this.#options.log.warn('journal record not taken in yet', { session, record: record.n, error });
    }
    this.#options.onChange();
  }

  /** Writes the proofs that a crash came before. Never rejects: a folder that is gone must not keep rooms closed. */
  async proveLate(): Promise<void> {
    for (const closed of this.#options.ledger.fold.recentlyClosed) await this.#prove(closed);
  }

  async #reconcile(room: SessionRoom): Promise<void> {
    if (room.state.at === 'idle' || room.pending > 0) return;
    const { session } = room.state;
    const status = await this.#options.recorder.ask('status', null);
    const running = status.sessions.some((each) => each.session === session);
    const intake = this.#intake(session);
    await intake.catchUp();
    // A request came in between: its own effects do what is needed, ledger first.
    if (room.pending > 0) return;
    if (running) room.live = true;
    const cause = room.live ? 'recorder-died' : this.#options.interruptedBy;
    const { sealed, last } = intake;
    await this.#drive(room, { on: 'recorder-back', running, sealed, begun: last > 0, cause });
  }

  #reconcileLater(room: SessionRoom, afterMs: number): void {
    if (room.retry) clearTimeout(room.retry);
    if (this.#disposed) return;
    room.retry = setTimeout(() => {
      room.retry = null;
      // Without the recorder there is nothing to ask; recorderBack() comes here again.
      if (!this.#recorderThere || this.#disposed) return;
      const work = room.inTurn(() => this.#reconcile(room));
      work.catch((error: unknown) => {
        this.#options.log.warn('room not reconciled yet', { room: room.id, error });
        this.#reconcileLater(room, retryMs);
      });
    }, afterMs);
  }

  // ---- effects ------------------------------------------------------------------------------------------

  async #drive(room: SessionRoom, input: SessionInput): Promise<void> {
    const step = next(room.state, input);
    room.state = step.state;
    this.#options.onChange();
    await this.#perform(room, step.effects);
  }

  async #perform(room: SessionRoom, effects: readonly SessionEffect[]): Promise<void> {
    for (const effect of effects) {
      if (effect.do === 'start' || effect.do === 'stop' || effect.do === 'finish') {
        try {
          await this.#ask(room, effect);
        } catch (error) {
          this.#options.log.warn('not done yet, tried again', { room: room.id, what: effect.do, error });
          this.#reconcileLater(room, retryMs);
          return;
        }
      }
    }
    this.#options.onChange();
  }

  async #ask(room: SessionRoom, effect: SessionEffect & { do: 'start' | 'stop' | 'finish' }): Promise<void> {
    const { session } = effect;
    const { recorder, ledger } = this.#options;
    const folded = ledger.fold.open.get(session);
    switch (effect.do) {
      case 'start': {
        if (!folded) return;
        await recorder.ask('start', {
          session,
          room: room.id,
          folder: this.#folder(folded.folder),
          cameras: folded.cameras.map(({ camera, required }) => ({ camera, requiredTracks: required })),
          openedWallMs: folded.opened.wallMs,
          openedMonoMs: folded.opened.monoMs,
          ...(effect.resume ? { resume: effect.resume } : {}),
        });
        room.live = true;
        await this.#drive(room, { on: 'started', session });
        return;
      }
      case 'stop': {
        const closed = folded?.closing?.closed;
        if (!closed) throw new Error(`session ${session} is to stop before its closing is in the ledger`);
        await recorder.ask('stop', { session, closedWallMs: closed.wallMs, closedMonoMs: closed.monoMs });
        await this.#drive(room, { on: 'stopped', session });
        return;
      }
      case 'finish':
        await this.#finish(room, session);
        await this.#drive(room, { on: 'finished', session });
    }
  }

  async #finish(room: SessionRoom, session: string): Promise<void> {
    const { ledger, log } = this.#options;
    const intake = this.#intakes.get(session);
    await intake?.catchUp();
    // Read again after the journal: it has counted the last segments. Absent when only the proof was left.
    const folded = ledger.fold.open.get(session);
    if (!folded) return;
    await this.#options.enterClosed(folded, intake?.last ?? folded.lastJournal);
    this.#intakes.delete(session);
    await this.#prove(folded);
    const { folder, segments, gaps, bytes } = folded;
    this.#waiters.answer({ session, room: room.id, folder, segments, gaps, bytes });
    log.info('session closed', { session, room: room.id, segments, gaps, bytes });
  }

  async #prove(closed: { readonly session: string; readonly folder: string }): Promise<void> {
    await this.#options.prove(closed).catch((error: unknown) => {
      // It is closed all the same; the proof is made from the ledger and is tried again at the next start.
      this.#options.log.error('session proof not written', { session: closed.session, error });
    });
  }

  async #close(roomId: string, by: string, reason: string): Promise<CloseAnswer> {
    const room = this.#room(roomId);
    const closed = this.#moment();
    const step = next(room.state, { on: 'close' });
    const refusal = refusalError(roomId, step.effects, this.#options.ledger.fold);
    if (refusal) throw refusal;
    room.state = step.state;
    const session = room.state.at === 'idle' ? '' : room.state.session;
    const done = this.#waiters.wait(session, roomId);
    done.catch(() => undefined);
    await room.request(async () => {
      const { ledger } = this.#options;
      if (!ledger.fold.open.has(session)) throw notOpen(roomId, ledger.fold.lastClosedIn(roomId));
      try {
        await ledger.append({ case: 'sessionClosing', value: { session, closed, closedBy: by, reason } });
      } catch (error) {
        room.state = next(room.state, { on: 'not-written', what: 'closing', session }).state;
        this.#reconcileLater(room, retryMs);
        throw error;
      }
      await this.#perform(room, step.effects.slice(1));
    });
    return done;
  }

  // ---- small things -------------------------------------------------------------------------------------

  #moment(): { wallMs: number; monoMs: number } {
    const { wall, mono } = this.#options.now();
    return { wallMs: wall, monoMs: mono };
  }

  #folder(below: string): string {
    return path.join(this.#options.settings().dataFolder, below);
  }

  #room(id: string): SessionRoom {
    const known = this.#rooms.get(id);
    if (known) return known;
    const room = new SessionRoom(id);
    this.#rooms.set(id, room);
    return room;
  }

  #intake(session: string): JournalIntake {
    const known = this.#intakes.get(session);
    if (known) return known;
    const { ledger, recorder, sign } = this.#options;
    const folder = this.#folder(ledger.fold.open.get(session)?.folder ?? path.join('sessions', session));
    const intake = new JournalIntake({ session, folder, ledger, recorder, sign });
    this.#intakes.set(session, intake);
    return intake;
  }

  #newId(open: CheckedOpen, moment: Moment): string {
    const stamp = new Date(moment.wall).toISOString().replace(/[-:]/g, '').slice(0, 15);
    return `${stamp}-${open.room.id}-${this.#options.random()}`;
  }

  #refuseWhenStopping(): void {
    if (this.#stopping) throw new LiuhenError('CONTROL_STOPPING', {});
  }
}
