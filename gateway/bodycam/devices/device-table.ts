// Body-cams and their history for people, in lines of at most 80 columns. Pure; who prints it is the command's.
import { bodycamWord } from '../../../config/bodycam-words.ts';
import type { Language } from '../../../config/dictionary.ts';
import { wordText } from '../../../config/policy/policy-text.ts';
import { itemLines } from '../../before-use/check-table.ts';
import { fit, wrap } from '../../health/display-width.ts';
import type { DeviceEvent, Suspect } from './device-record.ts';
import type { DeviceHistoryAnswer, DeviceView, IssueAnswer } from './device-requests.ts';

const columns = 80;
const widths = [18, 16, 22, 24];

const words = {
  en: {
    head: ['device', 'where', 'with', 'seen (UTC)'],
    at: {
      docked: 'docked',
      issued: 'issued',
      out: 'out, not issued',
      unknown: 'not known',
      'never-seen': 'never seen',
    },
    none: 'no body-cams in the register',
    elsewhere: (gateway: string) => `belongs to gateway ${gateway}`,
    mayNot: 'NOT TO BE USED',
    suspect: 'suspected',
    custodian: (name: string) => `${name} (keeper)`,
    docked: 'docked',
    undocked: 'undocked',
    issued: 'issued to',
    returned: 'returned by',
    reported: 'reported',
    maintained: 'upkeep',
    by: (name: string) => `by ${name}`,
    earlier: (count: number) => `… ${count} earlier entries are in the ledger`,
    noHistory: 'nothing of it is in the ledger',
    from: (seq: number) => `since entry #${seq}`,
  },
  'zh-CN': {
    head: ['设备', '所在', '持有人', '最近所见（UTC）'],
    at: {
      docked: '在采集站',
      issued: '已领用',
      out: '已取出，未领用',
      unknown: '未知',
      'never-seen': '从未见过',
    },
    none: '登记册中没有执法记录仪',
    elsewhere: (gateway: string) => `属于网关 ${gateway}`,
    mayNot: '不得使用',
    suspect: '疑似',
    custodian: (name: string) => `${name}（保管）`,
    docked: '放入采集站',
    undocked: '取出',
    issued: '领用',
    returned: '归还',
    reported: '报告',
    maintained: '维护',
    by: (name: string) => `操作人 ${name}`,
    earlier: (count: number) => `……更早的 ${count} 条见台账`,
    noHistory: '台账中没有其记录',
    from: (seq: number) => `见台账 #${seq}`,
  },
} as const;

export function deviceTable(devices: readonly DeviceView[], language: Language): string[] {
  const say = words[language];
  if (devices.length === 0) return [say.none];
  return [row(say.head), '-'.repeat(columns), ...devices.flatMap((each) => deviceLines(each, language))];
}

/** One line, and below it why it must not be used, and what the box suspects. */
export function deviceLines(view: DeviceView, language: Language): string[] {
  const say = words[language];
  const { device, elsewhere, at, issued, custodian, stopped, suspects, seenWallMs } = view;
  const holder = issued ? issued.officer : custodian === '' ? '' : say.custodian(custodian);
  const gone = stopped?.what === 'stolen' || stopped?.what === 'lost';
  const first =
    elsewhere === ''
      ? row([device, say.at[at], gone ? '' : holder, seenWallMs === null ? '' : shownTime(seenWallMs)])
      : `${fit(device, widths[0] ?? 0)}${say.elsewhere(elsewhere)}`;
  return [
    fit(first, columns).trimEnd(),
    ...(stopped
      ? below(
          [
            say.mayNot,
            bodycamWord(stopped.what, language),
            shownTime(stopped.sinceWallMs),
            stopped.detail,
            cited(stopped.article),
          ],
          '! ',
        )
      : []),
    ...suspects.flatMap((each) => suspectLines(each, language)),
  ];
}

export function historyLines({ device, events, earlier }: DeviceHistoryAnswer, language: Language): string[] {
  const say = words[language];
  return [
    ...deviceLines(device, language),
    ...(earlier > 0 ? [say.earlier(earlier)] : []),
    ...(events.length === 0 ? [say.noHistory] : []),
    ...events.flatMap((event) => eventLines(event, language)),
  ];
}

/** To whom it went, and what of it is not in order or not known. */
export function issueLines({ device, officer, items, seq }: IssueAnswer, language: Language): string[] {
  const who = `${officer.name} (${officer.certificate})`;
  const said =
    language === 'en' ? `${device} is issued to ${who}, #${seq}` : `${device} 已由 ${who} 领用，#${seq}`;
  const wrong = items.filter(({ result }) => result === 'fault' || result === 'unknown');
  return [...wrap(said, columns), ...wrong.flatMap((item) => itemLines(item, language))];
}

function suspectLines({ what, detail, seq, count }: Suspect, language: Language): string[] {
  const say = words[language];
  const times = count > 1 ? `× ${count}` : '';
  return below([say.suspect, bodycamWord(what, language), times, detail, say.from(seq)], '? ');
}

function eventLines(event: DeviceEvent, language: Language): string[] {
  const say = words[language];
  const { seq, wallMs, what, who, by, article } = event;
  const name = what === 'suspect' ? say.suspect : say[what];
  const word = event.word === '' ? '' : bodycamWord(event.word, language);
  const detail = what === 'issued' ? wordText(event.detail, language) : event.detail;
  const head = fit(wallMs === null ? '' : shownTime(wallMs), 18) + fit(`#${seq}`, 9);
  const text = [name, who, word, detail, by === '' ? '' : say.by(by), cited(article)];
  const body = wrap(text.filter((each) => each !== '').join(' '), columns - 27);
  return body.map((line, index) => ((index === 0 ? head : ' '.repeat(27)) + line).trimEnd());
}

function below(parts: readonly string[], mark: string): string[] {
  const lines = wrap(parts.filter((each) => each !== '').join(' '), columns - 4);
  return lines.map((line, index) => `  ${index === 0 ? mark : '  '}${line}`);
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => `${fit(cell, (widths[index] ?? 0) - 1)} `)
    .join('')
    .trimEnd();
}

function cited(article: string): string {
  return article === '' ? '' : `[${article}]`;
}

function shownTime(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).concat('Z');
}
