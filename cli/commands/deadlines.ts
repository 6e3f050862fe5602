// `liuhen deadlines`, `deadlines away` and `deadlines back`: what body-cam footage is due (E1-E3), and remote work from
// which nobody can store in time.
import type { AwayAnswer } from '../../gateway/bodycam/deadlines/deadline-requests.ts';
import type { Language } from '../../config/dictionary.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { deadlineTable } from '../deadline-table.ts';
import { askedBy, byOption, runControlCommand, socketOptions, textOption } from './control-socket.ts';

const deviceArgument = {
  name: 'device',
  summary: { en: "the agency's number of the body-cam", zh: '执法记录仪编号' },
  required: true,
} as const;

/** Exit code 1: something has missed its deadline. */
export const deadlinesCommand: CommandSpec = {
  name: 'deadlines',
  summary: { en: 'what body-cam footage is due, and when', zh: '列出执法记录的存储期限' },
  options: socketOptions,
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'deadlines',
      {},
      (answer) => deadlineTable(answer, input.language),
      ({ offloads }) => (offloads.some(({ step }) => step === 'missed') ? exitCodes.wrong : exitCodes.ok),
    ),
};

export const deadlinesAwayCommand: CommandSpec = {
  name: 'deadlines away',
  summary: {
    en: 'declare remote, continuous or hard-to-reach work',
    zh: '登记连续执法、异地执法或在交通不便地区执法',
  },
  args: [deviceArgument],
  options: [
    {
      flags: '--why <text>',
      summary: { en: 'why nobody can store in time', zh: '无法及时存储的原因' },
      required: true,
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'remote-work',
      { device: input.args[0] ?? '', why: textOption(input, 'why'), by: askedBy(input) },
      (answer) => [awayText(answer, input.language)],
    ),
};

export const deadlinesBackCommand: CommandSpec = {
  name: 'deadlines back',
  summary: { en: 'say that it is back: the deadline begins', zh: '登记返回：时限开始计算' },
  args: [deviceArgument],
  options: [byOption, ...socketOptions],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'remote-return',
      { device: input.args[0] ?? '', by: askedBy(input) },
      (answer) => [awayText(answer, input.language)],
    ),
};

function awayText(
  { device, article, returnedWallMs, dueWallMs, seq }: AwayAnswer,
  language: Language,
): string {
  const due = dueWallMs === null ? '' : new Date(dueWallMs).toISOString().slice(0, 16).concat('Z');
  const by = article === '' ? '' : ` (${article})`;
  if (language === 'en') {
    if (returnedWallMs === null) return `${device} is away${by}: no deadline before its return, entry ${seq}`;
    return `${device} is back${by}${due === '' ? '' : `, footage is due ${due}`}, entry ${seq}`;
  }
  if (returnedWallMs === null) return `${device} 已登记外出${by}：返回前不计时限，台账第 ${seq} 条`;
  return `${device} 已返回${by}${due === '' ? '' : `，记录须于 ${due} 前存储`}，台账第 ${seq} 条`;
}
