// Checks ledger.jsonl: form, chain, bodies, and the signature at its end; takes out what the recordings are
// checked against. Pure.
import {
  checkNext,
  checkpointText,
  keyFingerprint,
  sameBytes,
  signedBy,
  type ChainHead,
} from '../../protocols/hq/chain.ts';
import { decodeBody, decodeHeader } from '../../protocols/hq/codec.ts';
import type { Bodies, Body } from '../../protocols/hq/messages.ts';
import { isLiuhenError } from '../../config/errors.ts';
import { decodeCheckpointLine, decodeEntryLine, decodeFilesLine } from './excerpt.ts';
import { excerptFile, publicKeyFile, type FileLine } from './session-files.ts';
import { maxPrerollMs, preroll } from './preroll.ts';
import type { Finding, GapSummary } from './verify-session.ts';

type Shown = Body & { readonly seq: bigint };

export interface CheckedExcerpt {
  readonly session: string;
  readonly files: readonly FileLine[] | null;
  /** Of SessionClosed; null when it is not there. */
  readonly filesHash: Uint8Array | null;
  readonly seals: ReadonlyMap<string, Bodies['segmentSealed']>;
  readonly gaps: readonly GapSummary[];
  /** How long before the opening the earliest file begins, ms (H2). */
  readonly prerollMs: number;
}

/** Longest `ledger.jsonl`: 24 cameras for a month in files of ten minutes are half of it. */
export const maxExcerptBytes = 256 * 1024 * 1024;
/** Its entries are several hundred bytes each. */
export const maxExcerptLines = 1_000_000;

/** Adds what is wrong to `findings`, with its line. */
export function checkExcerpt(text: string, publicKeyPem: string, findings: Finding[]): CheckedExcerpt {
  const bad = (line: number, what: string, detail?: string): void => {
    findings.push({
      file: excerptFile,
      line: Math.max(line, 1),
      what,
      ...(detail === undefined ? {} : { detail }),
    });
  };
  const lines = text.split('\n', maxExcerptLines + 1);
  if (lines.length > maxExcerptLines) bad(maxExcerptLines, 'excerpt-too-long');
  else if (lines.pop() !== '') bad(lines.length + 1, 'excerpt-torn');
  const [filesLine = '', ...rest] = lines;
  const checkpointLine = rest.pop() ?? '';
  const files = decodeFilesLine(filesLine);
  if (files === null) bad(1, 'excerpt-line-bad', 'the list of files');
  const bodies: Shown[] = [];
  const head = checkEntries(rest, bodies, bad);
  checkSignature(checkpointLine, lines.length, head, publicKeyPem, bad);
  checkKey(bodies, publicKeyPem, findings);
  return { files, ...collect(bodies, lines.length, bad) };
}

type Bad = (line: number, what: string, detail?: string) => void;

function checkEntries(
  lines: readonly string[],
  bodies: Shown[],
  bad: Bad,
): { head: ChainHead; gateway: string } | null {
  let head: ChainHead | null = null;
  let gateway = '';
  for (const [i, line] of lines.entries()) {
    const number = i + 2;
    const entry = decodeEntryLine(line);
    if (entry === null) {
      bad(number, 'excerpt-line-bad');
      return null;
    }
    try {
      const header = decodeHeader(entry.header);
      // The first entry's own past is outside of the excerpt; the signature at the end covers it all the same.
      head ??= { seq: header.seq - 1n, epoch: header.epoch, hash: header.previous };
      gateway ||= header.gateway;
      const step = checkNext(head, entry, gateway, { withheld: true });
      if (!step.ok) {
        bad(number, 'chain-broken', step.fault);
        return null;
      }
      head = step.head;
      if (entry.body.length === 0) continue;
      const body = decodeBody(entry.body);
      if (body !== undefined) bodies.push({ seq: header.seq, ...body });
    } catch (error) {
      if (!isLiuhenError(error, 'HQ_MESSAGE_INVALID')) throw error;
      bad(number, 'excerpt-line-bad', 'not an entry');
      return null;
    }
  }
  return head === null ? null : { head, gateway };
}

function checkSignature(
  line: string,
  number: number,
  chain: { head: ChainHead; gateway: string } | null,
  publicKeyPem: string,
  bad: Bad,
): void {
  const checkpoint = decodeCheckpointLine(line);
  if (checkpoint === null) return bad(number, 'excerpt-line-bad', 'the checkpoint');
  if (chain === null) return; // the break is named already
  const { head, gateway } = chain;
  if (checkpoint.uptoSeq !== head.seq || !sameBytes(checkpoint.head, head.hash)) {
    bad(
      number,
      'checkpoint-differs',
      `it signs entry ${checkpoint.uptoSeq}, the excerpt ends with ${head.seq}`,
    );
  } else if (!sameBytes(checkpoint.keySha256, keyFingerprint(publicKeyPem))) {
    bad(number, 'key-differs', 'the checkpoint names another key');
  } else if (!signedBy(publicKeyPem, checkpointText(gateway, head.seq, head.hash), checkpoint.signature)) {
    bad(number, 'signature-wrong');
  }
}

/** The chained seals name the key too: when they agree on another one, it is the key's file that was changed. */
function checkKey(bodies: readonly Shown[], publicKeyPem: string, findings: Finding[]): void {
  const own = keyFingerprint(publicKeyPem);
  const seals = bodies.filter((body) => body.case === 'segmentSealed');
  if (seals.length > 0 && seals.every((seal) => !sameBytes(seal.value.keySha256, own))) {
    findings.push({ file: publicKeyFile, what: 'key-differs', detail: 'the seals name another key' });
  }
}

function collect(bodies: readonly Shown[], lines: number, bad: Bad): Omit<CheckedExcerpt, 'files'> {
  const opened = bodies[0];
  const session = opened?.case === 'sessionOpened' ? opened.value.session : '';
  if (session === '') bad(2, 'opening-missing');
  const seals = new Map<string, Bodies['segmentSealed']>();
  const gaps = new Map<bigint, GapSummary>();
  let filesHash: Uint8Array | null = null;
  for (const body of bodies) {
    if (body.case === 'segmentSealed') seals.set(body.value.file, body.value);
    else if (body.case === 'sessionClosed') ({ filesSha256: filesHash } = body.value);
    else if (body.case === 'gapOpened') gaps.set(body.value.gap, gapOf(body.value, null, 0n));
    else if (body.case === 'gapClosed') {
      gaps.set(body.value.gap, gapOf(body.value, body.value.to.wallMs, body.value.lostPackets));
    } else if (body.case === 'recordsDropped') {
      // Below zero, where no gap has its number.
      const place = { ...body.value, camera: '*', track: 'all', cause: 'records-dropped' };
      gaps.set(-body.value.journal, gapOf(place, body.value.to.wallMs, 0n));
    }
  }
  const early =
    opened?.case === 'sessionOpened' ? preroll(opened.value, seals.values()) : { file: '', ms: 0 };
  if (early.ms > maxPrerollMs)
    bad(2, 'begins-too-early', `${early.file}: ${early.ms} ms before the opening, at most ${maxPrerollMs}`);
  if (filesHash === null) bad(lines, 'close-missing');
  else if (withholds(bodies, session)) bad(2, 'entry-withheld', 'SessionClosed counts more of this session');
  return { session, filesHash, seals, gaps: [...gaps.values()], prerollMs: early.ms };
}

/** A body may be left out without breaking the chain: those of the session itself are counted in its close. */
function withholds(bodies: readonly Shown[], session: string): boolean {
  const closed = bodies.find((body) => body.case === 'sessionClosed' && body.value.session === session);
  if (closed?.case !== 'sessionClosed') return true;
  const { entryCount = 0, uptoSeq = 0n, segments, gaps } = closed.value;
  const count = (...cases: readonly Body['case'][]): number =>
    bodies.filter((body) => cases.includes(body.case)).length;
  if (count('segmentSealed') !== segments || count('gapOpened', 'recordsDropped') !== gaps) return true;
  if (uptoSeq === 0n) return false; // from before they were counted
  const own = bodies.filter(
    ({ seq, value }) => seq <= uptoSeq && 'session' in value && value.session === session,
  );
  return own.length !== entryCount;
}

function gapOf(
  gap: Omit<Bodies['gapOpened'], 'gap' | 'detail'>,
  to: bigint | null,
  lost: bigint,
): GapSummary {
  return {
    camera: gap.camera,
    track: gap.track,
    cause: gap.cause,
    fromWallMs: Number(gap.from.wallMs),
    toWallMs: to === null ? null : Number(to),
    lostPackets: Number(lost),
  };
}
