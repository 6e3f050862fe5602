// I1: the names by case where the store's file system has no second names, and where something is in the way.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { monotonicTime, sleep } from '../../../../config/clock.ts';
import { CaseLinks } from '../../../../gateway/bodycam/clips/case-links.ts';
import { ClipCatalogue } from '../../../../gateway/bodycam/clips/clip-catalogue.ts';
import { bytesOf, offloaded } from './clip-bodies.ts';

const timezone = 'Asia/Shanghai';

async function open(t: Test, folder = tmpdir()) {
  const store = await mkdtemp(path.join(folder, 'lh-links-'));
  const catalogue = new ClipCatalogue(timezone);
  const told: string[] = [];
  for (const [index, file] of ['bc-1/a.mp4', 'bc-1/b.mp4'].entries()) {
    catalogue.apply({ seq: index + 1, body: offloaded(file) });
    await mkdir(path.join(store, 'bc-1'), { recursive: true });
    await writeFile(path.join(store, file), bytesOf(file));
  }
  const note = (what: string): void => void told.push(what);
  const links = new CaseLinks({
    places: () => ({ store, timezone }),
    clip: (file) => catalogue.plain(file),
    log: { info: note, warn: note, error: note },
    againMs: 20,
  });
  t.teardown(async () => {
    await links.close();
    await rm(store, { recursive: true, force: true });
  });
  return { store, catalogue, links, told };
}

t.test('I1: a store that takes no links is said once, and goes without', async (t) => {
  const { store, catalogue, links, told } = await open(t);
  // Another file system below the store refuses as FAT does: no second name of a file can be there.
  const elsewhere = await mkdtemp('/dev/shm/lh-links-');
  t.teardown(() => rm(elsewhere, { recursive: true, force: true }));
  await symlink(elsewhere, path.join(store, 'by-case'));
  links.settle(catalogue.files);
  await links.idle();
  links.settle(catalogue.files);
  await links.idle();
  t.same(told, ['clips have no names by case: the file system of the store takes no links']);
  t.same((await readdir(path.join(store, 'bc-1'))).toSorted(), ['a.mp4', 'b.mp4']);
});

t.test('I1: what was in the way is said once, and when it has gone the links are made', async (t) => {
  const { store, catalogue, links, told } = await open(t);
  await writeFile(path.join(store, 'by-case'), 'in the way');
  links.settle(catalogue.files);
  await links.idle();
  t.equal(told.length, 1);
  await rm(path.join(store, 'by-case'));
  const end = monotonicTime() + 10_000;
  const made = async (): Promise<number> =>
    (await readdir(path.join(store, 'by-case', 'unclassed')).catch(() => [])).length;
  while ((await made()) < 2 && monotonicTime() < end) await sleep(5);
  t.equal(await made(), 2);
  t.equal(told.length, 1);
});
