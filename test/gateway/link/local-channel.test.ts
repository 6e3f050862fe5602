// What a mad peer sends to a socket must not end the process behind it: the recorder's least of all.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t, { type Test } from 'tap';
import { encodeMessage, maxMessageBytes } from '../../../gateway/link/framed-json.ts';
import { connectChannel, serveChannel } from '../../../gateway/link/local-channel.ts';

async function served(t: Test): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
  const socket = path.join(folder, 's');
  const server = await serveChannel({
    path: socket,
    protocol: 1,
    handle: async (request) => (request === 'long' ? 'x'.repeat(maxMessageBytes) : request),
  });
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return socket;
}

t.test('P8: messages that are no requests cut off whoever sends them, and nobody else', async (t) => {
  const socket = await served(t);
  const other = await connectChannel(socket, 1);
  t.teardown(() => other.close());
  for (const message of [null, 7, 'open', [], {}, { id: '1', request: 'status' }, { id: 1 }]) {
    const mad = net.createConnection(socket).resume();
    mad.write(encodeMessage(message));
    await once(mad, 'close');
    t.equal(await other.ask('status', null), 'status', JSON.stringify(message));
  }
});

t.test('P8: an answer that is too long is an error to whoever asked', async (t) => {
  const client = await connectChannel(await served(t), 1);
  t.teardown(() => client.close());
  await t.rejects(client.ask('long', null), { code: 'CHANNEL_MESSAGE' });
  t.equal(await client.ask('status', null), 'status');
});
