// `npm run docs`: writes dock.h, made from code.
import { writeFileSync } from 'node:fs';
import { dockHeaderText } from './header-text.ts';

writeFileSync(new URL('dock.h', import.meta.url), dockHeaderText());
process.stdout.write('protocols/dock/dock.h\n');
