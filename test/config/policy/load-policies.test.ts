// Packs as files: an agency's own need no code, faults are told all at once with their lines, dates choose versions.
import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { checkPolicy, loadPolicies, shippedPolicies } from '../../../config/policy/load-policies.ts';
import { shownRule } from '../../../config/policy/policy-text.ts';

const shipped = await readFile(path.join(shippedPolicies, 'zhuzhou-urban.yaml'), 'utf8');
const sixth = shipped.replace('id: zhuzhou-urban', 'id: sixth-agency').replace('short: ZZ', 'short: SIX');

async function folderWith(t: Test, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}

t.test('a sixth agency is a file: its pack is read, cited and shown without a line of code', async (t) => {
  const own = sixth
    .replace('officers: { value: { least: 2', 'officers: { value: { least: 3')
    .replace('preRoll: { value: memory-only', 'preRoll: { value: memory-only')
    .replace('value: [battery, card]', 'value: [battery]');
  const folder = await folderWith(t, { 'sixth.yaml': own, 'notes.txt': 'not a pack' });
  const book = await loadPolicies([shippedPolicies, folder]);
  const policy = book.on('sixth-agency', '2026-01-01');
  t.match(policy.rule('officers'), {
    value: { least: 3, certificates: true },
    articles: [{ citation: 'SIX 12', words: /不得少于2人/ }],
  });
  t.equal(shownRule(policy, 'officers', 'en')?.value, 'at least 3, name and certificate number');
  t.equal(shownRule(policy, 'litigationHold', 'en'), null, 'silent');
});

t.test('the version of the day applies, and none before the first', async (t) => {
  const text = sixth.replace("  - from: ''", "  - from: '2020-01-01'");
  const rules = /versions:\n( {2}- [^]*?)# The words/.exec(text)?.[1] ?? '';
  const newer = rules.replace("'2020-01-01'", "'2027-03-01'").replace('{ hours: 24 }', '{ hours: 12 }');
  const folder = await folderWith(t, { 'a.yaml': text.replace(rules, rules + newer) });
  const book = await loadPolicies([folder]);
  const urgent = (day: string) => book.on('sixth-agency', day).rule('urgentStart')?.value;
  t.same(urgent('2027-02-28'), { hours: 24 });
  t.same(urgent('2027-03-01'), { hours: 12 });
  t.throws(() => urgent('2019-12-31'), { code: 'POLICY_NOT_YET' });
  t.throws(() => book.on('seventh', '2026-01-01'), { code: 'POLICY_UNKNOWN', message: /sixth-agency/ });
  const wrong = text.replace(rules, rules + newer.replace('2027-03-01', '2019-03-01'));
  t.match(checkPolicy(wrong).faults, [/versions\[1\]\.from: not after/]);
});

const faulty: readonly [name: string, change: (text: string) => string, fault: RegExp][] = [
  [
    'a parameter left out',
    (text) => text.replace('      forbidden: silent\n', ''),
    /forbidden: is missing; write `silent`/,
  ],
  [
    'a word that there is not',
    (text) => text.replace('hearing: { value: may', 'hearing: { value: perhaps'),
    /^\d+: .*recording\.hearing\.value/,
  ],
  ['no article', (text) => text.replace("articles: ['22'] }\n", 'articles: [] }\n'), /articles/],
  [
    'an article without its words',
    (text) => text.replace("articles: ['52']", "articles: ['53']"),
    /words of article 53 are missing/,
  ],
  [
    'an article of field work without its words',
    (text) => text.replace("value: as-needed, articles: ['30']", "value: as-needed, articles: ['56']"),
    /^\d+: .*field\.direct-service.*words of article 56 are missing/,
  ],
  [
    'a matter of field work left out',
    (text) => text.replace('      release: silent\n', ''),
    /field\.release: is missing; write `silent`/,
  ],
  [
    'an article that is none',
    (text) => text.replace("articles: ['52']", "articles: ['somewhere']"),
    /articles/,
  ],
  ['a day that is none', (text) => text.replace("from: ''", 'from: soon'), /from/],
  [
    'a parameter that there is not',
    (text) => text.replace('      forbidden', '      forbiden: silent\n      forbidden'),
    /forbiden/,
  ],
  ['no YAML', () => '{', /^1: /],
];
t.test('every fault of a pack is told with its line', async (t) => {
  for (const [name, change, fault] of faulty) {
    const { pack, faults } = checkPolicy(change(sixth));
    t.equal(pack, undefined, name);
    t.match(faults.join('\n'), fault, name);
    t.match(faults[0], /^\d+: /, name);
  }
  const all = sixth
    .replace('      forbidden: silent\n', '')
    .replace('hearing: { value: may', 'hearing: { value: perhaps');
  t.equal(checkPolicy(all).faults.length, 2, 'all at once');
});

t.test('two packs of one name, and words that no pack has, are faults of the whole', async (t) => {
  const folder = await folderWith(t, { 'a.yaml': sixth, 'b.yaml': sixth });
  await t.rejects(loadPolicies([folder]), { code: 'POLICY_FAULTY', message: /b\.yaml:1: id: sixth-agency/ });
  const foreign = sixth.replace("articles: ['52']", "articles: ['HY 99']");
  const other = await folderWith(t, { 'a.yaml': foreign });
  await t.rejects(loadPolicies([other]), { code: 'POLICY_FAULTY', message: /HY 99/ });
  await t.rejects(loadPolicies(['/nowhere']), { code: 'POLICY_UNREADABLE' });
});

t.test('whatever a file holds, checking it answers a pack or faults', async (t) => {
  const lines = sixth.split('\n');
  const holds = fc.property(fc.nat(lines.length - 1), fc.string({ maxLength: 40 }), (at, text) => {
    const { pack, faults } = checkPolicy([...lines.slice(0, at), text, ...lines.slice(at + 1)].join('\n'));
    return (pack === undefined) === faults.length > 0;
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 150 }));
});
