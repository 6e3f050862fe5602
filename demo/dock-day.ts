// The scripted day's body-cams: docked, one pulled out in the middle and put in again, and at the end every clip that
// they held is a file of the store with the same bytes, and none is on a device.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../config/clock.ts';
import { LiuhenError } from '../config/errors.ts';
import type { SiteControl } from '../hw-sim/control-client.ts';
import type { BodyCamSummary } from '../hw-sim/dock/dock-words.ts';
import { demoDock } from './demo-site.ts';

/** A few megabytes take a second or two. */
const offloadWithinMs = 20_000;

/** Answers what to print. Throws DEMO_FAILED with what is wrong. */
export async function playDocking(
  sim: SiteControl,
  storeFolder: string,
  signal: AbortSignal,
): Promise<string> {
  const before = await sim.bodyCams();
  const [pulled] = before;
  if (!pulled) throw wrong('the simulated site has no body-cam');
  const cams = async (what: string, holds: (now: readonly BodyCamSummary[]) => boolean): Promise<void> => {
    const until = Date.now() + offloadWithinMs;
    for (let now = await sim.bodyCams(); !holds(now); now = await sim.bodyCams()) {
      if (Date.now() > until || signal.aborted)
        throw wrong(
          `waited in vain until ${what}: ${now.map(({ id, clips }) => `${id} has ${clips.length}`).join(', ')}`,
        );
      await sleep(20, signal);
    }
  };
  for (const [slot, { id }] of before.entries()) await sim.actDock(demoDock, 'dock', { slot, bodyCam: id });
  await cams(`${pulled.id} is a disk`, (now) => (now[0]?.disk?.point ?? null) !== null);
  await sim.actDock(demoDock, 'pull', { slot: 0 });
  await cams('the others are done', (now) => now.slice(1).every(({ clips }) => clips.length === 0));
  if ((await sim.bodyCam(pulled.id)).clips.length !== pulled.clips.length)
    throw wrong(`${pulled.id} lost a clip when it was pulled out`);
  await sim.actDock(demoDock, 'dock', { slot: 0, bodyCam: pulled.id });
  await cams('all are done', (now) => now.every(({ clips }) => clips.length === 0));
  const stored = await hashesOf(storeFolder);
  const clips = before.flatMap((cam) => cam.clips);
  const missing = clips.filter(({ sha256 }) => !stored.has(sha256));
  if (missing.length > 0) throw wrong(`${missing.length} clips were erased and are not in the store`);
  for (const [slot, { id }] of before.entries()) {
    const until = Date.now() + offloadWithinMs;
    while ((await sim.dock(demoDock)).slots[slot]?.lamp !== 'on') {
      if (Date.now() > until || signal.aborted) throw wrong(`the lamp does not say that ${id} is done`);
      await sleep(20, signal);
    }
    await sim.actDock(demoDock, 'pull', { slot });
  }
  const bytes = clips.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `${clips.length} clips of ${before.length} devices, ${(bytes / 2 ** 20).toFixed(1)} MiB, in the store and off the devices`;
}

async function hashesOf(folder: string): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.mp4')) continue;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path.join(entry.parentPath, entry.name)))
      hash.update(chunk as Buffer);
    hashes.add(hash.digest('hex'));
  }
  return hashes;
}

function wrong(why: string): LiuhenError {
  return new LiuhenError('DEMO_FAILED', { why });
}
