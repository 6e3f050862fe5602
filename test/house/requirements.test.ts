// REQUIREMENTS.md is complete and true: every ID of the rules has its row, and what has landed is named by a test. The
// IDs that no test cites are printed.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { sourceFiles } from './source-files.ts';

const last = { A: 12, B: 4, C: 5, D: 6, E: 7, F: 6, G: 7, H: 2, I: 8 } as const;
const ids = Object.entries(last).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
);
const rows = [
  ...readFileSync('REQUIREMENTS.md', 'utf8').matchAll(/^\| ([A-I]\d+) \| [^|]+ \| ([^|]+) \|/gm),
].map(([, id = '', stands = '']) => ({ id, stands: stands.trim() }));

/** IDs at the front of a test's name, or in a table that names tests: `'A1: …'`, `'E2, E3: …'`, `'A5'`. */
function citedBy(text: string): string[] {
  return [...text.matchAll(/['"`]((?:[A-IP]\d{1,2})(?:, ?[A-IP]\d{1,2})*)(?::|['"`])/g)].flatMap(
    ([, list = '']) => list.split(/, ?/),
  );
}
const cited = new Set(sourceFiles(['test']).flatMap(({ text }) => citedBy(text)));

t.test('every requirement has its row, once and in order', async (t) => {
  t.same(
    rows.map(({ id }) => id),
    ids,
  );
  for (const { id, stands } of rows) t.match(stands, /^(?:landed|part|open)$/, id);
});

t.test('what has landed is named by at least one test', async (t) => {
  t.same(
    rows.filter(({ id, stands }) => stands === 'landed' && !cited.has(id)).map(({ id }) => id),
    [],
  );
});

t.test('what tests name as built is not called open', async (t) => {
  t.same(
    rows.filter(({ id, stands }) => stands === 'open' && cited.has(id)).map(({ id }) => id),
    [],
  );
  t.comment(`not cited by any test yet: ${ids.filter((id) => !cited.has(id)).join(' ')}`);
});
