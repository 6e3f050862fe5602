// `npm run docs`: writes the pages that are made from code into the source folder config/.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { referencePages } from './reference-pages.ts';

for (const [name, text] of Object.entries(referencePages())) {
  writeFileSync(path.join('config', name), text);
  process.stdout.write(`config/${name}\n`);
}
