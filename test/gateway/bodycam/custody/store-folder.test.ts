// Folders of the store outlive a power cut: each one that leads to a clip is synced by the one above it.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { clipFolder, makeFolder } from '../../../../gateway/bodycam/custody/store-folder.ts';

async function place(t: { teardown(done: () => Promise<void>): unknown }) {
  const root = await mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const synced: string[] = [];
  const sync = (folder: string): Promise<void> => {
    synced.push(path.relative(root, folder));
    return Promise.resolve();
  };
  return { root, synced, sync };
}

t.test(
  'P6: a new folder is made, and what leads to it from the store is synced, the deepest first',
  async (t) => {
    const { root, synced, sync } = await place(t);
    const store = path.join(root, 'store');
    await mkdir(store);
    const folder = await makeFolder(store, ['bc-1', '2026-05-04'], sync);
    t.equal(folder, path.join(store, 'bc-1', '2026-05-04'));
    t.ok((await stat(folder)).isDirectory());
    t.same(synced, ['store/bc-1', 'store']);
  },
);

t.test('P6: one that is there already is synced too: who made it may have been killed before', async (t) => {
  const { root, synced, sync } = await place(t);
  const store = path.join(root, 'store');
  await mkdir(path.join(store, 'bc-1', '2026-05-04'), { recursive: true });
  await makeFolder(store, ['bc-1', '2026-05-04'], sync);
  t.same(synced, ['store/bc-1', 'store']);
});

t.test('P6: a store that we make ourselves is made durable up to what was there', async (t) => {
  const { root, synced, sync } = await place(t);
  await makeFolder(path.join(root, 'a', 'store'), ['bc-1'], sync);
  t.same(synced, ['a/store', 'a', '']);
});

t.test('P6: nothing is said to be there that could not be synced', async (t) => {
  const { root } = await place(t);
  await t.rejects(
    makeFolder(path.join(root, 'store'), ['bc-1'], () => Promise.reject(new Error('EIO'))),
    /EIO/,
  );
});

t.test("the day in a folder's name is that of the site, and a time that is none has a name too", (t) => {
  t.same(clipFolder('bc-1', Date.UTC(2026, 4, 4, 17), 'Asia/Shanghai'), ['bc-1', '2026-05-05']);
  t.same(clipFolder('bc-1', Number.NaN, 'Asia/Shanghai'), ['bc-1', 'undated']);
  t.end();
});
