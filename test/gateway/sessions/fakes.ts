// A ledger and a recorder without disks and processes, for the tests of what stands between them. The real
// ones meet in test/gateway/gateway.test.ts.
import { monoMs, wallMs, type Moment } from '../../../config/clock.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import type { Settings } from '../../../config/settings-types.ts';
import type {
  JournalFact,
  JournalRecord,
  JournalRequest,
  RecorderRequests,
  RecorderStatus,
  StartRequest,
  StopRequest,
} from '../../../gateway/recording/recorder-protocol.ts';
import type { LedgerBody, LedgerPort } from '../../../gateway/sessions/ledger-port.ts';
import { SessionFold } from '../../../gateway/sessions/session-fold.ts';
import { SessionService } from '../../../gateway/sessions/session-service.ts';
import type { SessionServiceOptions } from '../../../gateway/sessions/session-service-options.ts';

export const settings: Settings = {
  agency: 'agency',
  site: 'site',
  gateway: 'gw',
  timezone: 'Asia/Shanghai',
  language: 'zh-CN',
  dataFolder: '/data',
  recording: { partMs: 500, segmentMs: 600_000, reserveBytes: 0, longestSessionMs: 3_600_000 },
  policies: await loadPolicies(),
  policy: {
    pack: 'strictest',
    officers: 2,
    caseNumber: 'required',
    urgentDebtMs: 86_400_000,
    interruptedAfterMs: 5000,
    interruptionDebtMs: 86_400_000,
  },
  workingTime: { hours: ['09:00-12:00'], special: new Map(), closed: [], leadMs: 0 },
  notice: { audio: {}, files: new Map() },
  mqtt: { url: 'mqtt://127.0.0.1:1', embedded: false, protocolVersion: 4, json: false },
  rooms: [
    { id: 'talk', name: '询问室', kind: 'interview', cameras: ['a', 'b'] },
    { id: 'court', name: '听证室', kind: 'hearing', cameras: ['c'] },
  ],
  docks: [],
  bodyCams: [],
  offload: { storeFolder: '/tmp', ownDisk: false, keepFreeBytes: 0, capBytesPerSecond: 40_000_000, slots: 4 },
  cameras: ['a', 'b', 'c'].map((id) => ({
    id,
    source: { kind: 'rtsp', url: `rtsp://127.0.0.1/${id}` },
    transport: 'auto',
    requiredTracks: ['video', 'audio'],
  })),
};

export const request = {
  room: 'talk',
  kind: 'interview',
  officers: [
    { name: '王某', certificate: 'HY-001' },
    { name: '李某', certificate: 'HY-002' },
  ],
  caseNumber: '2026-17',
  caseName: '示例案件',
  parties: ['王五'],
  stage: '调查取证',
  by: 'clerk',
};

/** Waits until something is so: looks again after each turn of the loop. */
export async function until(what: string, is: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!is()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What is appended is folded at once; `refuse` makes the next append of that case fail. */
export class FakeLedger implements LedgerPort {
  readonly entries: LedgerBody[];
  readonly fold = new SessionFold();
  refuse: LedgerBody['case'] | null = null;

  /** With entries: a ledger after a restart. */
  constructor(entries: readonly LedgerBody[] = []) {
    this.entries = [...entries];
    for (const [index, body] of entries.entries()) this.fold.apply({ seq: index + 1, body });
  }

  async append(body: LedgerBody): Promise<{ seq: number }> {
    await Promise.resolve();
    if (this.refuse === body.case) {
      this.refuse = null;
      throw new LiuhenError('CHANNEL_REFUSED', { message: 'the disk is full' });
    }
    const seq = this.entries.push(body);
    this.fold.apply({ seq, body });
    return { seq };
  }

  cases(): string[] {
    return this.entries.map((body) => body.case);
  }
}

/** The recorder's disk: it outlives the process. */
export type FakeDisk = Map<string, JournalRecord[]>;

export class FakeRecorder {
  readonly asked: string[] = [];
  readonly starts: StartRequest[] = [];
  readonly running = new Set<string>();
  readonly disk: FakeDisk;
  there = true;
  writable = true;
  freeBytes = 1;
  /** While set, answers wait for it. */
  held: Promise<void> | null = null;
  holding = 0;
  /** Hears each record when it is written. */
  onRecord: (session: string, record: JournalRecord) => void = () => undefined;

  constructor(disk: FakeDisk = new Map()) {
    this.disk = disk;
  }

  write(session: string, fact: JournalFact): void {
    const journal = this.disk.get(session) ?? [];
    this.disk.set(session, journal);
    const record = { n: journal.length + 1, at: { wallMs: 1, monoMs: 1 }, ...fact };
    journal.push(record);
    this.onRecord(session, record);
  }

  /** One sealed file of camera a. */
  seal(session: string, file: string): void {
    const hex = 'ab'.repeat(32);
    const at = { wallMs: 1, monoMs: 1 };
    this.write(session, {
      type: 'segment-sealed',
      camera: 'a',
      file,
      bytes: 1000,
      parts: 2,
      frames: { video: 25, audio: 40 },
      first: at,
      last: at,
      merkleRoot: hex,
      chainHead: hex,
    });
  }

  async ask<Name extends keyof RecorderRequests>(
    name: Name,
    body: RecorderRequests[Name]['body'],
  ): Promise<RecorderRequests[Name]['answer']> {
    this.holding += 1;
    await this.held;
    this.holding -= 1;
    if (!this.there) throw new LiuhenError('CHANNEL_CLOSED', { socket: 'fake' });
    if (name !== 'status' && name !== 'journal') this.asked.push(name);
    return this.#answer(name, body) as RecorderRequests[Name]['answer'];
  }

  #answer(name: string, body: unknown): unknown {
    switch (name) {
      case 'status':
        return this.status();
      case 'start': {
        const start = body as StartRequest;
        this.starts.push(start);
        if (this.running.has(start.session)) return { alreadyRunning: true };
        this.running.add(start.session);
        if (start.resume) {
          this.seal(start.session, 'recovered.mp4');
          this.write(start.session, { type: 'resumed', cause: start.resume });
        } else this.write(start.session, { type: 'started', room: start.room, cameras: [] });
        return { alreadyRunning: false };
      }
      case 'stop': {
        const { session } = body as StopRequest;
        if (!this.running.delete(session))
          throw new LiuhenError('CHANNEL_REFUSED', { message: 'not running' });
        this.seal(session, 'last.mp4');
        this.write(session, { type: 'stopped' });
        return { lastRecord: this.disk.get(session)?.length ?? 0 };
      }
      case 'journal': {
        const { session, after, limit } = body as JournalRequest;
        return { records: (this.disk.get(session) ?? []).slice(after, after + limit) };
      }
      default:
        return null;
    }
  }

  status(): RecorderStatus {
    return {
      pid: 1,
      // It speaks when it is asked alone, and is heard all the same.
      monoMs: Number.MAX_SAFE_INTEGER,
      cameras: [],
      sessions: [...this.running].map((session) => ({
        session,
        room: 'talk',
        folder: '/data',
        stopping: false,
        lastRecord: 0,
        tracks: [],
      })),
      disk: { freeBytes: this.freeBytes, syncMs: 1, writable: this.writable },
    };
  }
}

export interface Bench {
  readonly ledger: FakeLedger;
  readonly recorder: FakeRecorder;
  readonly service: SessionService;
  readonly proved: string[];
}

/** A service over fakes, as one start of the control process makes it. */
export function bench(
  ledger = new FakeLedger(),
  recorder = new FakeRecorder(),
  options: Partial<SessionServiceOptions> = {},
): Bench {
  const proved: string[] = [];
  let count = 0;
  const service = new SessionService({
    settings: () => settings,
    ledger,
    recorder,
    sign: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
    enterClosed: async ({ session, segments, gaps, bytes }, lastJournalRecord) => {
      await ledger.append({
        case: 'sessionClosed',
        value: { session, lastJournalRecord, segments, gaps, bytes, filesSha256: new Uint8Array(32) },
      });
    },
    prove: async ({ session }) => {
      proved.push(session);
    },
    now: () => moment(),
    random: () => (++count).toString(16).padStart(4, '0'),
    interruptedBy: 'recorder-died',
    log: silentLog,
    onChange: () => undefined,
    ...options,
  });
  recorder.onRecord = (session, record) => void service.journal(session, record);
  return { ledger, recorder, service, proved };
}

/** A bench whose room is recording. */
export async function opened(): Promise<Bench & { session: string }> {
  const made = bench();
  made.service.recorderBack();
  const { session } = await made.service.open(request);
  return { ...made, session };
}

export function moment(wall = 1_790_000_000_000): Moment {
  return { wall: wallMs(wall), mono: monoMs(5000) };
}
