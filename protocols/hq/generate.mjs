// Makes protocols/hq/generated/ from liuhen.proto with protobufjs-cli: a static module and its types. Does
// nothing when both are newer than the contract and this file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'generated');
const contract = path.join(here, 'liuhen.proto');
const code = path.join(out, 'liuhen.js');
const types = path.join(out, 'liuhen.d.ts');

function changed(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const sources = Math.max(changed(contract), changed(fileURLToPath(import.meta.url)));
if (Math.min(changed(code), changed(types)) <= sources) {
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
