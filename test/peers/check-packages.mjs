// Says which Debian packages of packages.txt are missing, with the one command that installs them; exit 1 then.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const wanted = readFileSync(new URL('packages.txt', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.replace(/#.*/, '').trim())
  .filter(Boolean);
const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted], {
  encoding: 'utf8',
});
if (query.error) {
  process.stderr.write(`dpkg-query cannot be run, so this is not Debian. Needed here: ${wanted.join(' ')}\n`);
  process.exit(1);
}
const installed = new Set(
  query.stdout
    .split('\n')
    .filter((line) => line.endsWith(' installed'))
    .map((line) => line.split(' ')[0]),
);
const missing = wanted.filter((name) => !installed.has(name));
if (missing.length > 0) {
  process.stderr.write(
    `The peer tests need Debian packages that are missing: ${missing.join(' ')}\n` +
      `Install them with:\n  sudo apt-get install --no-install-recommends -y ${missing.join(' ')}\n`,
  );
  process.exit(1);
}
