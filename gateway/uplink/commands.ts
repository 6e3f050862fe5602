// Does what headquarters commands, through the same requests as everybody else, once by the command's id. What a command
// must be is command-check.ts's, what is remembered command-book.ts's, how it comes and goes uplink.ts's.
import { errorLine, LiuhenError, isLiuhenError } from '../../config/errors.ts';
import { redact } from '../../config/redact.ts';
import { sameBytes } from '../../protocols/hq/chain.ts';
import type { Reply, RoomWork } from '../../protocols/hq/command-messages.ts';
import type { GatewayFeature, RoomContext } from '../gateway-feature.ts';
import type { BookingView } from '../sessions/control-protocol.ts';
import { Turns } from '../sessions/turns.ts';
import {
  CommandBook,
  actsAs,
  maxRemembered,
  type CommandOutcome,
  type RememberedCommand,
} from './command-book.ts';
import { readCommand, timeError, type CommandFacts, type CommandMessage } from './command-check.ts';
import { CommandRefusals } from './command-refusals.ts';

/** Commands that are under way at once; one more is refused. */
export const maxCommandsAtOnce = 16;

/** Null: not answered, because the box is on its way down or what came has no id to answer to. */
export type TakeCommand = (message: CommandMessage) => Promise<Reply | null>;

/** What a request came to, for the reply. */
type Done = Pick<Reply, 'session' | 'booking' | 'article' | 'debts'>;

export class CommandDesk {
  readonly #book = new CommandBook();
  readonly #refusals = new CommandRefusals();
  readonly #underWay = new Map<string, { readonly sha256: Uint8Array; readonly reply: Promise<Reply> }>();
  /** Of the rooms that there are, and '' for what names none of them. */
  readonly #turns = new Map<string, Turns>();
  /** Set when what a crash left open is entered: before, commands wait for `#begun`. */
  #context: RoomContext | null = null;
  #waiting = 0;
  #begin: () => void = () => undefined;
  readonly #begun = new Promise<void>((resolve) => {
    this.#begin = resolve;
  });
  #closed = false;

  /** The desk as a feature of the gateway: before it is started, commands wait. */
  get feature(): GatewayFeature {
    return {
      name: 'commands',
      entry: (entry) => this.#book.apply(entry),
      start: async (context) => {
        await this.#enterOutcomes(context);
        this.#context = context;
        this.#begin();
      },
      tick: async () => {
        const { ledger, now, log } = this.#context ?? {};
        if (ledger && now && log) await this.#refusals.tick(ledger, now().mono, log);
      },
      close: () => {
        this.#closed = true;
        this.#begin();
        return Promise.resolve();
      },
    };
  }

  /** Does the command, or refuses it; resolves when its outcome is in the ledger. Never rejects. */
  async take(message: CommandMessage): Promise<Reply | null> {
    if (this.#context === null) {
      if (this.#waiting >= maxCommandsAtOnce) return null;
      this.#waiting += 1;
      await this.#begun;
      this.#waiting -= 1;
    }
    const context = this.#context;
    if (context === null || this.#closed) return null;
    const { agency, site, gateway } = context.settings();
    const { facts, work, error } = readCommand(message, { agency, site, gateway });
    if (error !== null || work === null) {
      return this.#refuse(context, facts, error ?? new LiuhenError('HQ_COMMAND_INVALID', { why: '?' }));
    }
    const { id, commandSha256 } = facts;
    const running = this.#underWay.get(id);
    const known = this.#book.get(id);
    const first = running?.sha256 ?? known?.facts.commandSha256;
    if (first !== undefined && !sameBytes(first, commandSha256)) {
      const why = 'its id was used for another command';
      return this.#refuse(context, facts, new LiuhenError('HQ_COMMAND_INVALID', { why }));
    }
    if (running !== undefined) return running.reply;
    if (known !== undefined && known.outcome !== 'cut-off') {
      context.log.info('a command of headquarters came again', { id, outcome: known.outcome });
      return known.reply ?? rememberedReply(known);
    }
    const late = timeError(facts, context.now().wall);
    if (late !== null) return this.#refuse(context, facts, late);
    const atOnce = this.#underWay.size >= maxCommandsAtOnce;
    if (atOnce || this.#book.full(context.now().wall)) {
      const limit = atOnce ? maxCommandsAtOnce : maxRemembered;
      return this.#refuse(context, facts, new LiuhenError('HQ_COMMAND_BUSY', { limit }));
    }
    const inTurn = this.#turnOf(context, facts);
    const reply = inTurn(() => this.#do(context, facts, work)).finally(() => {
      this.#underWay.delete(id);
    });
    this.#underWay.set(id, { sha256: commandSha256, reply });
    return reply;
  }

  /** A close waits for its files, and what comes to the room meanwhile is answered: it has no turn. */
  #turnOf({ settings }: RoomContext, { what, room }: CommandFacts): Turns['inTurn'] {
    if (what === 'close') return (work) => work();
    const key = settings().rooms.some(({ id }) => id === room) ? room : '';
    const turns = this.#turns.get(key) ?? new Turns();
    this.#turns.set(key, turns);
    return (work) => turns.inTurn(work);
  }

  async #do(context: RoomContext, facts: CommandFacts, work: RoomWork): Promise<Reply> {
    const { ledger, log } = context;
    const { id, what, by, room } = facts;
    if (this.#closed) return refusedReply(id, new LiuhenError('CONTROL_STOPPING', {}), 0);
    try {
      // Before anything happens: what is done stands behind it, and is found again after a crash.
      await ledger.append({ case: 'commandTaken', value: { ...facts, outcome: 'taken', code: '', why: '' } });
    } catch (error) {
      log.error('a command of headquarters is not done: the ledger refuses', { id, error: error as Error });
      return refusedReply(id, named(error), 0);
    }
    let answer: Done = {};
    let failed: LiuhenError | null = null;
    try {
      answer = await ask(context, work, actsAs(facts));
    } catch (error) {
      failed = named(error);
    }
    const did = this.#book.get(id)?.did ?? null;
    // With its effect in the ledger it is done, whatever came after it.
    const outcome: CommandOutcome =
      failed === null || did !== null
        ? 'done'
        : // The next process may do it: this one only had no time any more.
          failed.code === 'CONTROL_STOPPING'
          ? 'cut-off'
          : 'refused';
    const { session = did?.session ?? facts.session, booking = did?.booking ?? facts.booking } = answer;
    const code = outcome === 'done' ? '' : (failed?.code ?? '');
    const why = failed?.message ?? '';
    log.info('a command of headquarters', { id, what, by, room, outcome, code });
    const seq = await this.#enterOutcome(context, { ...facts, session, booking, outcome, code, why });
    const reply: Reply =
      failed !== null && outcome !== 'done'
        ? refusedReply(id, failed, seq)
        : { ...answer, id, ok: true, code: '', message: why, rooms: [], session, booking, seq: BigInt(seq) };
    const known = this.#book.get(id);
    if (known) known.reply = reply;
    return reply;
  }

  /** Answers its number; 0 when the ledger refuses, and then the next start finds out from what was done. */
  async #enterOutcome(
    { ledger, log }: RoomContext,
    value: CommandFacts & Pick<RememberedCommand, 'outcome' | 'code' | 'why'>,
  ): Promise<number> {
    try {
      return (await ledger.append({ case: 'commandTaken', value })).seq;
    } catch (error) {
      log.error('the outcome of a command is not in the ledger', { id: value.id, error: error as Error });
      const { outcome, code, why, session, booking } = value;
      const known = this.#book.get(value.id);
      if (known) Object.assign(known, { outcome, code, why, did: { session, booking } });
      return 0;
    }
  }

  /** Of what was under way when the box ended. */
  async #enterOutcomes(context: RoomContext): Promise<void> {
    for (const { unentered, facts, outcome, did } of this.#book.all) {
      if (!unentered) continue;
      const cutOff = new LiuhenError('HQ_COMMAND_CUT_OFF', {});
      const said = outcome === 'done' ? { code: '', why: '' } : { code: cutOff.code, why: cutOff.message };
      context.log.warn('the box ended in the middle of a command', { id: facts.id, outcome });
      await this.#enterOutcome(context, { ...facts, ...did, outcome, ...said });
    }
  }

  async #refuse(context: RoomContext, facts: CommandFacts, error: LiuhenError): Promise<Reply | null> {
    const { ledger, log, now } = context;
    const { id, what, by } = facts;
    log.warn('a command of headquarters is refused', { id, what, by, error });
    const known = this.#book.get(id);
    // A copy of one that is remembered says nothing new; another command with its id does.
    const copy = known !== undefined && sameBytes(known.facts.commandSha256, facts.commandSha256);
    let seq = 0;
    if (!copy) {
      try {
        seq = await this.#refusals.enter(ledger, facts, error, now().mono);
      } catch (fault) {
        log.error('a refused command is not in the ledger', { id, error: fault as Error });
      }
    }
    return id === '' ? null : refusedReply(id, error, seq);
  }
}

/** As the command line asks. Rejects as the room does. */
async function ask(context: RoomContext, work: RoomWork, by: string): Promise<Done> {
  switch (work.case) {
    case 'open': {
      const { session, article, debts } = await context.open({ ...work.value, by });
      const owed = debts.map((each) => ({ ...each, dueWallMs: BigInt(Math.round(each.dueWallMs)) }));
      return { session, article, debts: owed };
    }
    case 'close': {
      const { session } = await context.close({ ...bySession(work.value), by });
      return { session };
    }
    case 'mark': {
      const { session } = await context.mark({ ...bySession(work.value), by });
      return { session };
    }
    default: {
      const { booking } = (await context.ask(work.case, { ...work.value, by })) as BookingView;
      return { booking };
    }
  }
}

/** Whoever is far away says which session is meant: the room may be at another one by now. */
function bySession<Value extends { readonly session: string }>(value: Value): Value {
  if (value.session.trim() !== '') return value;
  const why = 'headquarters closes and marks a session by its id';
  throw new LiuhenError('SESSION_FIELD_INVALID', { field: 'session', why });
}

function named(error: unknown): LiuhenError {
  if (isLiuhenError(error)) return error;
  return new LiuhenError('HQ_COMMAND_FAILED', { why: errorLine(error) }, { cause: error });
}

function refusedReply(id: string, error: LiuhenError, seq: number): Reply {
  const { code, message, details } = error;
  const said = Object.entries(details).filter(([, value]) => value !== null && value !== undefined);
  const article = details['article'];
  return {
    id,
    ok: false,
    code,
    message,
    rooms: [],
    seq: BigInt(seq),
    article: typeof article === 'string' && article !== '-' ? article : '',
    details: said.map(([name, value]) => ({ name, value: redact(String(value)) })),
  };
}

/** After a restart: what the ledger has of it. */
function rememberedReply({ facts, outcome, code, why, did, seq }: RememberedCommand): Reply {
  const { session, booking } = did ?? { session: '', booking: '' };
  const ok = outcome === 'done';
  return { id: facts.id, ok, code, message: why, rooms: [], session, booking, seq: BigInt(seq) };
}
