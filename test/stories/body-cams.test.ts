// A body-cam is handed out, brought back and found broken: real processes, a simulated dock behind TCP with real
// volumes, and headquarters that reads along. The control process is killed while the device is out.
import { appendFileSync } from 'node:fs';
import t from 'tap';
import { SimBodyCam } from '../../hw-sim/dock/sim-body-cam.ts';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';
import { openSimVolumes } from '../../hw-sim/dock/sim-volumes.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import { at } from './session-steps.ts';
import { address, openSite, type Site } from './site.ts';

t.setTimeout(120_000);

const site: Site = await openSite(t);
const volumes = await openSimVolumes();
const dock = await createSimDock({ disks: volumes, slots: 2 });
t.teardown(async () => {
  await site.endGateway();
  await dock.close();
  volumes.close();
});
const bodyCam = { id: 'bc-1', serial: 'BC00001', officer: { name: '管某', certificate: 'A-9' } };
appendFileSync(
  site.config,
  [
    `docks: ${JSON.stringify([{ id: 'dock-1', room: 'talk', address: dock.address }])}`,
    `bodyCams: ${JSON.stringify([bodyCam])}`,
    `offload: ${JSON.stringify({ kernelLists: volumes.folder })}`,
    '',
  ].join('\n'),
);
await site.startGateway();

/** What headquarters has of devices, in order, once it has so many entries of them. */
async function told(count: number): Promise<string[]> {
  for (;;) {
    const { ledger } = await site.until('HQ has everything', (v) => v.uplink.receivedSeq >= v.ledger.seq);
    const entries = (await site.hq.entries(address)).flatMap(({ body }) => {
      const entry = decodeBody(body);
      return entry?.case.startsWith('device') ? [entry.case] : [];
    });
    if (entries.length >= count) return entries;
    await site.until('the ledger goes on', (view) => view.ledger.seq > ledger.seq);
  }
}

const slotIs = (slot: number, state: string) =>
  site.until(`slot ${slot} ${state}`, (view) =>
    (view.bodycams?.docks[0]?.slots ?? []).some((each) => each.slot === slot && each.at === state),
  );

t.test('E4, D5: it is issued, comes back over a killed process, and is not issued when broken', async (t) => {
  const cam = new SimBodyCam({ batteryPct: 95 });
  dock.insert(0, cam);
  await slotIs(0, 'done');
  const issue = ['device', 'issue', 'bc-1', '--officer', '张三:A-1', ...at(site)];
  const out = await site.liuhen(...issue);
  t.equal(out.code, 0, out.err);
  t.match(JSON.parse(out.out), {
    items: [{}, { item: 'battery', result: 'ok', detail: '95 %' }, {}, {}, {}],
  });
  dock.pull(0);
  t.same(await told(3), ['deviceDocked', 'deviceIssued', 'deviceUndocked']);
  const { control } = await site.processes();
  process.kill(control, 'SIGKILL');
  // Brought back while nobody looks.
  dock.insert(1, cam);
  t.same((await told(5)).slice(3), ['deviceDocked', 'deviceReturned']);
  t.match(await site.ask('devices', {}), { devices: [{ device: 'bc-1', at: 'docked', issued: null }] });
  const report = await site.liuhen('device', 'report', 'bc-1', '--what', 'fault', ...at(site));
  t.equal(report.code, 0);
  const refused = await site.liuhen(...issue, '--urgent');
  t.equal(refused.code, 1);
  t.match(JSON.parse(refused.out), { error: { code: 'DEVICE_OUT_OF_USE' } });
  t.same((await told(6)).slice(5), ['deviceReported']);
});
