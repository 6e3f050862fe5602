// What device-drivers/panel promises of a board with StandardFirmata, whatever the board is. Run on the simulator by
// `npm test`, on the real firmware and on a real Arduino by `npm run test:peers`.
import type { Test } from 'tap';
import { Panel } from '../../device-drivers/panel/panel.ts';
import { panelPins } from '../../hw-sim/panel/sim-panel.ts';
import { until } from '../gateway/sessions/fakes.ts';
import type { PanelBench } from './panel-bench.ts';

/** Well within what a person's finger does, and below the debounce. */
const bounceMs = 3;

interface Rig {
  readonly panel: Panel;
  readonly heard: string[];
  readonly degrees: number[];
}

function rig(own: Test, address: string): Rig {
  const panel = new Panel({ address, pins: panelPins });
  own.teardown(() => panel.close());
  const heard: string[] = [];
  panel.events.on('button', ({ down }) => heard.push(down ? 'down' : 'up'));
  panel.events.on('door', (edge) => heard.push(edge.open ? 'door open' : 'door closed'));
  panel.events.on('lost', () => heard.push('lost'));
  const degrees: number[] = [];
  panel.events.on('temperature', (celsius) => degrees.push(celsius));
  return { panel, heard, degrees };
}

/** For boards with hands and eyes: every test gets one that has just booted from `open`. */
export function panelContract(t: Test, open: () => Promise<PanelBench>): void {
  const story = (name: string, tell: (own: Test, bench: PanelBench, made: Rig) => Promise<void>): void => {
    t.test(name, async (own) => {
      const bench = await open();
      own.teardown(() => bench.close());
      await tell(own, bench, rig(own, bench.address));
    });
  };

  story('it says what it is', (own, _bench, made) => saysWhatItIs(own, made));

  story('a press is an edge: how the button stands when it is opened is none', async (own, bench, made) => {
    const { panel, heard } = made;
    bench.press();
    await panel.open();
    await until('the first levels', () => heard.includes('door open'));
    own.same(heard, ['door open']);
    bench.release();
    await until('released', () => heard.includes('up'));
    bench.press();
    await until('pressed', () => heard.includes('down'));
    own.same(heard, ['door open', 'up', 'down']);
  });

  story('lamp and buzzer are written, door and sensors are read', async (own, bench, made) => {
    const { panel, heard, degrees } = made;
    await panel.open();
    panel.lamp(true);
    panel.buzzer(true);
    await until('lit', () => bench.lamp && bench.buzzer);
    panel.lamp(false);
    await until('dark', () => !bench.lamp && bench.buzzer);
    bench.door(false);
    bench.temperature(160);
    bench.humidity(600);
    await until(
      'read',
      () => heard.includes('door closed') && degrees.at(-1) === 28 && panel.status.humidityPct === 69,
    );
    own.match(panel.status, { doorOpen: false, temperatureC: 28 });
    bench.humidity(0);
    bench.temperature(1023);
    await until('no reading', () => panel.status.humidityPct === null && panel.status.temperatureC === null);
  });

  story('a contact that bounces is one edge', async (own, bench, made) => {
    const { panel, heard } = made;
    await panel.open();
    await until('the first levels', () => heard.includes('door open'));
    for (let index = 0; index < 5; index += 1) {
      bench.press();
      await new Promise((resolve) => setTimeout(resolve, bounceMs));
      bench.release();
      await new Promise((resolve) => setTimeout(resolve, bounceMs));
    }
    bench.press();
    await until('pressed', () => heard.includes('down'));
    own.same(heard, ['door open', 'down']);
  });

  story('a cable that is pulled is told once, and the same panel opens again', async (own, bench, made) => {
    const { panel, heard } = made;
    await panel.open();
    panel.lamp(true);
    await until('lit', () => bench.lamp);
    bench.unplug();
    await until('lost', () => heard.includes('lost'));
    own.equal(panel.status.connected, false);
    panel.lamp(true);
    await own.rejects(panel.open(), { code: 'PANEL_UNREACHABLE', message: /ECONNREFUSED/ });
    await bench.plug();
    own.notOk(bench.lamp, 'a board that has just booted');
    await panel.open();
    panel.lamp(true);
    await until('lit again', () => bench.lamp);
    own.equal(heard.filter((one) => one === 'lost').length, 1);
  });

  story('close during open ends it, twice is once, and it opens again', (own, _bench, made) =>
    closesDuringOpen(own, made),
  );
  story(
    'a pin that the board does not have, or not as an analog one, is told by its part',
    (own, { address }) => tellsTheMissingPin(own, address),
  );
}

/** For a real board that only the driver reaches, with `testWires` between its pins. */
export function wiredPanelContract(t: Test, address: string): void {
  t.test('it says what it is', (own) => saysWhatItIs(own, rig(own, address)));

  t.test('what is written to an output is read at the contact behind the wire', async (own) => {
    const { panel, heard } = rig(own, address);
    await panel.open();
    panel.lamp(false);
    await until('the door is closed', () => panel.status.doorOpen === false);
    panel.buzzer(true);
    await until('released', () => heard.includes('up'));
    panel.lamp(true);
    await until('the door is open', () => heard.at(-1) === 'door open');
    panel.buzzer(false);
    await until('pressed', () => heard.at(-1) === 'down');
    panel.lamp(false);
    await until('the door is closed again', () => heard.at(-1) === 'door closed');
    own.same(heard.slice(heard.indexOf('up')), ['up', 'door open', 'down', 'door closed']);
  });

  t.test('close during open ends it, twice is once, and it opens again', (own) =>
    closesDuringOpen(own, rig(own, address)),
  );
  t.test('a pin that the board does not have, or not as an analog one, is told by its part', (own) =>
    tellsTheMissingPin(own, address),
  );
}

async function saysWhatItIs(own: Test, { panel, heard }: Rig): Promise<void> {
  await panel.open();
  own.match(panel.status, { connected: true, firmware: 'StandardFirmata.ino 2.5' });
  await until('the door is known', () => panel.status.doorOpen !== null);
  own.same(heard.slice(1), [], 'how it stands is no edge');
}

async function closesDuringOpen(own: Test, { panel }: Rig): Promise<void> {
  const opening = panel.open();
  panel.close();
  await own.rejects(opening, { code: 'PANEL_UNREACHABLE' });
  panel.close();
  await panel.open();
  own.equal(panel.status.connected, true);
}

async function tellsTheMissingPin(own: Test, address: string): Promise<void> {
  for (const [pins, why] of [
    [{ buzzer: 99 }, /no pin 99 for the buzzer/],
    [{ temperature: 5 }, /pin 5 for the temperature is not analog/],
  ] as const) {
    const wrong = new Panel({ address, pins: { ...panelPins, ...pins } });
    await own.rejects(wrong.open(), { code: 'PANEL_UNREACHABLE', message: why });
    own.equal(wrong.status.connected, false);
  }
}
