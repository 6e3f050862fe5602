// The real supervisor in a process of its own, with fake children, so that it can be killed.
import path from 'node:path';
import { createLog } from '../../../../config/log.ts';
import { runSupervisor } from '../../../../gateway/supervisor/supervisor.ts';

const [config = '', socket = '', list = ''] = process.argv.slice(2);
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
const fake = (name: string): string => path.join(import.meta.dirname, `${name}.ts`);
try {
  await runSupervisor({
    configPath: config,
    signal: stopping.signal,
    log: createLog({ name: 'supervisor', level: 'error' }),
    commands: {
      recorder: ['--import=tsx', fake('recorder'), socket, list],
      control: ['--import=tsx', fake('control'), list],
    },
  });
} catch (error) {
  process.stdout.write(`${(error as { code?: string }).code}\n`);
  process.exitCode = 1;
}
