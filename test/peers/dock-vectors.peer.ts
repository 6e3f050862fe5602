// The golden vectors of the dock protocol, read by a program that shares nothing with ours (dock-vectors.py).
import { spawnSync } from 'node:child_process';
import t from 'tap';

t.test('CRC, COBS and protobuf of every vector agree with a second implementation', async (t) => {
  const run = spawnSync('python3', ['test/peers/dock-vectors.py', 'protocols/dock/vectors'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  t.match(run.stdout, /^\d+ frames agree/, run.stderr);
  t.equal(run.status, 0);
});
