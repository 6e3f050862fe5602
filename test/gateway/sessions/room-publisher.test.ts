import t from 'tap';
import { monoMs } from '../../../config/clock.ts';
import type { RoomView } from '../../../gateway/sessions/control-protocol.ts';
import { RoomPublisher, heartbeatMs, minPublishMs } from '../../../gateway/sessions/room-publisher.ts';

const room = (over: Partial<RoomView> = {}): RoomView => ({
  room: 'talk',
  name: 'talk',
  kind: 'interview',
  state: 'idle',
  why: '',
  session: null,
  sessionKind: null,
  openedWallMs: null,
  folder: null,
  gaps: 0,
  tracks: [],
  ...over,
});
const due = (publisher: RoomPublisher, view: RoomView, at: number): boolean =>
  publisher.due([view], monoMs(at)).length === 1;

t.test('a room is told at first, on change, and as a heartbeat', async (t) => {
  const publisher = new RoomPublisher();
  t.ok(due(publisher, room(), 0));
  t.notOk(due(publisher, room(), 1000));
  t.ok(due(publisher, room({ state: 'opening' }), 1000));
  t.notOk(due(publisher, room({ state: 'opening' }), 1000 + heartbeatMs - 1));
  t.ok(due(publisher, room({ state: 'opening' }), 1000 + heartbeatMs));
});

t.test('counters that run are no change', async (t) => {
  const publisher = new RoomPublisher();
  const track = (frames: number): RoomView['tracks'] => [
    {
      camera: 'a',
      kind: 'video',
      required: true,
      state: 'recording',
      frames,
      bytes: frames,
      gaps: 0,
      behindMs: frames,
    },
  ];
  t.ok(due(publisher, room({ tracks: track(1) }), 0));
  t.notOk(due(publisher, room({ tracks: track(2) }), 1000));
});

t.test('a room that changes all the time is told at a bounded rate, and its last state too', async (t) => {
  const publisher = new RoomPublisher();
  let told = 0;
  for (let at = 0; at < 10_000; at += 20) if (due(publisher, room({ why: String(at) }), at)) told += 1;
  t.equal(told, 10_000 / minPublishMs);
  t.ok(due(publisher, room({ why: 'last' }), 10_000));
});

t.test('a new connection hears of every room', async (t) => {
  const publisher = new RoomPublisher();
  due(publisher, room(), 0);
  publisher.forget();
  t.ok(due(publisher, room(), 10));
});
