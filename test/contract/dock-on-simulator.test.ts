// The dock's contract on the simulated dock, over a pair in memory and over TCP.
import { connect } from 'node:net';
import t from 'tap';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';
import { dockContract } from './dock-contract.ts';

t.test('over a pair in memory', async (t) => {
  dockContract(t, async (spec) => {
    const sim = await createSimDock(spec);
    return {
      sim,
      line: { address: 'memory', connect: async () => sim.connect() },
      raw: async () => sim.connect(),
      close: () => sim.close(),
    };
  });
});

t.test('over TCP', async (t) => {
  dockContract(t, async (spec) => {
    const sim = await createSimDock(spec);
    return {
      sim,
      line: { address: sim.address },
      raw: async () => connect({ port: sim.port, host: '127.0.0.1' }),
      close: () => sim.close(),
    };
  });
});
