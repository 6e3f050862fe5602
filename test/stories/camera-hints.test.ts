// What a camera says of itself reaches headquarters from real processes, and however badly it says it, its stream
// is recorded without a hole.
import path from 'node:path';
import t from 'tap';
import { holes, stampsOfCamera } from '../../demo/check-frames.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Bodies } from '../../protocols/hq/messages.ts';
import { address, hqCaughtUp, officers, openSite, recording, roomOf, type Site } from './site.ts';

t.setTimeout(60_000);

/** The hints that headquarters has stored. */
async function hintsOf(site: Site): Promise<Bodies['cameraHint'][]> {
  const entries = await site.hq.entries(address);
  return entries.flatMap(({ body }) => {
    const what = decodeBody(body);
    return what?.case === 'cameraHint' ? [what.value] : [];
  });
}

t.test(
  'a lost signal is at headquarters, a flood and garbage are not, and the recording has no hole',
  async (t) => {
    const site = await openSite(t);
    const [left] = site.cameras;
    if (left === undefined) throw new Error('no camera');
    await site.startGateway();
    const at = ['--json', '--socket', path.join(site.dataFolder, 'run', 'control.sock')];
    const pulls = (): number => left.received.filter(({ method }) => method === 'PullMessages').length;
    await site.until('the camera is listened to', () => pulls() > 0);
    const open = await site.liuhen(
      'session',
      'open',
      '--room',
      'talk',
      '--kind',
      'interview',
      ...officers,
      ...at,
    );
    t.equal(open.code, 0, open.err);
    const folder = path.join(site.dataFolder, (JSON.parse(open.out) as { folder: string }).folder);
    await site.until('it records', recording);
    left.publish({ topic: 'tns1:VideoSource/SignalLoss', source: { Source: '1' }, data: { State: 'true' } });
    for (let n = 0; n < 90; n += 1)
      left.publish({
        topic: 'tns1:VideoSource/MotionAlarm',
        source: {},
        data: { State: String(n % 2 === 0) },
      });
    const before = pulls();
    await site.until('the flood was pulled', () => pulls() > before);
    const garbage = left.use({
      name: 'garbage',
      soap: async ({ operation }, next) =>
        operation === 'PullMessages' ? { status: 200, body: '<<<' } : next(),
    });
    left.publish({ topic: 'tns1:VideoSource/MotionAlarm', source: {}, data: {} });
    const pictures = roomOf(await site.until('it records', recording)).tracks[0]?.frames ?? 0;
    await site.until('50 more pictures', (view) => (roomOf(view).tracks[0]?.frames ?? 0) > pictures + 50);
    garbage();
    const close = await site.liuhen('session', 'close', '--room', 'talk', ...at);
    t.equal(close.code, 0, close.err);
    for (const camera of ['left', 'right']) t.same(holes(await stampsOfCamera(folder, camera)), [], camera);
    const { box, hq } = await hqCaughtUp(site);
    t.equal(hq, box);
    t.match(await hintsOf(site), [
      {
        camera: 'left',
        topic: 'signal-lost',
        state: 'began',
        detail: 'tns1:VideoSource/SignalLoss Source=1',
      },
    ]);
    t.equal((await hintsOf(site)).length, 1);
    t.equal(await site.endGateway(), 0);
    t.ok(
      left.received.some(({ method }) => method === 'Unsubscribe'),
      'the camera is told goodbye',
    );
  },
);
