// A gateway's view, clock and ledger for the interruption feature alone: the test says what the room's state is.
import { monoMs, wallMs } from '../../../config/clock.ts';
import { silentLog } from '../../../config/log.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { FeatureSet, type RoomContext } from '../../../gateway/gateway-feature.ts';
import { interruptionFeature } from '../../../gateway/interruptions/interruption-feature.ts';
import type {
  GatewayView,
  InterruptAnswer,
  ResumeAnswer,
} from '../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { FakeLedger, settings as plain } from '../sessions/fakes.ts';

const day = 1_790_000_000_000;
/** A moment by the second of the story. */
export const at = (s: number) => ({ wallMs: day + s * 1000, monoMs: s * 1000 });

export const opened: LedgerBody = {
  case: 'sessionOpened',
  value: {
    session: 's1',
    room: 'talk',
    kind: 'interview',
    officers: [],
    caseNumber: '1',
    caseName: '',
    parties: [],
    openedBy: 'clerk',
    urgent: false,
    opened: at(0),
    folder: 'sessions/s1',
    cameras: ['a', 'b'].map((camera) => ({ camera, required: ['video', 'audio'] })),
    article: '',
    stage: '',
  },
};
export const closing = (s: number): LedgerBody => ({
  case: 'sessionClosing',
  value: { session: 's1', closed: at(s), closedBy: 'clerk', reason: 'asked' },
});
export const sealed: LedgerBody = {
  case: 'sessionClosed',
  value: {
    session: 's1',
    lastJournalRecord: 1,
    segments: 1,
    gaps: 0,
    bytes: 1,
    filesSha256: new Uint8Array(32),
  },
};

/** Gaps of both cameras, for the first from `from` on and, but at the opening, a second later for the other. */
export function gaps(from: number, to: number | null, cause = 'closed', unrecovered = false): LedgerBody[] {
  return ['a', 'b'].map((camera, index) => {
    const value = {
      session: 's1',
      journal: 1,
      gap: from,
      camera,
      track: 'all',
      cause,
      from: at(from && from + index),
    };
    return to === null
      ? { case: 'gapOpened', value: { ...value, detail: '' } }
      : { case: 'gapClosed', value: { ...value, to: at(to), lostPackets: 0, unrecovered } };
  });
}

const unused = (): Promise<never> => Promise.reject(new Error('not used here'));

export class Bench {
  readonly ledger: FakeLedger;
  readonly set: FeatureSet;
  state = 'recording';
  /** Age of the newest picture on the disk, in seconds; null when it is not known. */
  agoS: number | null = 0.2;
  nowS: number;
  settings: Settings;

  private constructor(past: readonly LedgerBody[], nowS: number, pack: string) {
    this.nowS = nowS;
    this.settings = { ...plain, policy: { ...plain.policy, pack } };
    this.ledger = new FakeLedger(past);
    this.set = new FeatureSet([interruptionFeature()], silentLog);
    for (const [index, body] of past.entries()) this.set.entry({ seq: index + 1, body });
  }

  /** A process that finds `past` in the ledger. */
  static async start(
    past: readonly LedgerBody[] = [],
    { nowS = 0, pack = 'jiaozuo-emergency' } = {},
  ): Promise<Bench> {
    const bench = new Bench(past, nowS, pack);
    const context: RoomContext = {
      ask: () => Promise.reject(new Error('no other feature')),
      settings: () => bench.settings,
      ledger: { fold: bench.ledger.fold, append: (body) => bench.append(body) },
      signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      open: unused,
      close: unused,
      mark: unused,
      settle: unused,
      view: () => bench.#view(),
      now: () => ({ wall: wallMs(at(bench.nowS).wallMs), mono: monoMs(bench.nowS * 1000) }),
      log: silentLog,
    };
    await bench.set.start(context);
    return bench;
  }

  async append(body: LedgerBody): Promise<{ seq: number }> {
    const entry = await this.ledger.append(body);
    this.set.entry({ ...entry, body });
    return entry;
  }

  async add(...bodies: readonly LedgerBody[]): Promise<void> {
    for (const body of bodies) await this.append(body);
  }

  /** The time comes, the room is looked at, and what follows from that is done. */
  async look(nowS: number, state = this.state, agoS = this.agoS): Promise<void> {
    Object.assign(this, { nowS, state, agoS });
    this.set.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }

  interrupt(body: object): Promise<InterruptAnswer> {
    return this.set.ask('interrupt', { room: 'talk', ...body }) as Promise<InterruptAnswer>;
  }

  resume(body: object): Promise<ResumeAnswer> {
    return this.set.ask('resume', { room: 'talk', ...body }) as Promise<ResumeAnswer>;
  }

  /** What the ledger has of interruptions and their debts, in order. */
  told(): unknown[] {
    return this.ledger.entries.flatMap((body) => {
      if (body.case === 'interruptionBegan') return [['began', body.value.how, since(body.value.from)]];
      if (body.case === 'interruptionEnded')
        return [['ended', body.value.outcome, body.value.cause, since(body.value.to)]];
      return body.case === 'debtIncurred' ? [['owed', body.value.debt]] : [];
    });
  }

  #view(): GatewayView {
    const behindMs = this.agoS === null ? null : this.agoS * 1000;
    const tracks = ['a', 'b'].map((camera) => ({ camera, kind: 'video', required: true, behindMs }));
    const { session } = this.ledger.fold.inRoom('talk') ?? { session: null };
    const room = { room: 'talk', session, state: this.state, why: 'test', tracks };
    return { rooms: [room] } as unknown as GatewayView;
  }
}

function since({ wallMs: wall }: { readonly wallMs: number }): number {
  return (wall - day) / 1000;
}
