import t from 'tap';
import { LiuhenError } from '../../config/errors.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import { World } from './gateway-bench.ts';
import { request, until } from './sessions/fakes.ts';

t.test('a session from the control socket to its proof', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await until('cameras warm', () => world.recorder.asked.filter((name) => name === 'warm').length === 3);
  const opened = await askControl(world.socket, 'open', request);
  t.match(opened, { room: 'talk', article: 'HY 7(2)' });
  await t.rejects(askControl(world.socket, 'open', request), { code: 'SESSION_ALREADY_OPEN' });
  await askControl(world.socket, 'mark', { room: 'talk', label: 'sign' });
  const closed = await askControl(world.socket, 'close', { room: 'talk', by: 'clerk' });
  t.match(closed, { session: opened.session, segments: 1 });
  await t.rejects(askControl(world.socket, 'close', { room: 'talk' }), { code: 'SESSION_NOT_OPEN' });
  t.same(world.cases(), [
    'boxStarted',
    'settingsApplied',
    ...world.cases().slice(2, -6),
    'sessionOpened',
    'sessionRefused',
    'sessionMarked',
    'sessionClosing',
    'segmentSealed',
    'sessionClosed',
  ]);
  t.ok(world.proofs.has(opened.folder));
});

t.test('P1: what is published follows what is on disk, not what was asked', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await askControl(world.socket, 'open', request);
  const states = (): string[] =>
    world.published.filter(({ room }) => room === 'talk').map(({ state }) => state);
  await until('opening', () => states().includes('opening'));
  t.notOk(states().includes('recording'), 'the recorder has no frame on disk');
  t.equal((await askControl(world.socket, 'status', null)).rooms[0]?.state, 'opening');
});

t.test('P8: control dies and comes back: the recorder goes on and is adopted', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const first = await world.startGateway();
  const { session } = await askControl(world.socket, 'open', request);
  await first.stop('parent-gone');
  t.ok(world.recorder.running.has(session), 'it was left recording');
  world.recorder.seal(session, 'meanwhile.mp4');
  const second = await world.startGateway();
  t.teardown(() => second.stop('asked'));
  await until('the missed record', () => world.cases().includes('segmentSealed'));
  t.ok(world.entries.some((body) => body.case === 'recorderBack' && body.value.adopted));
  t.same(world.recorder.starts.length, 1, 'it was not started a second time');
  t.match(await askControl(world.socket, 'close', { session }), { segments: 2 });
});

t.test('P3: recorder and control die, the box comes back: the session goes on', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const first = await world.startGateway();
  const { session } = await askControl(world.socket, 'open', request);
  await first.stop('parent-gone');
  await world.killRecorder();
  world.bootId = 'boot-2';
  const second = await world.startGateway();
  t.teardown(() => second.stop('asked'));
  await world.startRecorder();
  await until('resumed', () => world.cases().includes('sessionResumed'));
  t.match(world.recorder.starts, [{ session, resume: 'box-restarted' }]);
  t.equal(second.view().rooms[0]?.session, session);
});

t.test('P4: a recorder that dies under control is in the ledger, and the session is taken up', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  const { session } = await askControl(world.socket, 'open', request);
  await world.killRecorder();
  await until('lost', () => world.cases().includes('recorderLost'));
  await world.startRecorder();
  await until('resumed', () => world.cases().includes('sessionResumed'));
  t.match(world.recorder.starts, [{ session, resume: 'recorder-died' }]);
  await until('warm again', () => world.recorder.asked.filter((name) => name === 'warm').length === 3);
});

t.test('a clean stop seals every session, with its reason in the ledger', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  await askControl(world.socket, 'open', request);
  await gateway.stop('asked');
  await gateway.stop('asked');
  t.same(world.cases().slice(-4), ['sessionClosing', 'segmentSealed', 'sessionClosed', 'boxStopped']);
  t.match(
    world.entries.find((body) => body.case === 'sessionClosing'),
    { value: { reason: 'service-stopped' } },
  );
  await t.rejects(askControl(world.socket, 'status', null), { code: 'CONTROL_UNREACHABLE' });
});

t.test('the ledger has its reserve again when the disk is well again, without a restart', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  world.recorder.writable = false;
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await until('not writable', () => world.cases().includes('diskChanged'));
  t.equal(world.refills, 0);
  await world.killRecorder();
  world.recorder.freeBytes = 1e12;
  await world.startRecorder();
  await until('refilled', () => world.refills === 1);
});

t.test('a ledger that takes no more keeps no stop from ending in order', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  let closed = false;
  const gateway = await world.startGateway({
    openUplink: async () => ({
      connected: true,
      receivedSeq: 0,
      state: 'delivering',
      publishRoom: () => undefined,
      close: async () => {
        closed = true;
      },
    }),
  });
  world.refuse = 'boxStopped';
  await gateway.stop('asked');
  t.ok(closed);
});

t.test('reload: a faulty file is refused whole and the old settings stay', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  world.file = () => Promise.reject(new LiuhenError('SESSION_ROOM_MISSING', { allowed: 'faulty' }));
  t.equal(await gateway.reload(), false);
  world.file = () => Promise.resolve({ ...world.settings, gateway: 'another', rooms: [] });
  t.equal(await gateway.reload(), false, 'a change that needs a restart is refused whole');
  t.same(
    gateway.view().rooms.map((room) => room.room),
    ['talk', 'court'],
  );
  t.equal(world.cases().filter((name) => name === 'settingsApplied').length, 1);
});

t.test('reload: a camera that is being recorded is not touched until its session ends', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await until('cameras warm', () => world.recorder.asked.filter((name) => name === 'warm').length === 3);
  await askControl(world.socket, 'open', request);
  const old = world.settings;
  world.file = () =>
    Promise.resolve({
      ...old,
      rooms: old.rooms.filter((room) => room.id === 'court'),
      cameras: old.cameras.filter((camera) => camera.id === 'c'),
    });
  t.equal(await gateway.reload(), true);
  t.notOk(world.recorder.asked.includes('release'));
  t.equal(gateway.view().rooms.length, 2, 'a room with a session is still shown');
  await askControl(world.socket, 'close', { room: 'talk' });
  await until('released', () => world.recorder.asked.filter((name) => name === 'release').length === 2);
  t.equal(gateway.view().rooms.length, 1);
});

t.test('reload: another broker is connected without touching a recording', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await askControl(world.socket, 'open', request);
  const before = world.recorder.asked.length;
  const { settings } = world;
  world.file = () => Promise.resolve({ ...settings, mqtt: { ...settings.mqtt, url: 'mqtt://127.0.0.1:2' } });
  t.equal(await gateway.reload(), true);
  t.equal(world.brokers, 2);
  t.same(
    world.recorder.asked.slice(before).filter((name) => name !== 'warm'),
    [],
  );
});

t.test('reload: settings that the ledger cannot take are not in force, and may come again', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  const { settings } = world;
  world.file = () => Promise.resolve({ ...settings, rooms: settings.rooms.slice(0, 1) });
  world.refuse = 'settingsApplied';
  t.equal(await gateway.reload(), false);
  t.equal(gateway.view().rooms.length, 2);
  world.refuse = null;
  t.equal(await gateway.reload(), true);
  t.equal(gateway.view().rooms.length, 1);
});

t.test('reload: of several at once the last one is in force, with one uplink at a time', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  const alive: string[] = [];
  let most = 0;
  const gateway = await world.startGateway({
    openUplink: async ({ mqtt }) => {
      alive.push(mqtt.url);
      most = Math.max(most, alive.length);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return {
        connected: true,
        receivedSeq: 0,
        state: 'delivering',
        publishRoom: () => undefined,
        close: async () => {
          alive.splice(alive.indexOf(mqtt.url), 1);
        },
      };
    },
  });
  t.teardown(() => gateway.stop('asked'));
  const { settings } = world;
  let reads = 0;
  world.file = () => {
    const url = `mqtt://127.0.0.1:${++reads}`;
    return Promise.resolve({ ...settings, mqtt: { ...settings.mqtt, url } });
  };
  t.same(await Promise.all([gateway.reload(), gateway.reload(), gateway.reload()]), [true, true, true]);
  t.equal(most, 1);
  t.same(alive, ['mqtt://127.0.0.1:3']);
});

t.test('a broker that cannot start keeps no room from recording', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  await world.startRecorder();
  const gateway = await world.startGateway({ startBroker: () => Promise.reject(new Error('port taken')) });
  t.teardown(() => gateway.stop('asked'));
  await askControl(world.socket, 'open', request);
  await until('running', () => world.recorder.running.size === 1);
  t.equal(gateway.view().uplink.connected, false);
});

t.test('a request that nobody knows is refused by name', async (t) => {
  const world = new World();
  t.teardown(() => world.end());
  const gateway = await world.startGateway();
  t.teardown(() => gateway.stop('asked'));
  await t.rejects(askControl(world.socket, 'reboot' as 'status', null), { code: 'CONTROL_REQUEST_UNKNOWN' });
});
