// What the house tests look at: the product's own source files, and their import lines.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export const sourceFolders = [
  'config',
  'protocols',
  'device-drivers',
  'gateway',
  'headquarters',
  'hw-sim',
  'cli',
  'demo',
  'bench',
];

export interface SourceFile {
  /** From the root, with `/`. */
  readonly name: string;
  readonly text: string;
  /** What it imports, statically or lazily: relative paths from the root, packages as written. */
  readonly imports: readonly string[];
}

/** Every .ts and .tsx file below the folders; generated ones are left out. */
export function sourceFiles(folders: readonly string[] = sourceFolders): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !name.includes('generated'))
      .map((name) => read(path.posix.join(folder, name))),
  );
}

function read(name: string): SourceFile {
  const text = readFileSync(name, 'utf8');
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'|(?:^|\n)import\s+'([^']+)'/g,
  );
  const imports = [...found].map((match) => {
    const written = match[1] ?? match[2] ?? match[3] ?? '';
    return written.startsWith('.') ? path.posix.join(path.posix.dirname(name), written) : written;
  });
  return { name, text, imports };
}
