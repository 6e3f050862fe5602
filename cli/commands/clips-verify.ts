// `liuhen clips verify`: reads every clip in the store and compares it with the ledger. The ledger of a gateway that does
// not run is read itself, its chain checked; a running one has it, and is asked for its list.
import path from 'node:path';
import { LiuhenError, isLiuhenError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings.ts';
import type { Settings } from '../../config/settings-types.ts';
import { ClipCatalogue } from '../../gateway/bodycam/clips/clip-catalogue.ts';
import { checkClipsRequest } from '../../gateway/bodycam/clips/clip-request-check.ts';
import type { ClipsAnswer, ClipsRequest } from '../../gateway/bodycam/clips/clip-requests.ts';
import {
  verifyStore,
  type EnteredClip,
  type StoreFinding,
  type StoreReport,
} from '../../gateway/bodycam/clips/verify-store.ts';
import { foldEntry } from '../../gateway/ledger-store.ts';
import { readLedger } from '../../gateway/ledger/read-ledger.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import { runPaths } from '../../gateway/supervisor/run-paths.ts';
import { findingLines, reportLine } from '../clip-table.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { queryOf, queryOptions } from './clips.ts';
import { textOption } from './control-socket.ts';

/** Who said what the store should have. */
interface Source {
  readonly from: 'ledger' | 'gateway';
  /** Those that were asked for. */
  readonly clips: readonly EnteredClip[];
  /** All; null where not all are known, and nothing can be called foreign. */
  readonly entered: ReadonlyMap<string, EnteredClip> | null;
  /** Clips of which the running gateway does not know any more. */
  readonly forgotten: number;
}

export const clipsVerifyCommand: CommandSpec = {
  name: 'clips verify',
  summary: { en: 'compare the footage in the store with the ledger', zh: '按台账校验存储中的音像资料' },
  options: [
    ...queryOptions,
    {
      flags: '--config <file>',
      summary: { en: 'settings of the gateway (LIUHEN_CONFIG)', zh: '网关的配置文件（LIUHEN_CONFIG）' },
    },
  ],
  json: true,
  run: async (input) => {
    const file = textOption(input, 'config') ?? process.env['LIUHEN_CONFIG'];
    if (!file) throw new LiuhenError('CONTROL_SOCKET_UNKNOWN', {});
    const settings = await loadSettings(file, process.env);
    const query = queryOf(input);
    const { from, clips, entered, forgotten } = await sourceOf(settings, query);
    const en = input.language === 'en';
    const read = await verifyStore(settings.offload.storeFolder, clips, { entered, signal: input.signal });
    const report = from === 'ledger' ? read : await withoutNewer(read, settings);
    const unread = forgotten > 0 || report.findings.some(({ what }) => what === 'unreadable');
    const wrong = report.findings.some(({ what }) => what !== 'draft' && what !== 'unreadable');
    if (input.json) input.out(JSON.stringify({ ...report, from, forgotten }));
    else {
      for (const finding of report.findings)
        for (const line of findingLines(finding, input.language)) input.out(printable(line));
      input.out(reportLine(report, input.language));
      input.out(sourceText(from, en));
      if (forgotten > 0)
        input.out(
          en
            ? `${forgotten} older clips were not read: stop the gateway to read them`
            : `另有 ${forgotten} 件较早的未校验：停止网关后可校验`,
        );
    }
    if (wrong) return exitCodes.wrong;
    return unread ? exitCodes.incomplete : exitCodes.ok;
  },
};

function sourceText(from: Source['from'], en: boolean): string {
  if (from === 'ledger') return en ? 'by the ledger, its chain checked' : '依据台账，链条已校验';
  return en ? "by the running gateway's list of its ledger" : '依据正在运行的网关所列台账';
}

async function sourceOf(settings: Settings, query: ClipsRequest): Promise<Source> {
  try {
    return await fromLedger(settings, query);
  } catch (error) {
    if (!isLiuhenError(error, 'LEDGER_IN_USE')) throw error;
    return fromGateway(settings, query);
  }
}

async function fromLedger(settings: Settings, request: ClipsRequest): Promise<Source> {
  // Not the gateway's limit: here the list is all that there is in memory.
  const catalogue = new ClipCatalogue(settings.timezone, Number.MAX_SAFE_INTEGER);
  const { query } = checkClipsRequest(request, settings);
  await readLedger(path.join(settings.dataFolder, 'ledger'), settings.gateway, (entry) => {
    const read = foldEntry(entry);
    if (read) catalogue.apply(read);
  });
  const all = catalogue.files.flatMap((file) => catalogue.plain(file) ?? []);
  const entered = new Map(all.map((clip) => [clip.file, clip]));
  if (Object.keys(request).length === 0) return { from: 'ledger', clips: all, entered, forgotten: 0 };
  const clips: EnteredClip[] = [];
  for (let before: number | null = Infinity; before !== null; ) {
    const found = catalogue.search({ ...query, before });
    clips.push(...found.clips);
    before = found.next;
  }
  return { from: 'ledger', clips, entered: null, forgotten: 0 };
}

async function fromGateway(settings: Settings, request: ClipsRequest): Promise<Source> {
  const socket = runPaths(settings.dataFolder).controlSocket;
  const clips: EnteredClip[] = [];
  let forgotten = 0;
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
    const found: ClipsAnswer = await askControl(socket, 'clips', { ...request, before });
    clips.push(...found.clips);
    ({ forgotten } = found);
    before = found.next;
  }
  const whole = Object.keys(request).length === 0 && forgotten === 0;
  const entered = whole ? new Map(clips.map((clip) => [clip.file, clip])) : null;
  return { from: 'gateway', clips, entered, forgotten };
}

/** A running gateway goes on: what it has entered since the list was asked for is not foreign. */
async function withoutNewer(report: StoreReport, settings: Settings): Promise<StoreReport> {
  const socket = runPaths(settings.dataFolder).controlSocket;
  const findings: StoreFinding[] = [];
  for (const finding of report.findings) {
    if (finding.what === 'foreign') {
      try {
        await askControl(socket, 'clips', { file: finding.file });
        continue;
      } catch (error) {
        if (!isLiuhenError(error, 'CLIP_UNKNOWN', 'SESSION_FIELD_INVALID')) throw error;
      }
    }
    findings.push(finding);
  }
  return { ...report, findings };
}

/** Names of files go to a terminal: a line stays a line, and no escape reaches it. */
function printable(line: string): string {
  return line.replaceAll(/\p{C}/gu, '?');
}
