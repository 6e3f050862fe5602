// The notice on a whole site: played as the session opens, in the ledger, at headquarters and in the proof, and told
// again when control was killed in the middle of it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';
import { at, closed, opened } from './session-steps.ts';
import { address, openSite, type Site } from './site.ts';

t.setTimeout(120_000);

t.test(
  'B1, B4: the notice is spoken, entered, proved, and told again after a kill in the middle of it',
  async (t) => {
    const site = await openSite(t);
    const wav = path.join(site.folder, 'notice.wav');
    writeFileSync(wav, twoSeconds());
    const player = path.join(site.folder, 'player');
    // What the player was asked to play, and then the time that it takes.
    writeFileSync(player, `#!/bin/sh\nprintf '%s\\n' "$1" >>"$0.log"\nexec sleep 2.1\n`, { mode: 0o755 });
    const settings = readFileSync(site.config, 'utf8').replace(
      /^notice: .*$/m,
      `notice: { audio: { command: ["${player}"] }, files: { strictest: "${wav}" } }`,
    );
    writeFileSync(site.config, settings);
    await site.startGateway();

    const session = await opened(site);
    await site.until('it is spoken', (view) => view.rooms[0]?.notices?.[0]?.state === 'speaking');
    const { control } = await site.processes();
    process.kill(control, 'SIGKILL');
    await site.until('another control speaks', ({ epoch, rooms }) => {
      return epoch > 1 && rooms[0]?.notices?.[0]?.state === 'speaking';
    });
    const view = await site.until('it is told', ({ rooms }) => {
      const states = rooms[0]?.notices?.map(({ state }) => state) ?? [];
      return states.length === 2 && states.every((state) => state === 'spoken' || state === 'shown');
    });
    t.match(view.rooms[0]?.notices, [
      { what: 'notice', state: 'spoken' },
      { what: 'preamble', text: /王五.*调查取证。$/ },
    ]);
    const levels = Object.fromEntries(view.cameras.map(({ camera, soundDb }) => [camera, soundDb]));
    t.equal(levels['left'], null, 'AAC is not decoded');
    t.equal(levels['right'], -15, "the tone's own level, through recorder and control");

    await closed(site);
    const given = await atHeadquarters(site, 2);
    t.match(given, [
      {
        what: 'notice',
        how: 'spoken',
        by: 'player file',
        words: 'pack',
        article: /HY 12/,
        session: session.session,
      },
      { what: 'preamble', words: 'ours', article: /CT 13/ },
    ]);
    const [notice] = given;
    t.ok(
      Number((notice?.to.wallMs ?? 0n) - (notice?.from.wallMs ?? 0n)) >= 2000,
      'from its start to its end',
    );
    t.same(readFileSync(`${player}.log`, 'utf8').split('\n').slice(0, 2), [wav, wav]);
    t.equal((await site.liuhen('verify', session.folder, ...at(site).slice(0, 1))).code, 0);
    t.equal(await site.endGateway(), 0);
  },
);

/** What headquarters has of it; waits until it has `count`. */
async function atHeadquarters(site: Site, count: number): Promise<Bodies['noticeGiven'][]> {
  for (const end = Date.now() + 30_000; ; ) {
    const entries = await site.hq.entries(address);
    const given = entries.flatMap(({ body }) => {
      const decoded = decodeBody(body);
      return decoded?.case === 'noticeGiven' ? [decoded.value] : [];
    });
    if (given.length >= count) return given;
    if (Date.now() > end) throw new Error(`headquarters has ${given.length} notices of ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Silence, 16 bits at 8 kHz. */
function twoSeconds(): Buffer {
  const wav = Buffer.alloc(44 + 32_000);
  wav.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  wav.set([16, 0, 0, 0, 1, 0, 1, 0], 16);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.write('data', 36);
  wav.writeUInt32LE(32_000, 40);
  return wav;
}
