// A box for tests of the notice: a fake player and voice (fake-player.sh), the real child processes, a ledger without a
// disk, and one room, or two.
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Test } from 'tap';
import { silentLog } from '../../../config/log.ts';
import type { Settings } from '../../../config/settings-types.ts';
import { FeatureSet, type RoomContext } from '../../../gateway/gateway-feature.ts';
import { noticeFeature } from '../../../gateway/notice/notice-feature.ts';
import type { Lookup } from '../../../gateway/notice/speak.ts';
import type { GatewayView } from '../../../gateway/sessions/control-protocol.ts';
import type { LedgerBody } from '../../../gateway/sessions/ledger-port.ts';
import { FakeLedger, moment, settings as plain } from '../sessions/fakes.ts';

// Two tenths of a second, 16 bits at 8 kHz.
export const wav = path.join(mkdtempSync(path.join(tmpdir(), 'lh-')), 'notice.wav');
const silence = Buffer.alloc(44 + 3200);
silence.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
silence.set([16, 0, 0, 0, 1, 0, 1, 0], 16);
silence.writeUInt32LE(8000, 24);
silence.writeUInt32LE(16_000, 28);
silence.write('data', 36);
silence.writeUInt32LE(3200, 40);
writeFileSync(wav, silence);

export type Given = Extract<LedgerBody, { case: 'noticeGiven' }>['value'];
export interface Call {
  readonly pid: number;
  readonly args: readonly string[];
  readonly input: string;
  readonly env: readonly string[];
}

export const opened = {
  case: 'sessionOpened',
  value: {
    session: 's1',
    room: 'talk',
    kind: 'interview',
    officers: [{ name: '王某', certificate: 'HY-001' }],
    caseNumber: '2026-17',
    caseName: '示例案件',
    parties: ['王五'],
    openedBy: 'clerk',
    urgent: false,
    opened: { wallMs: 1_790_000_000_000, monoMs: 5000 },
    folder: 'sessions/s1',
    cameras: [],
    article: 'HY 7(2)',
    stage: '调查取证',
  },
} satisfies LedgerBody;
export const closing: LedgerBody = {
  case: 'sessionClosing',
  value: { session: 's1', closed: { wallMs: 1, monoMs: 1 }, closedBy: 'clerk', reason: 'asked' },
};

const unused = (): Promise<never> => Promise.reject(new Error('not used here'));

export class Box {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  readonly feature;
  readonly set: FeatureSet;
  readonly ledger: FakeLedger;
  settings: Settings;
  /** dBFS of the room's microphone. */
  level: number | null = null;
  mono = 5000;
  readonly #programs: Readonly<Record<string, string>>;

  /** `programs`: the fake of each name, by how it behaves; see fake-player.sh. */
  constructor(
    t: Test,
    programs: Readonly<Record<string, string>>,
    change: Partial<Settings> = {},
    past: readonly LedgerBody[] = [],
  ) {
    this.#programs = programs;
    this.settings = {
      ...plain,
      dataFolder: this.folder,
      policy: { ...plain.policy, pack: 'jiaozuo-emergency' },
      ...change,
    };
    const lookup: Lookup = (name) => {
      const fake = programs[name];
      if (fake === undefined) return null;
      const file = path.join(this.folder, fake);
      copyFileSync(wav, path.join(this.folder, 'voice.wav'));
      copyFileSync(new URL('./fake-player.sh', import.meta.url), file);
      chmodSync(file, 0o755);
      return file;
    };
    this.feature = noticeFeature(lookup);
    this.set = new FeatureSet([this.feature], silentLog);
    this.ledger = new FakeLedger(past);
    for (const [index, body] of past.entries()) this.feature.entry?.({ seq: index + 1, body });
    t.teardown(() => this.set.close());
  }

  async start(): Promise<this> {
    const append = async (body: LedgerBody): Promise<{ seq: number }> => {
      const entry = await this.ledger.append(body);
      this.set.entry({ ...entry, body });
      return entry;
    };
    const context: RoomContext = {
      ask: () => Promise.reject(new Error('no other feature')),
      settings: () => this.settings,
      ledger: { fold: this.ledger.fold, append },
      signText: () => ({ signature: new Uint8Array(64), keySha256: new Uint8Array(32) }),
      open: unused,
      close: unused,
      mark: unused,
      settle: unused,
      view: () =>
        ({
          rooms: [{ room: 'talk' }],
          cameras: [{ camera: 'a', rooms: ['talk'], soundDb: this.level }],
        }) as unknown as GatewayView,
      now: () => ({ ...moment(1_790_000_000_000 + this.mono), mono: this.mono as never }),
      log: silentLog,
    };
    this.append = append;
    await this.set.start(context);
    return this;
  }

  append: (body: LedgerBody) => Promise<{ seq: number }> = () => Promise.reject(new Error('not started'));

  get given(): Given[] {
    return this.ledger.entries.flatMap((body) => (body.case === 'noticeGiven' ? [body.value] : []));
  }

  calls(name: string): Call[] {
    const file = path.join(this.folder, `${this.#programs[name] ?? '?'}.log`);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('end\n')
      .slice(0, -1)
      .map((call) => {
        const of = (name: string): string[] =>
          call
            .split('\n')
            .flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
        return { pid: Number(of('pid')[0]), args: of('arg'), input: of('input').join('\n'), env: of('env') };
      });
  }

  notices(): string {
    return this.set
      .notices('talk')
      .map(({ what, state }) => `${what} ${state}`)
      .join(', ');
  }
}

export function audio(files: Readonly<Record<string, string>>): Settings['notice'] {
  return { audio: {}, files: new Map(Object.entries(files)) };
}

export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone
  }
}

/** Programs have to start, on a machine that may be busy: longer than the others' `until`. */
export async function until(what: string, is: () => boolean): Promise<void> {
  const end = Date.now() + 25_000;
  while (!is()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
