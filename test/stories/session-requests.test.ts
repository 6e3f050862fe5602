// What the session commands answer when they are asked for the wrong thing, and an urgent start with its debts: by
// the command line against real processes. The stories share one site.
import path from 'node:path';
import t from 'tap';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { at, closed, closeWords, morePictures, opened, openWords, verified } from './session-steps.ts';
import { openSite, recording, roomOf } from './site.ts';

t.setTimeout(120_000);

/** Of the site's settings: `urgentDebt`. */
const urgentDebtMs = 24 * 3_600_000;
const bareOpen = ['session', 'open', '--room', 'talk', '--kind', 'interview'];
const matter = ['--case-name', '示例案件', '--party', '王五', '--stage', '调查取证'];
const twoOfficers = ['--officer', '张三:A-1', '--officer', '李四:A-2'];

const site = await openSite(t);
await site.startGateway();

async function codes(...words: readonly string[]): Promise<{ exit: number | null; code: string }> {
  const { code, out } = await site.liuhen(...words, ...at(site));
  const answer = JSON.parse(out) as { error?: { code: string } };
  return { exit: code, code: answer.error?.code ?? '' };
}

t.test('I3: what is missing or unknown is refused by its code, and nothing is opened', async (t) => {
  for (const [words, code] of [
    [[...bareOpen, '--case', 'S-1'], 'SESSION_OFFICERS_MISSING'],
    [[...bareOpen, '--officer', '张三:A-1', '--case', 'S-1'], 'SESSION_OFFICERS_MISSING'],
    [[...bareOpen, ...twoOfficers], 'SESSION_CASE_NUMBER_MISSING'],
    [[...bareOpen, ...twoOfficers, '--case', 'S-1'], 'SESSION_DETAIL_MISSING'],
    [[...openWords, '--forbidden', 'secret-without-consent'], 'SESSION_FORBIDDEN'],
    [
      [...bareOpen, '--officer', '张三', '--officer', '李四:A-2', '--case', 'S-1'],
      'SESSION_OFFICER_INCOMPLETE',
    ],
    [['session', 'open', '--room', 'none', '--kind', 'interview'], 'SESSION_ROOM_UNKNOWN'],
    [['session', 'open', '--room', 'talk', '--kind', 'none'], 'SESSION_KIND_NOT_ALLOWED'],
    [closeWords, 'SESSION_NOT_OPEN'],
    [['session', 'mark', '--room', 'talk', '--label', 'signing'], 'SESSION_NOT_OPEN'],
  ] as const) {
    t.same(await codes(...words), { exit: 1, code }, code);
  }
  // Words that are missing from the command line itself never reach the gateway.
  t.equal((await site.liuhen('session', 'open', '--kind', 'interview', ...at(site))).code, 2);
  const nobody = path.join(site.folder, 'no.sock');
  t.equal((await site.liuhen(...closeWords, '--socket', nobody)).code, 4, 'nobody to ask');
  t.equal(roomOf(await site.ask('status', null)).state, 'idle');
});

t.test('a second opening is refused and does not disturb the first; so is a second closing', async (t) => {
  const session = await opened(site);
  t.same(await codes(...openWords), { exit: 1, code: 'SESSION_ALREADY_OPEN' });
  t.same(await codes(...bareOpen, '--urgent'), { exit: 1, code: 'SESSION_ALREADY_OPEN' });
  await morePictures(site, 25);
  t.equal(roomOf(await site.ask('status', null)).session, session.session);
  await closed(site);
  t.same(await codes(...closeWords), { exit: 1, code: 'SESSION_NOT_OPEN' });
  t.same(await codes('session', 'close', '--session', session.session), {
    exit: 1,
    code: 'SESSION_NOT_OPEN',
  });
  t.match(await verified(site, session.folder), { code: 0, findings: [], gaps: [] });
  for (const camera of ['left', 'right'])
    t.same(holes(await stampsOfCamera(session.folder, camera)), [], `${camera} misses nothing`);
});

t.test('E7: an urgent start records at once, owes with a deadline, and is settled one by one', async (t) => {
  const asked = Date.now();
  const { code, out } = await site.liuhen(...bareOpen, ...matter, '--urgent', ...at(site));
  t.equal(code, 0, out);
  const opening = JSON.parse(out) as {
    session: string;
    folder: string;
    debts: { debt: string; article: string; dueWallMs: number }[];
  };
  t.same(opening.debts.map(({ debt }) => debt).toSorted(), ['case-number', 'officers']);
  const { openedWallMs } = roomOf(await site.until('it records', recording));
  for (const { debt, article, dueWallMs } of opening.debts) {
    t.equal(dueWallMs - (openedWallMs ?? 0), urgentDebtMs, `${debt}: the deadline counts from the opening`);
    t.ok(dueWallMs >= asked + urgentDebtMs);
    t.equal(article, 'FS 9, ZZ 10', `${debt}: P7`);
  }
  const owed = async (): Promise<string[]> =>
    (await site.ask('status', null)).debts.map(({ debt }) => debt).toSorted();
  t.same(await owed(), ['case-number', 'officers'], 'the table shows them');

  const settle = ['session', 'settle', '--session', opening.session, '--debt'];
  t.same(await codes(...settle, 'case-number'), { exit: 1, code: 'SESSION_CASE_NUMBER_MISSING' });
  t.same(await codes(...settle, 'officers', '--officer', '张三:A-1'), {
    exit: 1,
    code: 'SESSION_OFFICERS_MISSING',
  });
  t.same(await owed(), ['case-number', 'officers'], 'a refused settling settles nothing');
  t.same(await codes(...settle, 'case-number', '--with', 'S-7'), { exit: 0, code: '' });
  t.same(await owed(), ['officers']);

  await closed(site);
  await site.endGateway();
  await site.startGateway();
  t.same(await owed(), ['officers'], 'neither the closing nor a restart forgets it');
  t.same(await codes(...settle, 'officers', ...twoOfficers), { exit: 0, code: '' });
  t.same(await owed(), []);
  t.same(await codes(...settle, 'officers', ...twoOfficers), { exit: 1, code: 'SESSION_DEBT_UNKNOWN' });
  t.match(await verified(site, path.join(site.dataFolder, opening.folder)), { code: 0, findings: [] });
});
