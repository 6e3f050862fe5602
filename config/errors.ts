// One error class and one table of codes. The code is contract (exit codes, feeds, tests and documents name
// it); the text is for people and says what to do next. Each domain keeps its rows in config/errors/<domain>.ts.
import { cameraErrors } from './errors/camera.ts';
import { configErrors } from './errors/config.ts';
import { deviceErrors } from './errors/device.ts';
import { deadlineErrors } from './errors/deadline.ts';
import { dockErrors } from './errors/dock.ts';
import { hqErrors } from './errors/hq.ts';
import { recordingErrors } from './errors/recording.ts';
import { sessionErrors } from './errors/session.ts';
import { panelErrors } from './errors/panel.ts';
import { screenErrors } from './errors/screen.ts';
import { simErrors } from './errors/sim.ts';
import { verifyErrors } from './errors/verify.ts';
import { redact } from './redact.ts';
import { detailWords } from './errors/detail-words.ts';

/** Details that hold a word of the product. */
const wordDetails = ['ground', 'detail'] as const;

/** One row: a sentence in both languages; `{name}` is filled from the error's details. */
export interface ErrorText {
  readonly en: string;
  readonly zh: string;
}

export const errorTable = {
  ...configErrors,
  ...cameraErrors,
  ...recordingErrors,
  ...sessionErrors,
  ...hqErrors,
  ...verifyErrors,
  ...panelErrors,
  ...dockErrors,
  ...deviceErrors,
  ...deadlineErrors,
  ...screenErrors,
  ...simErrors,
} as const satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorTable;

/** Values that name what was wrong, where, and what is allowed. Numbers carry their unit in the name. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The one error of liuhen. `message` is the English text with the details filled in and credentials
 * taken out, so it may be logged or printed as it is.
 */
export class LiuhenError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(fill(errorTable[code].en, details), options);
    this.name = 'LiuhenError';
    this.code = code;
    this.details = details;
  }

  /** The text for people, in their language. */
  text(language: 'en' | 'zh-CN'): string {
    const row: ErrorText = errorTable[this.code];
    return language === 'en' ? fill(row.en, this.details) : fill(row.zh, inChinese(this.details));
  }
}

/** True for a LiuhenError, and, given codes, only for one that carries one of them. */
export function isLiuhenError(error: unknown, ...codes: ErrorCode[]): error is LiuhenError {
  return error instanceof LiuhenError && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as one line for a log, with no credential in it. */
export function errorLine(error: unknown): string {
  if (error instanceof LiuhenError) {
    const cause = error.cause === undefined ? '' : ` (${errorLine(error.cause)})`;
    return `${error.code}: ${error.message}${cause}`;
  }
  return redact(error instanceof Error ? error.message || error.name : String(error));
}

/** The values that are words of the product; what people typed stays as it is. */
function inChinese(details: ErrorDetails): ErrorDetails {
  const words = wordDetails.flatMap((name) => {
    const value = details[name];
    return typeof value === 'string' ? [[name, detailWords[value] ?? value]] : [];
  });
  return { ...details, ...Object.fromEntries(words) };
}

function fill(text: string, details: ErrorDetails): string {
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
  return redact(filled);
}
