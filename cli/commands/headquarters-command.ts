// `liuhen command open`, `close`, `mark`, `book` and `unbook`: what headquarters asks of a box, over the broker. The box
// answers as it would answer its own command line.
import { wallTime } from '../../config/clock.ts';
import { LiuhenError, errorTable, isLiuhenError, type ErrorCode } from '../../config/errors.ts';
import { createLog } from '../../config/log.ts';
import { newCommand, sendCommand } from '../../headquarters/command-sender.ts';
import type { Reply, RoomWork } from '../../protocols/hq/command-messages.ts';
import { topicOf, type GatewayAddress } from '../../protocols/hq/topics.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { bookingAddCommand } from './booking.ts';
import { brokerConnection, brokerOption, tlsOptions } from './broker-options.ts';
import { askedBy, byOption, listOption, parseOfficer, textOption } from './control-socket.ts';
import { sessionOpenCommand } from './session-open.ts';

type Options = NonNullable<CommandSpec['options']>;

/** Seconds that a command may be begun after it was given, unless said. */
export const defaultValidSeconds = 60;
/** Seconds that the reply is waited for, unless said: a close answers when every file is sealed. */
export const defaultTimeoutSeconds = 90;
const mostSeconds = 3600;

const addressOptions: Options = [
  brokerOption,
  { flags: '--agency <id>', summary: { en: 'the agency', zh: '单位' }, required: true },
  { flags: '--site <id>', summary: { en: 'the site', zh: '站点' }, required: true },
  { flags: '--gateway <id>', summary: { en: 'the box', zh: '网关' }, required: true },
];
const sendingOptions: Options = [
  byOption,
  {
    flags: '--valid <seconds>',
    summary: {
      en: `begun within this time or not at all (${defaultValidSeconds})`,
      zh: `有效期，秒（默认 ${defaultValidSeconds}），逾期不执行`,
    },
  },
  {
    flags: '--timeout <seconds>',
    summary: {
      en: `wait this long for the answer (${defaultTimeoutSeconds})`,
      zh: `等待答复的秒数（默认 ${defaultTimeoutSeconds}）`,
    },
  },
  ...tlsOptions,
];
const sessionOption = {
  flags: '--session <id>',
  summary: { en: 'the session that is meant', zh: '会话编号' },
  required: true,
} as const;

/** As at the box's own command line, without what only makes sense there. */
function without(spec: CommandSpec, flags: RegExp): Options {
  return (spec.options ?? []).filter((option) => !flags.test(option.flags));
}
const localFlags = /^--(forbidden|by|config|socket) /;

export const commandOpenCommand: CommandSpec = {
  name: 'command open',
  summary: { en: 'have a box open a session', zh: '令网关开始会话' },
  options: [...addressOptions, ...without(sessionOpenCommand, localFlags), ...sendingOptions],
  json: true,
  run: (input) => {
    const urgent = input.options['urgent'] === true;
    return run(input, { case: 'open', value: { ...matter(input), urgent } }, ({ session = '' }, zh) =>
      zh ? `会话 ${session} 已开始` : `session ${session} is open`,
    );
  },
};

export const commandCloseCommand: CommandSpec = {
  name: 'command close',
  summary: { en: 'have a box close a session', zh: '令网关结束会话' },
  options: [
    ...addressOptions,
    sessionOption,
    { flags: '--reason <text>', summary: { en: 'why it ends, for the ledger', zh: '结束原因，记入台账' } },
    ...sendingOptions,
  ],
  json: true,
  run: (input) => {
    const value = { room: '', session: text(input, 'session'), reason: text(input, 'reason') };
    return run(input, { case: 'close', value }, ({ session = '' }, zh) =>
      zh ? `会话 ${session} 已结束` : `session ${session} is closed`,
    );
  },
};

export const commandMarkCommand: CommandSpec = {
  name: 'command mark',
  summary: { en: 'have a box mark a key moment', zh: '令网关标记关键时刻' },
  options: [
    ...addressOptions,
    sessionOption,
    { flags: '--label <label>', summary: { en: 'what kind of moment', zh: '时刻类别' }, required: true },
    { flags: '--text <text>', summary: { en: 'in words', zh: '文字说明' } },
    ...sendingOptions,
  ],
  json: true,
  run: (input) => {
    const [label, words] = [text(input, 'label'), text(input, 'text')];
    const value = { room: '', session: text(input, 'session'), label, text: words };
    return run(input, { case: 'mark', value }, ({ session = '' }, zh) =>
      zh ? `已在会话 ${session} 标记` : `marked in session ${session}`,
    );
  },
};

export const commandBookCommand: CommandSpec = {
  name: 'command book',
  summary: { en: 'have a box book a room', zh: '令网关预约房间' },
  options: [...addressOptions, ...without(bookingAddCommand, localFlags), ...sendingOptions],
  json: true,
  run: (input) => {
    const [from, to] = [text(input, 'from'), text(input, 'to')];
    const value = { ...matter(input), from, to, endsItself: input.options['endsItself'] === true };
    return run(input, { case: 'book', value }, ({ booking = '' }, zh) =>
      zh ? `已预约：${booking}` : `booked: ${booking}`,
    );
  },
};

export const commandUnbookCommand: CommandSpec = {
  name: 'command unbook',
  summary: { en: 'have a box cancel a booking', zh: '令网关取消预约' },
  args: [{ name: 'booking', summary: { en: 'its id', zh: '预约编号' }, required: true }],
  options: [...addressOptions, ...sendingOptions],
  json: true,
  run: (input) =>
    run(input, { case: 'unbook', value: { booking: input.args[0] ?? '' } }, ({ booking = '' }, zh) =>
      zh ? `已取消预约 ${booking}` : `cancelled ${booking}`,
    ),
};

async function run(
  input: CommandInput,
  work: RoomWork,
  show: (reply: Reply, zh: boolean) => string,
): Promise<number> {
  const zh = input.language !== 'en';
  const valid = seconds(input, 'valid', defaultValidSeconds);
  const timeout = seconds(input, 'timeout', defaultTimeoutSeconds);
  if (valid === null || timeout === null) {
    input.err(
      zh
        ? `--valid 和 --timeout 须为 1 至 ${mostSeconds} 的整数秒。`
        : `--valid and --timeout take whole seconds, 1 to ${mostSeconds}.`,
    );
    return exitCodes.usage;
  }
  const address = {
    agency: text(input, 'agency'),
    site: text(input, 'site'),
    gateway: text(input, 'gateway'),
  };
  if (!isAddress(address)) {
    input.err(
      zh
        ? '--agency、--site、--gateway 须为配置中的编号。'
        : '--agency, --site and --gateway take ids as the settings have them.',
    );
    return exitCodes.usage;
  }
  const command = newCommand({
    address,
    by: askedBy(input),
    work,
    nowWallMs: wallTime(),
    validMs: valid * 1000,
  });
  const { signal } = input;
  const log = createLog({ name: 'command', level: 'warn' });
  let reply: Reply;
  try {
    reply = await sendCommand({
      ...brokerConnection(input),
      address,
      command,
      timeoutMs: timeout * 1000,
      signal,
      log,
    });
  } catch (error) {
    if (!isLiuhenError(error, 'HQ_COMMAND_UNANSWERED', 'MQTT_OFFLINE')) throw error;
    tellError(input, error, command.id);
    return exitCodes.unreachable;
  }
  if (!reply.ok) {
    tellError(input, refusal(reply), command.id);
    return exitCodes.wrong;
  }
  tell(input, reply, show(reply, zh));
  return exitCodes.ok;
}

function tell(input: CommandInput, reply: Reply, line: string): void {
  const { id, session = '', booking = '', article = '', seq = 0n, debts = [] } = reply;
  const owed = debts.map((debt) => ({ ...debt, dueWallMs: Number(debt.dueWallMs) }));
  if (input.json) {
    input.out(JSON.stringify({ id, session, booking, article, seq: Number(seq), debts: owed }));
    return;
  }
  const zh = input.language !== 'en';
  const entry = zh ? `台账第 ${seq} 条` : `ledger entry ${seq}`;
  input.out(
    `${line}${article === '' ? '' : zh ? `（${article}）` : ` (${article})`}${zh ? '，' : ', '}${entry}`,
  );
  for (const { debt, article: asks, dueWallMs } of owed) {
    const due = new Date(dueWallMs).toISOString();
    input.out(zh ? `待补 ${debt}，期限 ${due}（${asks}）` : `owes ${debt} until ${due} (${asks})`);
  }
}

/** The box's error in our own words; a code of a newer box is told in the words that came with it. */
function refusal({ code, message, details = [] }: Reply): LiuhenError | { code: string; message: string } {
  if (!(code in errorTable)) return { code, message };
  return new LiuhenError(
    code as ErrorCode,
    Object.fromEntries(details.map(({ name, value }) => [name, value])),
  );
}

function tellError(
  input: CommandInput,
  error: LiuhenError | { readonly code: string; readonly message: string },
  id: string,
): void {
  const known = isLiuhenError(error);
  const message = known ? error.text(input.language) : error.message;
  if (!input.json) input.err(`${error.code}: ${message}`);
  else {
    const details = known ? error.details : {};
    input.out(JSON.stringify({ id, error: { code: error.code, message, details } }));
  }
}

function matter(input: CommandInput) {
  return {
    room: text(input, 'room'),
    kind: text(input, 'kind'),
    officers: listOption(input, 'officer').map(parseOfficer),
    caseNumber: text(input, 'case'),
    caseName: text(input, 'caseName'),
    parties: listOption(input, 'party'),
    stage: text(input, 'stage'),
  };
}

function text(input: CommandInput, name: string): string {
  return textOption(input, name) ?? '';
}

function seconds(input: CommandInput, name: string, otherwise: number): number | null {
  const given = textOption(input, name);
  if (given === undefined) return otherwise;
  const value = /^\d{1,4}$/.test(given) ? Number(given) : 0;
  return value >= 1 && value <= mostSeconds ? value : null;
}

function isAddress(address: GatewayAddress): boolean {
  try {
    topicOf(address, 'command');
    return true;
  } catch (error) {
    if (isLiuhenError(error, 'HQ_MESSAGE_INVALID')) return false;
    throw error;
  }
}
