// espeak-ng's own voice makes the notice's sound, and ffprobe says how long it is: the real program takes our
// arguments, knows our voices, and writes a file that the product can measure.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { silentLog } from '../../config/log.ts';
import { loadPolicies } from '../../config/policy/load-policies.ts';
import { noticeOf } from '../../gateway/notice/notice-plan.ts';
import { onPath, speak } from '../../gateway/notice/speak.ts';
import { run } from './judge.ts';

const book = await loadPolicies();

/** Plays a sound as a player would, by its real length, and keeps a copy: there is no sound card here. */
const player = (copy: string): string => `#!/bin/sh
cp "$1" '${copy}'
exec sleep "$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$1")"
`;

// [pack, language of what is ours, milliseconds at least and at most]
const rows = [
  ['hengyang-industry', 'zh-CN', 5000, 15_000],
  ['zhuzhou-urban', 'en', 3000, 12_000],
] as const;

for (const [pack, language, least, most] of rows) {
  t.test(
    `B1, B3: espeak-ng reads the notice of ${pack} out, in ${language} where the words are ours`,
    async (t) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'lh-'));
      t.teardown(() => rm(folder, { recursive: true, force: true }));
      const copy = path.join(folder, 'copy.wav');
      const program = path.join(folder, 'player');
      await writeFile(program, player(copy), { mode: 0o755 });
      const announcement = noticeOf(book.on(pack, '2026-03-05'), language);
      if (!announcement) throw new Error('no notice');
      const spoken = await speak({
        announcement,
        pack,
        output: { command: [program] },
        files: new Map(),
        folder,
        lookup: onPath,
        signal: new AbortController().signal,
        log: silentLog,
        onStart: () => undefined,
      });
      t.strictSame(spoken, { how: 'spoken', by: 'player espeak-ng', fault: '' });
      const probed = await run('ffprobe', [
        '-v',
        'error',
        '-show_entries',
        'format=duration',
        '-of',
        'csv=p=0',
        copy,
      ]);
      const milliseconds = Number(probed.stdout.trim()) * 1000;
      t.ok(milliseconds > least && milliseconds < most, `${milliseconds} ms`);
    },
  );
}
