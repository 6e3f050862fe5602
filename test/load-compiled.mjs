// A module of ours is loaded as tsc has compiled it, under its own name: what lies beside it is found where it is.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = path.join(root, '.tap', 'js');

/** The resolve hook of node:module: tsc has written `.js` where our modules are `.ts`. */
export function resolve(specifier, context, nextResolve) {
  if (!specifier.startsWith('.') || !specifier.endsWith('.js') || !context.parentURL?.endsWith('.ts'))
    return nextResolve(specifier, context);
  const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  return existsSync(url) ? { url: url.href, shortCircuit: true } : nextResolve(specifier, context);
}

/** The load hook of node:module. Throws for a file that was changed since: it would test what is not there any more. */
export function load(url, context, nextLoad) {
  if (!url.endsWith('.ts') || !url.startsWith('file:')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  if (!file.startsWith(root) || file.includes('/node_modules/')) return nextLoad(url, context);
  const made = path.join(compiled, path.relative(root, file)).replace(/\.ts$/, '.js');
  const at = statSync(made, { throwIfNoEntry: false });
  if (!at || at.mtimeMs < statSync(file).mtimeMs)
    throw new Error(`${file} is newer than what was compiled of it: npm run -s compile:test`);
  return { format: 'module', shortCircuit: true, source: readFileSync(made, 'utf8') };
}
