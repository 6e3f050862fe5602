// A recorder that records nothing: it answers on its socket and writes its process id into a list.
import { appendFileSync } from 'node:fs';
import { serveChannel } from '../../../../gateway/link/local-channel.ts';
import { recorderProtocol } from '../../../../gateway/recording/recorder-protocol.ts';

const [socket = '', list = ''] = process.argv.slice(2);
await serveChannel({
  path: socket,
  protocol: recorderProtocol,
  handle: async (request) => {
    if (request === 'quit') setImmediate(() => process.exit(0));
    return request === 'status' ? { pid: process.pid } : null;
  },
});
appendFileSync(list, `recorder ${process.pid}\n`);
process.on('exit', () => appendFileSync(list, `recorder-end ${process.pid}\n`));
