// The rooms' panels as the gateway runs them, with boards that only say what they were asked.
import { EventEmitter } from 'node:events';
import t from 'tap';
import { monoMs, wallMs } from '../../../config/clock.ts';
import { silentLog } from '../../../config/log.ts';
import type { PanelSettings, Settings } from '../../../config/settings-types.ts';
import type { RoomContext } from '../../../gateway/gateway-feature.ts';
import { climateAgainMs, panelFeature, type RoomPanel } from '../../../gateway/panel/panel-feature.ts';
import { panelWords } from '../../../gateway/panel/panel-words.ts';
import { settings, until } from '../sessions/fakes.ts';

class Board extends EventEmitter {
  readonly address: string;
  status = { connected: false, doorOpen: null, temperatureC: 21.5, humidityPct: 44 };
  closed = false;

  constructor({ address }: PanelSettings) {
    super();
    this.address = address;
  }

  get events(): this {
    return this;
  }

  async open(): Promise<void> {
    this.status = { ...this.status, connected: true };
  }

  close(): void {
    this.closed = true;
  }

  lamp(): void {}
  buzzer(): void {}
}

const panel = (address: string): PanelSettings => ({
  address,
  pins: { button: 2, lamp: 13 },
  humidityScale: { mvAt0: 800, mvAt100: 3900 },
});

function rig(rooms: Settings['rooms']) {
  const boards: Board[] = [];
  const world = {
    rooms,
    boards,
    opened: [] as unknown[],
    marks: [] as string[],
    texts: [] as string[],
    views: 0,
    ms: 0,
    session: undefined as string | undefined,
    refuseMarks: false,
  };
  const feature = panelFeature((each) => {
    const board = new Board(each);
    boards.push(board);
    return board as unknown as RoomPanel;
  });
  const context = {
    settings: () => ({ ...settings, rooms: world.rooms }),
    ledger: {
      fold: {
        inRoom: () => (world.session === undefined ? undefined : { session: world.session, closing: null }),
      },
    },
    open: (request: unknown) => {
      world.opened.push(request);
      return Promise.resolve();
    },
    mark: ({ label, text }: { label: string; text: string }) => {
      if (world.refuseMarks) return Promise.reject(new Error('full'));
      world.marks.push(label);
      world.texts.push(text);
      return Promise.resolve();
    },
    view: () => {
      world.views += 1;
      return { rooms: world.rooms.map(({ id }) => ({ room: id, state: 'idle' })) };
    },
    now: () => ({ wall: wallMs(world.ms), mono: monoMs(world.ms) }),
    log: silentLog,
  } as unknown as RoomContext;
  return { world, feature, context };
}

t.test('E7: a press begins what the room is for, urgently, also in a service hall', async (t) => {
  const { world, feature, context } = rig([
    { id: 'hall', name: '大厅', kind: 'hall', cameras: [], panel: panel('tcp://a:1') },
    { id: 'talk', name: '询问室', kind: 'interview', cameras: [], panel: panel('tcp://b:1') },
    { id: 'bare', name: '空', kind: 'hearing', cameras: [] },
  ]);
  t.teardown(() => feature.close());
  await feature.start(context);
  t.equal(world.boards.length, 2);
  for (const board of world.boards) board.emit('button', { down: true });
  t.match(world.opened, [
    { room: 'hall', kind: 'reception', urgent: true, by: 'panel' },
    { room: 'talk', kind: 'interview', urgent: true },
  ]);
});

t.test('many panels look at one view', async (t) => {
  const rooms = Array.from({ length: 30 }, (_, index) => ({
    id: `r${index}`,
    name: 'r',
    kind: 'interview' as const,
    cameras: [],
    panel: panel(`tcp://h${index}:1`),
  }));
  const { world, feature, context } = rig(rooms);
  t.teardown(() => feature.close());
  await feature.start(context);
  await until('every board is open', () => world.boards.every(({ status }) => status.connected));
  t.equal(world.views, 1, 'at one moment');
});

t.test('I4: a climate that the ledger refused is marked again, and one that it took is not', async (t) => {
  const { world, feature, context } = rig([
    { id: 'talk', name: '询问室', kind: 'interview', cameras: [], panel: panel('tcp://b:1') },
  ]);
  t.teardown(() => feature.close());
  await feature.start(context);
  await until('open', () => world.boards[0]?.status.connected === true);
  world.session = 's1';
  world.refuseMarks = true;
  await feature.tick?.();
  await new Promise((resolve) => setImmediate(resolve));
  world.refuseMarks = false;
  await feature.tick?.();
  t.same(world.marks, [], 'not at once');
  world.ms += climateAgainMs;
  await feature.tick?.();
  t.same(world.marks, ['temperature', 'humidity']);
  world.ms += climateAgainMs;
  await feature.tick?.();
  t.same(world.marks, ['temperature', 'humidity']);
});

t.test('other settings replace a panel, and rooms without one let go of it', async (t) => {
  const room = { id: 'talk', name: '询问室', kind: 'interview' as const, cameras: [] };
  const { world, feature, context } = rig([{ ...room, panel: panel('tcp://a:1') }]);
  t.teardown(() => feature.close());
  await feature.start(context);
  await feature.settingsApplied?.();
  t.equal(world.boards.length, 1, 'the same settings change nothing');
  world.rooms = [{ ...room, panel: panel('tcp://b:1') }];
  await feature.settingsApplied?.();
  t.same(
    world.boards.map(({ address, closed }) => [address, closed]),
    [
      ['tcp://a:1', true],
      ['tcp://b:1', false],
    ],
  );
  world.rooms = [room];
  await feature.settingsApplied?.();
  t.ok(world.boards[1]?.closed);
});

const interview = { id: 'talk', name: '询问室', kind: 'interview' as const, cameras: [] };

t.test('I4: a door that moved while the cable was out is marked at its return, and says so', async (t) => {
  const { world, feature, context } = rig([{ ...interview, panel: panel('tcp://b:1') }]);
  t.teardown(() => feature.close());
  await feature.start(context);
  await until('open', () => world.boards[0]?.status.connected === true);
  const [board] = world.boards;
  world.session = 's1';
  board?.emit('door', { open: true });
  t.same(world.marks, [], 'how it stands is no event');
  board?.emit('lost', new Error('cable'));
  board?.emit('door', { open: false });
  board?.emit('door', { open: true });
  board?.emit('lost', new Error('cable'));
  board?.emit('door', { open: true });
  board?.emit('door', { open: false });
  const late = panelWords[settings.language].seenAtReturn;
  t.same(world.marks, ['door-closed', 'door-opened', 'door-closed']);
  t.same(world.texts, [late, '', ''], 'only the one that was not seen as it happened');
});

t.test('the view says what the panel reads, and nothing old while it is away', async (t) => {
  const { world, feature, context } = rig([{ ...interview, panel: panel('tcp://b:1') }]);
  t.teardown(() => feature.close());
  await feature.start(context);
  await until('open', () => world.boards[0]?.status.connected === true);
  t.same(feature.panel?.('talk'), { connected: true, door: null, temperatureC: 21.5, humidityPct: 44 });
  t.equal(feature.panel?.('bare'), null);
  const [board] = world.boards;
  if (board) board.status = { ...board.status, connected: false };
  t.same(feature.panel?.('talk'), { connected: false, door: null, temperatureC: null, humidityPct: null });
});
