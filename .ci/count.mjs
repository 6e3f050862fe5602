// Prints `passed failed skipped` from the last summary line that tap wrote into a log:
// `# { total: 9, pass: 7, fail: 1, skip: 1 }`. Exit 1 when there is none.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const text = stripVTControlCharacters(readFileSync(process.argv[2] ?? '', 'utf8'));
const summary = [...text.matchAll(/^# \{ (total: \d+.*) \}\s*$/gm)].at(-1)?.[1];
if (summary === undefined) process.exit(1);
const count = (word) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(summary)?.[1] ?? 0);
process.stdout.write(`${count('pass')} ${count('fail')} ${count('skip') + count('todo')}\n`);
