// `npm start`: a whole simulated site on this machine. Without an option it stays up and shows what happens;
// with --once it plays a scripted day and says whether everything came out right.
import { parseArgs } from 'node:util';
import { errorLine } from '../config/errors.ts';
import { playDay } from './once.ts';
import { showLive } from './live.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    lang: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const language = (values.lang ?? process.env['LC_ALL'] ?? process.env['LANG'] ?? '').startsWith('zh')
  ? 'zh-CN'
  : 'en';

async function main(): Promise<number> {
  if (values.help) {
    console.log('npm start              a live table; keys press its panel and dock body-cams, Ctrl-C ends');
    console.log('npm start -- --once    a scripted day in under a minute; exit 0 only if all came out right');
    console.log('npm start -- --lang zh the same in Chinese');
    return 0;
  }
  const stop = new AbortController();
  // A terminal that was closed takes no more lines; what was started still has to be sealed and ended.
  process.stdout.on('error', () => undefined);
  // The second Ctrl-C is for those who do not want to wait for the sealing.
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked += 1;
      if (asked > 1) process.exit(130);
      stop.abort();
    });
  }
  return values.once ? playDay(stop.signal) : showLive(language, stop.signal);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(errorLine(error));
    process.exit(1);
  },
);
