// A11, A12, I1 from the slot on: the real driver and copier, with the clips feature deciding what each clip is about.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { monotonicTime, sleep, wallTime } from '../../../../config/clock.ts';
import { clipsFeature } from '../../../../gateway/bodycam/clips/clips-feature.ts';
import type { RoomContext } from '../../../../gateway/gateway-feature.ts';
import type { LedgerBody } from '../../../../gateway/sessions/ledger-port.ts';
import { silentLog } from '../../../../config/log.ts';
import { custodyBench } from '../custody/custody-bench.ts';

t.test(
  'A12, I1: what was booked before the docking stands in the entry of the clip, and in its name by case',
  async (t) => {
    const bench = await custodyBench(t);
    const clips = clipsFeature();
    bench.before = (body) => clips.entry?.({ seq: bench.entries.length + 1, body });
    await clips.start({
      settings: () => bench.settings,
      now: () => ({ wall: wallTime(), mono: monotonicTime() }),
      log: silentLog,
    } as unknown as RoomContext);
    t.teardown(() => clips.close());
    const hour = 3_600_000;
    const booked: LedgerBody = {
      case: 'fieldBooked',
      value: {
        booking: 'f-1',
        device: '',
        officers: [{ name: '张三', certificate: 'HY-001' }],
        matter: 'sampling',
        caseNumber: '2026-17',
        caseName: '涉嫌销售不合格商品',
        parties: ['某公司'],
        // The bench's clips begin an hour ago, a minute after one another; the booking ends before the second.
        fromWallMs: wallTime() - 2 * hour,
        toWallMs: wallTime() - hour + 40_000,
        by: '张三',
      },
    };
    clips.entry?.({ seq: bench.entries.push(booked), body: booked });
    const cam = await bench.cam({ clockSkewMs: 9 * 60_000 }, 200_000, 100_000);
    await bench.start({ classify: (docked) => clips.classify(docked) });
    bench.sim.insert(0, cam);
    await bench.until('done', () => bench.slot()?.at === 'done');
    const [first, second] = bench.of('clipOffloaded').toSorted((a, b) => a.beginWallMs - b.beginWallMs);
    t.match(first, {
      matter: 'sampling',
      caseNumber: '2026-17',
      party: '某公司',
      classedBy: 'booking',
      why: /booking-alone: f-1/,
      article: /ZZ/,
      officer: { name: '张三' },
    });
    t.match(second, { matter: '', classedBy: '', why: /nothing-known/, officer: { name: '张三' } });
    t.match(clips.bodycams?.(), { unclassed: 1, unclassedByRoom: { talk: 1 } });
    const nlink = async (file = ''): Promise<number> => (await stat(path.join(bench.store, file))).nlink;
    const end = monotonicTime() + 10_000;
    while ((await nlink(first?.file)) + (await nlink(second?.file)) < 4 && monotonicTime() < end)
      await sleep(5);
    const names = [...(await bench.stored()).keys()].filter((name) => name.startsWith('by-case/')).toSorted();
    t.match(names, [
      /^by-case\/2026-17\/bc-1_张三_\d{8}-\d{6}_某公司_2026-17-涉嫌销售不合格商品_[0-9a-f]{8}\.mp4$/,
      /^by-case\/unclassed\/bc-1_张三_\d{8}-\d{6}_x_x_[0-9a-f]{8}\.mp4$/,
    ]);
    t.equal(cam.clips.length, 0, 'and custody went on as ever');
  },
);
