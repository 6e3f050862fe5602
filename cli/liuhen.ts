#!/usr/bin/env node
// The command line's entry: signals, output and the exit code. Words and commands are program.ts's.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from './program.ts';

// The package file is one folder up from the source and two up from dist/.
const above = import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json';
const { version } = JSON.parse(readFileSync(fileURLToPath(new URL(above, import.meta.url)), 'utf8')) as {
  version: string;
};

/** How long a reader may take for the last lines after a signal, in milliseconds. */
const lastLinesMs = 2000;
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
// The reader of a pipe has gone (`liuhen feed | head`): end quietly, there is nobody to tell.
process.stdout.on('error', () => stopping.abort());
process.stderr.on('error', () => stopping.abort());

const code = await runProgram({
  argv: process.argv.slice(2),
  environment: process.env,
  version,
  signal: stopping.signal,
  out: (line) => void process.stdout.write(`${line}\n`),
  waiting: () => process.stdout.writableLength,
  err: (line) => void process.stderr.write(`${line}\n`),
});
// Who was told to end does not wait for a reader that has stopped reading.
if (stopping.signal.aborted) setTimeout(() => process.exit(code), lastLinesMs);
// A pipe is written behind our back: leave only when the last line has been taken.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
