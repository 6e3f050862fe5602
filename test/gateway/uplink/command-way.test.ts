// Which messages on the command topic are the feed's own, and which go on to who does commands in the rooms.
import path from 'node:path';
import t from 'tap';
import { silentLog, type Log } from '../../../config/log.ts';
import { MqttConnection } from '../../../config/mqtt-connection.ts';
import { Ledger } from '../../../gateway/ledger/ledger.ts';
import type { CommandMessage } from '../../../gateway/uplink/command-check.ts';
import type { TakeCommand } from '../../../gateway/uplink/commands.ts';
import { startEmbeddedBroker } from '../../../gateway/uplink/embedded-broker.ts';
import { Uplink } from '../../../gateway/uplink/uplink.ts';
import { decodeReply, encodeCommand, maxCommandBytes } from '../../../protocols/hq/codec.ts';
import type { CommandWork, Reply } from '../../../protocols/hq/command-messages.ts';
import { topicOf } from '../../../protocols/hq/topics.ts';

const address = { agency: 'shanghai', site: 'east', gateway: 'box-1' };

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within 10 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

t.test('what asks for the feed is answered by the uplink, everything else goes on as it came', async (t) => {
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const ledger = await Ledger.open({
    folder: path.join(t.testdir(), 'l'),
    gateway: 'box-1',
    reserveBytes: 4096,
  });
  const taken: CommandMessage[] = [];
  const replies: Reply[] = [];
  const errors: string[] = [];
  let answer: TakeCommand = () => Promise.resolve(null);
  const log: Log = { ...silentLog, error: (what) => void errors.push(what) };
  const hq = new MqttConnection({
    url,
    clientId: 'hq',
    subscriptions: [topicOf(address, 'reply')],
    onConnect: () => undefined,
    onMessage: (_topic, payload) => replies.push(decodeReply(payload)),
    log: silentLog,
  });
  await until(() => hq.connected);
  const topic = topicOf(address, 'command');
  const encoded = (command: CommandWork): Uint8Array => encodeCommand({ id: command.case, command });
  // It waits at the broker when the box comes.
  await hq.publish(topic, encoded({ case: 'snapshot', value: {} }), { retain: true });
  const uplink = await Uplink.open({
    ledger,
    address,
    mqtt: { url, protocolVersion: 4 },
    version: 'test',
    rooms: () => [],
    commands: (message) => {
      taken.push(message);
      return answer(message);
    },
    log,
  });
  t.teardown(async () => {
    await uplink.close(0);
    await hq.close();
    await ledger.close();
    await broker.close();
  });
  await until(() => taken.length === 1);
  t.match(taken[0], { retained: true }, 'also of the feed, what the broker had kept is not done');
  t.same(replies, []);

  await hq.publish(topic, encoded({ case: 'snapshot', value: {} }));
  await until(() => replies.length === 1);
  t.match(replies[0], { id: 'snapshot', ok: true, status: { gateway: 'box-1' } });
  t.equal(taken.length, 1);

  answer = () => Promise.resolve({ id: 'x', ok: true, code: '', message: '', rooms: [], booking: 'b-1' });
  const unbook = encoded({ case: 'unbook', value: { booking: 'b-1' } });
  await hq.publish(topic, unbook);
  await until(() => replies.length === 2);
  t.match(replies[1], { id: 'x', booking: 'b-1' });
  t.same(taken[1], { payload: Buffer.from(unbook), retained: false });

  answer = () => Promise.reject(new Error('broken'));
  for (const payload of [new Uint8Array(maxCommandBytes + 1), new Uint8Array([0xff]), new Uint8Array()]) {
    const count = taken.length + 1;
    await hq.publish(topic, payload);
    await until(() => taken.length === count && errors.length === count - 2);
  }
  t.ok(errors.every((what) => what === 'a command could not be taken'));
  t.equal(uplink.connected, true);
});
