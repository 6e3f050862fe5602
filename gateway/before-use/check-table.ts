// A check before use for people, in lines of at most 80 columns: every item, what was found, what to do about it, and
// whether recording may start, by which article. Pure; who prints it is the command's.
import { findingText, itemText, resultText, todoText } from '../../config/check-words.ts';
import type { Language } from '../../config/dictionary.ts';
import { fit, wrap } from '../health/display-width.ts';
import type { CheckAnswer } from '../sessions/control-protocol.ts';
import type { CheckVerdict } from './before-use-rules.ts';

const columns = 80;
const resultWidth = 11;
const itemWidth = 24;

/** The whole check, as `liuhen check` prints it. */
export function checkTable(answer: CheckAnswer, language: Language): string[] {
  const en = language === 'en';
  const at = new Date(answer.wallMs).toISOString().slice(0, 19).concat('Z');
  const { last, seq } = answer;
  const entered =
    seq === null
      ? en
        ? 'the last entry of today says the same'
        : '与当日最近一次记录相同，未重复记入台账'
      : en
        ? `entered in the ledger as #${seq}`
        : `已记入台账 #${seq}`;
  const before =
    last === null
      ? []
      : [
          (en ? 'the check before: ' : '上次检查：') +
            `${new Date(last.wallMs).toISOString().slice(0, 19)}Z ` +
            (last.passed ? (en ? 'without a fault' : '无故障') : en ? 'with faults' : '有故障') +
            (last.session === '' ? '' : ` (${last.session})`),
        ];
  return [
    ...wrap(`${answer.room}  ${at}  ${answer.pack}`, columns),
    ...answer.items.flatMap((item) => itemLines(item, language)),
    ...startLines(answer, language),
    ...[...before, entered].flatMap((line) => wrap(line, columns)),
  ];
}

/** What is not in order, as `session open` prints it behind its answer; nothing where all is known to be fine. */
export function checkWarnings(check: CheckVerdict, language: Language): string[] {
  const wrong = check.items.filter(({ result }) => result === 'fault' || result === 'unknown');
  if (wrong.length === 0) return [];
  return [...wrong.flatMap((item) => itemLines(item, language)), ...startLines(check, language)];
}

/** One item with what was found and what to do. */
export function itemLines(
  { item, device, result, finding, detail, article }: CheckVerdict['items'][number],
  language: Language,
): string[] {
  const found = finding === '' ? '' : findingText(finding, language);
  const at = device !== '' && found !== '' ? `${device}:` : device;
  const said = [at, found, detail === '' ? '' : `(${detail})`, article === '' ? '' : `[${article}]`];
  const body = wrap(said.filter((each) => each !== '').join(' '), columns - resultWidth - itemWidth);
  const head = fit(resultText(result, language), resultWidth) + fit(itemText(item, language), itemWidth);
  const indent = ' '.repeat(resultWidth + itemWidth);
  const todo = result === 'fault' || result === 'unknown' ? todoText(finding, language) : '';
  return [
    (head + (body[0] ?? '')).trimEnd(),
    ...body.slice(1).map((line) => indent + line),
    ...wrap(todo === '' ? '' : `→ ${todo}`, columns - resultWidth).map(
      (line) => ' '.repeat(resultWidth) + line,
    ),
  ];
}

function startLines(check: CheckVerdict, language: Language): string[] {
  const en = language === 'en';
  const lines: string[] = [];
  const by = check.startArticle === '' ? '' : ` [${check.startArticle}]`;
  if (!check.mayStart)
    lines.push(en ? `recording may not start${by}; an urgent start may` : `不得启用${by}；紧急启动除外`);
  else if (check.passed) lines.push(en ? 'recording may start' : '可以开始记录');
  else if (check.rulesSilent)
    lines.push(
      en
        ? 'recording may start: the rules say nothing of a start with a fault'
        : '可以开始记录：制度对带故障启动未作规定',
    );
  else lines.push(en ? `recording may start${by}` : `可以开始记录${by}`);
  if (check.outOfUse.length > 0) {
    const devices = check.outOfUse.join(', ');
    lines.push(
      en ? `take out of use and report for repair: ${devices}${by}` : `停止使用并报修：${devices}${by}`,
    );
  }
  if (check.unknown > 0) lines.push(en ? `not known: ${check.unknown}` : `未知：${check.unknown} 项`);
  return lines.flatMap((line) => wrap(line, columns));
}
