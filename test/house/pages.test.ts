// Pages made from code are fresh, every command is listed, and the requirements that no test cites are printed.
import { readFileSync, readdirSync } from 'node:fs';
import t from 'tap';
import { exitCodes } from '../../cli/command.ts';
import { commandList } from '../../cli/command-list.ts';
import { referencePages } from '../../config/reference-pages.ts';

for (const [name, text] of Object.entries(referencePages())) {
  t.test(`config/${name} equals what npm run docs makes`, (t) => {
    t.equal(readFileSync(`config/${name}`, 'utf8'), text);
    t.end();
  });
}

t.test('every exit code is in the table of cli/README.md', (t) => {
  const page = readFileSync('cli/README.md', 'utf8');
  for (const [name, code] of Object.entries(exitCodes)) t.match(page, `| ${code} | ${name} |`);
  t.end();
});

t.test('every command is listed under the name that it has', async (t) => {
  for (const { name, load } of commandList) t.equal((await load()).name, name);
});

t.test('requirements that no test cites yet are printed', (t) => {
  const letters: Readonly<Record<string, number>> = { A: 12, B: 4, C: 5, D: 6, E: 7, F: 6, G: 7, H: 2, I: 8 };
  const ids = Object.entries(letters).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:test|peer)\.ts$/.test(name) && !name.startsWith('house/'))
    .map((name) => readFileSync(`test/${name}`, 'utf8'))
    .join('\n');
  const uncited = ids.filter((id) => !new RegExp(`\\b${id}\\b`).test(tests));
  t.comment(`not yet cited by a test: ${uncited.join(' ')}`);
  t.ok(uncited.length < ids.length, 'some are cited');
  t.end();
});
