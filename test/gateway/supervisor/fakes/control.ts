// A control process that controls nothing: it follows its parent and writes what it was told into a list.
import { appendFileSync } from 'node:fs';
import { followParent } from '../../../../gateway/supervisor/parent-link.ts';

const [list = ''] = process.argv.slice(2);
const link = followParent({
  stop: (why) => {
    appendFileSync(list, `control-stop ${why}\n`);
    process.exit(0);
  },
  reload: () => appendFileSync(list, 'control-reload\n'),
});
appendFileSync(list, `control ${process.pid}\n`);
link.ready();
