// The words of every article of the shipped packs stand so in the rules as they were published (test/config/policy/
// published), and under the number by which they are cited.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { loadPolicies } from '../../../config/policy/load-policies.ts';

const book = await loadPolicies();
const packs = {
  HY: 'hengyang-industry',
  JZ: 'jiaozuo-emergency',
  FS: 'fushun-industry',
  ZZ: 'zhuzhou-urban',
  CT: 'culture-tourism',
} as const;

/** Page numbers, blanks and line breaks are the printer's, and so are the widths of brackets and commas. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\n\s*\d{1,2}\s*\n/g, '\n')
    .replace(/[\s-]/g, '');
}

/** `第二十条`, which begins an article. */
function headOf(article: number): string {
  const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
  const tens = Math.floor(article / 10);
  return `第${tens > 1 ? digits[tens] : ''}${tens > 0 ? '十' : ''}${digits[article % 10]}条`;
}

/** The text of one article; an annex is all that follows the last one. */
function articleText(published: string, citation: string): string {
  if (citation.startsWith('annex'))
    return plain(published.slice(published.lastIndexOf('本制度自印发之日起施行')));
  const number = Number.parseInt(citation, 10);
  const begin = new RegExp(`^[\\s\\u3000]*${headOf(number)}`, 'm').exec(published)?.index ?? published.length;
  const rest = published.slice(begin + 2);
  const end = new RegExp(`^[\\s\\u3000]*${headOf(number + 1)}`, 'm').exec(rest)?.index ?? rest.length;
  return plain(rest.slice(0, end));
}

for (const [short, id] of Object.entries(packs))
  t.test(`P7: the words of ${short} stand in its rules, under the article that is cited`, async (t) => {
    const published = readFileSync(new URL(`published/${short}.txt`, import.meta.url), 'utf8');
    const { articles } = book.pack(id);
    t.ok(Object.keys(articles).length > 10);
    for (const [citation, words] of Object.entries(articles)) {
      const article = articleText(published, citation);
      let from = 0;
      // Lines and what stands between two `…` follow one another.
      for (const piece of words.split(/[\n…]/).map(plain)) {
        const at = article.indexOf(piece, from);
        t.ok(at >= 0, `${short} ${citation}: ${piece}`);
        from = Math.max(at, 0) + piece.length;
      }
    }
  });
