// The panel's driver against the real firmware: StandardFirmata 2.5, byte for byte as boards carry it, on an emulated
// ATmega328P; and, with TEST_PANEL=serial:/dev/ttyACM0, on an Arduino with the two wires of panel-bench.ts. QEMU's AVR
// boards cannot do this: they have no 8-bit timers, on which the sketch waits, no pins and no converter.
import t from 'tap';
import { panelPins, usualHumidity, usualTemperature } from '../../hw-sim/panel/sim-panel.ts';
import { testWires, type PanelBench } from '../contract/panel-bench.ts';
import { panelContract, wiredPanelContract } from '../contract/panel-contract.ts';
import { openAvrBoard } from './avr-board.ts';
import { standardFirmata } from './standard-firmata.ts';

t.setTimeout(120_000);

const firmware = await standardFirmata();

t.test('StandardFirmata 2.5 on an emulated board', async (t) => {
  panelContract(t, async (): Promise<PanelBench> => {
    const board = await openAvrBoard(firmware);
    // What a pull-up does when a contact is open.
    board.input(panelPins.button, true);
    board.input(panelPins.door, true);
    board.analog(0, usualTemperature);
    board.analog(1, usualHumidity);
    return {
      get address() {
        return board.address;
      },
      press: () => board.input(panelPins.button, false),
      release: () => board.input(panelPins.button, true),
      door: (open) => board.input(panelPins.door, open),
      temperature: (raw) => board.analog(0, raw),
      humidity: (raw) => board.analog(1, raw),
      get lamp() {
        return board.output(panelPins.lamp);
      },
      get buzzer() {
        return board.output(panelPins.buzzer);
      },
      unplug: board.unplug,
      plug: board.plug,
      close: board.close,
    };
  });
});

t.test('StandardFirmata 2.5 on an emulated board with wires, as a real one is tried', async (t) => {
  const board = await openAvrBoard(firmware, Object.values(testWires));
  t.teardown(() => board.close());
  wiredPanelContract(t, board.address);
});

const real = process.env['TEST_PANEL'];
if (real !== undefined)
  t.test(`the board at ${real}`, async (t) => {
    wiredPanelContract(t, real);
  });
