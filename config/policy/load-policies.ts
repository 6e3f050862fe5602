// Reads policy packs: the shipped ones beside this folder, and an agency's own. Every fault of a file at once, with
// its line. What a pack may say is policy-schema.ts.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiuhenError } from '../errors.ts';
import { pathText } from '../settings-cross-checks.ts';
import { maxYamlBytes, parseYaml, type ParsedYaml, type YamlPath } from '../yaml.ts';
import { PolicyBook } from './policy-book.ts';
import { policyPackSchema, type PolicyPack } from './policy-schema.ts';

/** Packs that are read; a province has a few dozen agencies. */
export const maxPacks = 256;
/** The packs that come with the product, in the sources and when built. */
export const shippedPolicies = fileURLToPath(new URL('../policies/', import.meta.url)).replace(
  /([/\\])dist[/\\]config([/\\]policies[/\\])$/,
  '$1config$2',
);

/**
 * All packs (`*.yaml`) of the folders. Throws POLICY_UNREADABLE for a folder or file that cannot be read and
 * POLICY_FAULTY with every fault of every file.
 */
export async function loadPolicies(folders: readonly string[] = [shippedPolicies]): Promise<PolicyBook> {
  const packs: PolicyPack[] = [];
  const faults: string[] = [];
  for (const file of await filesOf(folders)) {
    const text = await read(file);
    const { pack, faults: own } = checkPolicy(text);
    faults.push(...own.map((fault) => `${file}:${fault}`));
    if (!pack) continue;
    for (const name of ['id', 'short'] as const)
      if (packs.some((each) => each[name] === pack[name]))
        faults.push(`${file}:1: ${name}: ${pack[name]} is another pack's already`);
    packs.push(pack);
  }
  faults.push(...unknownCitations(packs));
  if (faults.length > 0)
    throw new LiuhenError('POLICY_FAULTY', { count: faults.length, faults: faults.join('\n') });
  return new PolicyBook(packs);
}

export interface PolicyCheck {
  /** Set when there is no fault. */
  readonly pack?: PolicyPack;
  /** `<line>: <path>: <what is wrong>`, in the order of the file. */
  readonly faults: readonly string[];
}

/** Checks the text of one pack. Never throws. */
export function checkPolicy(text: string): PolicyCheck {
  const yaml = parseYaml(text);
  if (yaml.faults.length > 0)
    return { faults: yaml.faults.map(({ line, message }) => `${line}: ${message}`) };
  const shape = policyPackSchema.safeParse(yaml.value, { reportInput: false });
  if (!shape.success) return { faults: shapeFaults(shape.error.issues, yaml) };
  const faults = [...orderFaults(shape.data, yaml), ...articleFaults(shape.data, yaml)];
  return faults.length > 0 ? { faults } : { pack: shape.data, faults };
}

async function filesOf(folders: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    try {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
      files.push(...names.map((name) => path.join(folder, name)));
    } catch (cause) {
      throw unreadable(folder, (cause as NodeJS.ErrnoException).code ?? 'unknown', cause);
    }
  }
  if (files.length > maxPacks) throw unreadable(folders.join(', '), `more than ${maxPacks} packs`);
  return files;
}

async function read(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, (cause as NodeJS.ErrnoException).code ?? 'unknown', cause);
  }
  if (Buffer.byteLength(text) > maxYamlBytes) throw unreadable(file, `larger than ${maxYamlBytes} bytes`);
  return text;
}

function unreadable(file: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('POLICY_UNREADABLE', { file, why }, { cause });
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
  readonly keys?: readonly string[];
}

function shapeFaults(issues: readonly Issue[], yaml: ParsedYaml): string[] {
  return issues.flatMap((issue): string[] => {
    // A rule is `silent` or a map: the fault inside the map says more than "neither of the two".
    const inner = issue.errors?.find((branch) => branch.some((each) => each.path.length > 0));
    if (inner)
      return shapeFaults(
        inner.map((each) => ({ ...each, path: [...issue.path, ...each.path] })),
        yaml,
      );
    const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const given = steps.reduce<unknown>(
      (inner, step) => (inner as Record<string, unknown> | undefined)?.[step],
      yaml.value,
    );
    const what =
      given === undefined
        ? 'is missing; write `silent` where the rules say nothing'
        : issue.errors
          ? 'is neither `silent` nor `{ value: …, articles: […] }`'
          : issue.message;
    return [`${yaml.lineOf(steps)}: ${pathText(steps)}: ${what}`];
  });
}

function orderFaults(pack: PolicyPack, yaml: ParsedYaml): string[] {
  return pack.versions.flatMap(({ from }, index) =>
    index > 0 && from <= (pack.versions[index - 1]?.from ?? '')
      ? [`${yaml.lineOf(['versions', index, 'from'])}: versions[${index}].from: not after the one before`]
      : [],
  );
}

/** An own article whose words are missing could not be explained to anybody. */
function articleFaults(pack: PolicyPack, yaml: ParsedYaml): string[] {
  const faults: string[] = [];
  for (const { article, steps } of citationsOf(pack))
    if (!isForeign(article) && pack.articles[article] === undefined)
      faults.push(`${yaml.lineOf(steps)}: ${pathText(steps)}: the words of article ${article} are missing`);
  return faults;
}

function unknownCitations(packs: readonly PolicyPack[]): string[] {
  return packs.flatMap((pack) =>
    citationsOf(pack).flatMap(({ article, steps }) => {
      if (!isForeign(article)) return [];
      const [short = ''] = article.split(' ');
      const words = packs.find((each) => each.short === short)?.articles[article.slice(short.length + 1)];
      return words === undefined
        ? [`${pack.id}: ${pathText(steps)}: no pack has the words of ${article}`]
        : [];
    }),
  );
}

function citationsOf(pack: PolicyPack): { article: string; steps: YamlPath }[] {
  return pack.versions.flatMap((version, index) =>
    (['recording', 'field', 'rules'] as const).flatMap((part) =>
      Object.entries(version[part]).flatMap(([name, rule]) =>
        rule === 'silent'
          ? []
          : rule.articles.map((article, at) => ({
              article,
              steps: ['versions', index, part, name, 'articles', at],
            })),
      ),
    ),
  );
}

function isForeign(article: string): boolean {
  return /^[A-Z]{2,4} /.test(article);
}
