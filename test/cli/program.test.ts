// Words to commands: exit codes, languages, errors as text and as JSON, nothing loaded that was not asked for.
import t from 'tap';
import type { CommandInput } from '../../cli/command.ts';
import type { ListedCommand } from '../../cli/command-list.ts';
import { runProgram } from '../../cli/program.ts';
import { LiuhenError } from '../../config/errors.ts';

async function run(line: string, environment: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const loaded: string[] = [];
  let input: CommandInput | undefined;
  const listed = (name: string, act: (input: CommandInput) => number): ListedCommand => ({
    name,
    load: async () => {
      loaded.push(name);
      return {
        name,
        summary: { en: `about ${name}`, zh: `关于 ${name}` },
        args: [{ name: 'path', summary: { en: 'a', zh: 'b' }, variadic: true }],
        options: [{ flags: '--room <id>', summary: { en: 'a', zh: 'b' } }],
        json: true,
        run: async (given) => {
          input = given;
          return act(given);
        },
      };
    },
  });
  const code = await runProgram({
    argv: line.split(' ').filter(Boolean),
    environment,
    version: '1.2.3',
    signal: new AbortController().signal,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    commands: [
      listed('check', () => 3),
      listed('due', () => 0),
      listed('due back', () => 4),
      listed('session open', () => {
        throw new LiuhenError('SESSION_NOT_OPEN', { room: 'hearing' });
      }),
      listed('session close', () => {
        throw new LiuhenError('SETTINGS_UNREADABLE', { file: 'rtsp://u:hunter2@h/', why: 'ENOENT' });
      }),
      listed('away', () => {
        throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      }),
    ],
  });
  return { code, out: out.join('\n'), err: err.join('\n'), loaded, input };
}

t.test('a command gets its words, and its number is the exit code', async (t) => {
  const { code, input, loaded } = await run('check a b --room r1 --json');
  t.equal(code, 3);
  t.match(input, { args: ['a', 'b'], options: { room: 'r1' }, json: true, language: 'en' });
  t.same(loaded, ['check'], 'the others were not loaded');
});

t.test('a command below another keeps its options for itself', async (t) => {
  const below = await run('due back x --room r1');
  t.match(below, { code: 4, input: { args: ['x'], options: { room: 'r1' } }, loaded: ['due back'] });
  t.match(await run('due --room r1'), { code: 0, input: { options: { room: 'r1' } } });
  t.match(await run('due --help'), { out: /about due back/ });
});

t.test('an unknown command, an unknown option or none at all is exit 2', async (t) => {
  t.match(await run('chek'), { code: 2, err: /unknown command/ });
  t.match(await run('check --rom x'), { code: 2, err: /unknown option/ });
  t.match(await run(''), { code: 2 });
  t.match(await run('--help'), { code: 0, out: /session/ });
  t.match(await run('--version'), { code: 0, out: '1.2.3' });
});

t.test(
  'an error is its code and its text, in the language of LANG or --lang, without credentials',
  async (t) => {
    t.match(await run('session open'), { code: 1, err: /^SESSION_NOT_OPEN: Room "hearing"/ });
    t.match(await run('session open', { LANG: 'zh_CN.UTF-8' }), { err: /^SESSION_NOT_OPEN: 房间/ });
    t.match(await run('session open --lang en', { LANG: 'zh_CN.UTF-8' }), { err: /Room "hearing"/ });
    const refused = await run('session close');
    t.equal(refused.code, 2);
    t.notMatch(refused.err, /hunter2/);
    t.match(await run('away'), { code: 4, err: /^ECONNREFUSED/ });
  },
);

t.test('with --json an error is one JSON line', async (t) => {
  const { err } = await run('session open --json');
  t.match(JSON.parse(err), { error: { code: 'SESSION_NOT_OPEN', details: { room: 'hearing' } } });
});
