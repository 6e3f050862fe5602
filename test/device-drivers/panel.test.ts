// What the panel's driver does beside its contract (test/contract/panel-contract.ts): noise, silence, bad addresses.
import t from 'tap';
import { createSimPanel, panelPins } from '../../hw-sim/panel/sim-panel.ts';
import { Debounce } from '../../device-drivers/panel/debounce.ts';
import { Panel } from '../../device-drivers/panel/panel.ts';
import { readLinkAddress } from '../../device-drivers/link/byte-link.ts';
import { until } from '../gateway/sessions/fakes.ts';

t.test('noise on the line is passed over, and a board that never answers is an error in time', async (t) => {
  const sim = await createSimPanel();
  const panel = new Panel({ address: sim.address, pins: panelPins });
  t.teardown(async () => {
    panel.close();
    await sim.close();
  });
  const heard: string[] = [];
  panel.events.on('button', ({ down }) => heard.push(down ? 'down' : 'up'));
  panel.events.on('door', ({ open }) => heard.push(open ? 'door open' : 'door closed'));
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

t.test('addresses of panels', async (t) => {
  t.same(readLinkAddress('serial:/dev/ttyACM0'), { kind: 'serial', path: '/dev/ttyACM0' });
  t.same(readLinkAddress('tcp://127.0.0.1:3030'), { kind: 'tcp', host: '127.0.0.1', port: 3030 });
  t.same(readLinkAddress('tcp://[::1]:3030'), { kind: 'tcp', host: '::1', port: 3030 });
  for (const bad of [
    '',
    'serial:ttyACM0',
    'tcp://x',
    'tcp://x:0',
    'tcp://x:70000',
    'http://x:1',
    'tcp://u:p@x:1',
  ])
    t.equal(readLinkAddress(bad), null, bad);
  const nonsense = new Panel({ address: 'ttyACM0', pins: panelPins });
  await t.rejects(nonsense.open(), { code: 'PANEL_ADDRESS' });
  const missing = new Panel({ address: 'serial:/dev/ttyNONE9', pins: panelPins });
  await t.rejects(missing.open(), { code: 'PANEL_UNREACHABLE', message: /ttyNONE9/ });
});

t.test('a debounced contact that is closed says nothing more', async (t) => {
  const told: boolean[] = [];
  const contact = new Debounce(1, (high) => told.push(high));
  contact.level(true);
  contact.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.same(told, []);
});
