// The demo's line about its dock, in 80 columns.
import t from 'tap';
import { dockLine } from '../../demo/dock-line.ts';
import { displayWidth } from '../../gateway/health/display-width.ts';
import type { BodyCamSummary, DockSummary } from '../../hw-sim/dock/dock-words.ts';

const cam = (id: string, clips: number): BodyCamSummary => ({
  id,
  serial: id,
  docked: null,
  disk: null,
  problem: null,
  batteryPct: 50,
  clockSkewMs: 0,
  clips: Array.from({ length: clips }, (_, at) => ({
    id: String(at),
    sizeBytes: 1,
    sha256: '',
    beginWallMs: 0,
    endWallMs: 0,
    caseMark: '',
  })),
  erased: [],
  behaviours: [],
});
const slot = (number: number, bodyCam: string | null): DockSummary['slots'][number] => ({
  slot: number,
  bodyCam,
  locked: true,
  lamp: 'fast',
  diskMode: true,
});
const dock = (...slots: DockSummary['slots']): DockSummary => ({
  id: 'field',
  address: 'tcp://127.0.0.1:1',
  plugged: true,
  slots,
  firmware: { name: '1', build: 1 },
  behaviours: [],
});

t.test('slots, lamps and clips stand in one line of 80 columns, with the keys where they work', (t) => {
  const cams = [cam('cam-101', 10), cam('cam-102', 12)];
  const full = dock(slot(0, 'cam-101'), slot(1, 'cam-102'), slot(2, null));
  for (const language of ['en', 'zh-CN'] as const) {
    const line = dockLine(full, cams, { language, keys: true });
    t.ok(displayWidth(line) <= 80, line);
    t.match(line, /1 cam-101 ●.* 10 .* · 2 cam-102 ●.* 12 .* 1 2/);
    t.notMatch(dockLine(full, cams, { language, keys: false }), /1 2[:：]/);
  }
  t.match(dockLine(full, cams, { language: 'en', keys: false }), /FAST 10 clips disk/);
  t.match(dockLine(dock(slot(0, null)), cams, { language: 'zh-CN', keys: false }), /空/);
  t.match(dockLine({ ...full, plugged: false }, cams, { language: 'en', keys: false }), /UNPLUGGED/);
  t.end();
});
