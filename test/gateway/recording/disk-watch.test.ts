import t from 'tap';
import { silentLog } from '../../../config/log.ts';
import {
  DiskWatch,
  failedWriteTestEveryMs,
  idleRoomEveryMs,
  roomEveryMs,
  writeTestEveryMs,
} from '../../../gateway/recording/disk-watch.ts';
import type { RecordingDisk } from '../../../gateway/recording/recording-disk.ts';

function fakeDisk() {
  const seen: string[] = [];
  const state = { fails: false, free: 1000 };
  const disk: RecordingDisk = {
    open: async (file) => {
      seen.push(`open ${file}`);
      return {
        write: async () => {
          if (state.fails) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
        },
        sync: async () => undefined,
        truncate: async () => undefined,
        close: async () => undefined,
      };
    },
    remove: async (file) => {
      seen.push(`remove ${file}`);
    },
    freeBytes: async (folder) => {
      seen.push(`free ${folder}`);
      return state.free;
    },
    makeFolder: async () => undefined,
    rename: async () => undefined,
    syncFolder: async () => undefined,
    list: async () => [],
  };
  return { disk, seen, state };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Ticks four times a second from `fromMs` to before `toMs`; answers what the disk saw. */
async function run(
  watch: DiskWatch,
  seen: string[],
  fromMs: number,
  toMs: number,
  folder?: string,
): Promise<string[]> {
  seen.length = 0;
  for (let at = fromMs; at < toMs; at += 250) {
    watch.tick(at, folder);
    await settled();
  }
  return [...seen];
}

t.test('while nothing is recorded the room is looked at, and now and then a write is tried', async (t) => {
  const { disk, seen } = fakeDisk();
  const watch = new DiskWatch(disk, '/data', silentLog, () => t.fail('no trouble'));
  t.equal(watch.freeBytes, null, 'not known before the first look');
  const did = await run(watch, seen, 0, writeTestEveryMs);
  t.equal(watch.freeBytes, 1000);
  t.equal(did.filter((what) => what === 'free /data').length, writeTestEveryMs / idleRoomEveryMs);
  t.same(
    did.filter((what) => !what.startsWith('free')),
    ['open /data/.write-test', 'remove /data/.write-test'],
  );
});

t.test('while something is recorded its own folder is looked at, and its parts test the disk', async (t) => {
  const { disk, seen } = fakeDisk();
  const watch = new DiskWatch(disk, '/data', silentLog, () => t.fail('no trouble'));
  const did = await run(watch, seen, 0, 10_000, '/data/s');
  t.same(did, Array<string>(10_000 / roomEveryMs).fill('free /data/s'));
});

t.test(
  'a disk that takes no write is told at once, tried soon, and believed again when it does',
  async (t) => {
    const { disk, seen, state } = fakeDisk();
    let troubles = 0;
    const watch = new DiskWatch(disk, '/data', silentLog, () => {
      troubles += 1;
    });
    state.fails = true;
    await run(watch, seen, 0, 500);
    t.equal(watch.writable, false);
    t.equal(troubles, 1);
    await run(watch, seen, 500, 500 + failedWriteTestEveryMs);
    t.equal(troubles, 2);
    state.fails = false;
    await run(watch, seen, 500 + failedWriteTestEveryMs, 1000 + 2 * failedWriteTestEveryMs);
    t.equal(watch.writable, true);
  },
);

t.test('a part that was synced is the best test write', async (t) => {
  const { disk } = fakeDisk();
  const watch = new DiskWatch(disk, null, silentLog, () => undefined);
  watch.failed();
  watch.synced(10);
  t.equal(watch.writable, true);
  watch.synced(20);
  t.equal(watch.syncMs, 11);
  watch.tick(0, undefined);
  t.equal(watch.freeBytes, null, 'without a folder nothing is asked');
});
