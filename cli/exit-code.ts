// From an error to the exit code of the process, for errors that a command did not judge itself.
import { LiuhenError, type ErrorCode } from '../config/errors.ts';
import { exitCodes } from './command.ts';

const usageErrors: readonly string[] = [
  'SETTINGS_UNREADABLE',
  'SETTINGS_FAULTY',
  'RUN_FOLDER',
  'CONTROL_SOCKET_UNKNOWN',
  'DISCOVERY_OPTION',
  'IMAGING_OPTION',
  'CALENDAR_YEAR',
  'CALENDAR_YEAR_MISSING',
  'CALENDAR_FAULTY',
  'CALENDAR_UNREADABLE',
  'POLICY_OPTION',
  'POLICY_PARAMETER',
  'POLICY_UNKNOWN',
  'POLICY_FAULTY',
  'POLICY_UNREADABLE',
  'CAMERA_UNKNOWN',
  'SIM_SITE_MISSING',
] satisfies readonly (ErrorCode | 'CONTROL_SOCKET_UNKNOWN')[];

const unreachableErrors: readonly string[] = [
  'CONTROL_UNREACHABLE',
  'CHANNEL_CLOSED',
  'CHANNEL_TIMEOUT',
  'CHANNEL_VERSION',
  'DISCOVERY_NETWORK',
  'CAMERA_HTTP',
  // What Node says when nobody listens (connect(2)).
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
];

/** One of `exitCodes`. */
export function exitCodeOf(error: unknown): number {
  const code = codeOf(error);
  if (usageErrors.includes(code)) return exitCodes.usage;
  if (unreachableErrors.includes(code)) return exitCodes.unreachable;
  // The simulator's port is asked with fetch, which says so when nobody listens or answers.
  if (code === 'SIM_CONTROL_FAILED' && error instanceof Error && isNoAnswer(error.cause))
    return exitCodes.unreachable;
  return exitCodes.wrong;
}

function isNoAnswer(cause: unknown): boolean {
  return cause instanceof TypeError || (cause instanceof Error && cause.name === 'TimeoutError');
}

/** The error's code; `UNEXPECTED` for one that has none. */
export function codeOf(error: unknown): string {
  if (error instanceof LiuhenError) return error.code;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'UNEXPECTED';
}
