// The panel's driver on the simulated board, over a real socket: the same contract that a real board has to keep.
import t, { type Test } from 'tap';
import { createSimPanel, panelPins, type SimPanel } from '../../hw-sim/panel/sim-panel.ts';
import { Debounce } from '../../device-drivers/panel/debounce.ts';
import { Panel } from '../../device-drivers/panel/panel.ts';
import { readPanelAddress } from '../../device-drivers/panel/panel-link.ts';
import { until } from '../gateway/sessions/fakes.ts';

interface Rig {
  readonly sim: SimPanel;
  readonly panel: Panel;
  readonly heard: string[];
  readonly degrees: number[];
}

async function rig(t: Test): Promise<Rig> {
  const sim = await createSimPanel();
  const panel = new Panel({ address: sim.address, pins: panelPins });
  t.teardown(async () => {
    panel.close();
    await sim.close();
  });
  const heard: string[] = [];
  panel.events.on('button', ({ down }) => heard.push(down ? 'down' : 'up'));
  panel.events.on('door', ({ open }) => heard.push(open ? 'door open' : 'door closed'));
  const degrees: number[] = [];
  panel.events.on('temperature', (celsius) => degrees.push(celsius));
  panel.events.on('lost', () => heard.push('lost'));
  return { sim, panel, heard, degrees };
}

t.test('a press is an edge: how the button stands when the panel is opened is none', async (t) => {
  const { sim, panel, heard } = await rig(t);
  sim.press();
  await panel.open();
  t.match(panel.status, { connected: true, firmware: 'StandardFirmata.ino 2.5' });
  await until('the first levels', () => heard.includes('door open'));
  t.same(heard, ['door open']);
  sim.release();
  await until('released', () => heard.includes('up'));
  sim.press();
  await until('pressed', () => heard.includes('down'));
  t.same(heard, ['door open', 'up', 'down']);
});

t.test('lamp and buzzer are written, and the door and the temperature are read', async (t) => {
  const { sim, panel, heard, degrees } = await rig(t);
  await panel.open();
  panel.lamp(true);
  panel.buzzer(true);
  await until('lit', () => sim.lamp && sim.buzzer);
  panel.lamp(false);
  await until('dark', () => !sim.lamp && sim.buzzer);
  sim.door(false);
  sim.temperature(160);
  await until('read', () => heard.includes('door closed') && degrees.includes(28));
  t.match(panel.status, { doorOpen: false, temperatureC: 28 });
});

t.test('a contact that bounces is one edge', async (t) => {
  const { sim, panel, heard } = await rig(t);
  await panel.open();
  await until('the first levels', () => heard.includes('door open'));
  for (let index = 0; index < 5; index += 1) {
    sim.press();
    sim.release();
  }
  sim.press();
  await until('pressed', () => heard.includes('down'));
  t.same(heard, ['door open', 'down']);
});

t.test('a cable that is pulled is told once, and the same panel opens again', async (t) => {
  const { sim, panel, heard } = await rig(t);
  await panel.open();
  panel.lamp(true);
  await until('lit', () => sim.lamp);
  sim.unplug();
  await until('lost', () => heard.includes('lost'));
  t.equal(panel.status.connected, false);
  panel.lamp(true);
  await t.rejects(panel.open(), { code: 'PANEL_UNREACHABLE', message: /ECONNREFUSED/ });
  await sim.plug();
  t.notOk(sim.lamp, 'a board that has just booted');
  await panel.open();
  panel.lamp(true);
  await until('lit again', () => sim.lamp);
  t.equal(heard.filter((one) => one === 'lost').length, 1);
});

t.test('noise on the line is passed over, and a board that never answers is an error in time', async (t) => {
  const { sim, panel, heard } = await rig(t);
  await panel.open();
  await until('the first levels', () => heard.includes('door open'));
  sim.junk(Uint8Array.of(0x00, 0x13, 0xf0, 0x71, 0x01, 0x91, 0x05));
  sim.press();
  await until('pressed', () => heard.includes('down'));
  panel.close();
  sim.hang();
  const patient = new Panel({ address: sim.address, pins: panelPins, openMs: 200 });
  await t.rejects(patient.open(), { code: 'PANEL_UNREACHABLE', message: /no StandardFirmata within 200 ms/ });
});

t.test('close during open ends it, and twice is once', async (t) => {
  const { panel } = await rig(t);
  const opening = panel.open();
  panel.close();
  await t.rejects(opening, { code: 'PANEL_UNREACHABLE' });
  panel.close();
});

t.test('addresses of panels', async (t) => {
  t.same(readPanelAddress('serial:/dev/ttyACM0'), { kind: 'serial', path: '/dev/ttyACM0' });
  t.same(readPanelAddress('tcp://127.0.0.1:3030'), { kind: 'tcp', host: '127.0.0.1', port: 3030 });
  t.same(readPanelAddress('tcp://[::1]:3030'), { kind: 'tcp', host: '::1', port: 3030 });
  for (const bad of [
    '',
    'serial:ttyACM0',
    'tcp://x',
    'tcp://x:0',
    'tcp://x:70000',
    'http://x:1',
    'tcp://u:p@x:1',
  ])
    t.throws(() => readPanelAddress(bad), { code: 'PANEL_ADDRESS' }, bad);
  const missing = new Panel({ address: 'serial:/dev/ttyNONE9', pins: panelPins });
  await t.rejects(missing.open(), { code: 'PANEL_UNREACHABLE', message: /ttyNONE9/ });
});

t.test('a pin that the board does not have is told by its part', async (t) => {
  const { sim } = await rig(t);
  const wrong = new Panel({ address: sim.address, pins: { ...panelPins, buzzer: 99 } });
  await t.rejects(wrong.open(), { code: 'PANEL_UNREACHABLE', message: /no pin 99 for the buzzer/ });
  t.equal(wrong.status.connected, false);
});

t.test('a debounced contact that is closed says nothing more', async (t) => {
  const told: boolean[] = [];
  const contact = new Debounce(1, (high) => told.push(high));
  contact.level(true);
  contact.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.same(told, []);
});
