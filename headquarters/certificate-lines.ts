// The table of a day's coverage certificate (A1, I8): of each track how much of the expected time is on disk, and how
// much of what is missing is excused. Pure; the certificate's signature is key-pin.ts's business.
import { dictionary, type Language } from '../config/dictionary.ts';
import { wordText } from '../config/policy/policy-text.ts';
import type { Bodies } from '../protocols/hq/messages.ts';

type Certificate = Bodies['coverageCertified'];
type Track = Certificate['tracks'][number];

/** Tracks that the table lists; beyond, it says how many more there are. */
export const maxCertificateTracks = 64;

const words = {
  en: {
    expected: (min: string) => `expected ${min} min`,
    recorded: (of: string, min: string, share: string) => `${of}: recorded ${min} min (${share}%)`,
    missing: (min: string, excused: string) => `missing ${min} min, of these excused ${excused} min`,
    gaps: (n: number) => `${n} gaps`,
    listed: (n: number) => `${n} of them listed`,
    more: (n: number) => `… and ${n} more tracks`,
    'not-recorded': 'not recorded',
  },
  'zh-CN': {
    expected: (min: string) => `应记录 ${min} 分钟`,
    recorded: (of: string, min: string, share: string) => `${of}：已记录 ${min} 分钟（${share}%）`,
    missing: (min: string, excused: string) => `缺 ${min} 分钟，其中已说明理由 ${excused} 分钟`,
    gaps: (n: number) => `中断 ${n} 处`,
    listed: (n: number) => `列出 ${n} 处`,
    more: (n: number) => `……另有 ${n} 条轨道`,
    'not-recorded': '未记录',
  },
} as const;

/** The expected minutes, then a line for each track and its causes. Lines begin with four blanks. */
export function certificateLines(certificate: Certificate, language: Language): string[] {
  const say = words[language];
  const { expectedMs, tracks } = certificate;
  const lines = [say.expected(minutes(expectedMs))];
  for (const track of tracks.slice(0, maxCertificateTracks)) {
    lines.push(...trackLines(track, expectedMs, language));
  }
  if (tracks.length > maxCertificateTracks) lines.push(say.more(tracks.length - maxCertificateTracks));
  return lines.map((line) => `    ${line}`);
}

function trackLines(track: Track, expectedMs: bigint, language: Language): string[] {
  const say = words[language];
  const { camera, recordedMs, gapCount, gaps } = track;
  const { tracks, gapCauses } = dictionary(language);
  const names: Readonly<Record<string, string>> = tracks;
  const share = expectedMs > 0n ? Number((recordedMs * 1000n) / expectedMs) / 10 : 100;
  const of = `${camera} ${names[track.track] ?? track.track}`;
  const lines = [say.recorded(of, minutes(recordedMs), share.toFixed(1))];
  if (gapCount === 0) return lines;
  const causeWords: Readonly<Record<string, string>> = { ...gapCauses, 'not-recorded': say['not-recorded'] };
  const byCause = new Map<string, bigint>();
  let excusedMs = 0n;
  for (const { fromWallMs, toWallMs, cause, excuse } of gaps) {
    const lengthMs = toWallMs - fromWallMs;
    if (excuse !== '') excusedMs += lengthMs;
    const why = `${causeWords[cause] ?? cause}${excuse === '' ? '' : ` [${excuseText(excuse, language)}]`}`;
    byCause.set(why, (byCause.get(why) ?? 0n) + lengthMs);
  }
  const missingMs = expectedMs > recordedMs ? expectedMs - recordedMs : 0n;
  const listed = gaps.length < gapCount ? [say.listed(gaps.length)] : [];
  const parts = [say.missing(minutes(missingMs), minutes(excusedMs)), say.gaps(gapCount), ...listed];
  lines.push(`  ${parts.join(language === 'en' ? '; ' : '；')}`);
  const causes = [...byCause].toSorted(([, one], [, other]) => (other > one ? 1 : -1));
  for (const [why, lengthMs] of causes.slice(0, maxCauses)) lines.push(`  ${minutes(lengthMs)}  ${why}`);
  return lines;
}

/** Causes listed below a track, the longest first; the certificate has each gap. */
const maxCauses = 6;

/** The box writes `<cause>: <article>`; the cause is a word of the packs. */
function excuseText(excuse: string, language: Language): string {
  const colon = excuse.indexOf(': ');
  if (colon < 0) return excuse;
  const gap = language === 'en' ? ': ' : '：';
  return `${wordText(excuse.slice(0, colon), language)}${gap}${excuse.slice(colon + 2)}`;
}

/** Minutes with one digit behind the point, as certificates are read. */
function minutes(ms: bigint): string {
  return (Number(ms) / 60_000).toFixed(1);
}
