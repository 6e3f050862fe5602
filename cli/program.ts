// The one door to the package `commander`: turns command specs into words, runs one, answers an exit code.
// What a command does is in commands/<name>.ts.
import { Command, CommanderError, Option } from 'commander';
import { LiuhenError, errorLine } from '../config/errors.ts';
import { redact } from '../config/redact.ts';
import { displayWidth } from '../gateway/health/display-width.ts';
import { exitCodes, type CommandInput, type CommandSpec, type Text } from './command.ts';
import { commandList, type ListedCommand } from './command-list.ts';
import { codeOf, exitCodeOf } from './exit-code.ts';

export interface ProgramOptions {
  /** The words after `liuhen`. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly signal: AbortSignal;
  out(line: string): void;
  /** Bytes that the reader of `out` has not taken yet; 0 unless given. */
  waiting?(): number;
  err(line: string): void;
  /** The product's own list unless a test brings another. */
  readonly commands?: readonly ListedCommand[];
}

type Language = CommandInput['language'];

/** Runs one command line. Never rejects: every failure is a line on `err` and an exit code. */
export async function runProgram(options: ProgramOptions): Promise<number> {
  const { argv } = options;
  const language = languageOf(argv, options.environment);
  const out = (line: string): void => options.out(redact(line));
  const err = (line: string): void => options.err(redact(line));
  const commands = options.commands ?? commandList;
  let exitCode: number = exitCodes.ok;

  const run = async (spec: CommandSpec, args: readonly string[], values: CommandInput['options']) => {
    const json = values['json'] === true;
    try {
      const { signal } = options;
      const waiting = (): number => options.waiting?.() ?? 0;
      exitCode = await spec.run({ args, options: values, json, language, out, waiting, err, signal });
    } catch (error) {
      exitCode = exitCodeOf(error);
      err(json ? jsonError(error, language) : textError(error, language));
    }
  };

  const root = new Command('liuhen').version(options.version, '-V, --version').helpCommand(true);
  root.description(
    pick(language, {
      en: 'Whole-process recording that happens by itself. Exit codes: 0 ok, 1 wrong, 2 usage or settings, 3 incomplete, 4 unreachable.',
      zh: '全过程记录网关。退出码：0 正常，1 有误，2 用法或设置错误，3 未完成，4 无法连接。',
    }),
  );
  prepare(root, language, out, err);
  try {
    for (const spec of await wantedSpecs(argv, commands)) addCommand(root, spec, { language, out, err, run });
    if (argv.length === 0) {
      root.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    err(textError(error, language));
    return exitCodeOf(error);
  }
  return exitCode;
}

/** --lang, then LC_ALL, LC_MESSAGES, LANG as in setlocale(3); English when they say neither. */
export function languageOf(argv: readonly string[], environment: ProgramOptions['environment']): Language {
  const index = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const given = argv[index]?.startsWith('--lang=') ? argv[index].slice('--lang='.length) : argv[index + 1];
  if (index >= 0 && given !== undefined) return given.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
  const locale = environment['LC_ALL'] || environment['LC_MESSAGES'] || environment['LANG'] || '';
  return locale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/**
 * The command that most of the words name, with those below it; all of them for help and for words that name none. One above
 * it would take its options for its own.
 */
async function wantedSpecs(
  argv: readonly string[],
  commands: readonly ListedCommand[],
): Promise<CommandSpec[]> {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    if (argv[index] === '--lang') index++;
    else if (argv[index]?.startsWith('-') !== true) words.push(argv[index] ?? '');
  }
  const named = commands.filter(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  const longest = named.toSorted((one, other) => other.name.length - one.name.length)[0]?.name;
  const wanted = commands.filter(({ name }) => name === longest || name.startsWith(`${longest} `));
  return Promise.all((longest === undefined ? commands : wanted).map(({ load }) => load()));
}

interface Surroundings {
  readonly language: Language;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly run: (
    spec: CommandSpec,
    args: readonly string[],
    values: CommandInput['options'],
  ) => Promise<void>;
}

function addCommand(root: Command, spec: CommandSpec, { language, out, err, run }: Surroundings): void {
  const words = spec.name.split(' ');
  const last = words.pop() ?? '';
  let parent = root;
  for (const word of words) {
    let group = parent.commands.find((command) => command.name() === word);
    if (!group) {
      group = prepare(parent.command(word), language, out, err);
      const summary = groupSummaries[word];
      if (summary) group.description(pick(language, summary));
    }
    parent = group;
  }
  const command = prepare(parent.command(last), language, out, err).description(pick(language, spec.summary));
  for (const { name, summary, required, variadic } of spec.args ?? []) {
    const word = variadic ? `${name}...` : name;
    command.argument(required ? `<${word}>` : `[${word}]`, pick(language, summary));
  }
  for (const { flags, summary, required } of spec.options ?? []) {
    const option = new Option(flags, pick(language, summary));
    command.addOption(required ? option.makeOptionMandatory() : option);
  }
  if (spec.json) command.option('--json', pick(language, { en: 'answer in JSON', zh: '以 JSON 输出' }));
  command.action(async () => {
    // A variadic argument comes as one list, a missing one as undefined.
    const args = command.processedArgs.flat().filter((word): word is string => typeof word === 'string');
    await run(spec, args, command.opts<Record<string, string | boolean | string[] | undefined>>());
  });
}

const groupSummaries: Readonly<Record<string, Text>> = {
  booking: { en: 'the calendar of the rooms', zh: '房间预约' },
  command: { en: "headquarters' commands to a box, over the broker", zh: '总部经消息服务器对网关下达命令' },
  session: { en: 'sessions of the running gateway', zh: '正在运行的网关的会话' },
};

function prepare(
  command: Command,
  language: Language,
  out: (line: string) => void,
  err: (line: string) => void,
): Command {
  const summary = pick(language, {
    en: 'zh-CN or en; otherwise LANG decides',
    zh: 'zh-CN 或 en；默认由 LANG 决定',
  });
  return (
    command
      .addOption(new Option('--lang <language>', summary).choices(['zh-CN', 'zh', 'en']))
      .exitOverride()
      // A Chinese character takes two columns; what may be chosen stands in the texts, in the reader's language.
      .configureHelp({ displayWidth, optionDescription: ({ description }) => description })
      .configureOutput({
        writeOut: (text) => out(text.trimEnd()),
        writeErr: (text) => err(text.trimEnd()),
      })
  );
}

function pick(language: Language, text: Text): string {
  return language === 'en' ? text.en : text.zh;
}

function textOf(error: unknown, language: Language): string {
  return error instanceof LiuhenError ? error.text(language) : errorLine(error);
}

function textError(error: unknown, language: Language): string {
  return `${codeOf(error)}: ${textOf(error, language)}`;
}

function jsonError(error: unknown, language: Language): string {
  const details = error instanceof LiuhenError ? error.details : {};
  return JSON.stringify({ error: { code: codeOf(error), message: textOf(error, language), details } });
}
