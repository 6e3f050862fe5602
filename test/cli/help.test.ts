// The help of every command as it stands in a terminal of 80 columns, in both languages.
import t from 'tap';
import { commandList } from '../../cli/command-list.ts';
import { runProgram } from '../../cli/program.ts';
import { displayWidth } from '../../gateway/health/display-width.ts';

async function help(words: readonly string[], language: string): Promise<string[]> {
  const lines: string[] = [];
  const code = await runProgram({
    argv: [...words, '--help', '--lang', language],
    environment: {},
    version: '1.2.3',
    signal: new AbortController().signal,
    out: (text) => lines.push(...text.split('\n')),
    err: (text) => lines.push(...text.split('\n')),
    commands: commandList,
  });
  t.equal(code, 0);
  return lines;
}

for (const language of ['en', 'zh-CN'])
  t.test(
    `no line of help is wider than 80 columns in ${language}, and every word is in that language`,
    async (t) => {
      for (const { name } of [{ name: '' }, ...commandList]) {
        const lines = await help(name.split(' ').filter(Boolean), language);
        t.same(
          lines.filter((line) => displayWidth(line) > 80),
          [],
          name,
        );
        t.equal(/[\u4e00-\u9fff]/u.test(lines.join('')), language !== 'en', name);
      }
    },
  );
