// The command line as a person calls it, in this process: what it printed, and its exit code.
import { runProgram } from '../../cli/program.ts';

export async function liuhen(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram({
    argv,
    environment: {},
    version: '0',
    signal: new AbortController().signal,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
