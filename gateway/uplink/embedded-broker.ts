// The one door to the package `aedes`: the broker of the demo and of a one-room site. Real sites run their own.
// It speaks MQTT 3.1.1, without logins, and therefore only on the address that it is given, loopback by default.
import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { LiuhenError } from '../../config/errors.ts';
import type { Log } from '../../config/log.ts';

/** One-room sites have a gateway, a headquarters and a few watchers. */
export const maxBrokerClients = 64;
export const maxClientIdLength = 128;

export interface EmbeddedBroker {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens at `host`:`port` (0 takes a free one). Rejects with BROKER_LISTEN. */
export async function startEmbeddedBroker(options: {
  readonly host?: string;
  readonly port: number;
  readonly log: Log;
}): Promise<EmbeddedBroker> {
  const { host = '127.0.0.1', port, log } = options;
  const broker = await Aedes.createBroker({ maxClientsIdLength: maxClientIdLength, connectTimeout: 10_000 });
  broker.on('client', (client) => log.info('broker: client connected', { client: client.id }));
  broker.on('clientDisconnect', (client) => log.info('broker: client gone', { client: client.id }));
  broker.on('clientError', (client, error) =>
    log.debug('broker: client fault', { client: client.id, error }),
  );
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.maxConnections = maxBrokerClients;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new LiuhenError('BROKER_LISTEN', { host, port, why: cause.message }, { cause }));
    });
    server.listen(port, host, resolve);
  });
  server.on('error', (error) => log.error('broker: listening failed', { error }));
  const address = server.address();
  let closing: Promise<void> | null = null;
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => {
      closing ??= (async () => {
        const closed = new Promise<void>((resolve) => {
          server.close(() => resolve());
        });
        await new Promise<void>((resolve) => {
          broker.close(() => resolve());
        });
        for (const socket of sockets) socket.destroy();
        await closed;
      })();
      return closing;
    },
  };
}
