// Makes <protocol>/generated/ from each contract with protobufjs-cli: a static module and its types. Does nothing for
// a contract whose module and types are newer than it and this file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
// Each has a root of its own: in a shared one the second `liuhen` would replace the first.
for (const contract of ['hq/liuhen.proto', 'dock/dock.proto']) generate(path.join(here, contract));

function generate(contract) {
  const name = path.basename(contract, '.proto');
  const out = path.join(path.dirname(contract), 'generated');
  const code = path.join(out, `${name}.js`);
  const types = path.join(out, `${name}.d.ts`);
  const sources = Math.max(changed(contract), changed(fileURLToPath(import.meta.url)));
  if (Math.min(changed(code), changed(types)) > sources) return;
  mkdirSync(out, { recursive: true });
  const cli = path.dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json'));
  const run = (tool, args) =>
    execFileSync(process.execPath, [path.join(cli, 'bin', tool), ...args], { stdio: 'inherit' });
  // Written aside and renamed: two builds at once never see half a file.
  const aside = path.join(out, `${process.pid}`);
  run('pbjs', [
    '-t',
    'static-module',
    '-w',
    'esm',
    '--root',
    name,
    '--no-service',
    '--no-delimited',
    '--no-beautify',
    '-o',
    `${aside}.js`,
    contract,
  ]);
  run('pbts', ['-o', `${aside}.d.ts`, `${aside}.js`]);
  renameSync(`${aside}.js`, code);
  renameSync(`${aside}.d.ts`, types);
}

function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
