// A reader of the feed that stops reading costs a bounded number of bytes, and is told what it missed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import t from 'tap';
import { boundedLines, maxWaitingBytes } from '../../cli/bounded-lines.ts';
import { silentLog } from '../../config/log.ts';
import { MqttConnection } from '../../config/mqtt-connection.ts';
import { startEmbeddedBroker } from '../../gateway/uplink/embedded-broker.ts';
import { encodeRoomState } from '../../protocols/hq/codec.ts';
import { roomTopic } from '../../protocols/hq/topics.ts';

t.test('lines are left out while too much waits, and their number is told before the next', (t) => {
  const told: string[] = [];
  let bytes = 0;
  const tell = boundedLines({
    out: (line) => told.push(line),
    waiting: () => bytes,
    lost: (lines) => `lost ${lines}`,
  });
  tell('a');
  bytes = maxWaitingBytes + 1;
  for (const line of ['b', 'c']) tell(line);
  bytes = maxWaitingBytes - 1;
  tell('d');
  t.same(told, ['a'], 'not at every byte that the reader takes');
  bytes = 0;
  tell('e');
  tell('f');
  t.same(told, ['a', 'lost 3', 'e', 'f']);
  t.end();
});

t.test('a feed whose reader has stopped ends on a signal all the same', async (t) => {
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  t.teardown(() => broker.close());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const args = [
    '--import=tsx',
    'cli/liuhen.ts',
    'feed',
    '--broker',
    url,
    '--store',
    path.join(t.testdir(), 'hq'),
  ];
  const feed = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  t.teardown(() => feed.kill('SIGKILL'));
  const box = new MqttConnection({
    url,
    clientId: 'box',
    subscriptions: ['liuhen/v1/+/+/+/receipt'],
    onMessage: () => undefined,
    onConnect: () => undefined,
    log: silentLog,
  });
  t.teardown(() => box.close());
  const room = {
    gateway: 'g',
    epoch: 1n,
    room: 'r',
    state: 'idle',
    why: 'x'.repeat(200_000),
    session: '',
    wallMs: 1n,
    tracks: [],
    expiresAfterMs: 1,
  };
  // Nobody reads the pipe after its first line, which says that the feed is there.
  const firstLine = once(feed.stdout, 'readable');
  const state = { there: false };
  void firstLine.then(() => (state.there = true));
  const topic = roomTopic({ agency: 'a', site: 's', gateway: 'g' }, 'r');
  const payload = encodeRoomState(room);
  while (!state.there) {
    if (box.connected) await box.publish(topic, payload);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (let n = 0; n < 50; n += 1) await box.publish(topic, payload);
  const exit = once(feed, 'exit');
  feed.kill('SIGTERM');
  t.same((await exit)[0], 0);
});
