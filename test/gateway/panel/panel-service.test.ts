// One room's panel on the simulated board: the driver, the wire and the firmware are all between press and session.
import t, { type Test } from 'tap';
import { monotonicTime } from '../../../config/clock.ts';
import type { RoomStateWord } from '../../../config/dictionary.ts';
import { LiuhenError } from '../../../config/errors.ts';
import { silentLog } from '../../../config/log.ts';
import { Panel } from '../../../device-drivers/panel/panel.ts';
import { holdToCloseMs } from '../../../gateway/panel/panel-rules.ts';
import { PanelService } from '../../../gateway/panel/panel-service.ts';
import { createSimPanel, panelPins, type SimPanel } from '../../../hw-sim/panel/sim-panel.ts';
import { until } from '../sessions/fakes.ts';

interface Room {
  state: RoomStateWord;
  readonly asked: string[];
  refuse: boolean;
}

async function rig(t: Test): Promise<{ sim: SimPanel; room: Room; service: PanelService }> {
  const sim = await createSimPanel();
  const room: Room = { state: 'idle', asked: [], refuse: false };
  const ask = (what: string, then: RoomStateWord) => async (id: string) => {
    room.asked.push(`${what} ${id}`);
    if (room.refuse) throw new LiuhenError('SESSION_NOT_OPEN', { room: id });
    room.state = then;
  };
  const panel = new Panel({ address: sim.address, pins: panelPins });
  const service = new PanelService({
    room: 'hall',
    panel,
    state: () => room.state,
    open: ask('open', 'opening'),
    close: ask('close', 'closing'),
    now: monotonicTime,
    log: silentLog,
  });
  t.teardown(async () => {
    await service.close();
    await sim.close();
  });
  service.start();
  // The contacts' first levels are no presses; the door's is told behind the button's.
  await until('the panel is wired', () => panel.status.doorOpen !== null);
  return { sim, room, service };
}

const lampChanges = (sim: SimPanel): boolean[] =>
  sim.changes.filter(({ pin }) => pin === panelPins.lamp).map(({ high }) => high);

t.test(
  'P1: a press opens the room, and the lamp says what the room says, not what was pressed',
  async (t) => {
    const { sim, room } = await rig(t);
    sim.press();
    await until('asked', () => room.asked.length === 1);
    t.same(room.asked, ['open hall']);
    sim.release();
    await until('slow while opening', () => lampChanges(sim).length >= 2);
    room.state = 'recording';
    await until('steady', () => sim.lamp);
    const steady = lampChanges(sim).length;
    room.state = 'interrupted';
    await until('fast', () => lampChanges(sim).length >= steady + 4);
    room.state = 'idle';
    await until('dark', () => !sim.lamp);
  },
);

t.test('a long press closes, while the button is still held', async (t) => {
  const { sim, room } = await rig(t);
  room.state = 'recording';
  const from = monotonicTime();
  sim.press();
  await until('closed', () => room.asked.length === 1);
  t.same(room.asked, ['close hall']);
  t.ok(monotonicTime() - from >= holdToCloseMs);
});

t.test('a refused press buzzes and then is quiet', async (t) => {
  const { sim, room } = await rig(t);
  room.refuse = true;
  sim.press();
  await until('buzzes', () => sim.buzzer);
  await until('quiet', () => !sim.buzzer);
  t.same(room.asked, ['open hall']);
});

t.test('P1: after the cable was out the lamp is painted from the state as it then is', async (t) => {
  const { sim, room } = await rig(t);
  room.state = 'recording';
  await until('lit', () => sim.lamp);
  sim.unplug();
  await until('gone', () => sim.clients === 0);
  await sim.plug();
  t.notOk(sim.lamp);
  await until('lit again', () => sim.lamp);
  t.same(room.asked, [], 'and plugging in is no press');
});

t.test('a gateway that ends puts the lamp out', async (t) => {
  const { sim, room, service } = await rig(t);
  room.state = 'recording';
  await until('lit', () => sim.lamp);
  await service.close();
  await until('dark', () => !sim.lamp);
});
