// `liuhen verify`: checks session folders offline and says what holds, what is missing and what was changed.
import { maxPrerollMs } from '../../gateway/verify/preroll.ts';
import fs from 'node:fs/promises';
import path from 'node:path';
import { createPublicKey } from 'node:crypto';
import { dictionary } from '../../config/dictionary.ts';
import { LiuhenError } from '../../config/errors.ts';
import { excerptFile, fileKind } from '../../gateway/verify/session-files.ts';
import { verifySession, type Finding, type SessionReport } from '../../gateway/verify/verify-session.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

/** Folders below the given ones are looked at this deep. */
const maxDepth = 6;
const sessionKinds: ReadonlySet<string> = new Set(['recording', 'index', 'journal']);

export const verifyCommand: CommandSpec = {
  name: 'verify',
  summary: { en: 'check recordings offline', zh: '离线校验音像记录' },
  args: [
    {
      name: 'path',
      summary: { en: 'a session folder, or a folder above some', zh: '会话目录，或其上级目录' },
      required: true,
      variadic: true,
    },
  ],
  options: [
    {
      flags: '--key <file>',
      summary: { en: "the device's public key (PEM), known from elsewhere", zh: '另行取得的设备公钥（PEM）' },
    },
  ],
  json: true,
  run: async (input) => {
    const publicKeyPem = await readPinnedKey(textOption(input, 'key'));
    const reports: SessionReport[] = [];
    const unseen: string[] = [];
    for (const given of input.args) {
      const folders = await sessionFolders(path.resolve(given), 0, unseen);
      if (folders.length === 0) throw new LiuhenError('VERIFY_NOTHING', { path: given });
      for (const folder of folders) {
        const report = await verifySession(folder, publicKeyPem === undefined ? {} : { publicKeyPem });
        reports.push(report);
        if (!input.json) for (const line of reportLines(report, input)) input.out(printable(line));
      }
    }
    if (input.json) input.out(JSON.stringify(reports));
    for (const folder of unseen) {
      const why = input.language === 'en' ? 'not looked at: a link, or too deep' : '未校验：链接或层级过深';
      input.err(printable(`${folder}: ${why}`));
    }
    if (reports.some((report) => report.verdict === 'wrong')) return exitCodes.wrong;
    const open = unseen.length > 0 || reports.some((report) => report.verdict === 'open');
    return open ? exitCodes.incomplete : exitCodes.ok;
  },
};

async function readPinnedKey(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    const pem = await fs.readFile(file, 'utf8');
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is ${key.asymmetricKeyType}`);
    return pem;
  } catch (cause) {
    throw new LiuhenError('VERIFY_KEY', { file, why: (cause as Error).message }, { cause });
  }
}

/** What a recording leaves behind makes a session folder, also without journal and proof; others are searched. */
async function sessionFolders(folder: string, depth: number, unseen: string[]): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new LiuhenError('VERIFY_NOTHING', { path: folder }, { cause });
  });
  const names = entries.map((entry) => entry.name);
  if (names.some((name) => name === excerptFile || sessionKinds.has(fileKind(name)))) return [folder];
  const below: string[] = [];
  for (const entry of entries) {
    const each = path.join(folder, entry.name);
    if (entry.isSymbolicLink() || (entry.isDirectory() && depth >= maxDepth)) unseen.push(each);
    else if (entry.isDirectory()) below.push(...(await sessionFolders(each, depth + 1, unseen)));
  }
  return below.toSorted();
}

/** File names and what other boxes wrote go to a terminal: a line stays a line, and no escape reaches it. */
function printable(line: string): string {
  return line.replaceAll(/\p{C}/gu, '?');
}

function reportLines(report: SessionReport, input: CommandInput): string[] {
  const en = input.language === 'en';
  const causes = dictionary(input.language).gapCauses as Record<string, string>;
  const verdicts = en
    ? { holds: 'HOLDS', open: 'NOT CLOSED YET, right so far', wrong: 'WRONG' }
    : { holds: '校验通过', open: '尚未结束，目前无误', wrong: '校验不通过' };
  const size = `${(report.bytes / 2 ** 20).toFixed(1)} MiB`;
  const counts = en
    ? `${report.segments} files, ${size}, ${report.frames.video} pictures, ${report.gaps.length} gaps`
    : `${report.segments} 个文件，${size}，${report.frames.video} 帧画面，${report.gaps.length} 处中断`;
  const lines = [`${report.session}: ${verdicts[report.verdict]}`, `  ${counts}`];
  if (report.verdict === 'open') {
    lines.push(en ? '  no ledger.jsonl: no signature covers it' : '  无 ledger.jsonl：没有签名保护');
  }
  if (report.keySha256 !== '') {
    const pinned = report.keyPinned
      ? en
        ? 'the given key'
        : '指定公钥'
      : en
        ? 'the key in the folder'
        : '目录内公钥';
    lines.push(`  ${en ? 'signed by' : '签名'} ${report.keySha256.slice(0, 32)}… (${pinned})`);
  }
  if (report.prerollMs !== null) {
    const began = (report.prerollMs / 1000).toFixed(1);
    const most = maxPrerollMs / 1000;
    lines.push(
      en
        ? `  begins ${began} s before the opening; at most ${most} s may be used`
        : `  自开启前 ${began} 秒起；最多可用 ${most} 秒`,
    );
  }
  for (const gap of report.gaps) {
    const until = gap.toWallMs === null ? '…' : clock(gap.toWallMs);
    const lost = gap.lostPackets > 0 ? ` (${gap.lostPackets})` : '';
    const what = `${gap.camera} ${gap.track} ${causes[gap.cause] ?? gap.cause}${lost}`;
    lines.push(`  ${en ? 'gap' : '中断'} ${clock(gap.fromWallMs)} – ${until}`, `      ${what}`);
  }
  return [...lines, ...report.findings.map((finding) => `  ! ${findingText(finding)}`)];
}

function findingText({ file, line, offset, what, detail }: Finding): string {
  const place = line === undefined ? (offset === undefined ? '' : ` @${offset}`) : `:${line}`;
  return `${file}${place}: ${what}${detail === undefined ? '' : ` (${detail})`}`;
}

function clock(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 23).concat('Z');
}
