// What the session commands share: where the gateway's socket is, and what an error means as an exit code.
import path from 'node:path';
import { LiuhenError, isLiuhenError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings.ts';
import { runPaths } from '../../gateway/supervisor/run-paths.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import type { ControlRequests } from '../../gateway/sessions/control-protocol.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';

/** Options that every session command has. */
export const socketOptions: NonNullable<CommandSpec['options']> = [
  {
    flags: '--config <file>',
    summary: {
      en: 'settings of the running gateway (LIUHEN_CONFIG)',
      zh: '正在运行的网关的配置文件（LIUHEN_CONFIG）',
    },
  },
  {
    flags: '--socket <path>',
    summary: { en: "the gateway's control socket (LIUHEN_SOCKET)", zh: '网关的控制套接字（LIUHEN_SOCKET）' },
  },
];

export const byOption = {
  flags: '--by <name>',
  summary: { en: 'who asks, for the ledger', zh: '操作人，记入台账' },
} as const;

/** The text of an option, or undefined. */
export function textOption(input: CommandInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of a repeatable option. */
export function listOption(input: CommandInput, name: string): readonly string[] {
  const value = input.options[name];
  if (typeof value === 'string') return [value];
  return typeof value === 'object' ? value : [];
}

/** The name for the ledger: what was given, otherwise the login. */
export function askedBy(input: CommandInput): string {
  return textOption(input, 'by') ?? process.env['USER'] ?? 'command line';
}

/** --socket, then --config, then LIUHEN_SOCKET, then LIUHEN_CONFIG. Throws CONTROL_SOCKET_UNKNOWN. */
export async function findSocket(input: CommandInput): Promise<string> {
  const given = textOption(input, 'socket');
  if (given !== undefined) return path.resolve(given);
  const config = textOption(input, 'config');
  const fromEnvironment = process.env['LIUHEN_SOCKET'];
  if (config === undefined && fromEnvironment) return path.resolve(fromEnvironment);
  const file = config ?? process.env['LIUHEN_CONFIG'];
  if (!file) throw new LiuhenError('CONTROL_SOCKET_UNKNOWN', {});
  return runPaths((await loadSettings(file, process.env)).dataFolder).controlSocket;
}

/**
 * Asks the gateway and prints the answer, or the error with its code. Exit codes: `exitCode`'s, wrong for a refusal,
 * unreachable when nobody answers; what concerns the command line and the settings is thrown on.
 */
export function runControlCommand<Name extends keyof ControlRequests>(
  input: CommandInput,
  request: Name,
  body: ControlRequests[Name]['body'],
  show: (answer: ControlRequests[Name]['answer']) => readonly string[],
  exitCode: (answer: ControlRequests[Name]['answer']) => number = () => exitCodes.ok,
): Promise<number> {
  return runWithControl(input, (socket) => askControl(socket, request, body), show, exitCode);
}

/** As runControlCommand, for an answer of several questions. */
export async function runWithControl<Answer>(
  input: CommandInput,
  ask: (socket: string) => Promise<Answer>,
  show: (answer: Answer) => readonly string[],
  exitCode: (answer: Answer) => number = () => exitCodes.ok,
): Promise<number> {
  const socket = await findSocket(input);
  try {
    const answer = await ask(socket);
    if (input.json) input.out(JSON.stringify(answer));
    else for (const line of show(answer)) input.out(line);
    return exitCode(answer);
  } catch (error) {
    if (!isLiuhenError(error)) throw error;
    if (input.json) {
      input.out(
        JSON.stringify({
          error: { code: error.code, message: error.text(input.language), details: error.details },
        }),
      );
    } else {
      input.err(`${error.code}: ${error.text(input.language)}`);
    }
    return isLiuhenError(error, 'CONTROL_UNREACHABLE', 'CHANNEL_CLOSED', 'CHANNEL_TIMEOUT', 'CHANNEL_VERSION')
      ? exitCodes.unreachable
      : exitCodes.wrong;
  }
}

/** `NAME:CERTIFICATE`; the certificate is after the last colon, so that a name may hold one. */
export function parseOfficer(text: string): { name: string; certificate: string } {
  const colon = Math.max(text.lastIndexOf(':'), text.lastIndexOf('：'));
  if (colon < 0) return { name: text.trim(), certificate: '' };
  return { name: text.slice(0, colon).trim(), certificate: text.slice(colon + 1).trim() };
}
