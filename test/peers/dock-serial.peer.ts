// The dock's contract over serial lines: the simulator behind a pty pair of socat, opened by serialport as any port is;
// and, with TEST_DOCK=serial:/dev/ttyUSB0 (or tcp://host:port), what asks nothing but a way to it, on a real dock.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import t from 'tap';
import { openByteLink, readLinkAddress } from '../../device-drivers/link/byte-link.ts';
import { dockBaudRate, dockConnectMs } from '../../device-drivers/dock/dock.ts';
import { createSimDock } from '../../hw-sim/dock/sim-dock.ts';
import { RawLine, type DockBench } from '../contract/dock-bench.ts';
import { anyDockContract, dockContract } from '../contract/dock-contract.ts';

t.setTimeout(120_000);

function open(address: string): Promise<Duplex> {
  const parsed = readLinkAddress(address);
  if (!parsed)
    throw new Error(`TEST_DOCK is ${address}; allowed are serial:/dev/ttyUSB0 and tcp://host:port`);
  const { signal } = new AbortController();
  return openByteLink(parsed, { baudRate: dockBaudRate, withinMs: dockConnectMs, signal });
}

t.test('the simulator over a pty', async (t) => {
  dockContract(t, async (spec): Promise<DockBench> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lh-'));
    const [ours, theirs] = [path.join(folder, 'dock'), path.join(folder, 'host')];
    const sim = await createSimDock(spec);
    let socat: ReturnType<typeof spawn> | null = null;
    let gone: Promise<unknown> = Promise.resolve();
    // Both ends are the same pair: a pull of the cable is the end of socat, as a USB adapter's devices go away.
    const plug = async (): Promise<void> => {
      // It takes its links away when it ends.
      await gone;
      const running = spawn(
        'socat',
        ['-d', '-d', `pty,raw,echo=0,link=${ours}`, `pty,raw,echo=0,link=${theirs}`],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      socat = running;
      let said = '';
      running.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
      while (!said.includes('starting data transfer loop')) await once(running.stderr, 'data');
      sim.attach(await open(`serial:${ours}`));
    };
    const unplug = (): void => {
      sim.unplug();
      if (socat) gone = once(socat, 'exit');
      socat?.kill();
      socat = null;
    };
    await plug();
    return {
      sim: {
        ...(sim as object),
        ...Object.fromEntries(
          ['insert', 'pull', 'use', 'reboot'].map((name) => [name, Reflect.get(sim, name)]),
        ),
        get slots() {
          return sim.slots;
        },
        get received() {
          return sim.received;
        },
        unplug,
        plug: async () => {
          sim.reboot();
          await plug();
        },
      } as DockBench['sim'],
      line: { address: `serial:${theirs}` },
      raw: () => open(`serial:${theirs}`),
      close: async () => {
        unplug();
        await sim.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
});

const real = process.env['TEST_DOCK'];
if (real !== undefined)
  t.test(`the dock at ${real}`, async (t) => {
    anyDockContract(
      t,
      async () => ({ address: real }),
      async (own) => {
        const line = new RawLine(await open(real));
        own.teardown(() => line.close());
        return line;
      },
    );
  });
