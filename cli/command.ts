// What a subcommand is, as data: liuhen.ts turns it into commander's words, so that the package has one door.

export interface Text {
  readonly en: string;
  readonly zh: string;
}

export interface CommandInput {
  /** Positional arguments in order; a variadic one takes the rest. */
  readonly args: readonly string[];
  /** By long name in camelCase: a string for `--x <value>`, true for a flag, a list for `<value...>`. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly json: boolean;
  readonly language: 'en' | 'zh-CN';
  /** One line to standard output. */
  out(line: string): void;
  /** Bytes of standard output that its reader has not taken yet. */
  waiting?(): number;
  /** One line to standard error. */
  err(line: string): void;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Exit codes of every command; documented in cli/README.md. */
export const exitCodes = {
  ok: 0,
  /** It ran, and what it looked at is not right: a verification that failed, a refused request. */
  wrong: 1,
  /** The command line or the settings are not usable. */
  usage: 2,
  /** Nothing is wrong so far, but it is not complete: a session that is still open, a check with something not known. */
  incomplete: 3,
  /** The service, device or broker could not be reached. */
  unreachable: 4,
} as const;

export interface CommandSpec {
  /** `verify`, or `session open` for one below a group. */
  readonly name: string;
  readonly summary: Text;
  readonly args?: readonly {
    readonly name: string;
    readonly summary: Text;
    readonly required?: boolean;
    readonly variadic?: boolean;
  }[];
  /** `flags` as commander writes them: `--room <id>`. `--json` is added where `json` is true. */
  readonly options?: readonly {
    readonly flags: string;
    readonly summary: Text;
    readonly required?: boolean;
  }[];
  readonly json?: boolean;
  /** Answers the exit code. A LiuhenError that it throws is printed with its code; exit 1 unless mapped. */
  run(input: CommandInput): Promise<number>;
}
