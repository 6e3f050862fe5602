// Features beside recording: one that throws, hangs or fails hinders neither the others nor the end.
import t from 'tap';
import { silentLog } from '../../config/log.ts';
import { FeatureSet, type GatewayFeature, type RoomContext } from '../../gateway/gateway-feature.ts';

const context = {} as RoomContext;
const entry = { seq: 1, body: { case: 'boxStopped', value: { why: 'x' } } } as const;

function feature(name: string, over: Partial<GatewayFeature> = {}): GatewayFeature {
  return { name, start: () => Promise.resolve(), close: () => Promise.resolve(), ...over };
}

t.test('an entry that one feature cannot take reaches the others, and the ledger goes on', async (t) => {
  const heard: number[] = [];
  const features = new FeatureSet(
    [
      feature('broken', {
        entry: () => {
          throw new Error('broken');
        },
      }),
      feature('good', { entry: ({ seq }) => void heard.push(seq) }),
    ],
    silentLog,
  );
  features.entry(entry);
  t.same(heard, [1]);
});

t.test('a tick that hangs holds up neither the others nor the end', async (t) => {
  let ticks = 0;
  let closed = false;
  const features = new FeatureSet(
    [
      feature('hanging', { tick: () => new Promise(() => undefined) }),
      feature('good', {
        tick: () => {
          ticks += 1;
          return Promise.resolve();
        },
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      }),
    ],
    silentLog,
  );
  await features.start(context);
  for (let index = 0; index < 3; index += 1) {
    features.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal(ticks, 3);
  await features.close();
  t.ok(closed);
});

t.test('one that does not start gets no ticks, and is closed all the same', async (t) => {
  const told: string[] = [];
  const features = new FeatureSet(
    [
      feature('late', {
        start: () => Promise.reject(new Error('no')),
        tick: async () => void told.push('tick'),
        close: async () => void told.push('close'),
      }),
    ],
    silentLog,
  );
  await features.start(context);
  features.tick();
  await features.close();
  t.same(told, ['close']);
  await t.rejects(features.ask('book', null), { code: 'CONTROL_REQUEST_UNKNOWN' });
});

t.test(
  'one that cannot say what it adds to the view takes nothing else from it, and is told once',
  async (t) => {
    const told: unknown[] = [];
    const log = { ...silentLog, error: (_: string, fields?: object) => void told.push(fields) };
    const fail = (): never => {
      throw new Error('broken');
    };
    const notice = { what: 'notice', text: 'x', sinceWallMs: 0, state: 'shown' } as const;
    const features = new FeatureSet(
      [
        feature('broken', { notices: fail, interruption: fail, panel: fail }),
        feature('good', { notices: () => [notice] }),
      ],
      log,
    );
    await features.start(context);
    for (let index = 0; index < 3; index += 1) {
      t.same(features.notices('talk'), [notice]);
      t.equal(features.interruption('talk'), null);
      t.equal(features.panel('talk'), null);
    }
    t.match(told, [{ what: 'notices' }, { what: 'interruption' }, { what: 'panel' }]);
    t.equal(told.length, 3);
  },
);
