// How tests load TypeScript: `npm test` compiles everything once (`.tap/js`) and loads that, which starts a test in a
// third of the time; a test that is run alone goes through tsx, which needs nothing compiled.
import { register } from 'node:module';

if (process.env.LIUHEN_COMPILED === '1') register('./load-compiled.mjs', import.meta.url);
else await import('tsx');
