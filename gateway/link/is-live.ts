// Whether somebody listens on a Unix socket; a socket file alone says nothing.
import net from 'node:net';

/** True when a connection is accepted. */
export function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
