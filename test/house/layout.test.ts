// The walls of the house: who may import whom, one door per package, pure protocols, names and lengths.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { sourceFiles } from './source-files.ts';

const files = sourceFiles();
const allowed: Readonly<Record<string, readonly string[]>> = {
  config: ['config'],
  protocols: ['config', 'protocols'],
  'device-drivers': ['config', 'protocols', 'device-drivers'],
  gateway: ['config', 'protocols', 'device-drivers', 'gateway'],
  headquarters: ['config', 'protocols', 'headquarters'],
  'hw-sim': ['config', 'protocols', 'hw-sim'],
};
const isPackage = (name: string): boolean =>
  !name.startsWith('node:') && !/^[\w-]+\/.*\.(?:tsx?|js|mjs|css)$/.test(name);

t.test('imports go one way: config <- protocols <- device-drivers <- gateway', (t) => {
  const wrong = files.flatMap(({ name, imports }) => {
    const may = allowed[name.split('/')[0] ?? ''];
    return imports
      .filter((target) => may && !isPackage(target) && !target.startsWith('node:'))
      .filter((target) => !may?.includes(target.split('/')[0] ?? ''))
      .map((target) => `${name} imports ${target}`);
  });
  t.same(wrong, []);
  t.end();
});

t.test('each third-party package has one door', (t) => {
  const doors = new Map<string, Set<string>>();
  for (const { name, imports } of files) {
    for (const target of imports.filter(isPackage)) {
      const parts = target.split('/');
      const owner = target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
      doors.set(owner, (doors.get(owner) ?? new Set()).add(name));
    }
  }
  const several = [...doors]
    .filter(([, names]) => names.size > 1)
    .map(([owner, names]) => [owner, [...names]]);
  t.same(several, []);
  t.ok(doors.has('zod') && doors.has('commander'), 'the search finds packages');
  t.end();
});

t.test('protocols is pure: no sockets, files, timers or clock', (t) => {
  const impure =
    /from 'node:(?:net|dgram|tls|http|https|fs|fs\/promises|timers|timers\/promises|child_process|worker_threads)'|\b(?:setTimeout|setInterval|setImmediate)\(|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime|\b(?:wallTime|monotonicTime)\(/;
  const found = files
    .filter(({ name }) => name.startsWith('protocols/'))
    .flatMap(({ name, text }) => {
      const match = impure.exec(text.replace(/\/\/.*|\/\*[^]*?\*\//g, ''));
      return match ? [`${name}: ${match[0]}`] : [];
    });
  t.same(found, []);
  t.end();
});

t.test('a file stays under 400 lines and opens by saying what it is', (t) => {
  const long = files.filter(({ text }) => text.split('\n').length > 400).map(({ name }) => name);
  t.same(long, []);
  const silent = files
    .filter(({ name, text }) => !/^(?:#!.*\n)?\/[/*]/.test(text) && !name.startsWith('config/errors/'))
    .map(({ name }) => name);
  t.same(silent, []);
  t.end();
});

t.test('names are kebab-case', (t) => {
  const wrong = files
    .map(({ name }) => name)
    .filter((name) => !/^(?:[a-z0-9-]+\/)+[a-z0-9-]+\.tsx?$/.test(name));
  t.same(wrong, []);
  t.end();
});

t.test('a listening socket names its host', (t) => {
  // A number, a port variable or an options object without host, as the only argument or before a callback.
  const hostless = /\.listen\(\s*(?:\d+|[\w.]*[pP]ort\b|0)\s*(?:\)|,\s*(?:\(|function|resolve|done|ok\b))/;
  const objects = /\.listen\(\s*\{(?![^}]*\b(?:host|path)\b)[^}]*\}/;
  const wrong = files
    .flatMap(({ name, text }) => [hostless.exec(text), objects.exec(text)].map((match) => ({ name, match })))
    .filter(({ match }) => match !== null)
    .map(({ name, match }) => `${name}: ${match?.[0]}`);
  t.same(wrong, []);
  t.end();
});

t.test('the lock file names no registry host', (t) => {
  const lock = readFileSync('package-lock.json', 'utf8');
  t.notMatch(lock, /"resolved":\s*"https?:/);
  t.end();
});

t.test('no credentials are written into the product', (t) => {
  const key = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]/;
  const userInfo = /\b(?:rtsp|mqtts?|https?):\/\/[\w.-]+:[\w.-]+@/;
  const wrong = files.filter(({ text }) => key.test(text) || userInfo.test(text)).map(({ name }) => name);
  t.same(wrong, []);
  t.notMatch(readFileSync('config/site.example.yaml', 'utf8'), userInfo);
  t.end();
});
