// One `liuhen run` per data folder. The lock is an abstract Unix socket (unix(7)) named after the folder: the
// kernel gives it to one process and takes it back when that process dies, so it can be neither stale nor raced.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { LiuhenError } from '../../config/errors.ts';

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Makes the run folder (mode 0700) and takes the lock of its data folder.
 * @throws LiuhenError RUN_FOLDER when the folder cannot be used, RUN_ALREADY when another process has the lock.
 */
export async function takeRunLock(runFolder: string): Promise<RunLock> {
  let real: string;
  const pidFile = path.join(runFolder, 'supervisor.pid');
  try {
    mkdirSync(runFolder, { recursive: true, mode: 0o700 });
    real = realpathSync(runFolder);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new LiuhenError('RUN_FOLDER', { folder: runFolder, why }, { cause });
  }
  const server = net.createServer((socket) => socket.destroy());
  const name = `\0liuhen/run/${createHash('sha256').update(real).digest('hex')}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const folder = path.dirname(runFolder);
      reject(
        cause.code === 'EADDRINUSE'
          ? new LiuhenError('RUN_ALREADY', { folder, holder: holderText(pidFile) }, { cause })
          : new LiuhenError('RUN_FOLDER', { folder, why: cause.code ?? 'unknown' }, { cause }),
      );
    });
    server.listen(name, resolve);
  });
  // Only for people: the lock does not depend on it.
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function holderText(pidFile: string): string {
  try {
    return ` (process ${readFileSync(pidFile, 'utf8').trim()})`;
  } catch {
    return ''; // the number is a courtesy, and may not be written yet
  }
}
