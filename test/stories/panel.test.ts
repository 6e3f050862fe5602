// A press on the panel to a file on disk, and the lamp back: real gateway and recorder, simulated cameras and a
// simulated board with its firmware's bytes between.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { panelWords } from '../../gateway/panel/panel-words.ts';
import { faults } from '../../hw-sim/faults.ts';
import { createSimPanel, panelPins, type SimPanel } from '../../hw-sim/panel/sim-panel.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import { verified } from './session-steps.ts';
import { address, openSite, recording, roomOf, type Site } from './site.ts';

t.setTimeout(120_000);

const site = await openSite(t);
const sim = await createSimPanel();
t.teardown(() => sim.close());

/** The settings with, or without, the panel of the room. */
function write(panel: SimPanel | null): void {
  const { button, lamp, door, buzzer, temperature, humidity } = panelPins;
  const pins = `{ button: ${button}, lamp: ${lamp}, door: ${door}, buzzer: ${buzzer}, temperature: ${temperature}, humidity: ${humidity} }`;
  const text = readFileSync(site.config, 'utf8').replace(/, panel: .* \}\n/, ' }\n');
  const wired = panel === null ? '' : `, panel: { address: "${panel.address}", pins: ${pins} }`;
  writeFileSync(site.config, text.replace(/(cameras: \[left, right\]) \}/, `$1${wired} }`));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  await site.until(what, holds);
}

/** Changes of the lamp since a count: more than three within a blink's time are a fast one. */
const lampChanges = (): number => sim.changes.filter(({ pin }) => pin === panelPins.lamp).length;

write(sim);
await site.startGateway();
await until('the panel is wired', () => sim.received.some(({ what }) => what === 'report-digital'));
await site.logged(/the panel is there/);

let session = '';
t.test('P1: a press records, and the lamp is steady only when pictures are on disk', async (t) => {
  t.notOk(sim.lamp, 'nothing is recorded');
  sim.press();
  await until('the lamp is lit', () => sim.lamp);
  sim.release();
  const view = roomOf(await site.until('it records', recording));
  session = view.session ?? '';
  t.equal(view.sessionKind, 'interview');
  const { debts } = await site.ask('status', null);
  t.ok(debts.length > 0, 'E7: what was not named is owed');
  // The last change may come a look behind the state; from then on nothing is written any more.
  await until('lit', () => sim.lamp);
  const before = lampChanges();
  const frames = view.tracks[0]?.frames ?? 0;
  await site.until('four seconds of pictures', (v) => (roomOf(v).tracks[0]?.frames ?? 0) > frames + 100);
  t.ok(lampChanges() - before <= 1 && sim.lamp, 'steady: a slow lamp would have changed four times');
});

t.test('P1: a camera that is away makes it blink fast, also behind a cable that was out', async () => {
  const back = site.cameras[1]?.use(faults.unplug());
  await site.until('the room says so', (view) => roomOf(view).state !== 'recording');
  const before = lampChanges();
  await until('fast', () => lampChanges() >= before + 6);
  sim.unplug();
  back?.();
  await site.until('it records again', recording);
  await sim.plug();
  await until('painted anew, steady', () => sim.lamp);
});

t.test('I4: door, temperature and humidity are marks of the open session', async (t) => {
  await site.until('the door is known again', (view) => roomOf(view).panel?.door === 'open');
  sim.door(false);
  await marked('door-closed');
  sim.door(true);
  await marked('door-opened');
  await marked('temperature');
  await marked('humidity');
  t.match(await climate(), ['22.5 °C', '45 % RH']);
  const { panel } = roomOf(await site.ask('status', null));
  t.same(panel, { connected: true, door: 'open', temperatureC: 22.5, humidityPct: 45 }, 'and in the view');
});

t.test('I4: a door that is closed while the cable is out is marked when it is back', async (t) => {
  sim.unplug();
  await site.until('the view says that it is away', (view) => roomOf(view).panel?.connected === false);
  sim.door(false);
  await sim.plug();
  await marked('door-closed', 2);
  const doors = (await marksOf(site)).filter(({ label }) => label.startsWith('door'));
  t.same(
    doors.map(({ label, text }) => [label, text !== '']),
    [
      ['door-closed', false],
      ['door-opened', false],
      ['door-closed', true],
    ],
  );
  t.match(doors.at(-1)?.text, panelWords['zh-CN'].seenAtReturn);
});

t.test('a long press closes, and the lamp goes out', async (t) => {
  sim.press();
  await site.until('closed', (view) => roomOf(view).state === 'idle');
  sim.release();
  await until('dark', () => !sim.lamp);
  const folder = path.join(site.dataFolder, 'sessions', session);
  t.match(await verified(site, folder), { code: 0, findings: [] });
});

t.test('SIGHUP without the panel lets go of it, and with it takes it again', async () => {
  const { supervisor } = await site.processes();
  write(null);
  process.kill(supervisor, 'SIGHUP');
  await until('let go', () => sim.clients === 0);
  write(sim);
  process.kill(supervisor, 'SIGHUP');
  await until('taken again', () => sim.clients === 1);
});

async function marksOf(of: Site): Promise<{ readonly label: string; readonly text: string }[]> {
  const entries = await of.hq.entries(address);
  return entries.flatMap(({ body }) => {
    const what = decodeBody(body);
    return what?.case === 'sessionMarked' ? [what.value] : [];
  });
}

/** Waits until headquarters has so many marks of that name. */
async function marked(label: string, times = 1): Promise<void> {
  const before = Date.now() + 20_000;
  for (;;) {
    const labels = (await marksOf(site)).map((mark) => mark.label);
    if (labels.filter((each) => each === label).length >= times) return;
    if (Date.now() > before) throw new Error(`no mark ${label}: ${labels.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function climate(): Promise<string[]> {
  const marks = await marksOf(site);
  return ['temperature', 'humidity'].map((label) => marks.find((mark) => mark.label === label)?.text ?? '');
}
