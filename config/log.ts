// The one door to pino. Synchronous destination: a worker transport lost its last lines on a kill.
// debug = wire, info = the story of a healthy day, warn = someone should look, error = a feature is down.
import pino from 'pino';
import { errorLine } from './errors.ts';
import { redact } from './redact.ts';

export type LogFields = Record<string, unknown>;

/** What every part of the product logs through: a constant message, varying fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Log;
}

/** JSON lines to standard error (`fd` 2) or another descriptor; string fields are redacted, errors become one line. */
export function createLog(options: { name: string; level?: string; fd?: number }): Log {
  const logger = pino(
    { name: options.name, level: options.level ?? process.env['LIUHEN_LOG'] ?? 'info' },
    pino.destination({ fd: options.fd ?? 2, sync: true }),
  );
  return wrap(logger);
}

/** A log that goes nowhere, for tests and tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

function wrap(logger: pino.Logger): Log {
  return {
    debug: (message, fields) => logger.debug(clean(fields), message),
    info: (message, fields) => logger.info(clean(fields), message),
    warn: (message, fields) => logger.warn(clean(fields), message),
    error: (message, fields) => logger.error(clean(fields), message),
    child: (fields) => wrap(logger.child(clean(fields))),
  };
}

function clean(fields: LogFields = {}): LogFields {
  const out: LogFields = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value instanceof Error) out[name] = errorLine(value);
    else if (typeof value === 'string') out[name] = redact(value);
    else out[name] = value;
  }
  return out;
}
