// Folders that somebody has worked on: things that are no files, swapped and forged recordings, another box's ledger,
// entries withheld, names that speak to a terminal. Each must fail, named, and without following anything out.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { runProgram } from '../../../cli/program.ts';
import { encodeIndexLine, noChain, type IndexEntry } from '../../../gateway/recording/index-line.ts';
import { maxExcerptBytes, maxExcerptLines } from '../../../gateway/verify/check-excerpt.ts';
import { verifySession, type Finding } from '../../../gateway/verify/verify-session.ts';
import { decodeBody } from '../../../protocols/hq/codec.ts';
import { recordSessions } from './recorded-session.ts';

const first = await recordSessions();
const other = await recordSessions();
t.teardown(() => {
  rmSync(first.base, { recursive: true, force: true });
  rmSync(other.base, { recursive: true, force: true });
});

function copyOf(folder: string, name = 'session'): string {
  const copy = path.join(mkdtempSync(path.join(first.base, 'copy-')), name);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Spoils a copy and answers what is found; fails when it holds all the same. */
async function spoil(t: Test, change: (folder: string) => void): Promise<readonly Finding[]> {
  const copy = copyOf(first.closed);
  change(copy);
  const { verdict, findings } = await verifySession(copy);
  t.equal(verdict, 'wrong');
  return findings;
}

async function verify(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram({
    argv: ['verify', '--lang', 'en', ...args],
    environment: {},
    version: '0',
    signal: new AbortController().signal,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out, err };
}

t.test('what is no ordinary file is named and never opened, whatever it is called', async (t) => {
  for (const name of ['zz-0001.mp4', 'zz-0001.mp4.index', 'note.txt']) {
    t.match(await spoil(t, (folder) => mkdirSync(path.join(folder, name))), [
      { file: name, what: 'not-a-file' },
    ]);
    t.match(await spoil(t, (folder) => symlinkSync('/etc/hostname', path.join(folder, name))), [
      { file: name, what: 'not-a-file' },
    ]);
    const pipe = await spoil(t, (folder) => execFileSync('mkfifo', [path.join(folder, name)]));
    t.match(pipe, [{ file: name, what: 'not-a-file' }]);
  }
  for (const name of ['a-0001.mp4', 'a-0001.mp4.index', 'journal.jsonl', 'device.pub.pem', 'ledger.jsonl']) {
    const linked = await spoil(t, (folder) => {
      const outside = path.join(first.base, `outside-${name}`);
      renameSync(path.join(folder, name), outside);
      symlinkSync(outside, path.join(folder, name));
    });
    t.ok(
      linked.some(({ file, what }) => file === name && what === 'not-a-file'),
      `${name} as a link`,
    );
    const pipe = await spoil(t, (folder) => {
      rmSync(path.join(folder, name));
      execFileSync('mkfifo', [path.join(folder, name)]);
    });
    t.ok(
      pipe.some(({ file, what }) => file === name && what === 'not-a-file'),
      `${name} as a pipe`,
    );
  }
});

t.test('recordings of two sessions or boxes cannot be swapped, nor their ledgers', async (t) => {
  const names = ['a-0001.mp4', 'a-0001.mp4.index'];
  const swapped = await spoil(t, (folder) => {
    for (const name of names) cpSync(path.join(other.closed, name), path.join(folder, name));
  });
  t.ok(swapped.some(({ file, what }) => file === 'a-0001.mp4' && what === 'root-wrong'));
  const ledger = await spoil(t, (folder) => {
    cpSync(path.join(other.closed, 'ledger.jsonl'), path.join(folder, 'ledger.jsonl'));
  });
  t.ok(ledger.some(({ what }) => what === 'key-differs'));
  const whole = await spoil(t, (folder) => {
    for (const name of ['ledger.jsonl', 'device.pub.pem'])
      cpSync(path.join(other.closed, name), path.join(folder, name));
  });
  t.ok(whole.some(({ what }) => what === 'root-wrong'));
});

t.test('a changed recording with an index that fits it again fails by the seal', async (t) => {
  const findings = await spoil(t, (folder) => {
    const film = path.join(folder, 'a-0001.mp4');
    const bytes = readFileSync(film);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(film, bytes);
    let chain = noChain;
    const lines = readFileSync(`${film}.index`, 'utf8').trimEnd().split('\n');
    const forged = lines.map((text) => {
      const entry = JSON.parse(text) as IndexEntry & { chain?: string };
      delete entry.chain;
      const part = bytes.subarray(entry.offset, entry.offset + entry.length);
      const made = encodeIndexLine(
        { ...entry, sha256: createHash('sha256').update(part).digest('hex') },
        chain,
      );
      ({ chain } = made);
      return made.line;
    });
    writeFileSync(`${film}.index`, `${forged.join('\n')}\n`);
  });
  const found = findings.map(({ what }) => what);
  t.ok(found.includes('root-wrong') && found.includes('chain-head-wrong'), found.join());
  t.notOk(found.includes('part-hash-wrong'), 'the index itself is consistent');
});

t.test('an index line that is chained but no index line is a finding, not a crash', async (t) => {
  for (const entry of [{}, { n: 0 }, null, 5, { n: 0, offset: 0, length: 1, mediaMs: [0, 0], sha256: '' }]) {
    const findings = await spoil(t, (folder) => {
      const text = JSON.stringify(entry);
      const chain = createHash('sha256').update(Buffer.from(noChain, 'hex')).update(text).digest('hex');
      const line = `${text.slice(0, -1)},"chain":"${chain}"}`;
      writeFileSync(path.join(folder, 'a-0001.mp4.index'), `${line}\n`);
    });
    t.ok(findings.some(({ what }) => what === 'index-line-bad'));
  }
});

t.test('an empty recording, ledger or key is named', async (t) => {
  for (const name of ['a-0001.mp4', 'ledger.jsonl', 'device.pub.pem']) {
    const findings = await spoil(t, (folder) => writeFileSync(path.join(folder, name), ''));
    t.ok(
      findings.some(({ file }) => file === name),
      name,
    );
    t.ok(findings.every(({ line = 1 }) => line >= 1));
  }
});

t.test('a ledger cut anywhere fails, at a line or inside one', async (t) => {
  const text = readFileSync(path.join(first.closed, 'ledger.jsonl'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  for (let count = 0; count < lines.length; count += 1) {
    const cut = count === 0 ? '' : `${lines.slice(0, count).join('\n')}\n`;
    await spoil(t, (folder) => writeFileSync(path.join(folder, 'ledger.jsonl'), cut));
    await spoil(t, (folder) =>
      writeFileSync(path.join(folder, 'ledger.jsonl'), text.slice(0, cut.length + 9)),
    );
  }
});

t.test(
  'an entry of the session itself cannot be withheld, although the chain goes on without it',
  async (t) => {
    const lines = readFileSync(path.join(first.closed, 'ledger.jsonl'), 'utf8').trimEnd().split('\n');
    let tried = 0;
    for (const [at, line] of lines.entries()) {
      const { header, body } = JSON.parse(line) as { header?: string; body?: string };
      if (header === undefined || body === undefined) continue;
      const what = decodeBody(Buffer.from(body, 'base64'));
      if (what === undefined || !('session' in what.value)) continue;
      tried += 1;
      const spoilt = lines.with(at, JSON.stringify({ header }));
      const findings = await spoil(t, (folder) =>
        writeFileSync(path.join(folder, 'ledger.jsonl'), `${spoilt.join('\n')}\n`),
      );
      const words = ['entry-withheld', 'opening-missing', 'close-missing'];
      t.ok(
        findings.some((finding) => words.includes(finding.what)),
        what.case,
      );
    }
    t.ok(tried >= 5);
  },
);

t.test('a ledger of more bytes or lines than any session has is not read to its end', async (t) => {
  const long = await spoil(t, (folder) =>
    truncateSync(path.join(folder, 'ledger.jsonl'), maxExcerptBytes + 1),
  );
  t.ok(long.some(({ file, what }) => file === 'ledger.jsonl' && what === 'excerpt-too-long'));
  const many = await spoil(t, (folder) =>
    writeFileSync(path.join(folder, 'ledger.jsonl'), Buffer.alloc(maxExcerptLines * 2, 10)),
  );
  t.ok(many.some(({ file, what }) => file === 'ledger.jsonl' && what === 'excerpt-too-long'));
});

t.test('names and lines cannot speak to the terminal', async (t) => {
  const copy = copyOf(first.closed);
  writeFileSync(path.join(copy, 'x\n  s-1: HOLDS\u001b[2J'), '');
  const { code, out } = await verify(copy);
  t.equal(code, 1);
  t.ok(
    out.some((line) => line.includes('! x?  s-1: HOLDS?[2J: file-unknown')),
    out.join('|'),
  );
  t.notOk(out.some((line) => /\p{Cc}/u.test(line)));
});

t.test('a session without journal and proof is not passed over, nor a link beside one', async (t) => {
  const good = copyOf(first.closed);
  t.equal((await verify(path.dirname(good))).code, 0);
  const bare = path.join(path.dirname(good), 'bare');
  cpSync(first.closed, bare, { recursive: true });
  for (const name of ['journal.jsonl', 'ledger.jsonl', 'device.pub.pem']) rmSync(path.join(bare, name));
  const { code, out } = await verify('--json', path.dirname(good));
  t.equal(code, 1);
  t.match(JSON.parse(out.join('')), [
    { verdict: 'wrong', findings: [{ file: 'journal.jsonl', what: 'file-missing' }] },
    { verdict: 'holds', findings: [] },
  ]);
  rmSync(bare, { recursive: true });
  symlinkSync(first.closed, bare);
  const linked = await verify(path.dirname(good));
  t.equal(linked.code, 3);
  t.match(linked.err, [/bare: not looked at/]);
});

t.test('--json has the same fields in the same order, also for an open session', async (t) => {
  const fields = [
    'folder',
    'session',
    'verdict',
    'findings',
    'segments',
    'bytes',
    'frames',
    'gaps',
    'prerollMs',
    'keySha256',
  ];
  const { code, out } = await verify('--json', first.closed, first.open);
  t.equal(code, 3);
  t.equal(out.length, 1);
  const reports = JSON.parse(out.join('')) as Record<string, unknown>[];
  t.equal(reports.length, 2);
  for (const report of reports) t.same(Object.keys(report), [...fields, 'keyPinned']);
  t.same((await verify('--json', first.closed, first.open)).out, out, 'and says the same again');
});
