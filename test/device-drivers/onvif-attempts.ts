// What the tests of bad ONVIF cameras share: one attempt at a camera and what came of it, answers that are wrong in one
// place, and everything that was said meanwhile. The camera itself is bad-onvif-camera.ts.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Test } from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { errorLine, isLiuhenError } from '../../config/errors.ts';
import { createLog } from '../../config/log.ts';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import { Camera } from '../../device-drivers/camera/camera.ts';
import { honest, password, username, type Answer, type Call } from './bad-onvif-camera.ts';

/** For one exchange in these tests. */
export const exchangeTimeoutMs = 300;
/** Everything that a driver said in one file of tests: no word of it may hold the password. */
export const said: unknown[] = [];

export function settings(
  url: string,
  more: { secret?: string; fingerprint256?: string; profile?: string } = {},
): CameraSettings {
  const { secret = password, ...source } = more;
  return {
    id: 'hall',
    source: { kind: 'onvif', url, ...source },
    credentials: { username, password: new Secret(secret) },
    transport: 'auto',
    requiredTracks: ['video'],
  };
}

export async function failure(camera: Camera): Promise<{ fault: unknown; tookMs: number }> {
  camera.events.on('status', (status) => said.push(status));
  const began = monotonicTime();
  try {
    await camera.open();
  } catch (error) {
    said.push(error);
    if (!isLiuhenError(error)) throw error;
    return { fault: error.details['fault'], tookMs: monotonicTime() - began };
  } finally {
    await camera.close();
  }
  return { fault: 'none', tookMs: monotonicTime() - began };
}

export const only =
  (operation: string, spoil: (call: Call) => string | undefined): Answer =>
  (call) =>
    call.operation === operation ? spoil(call) : honest(call);

export const status =
  (code: number, body = ''): Answer =>
  ({ response }) => {
    response.writeHead(code).end(body);
    return undefined;
  };

export const reset: Answer = ({ request }) => {
  request.socket.resetAndDestroy();
  return undefined;
};

/** The last test of a file: of at least `least` things said none has the password in it. */
export function saidNoPassword(t: Test, least: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'liuhen-log-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'log');
  const fd = openSync(file, 'w');
  const log = createLog({ name: 'test', level: 'debug', fd });
  for (const each of said) log.error('said', { each, error: each, line: errorLine(each) });
  closeSync(fd);
  const all = readFileSync(file, 'utf8') + inspect(said, { depth: 20, showHidden: true });
  t.ok(said.length >= least, `${said.length} things were said`);
  t.notMatch(all, 'geheim');
  t.notMatch(all, 'UsernameToken');
  t.notMatch(all, /authorization/i);
}
