// The one door to the package `mqtt`: a connection that comes back by itself. The gateway's uplink and
// headquarters share it, so it lies where both may import from. Nothing is kept here for later: the ledger is the
// outbox, so each attempt is a fresh client and an undelivered message is the caller's to send again.
import { readFileSync } from 'node:fs';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { sleep } from './clock.ts';
import { LiuhenError } from './errors.ts';
import type { Log } from './log.ts';
import { redact } from './redact.ts';
import type { MqttSettings } from './settings-types.ts';

/** A publish that is not acknowledged by then has failed; mqtt's own promise may never settle. */
export const publishDeadlineMs = 10_000;
export const connectDeadlineMs = 10_000;
export const firstRetryMs = 250;
export const lastRetryMs = 30_000;
const keepAliveSeconds = 15;
/** Messages that may wait for an acknowledgement; one more is refused as MQTT_OFFLINE. */
export const maxUnacknowledged = 64;

export interface MqttConnectionOptions extends Pick<MqttSettings, 'url' | 'credentials' | 'tls'> {
  readonly protocolVersion?: 4 | 5;
  readonly clientId: string;
  /** Topic filters, QoS 1. */
  readonly subscriptions: readonly string[];
  readonly will?: { readonly topic: string; readonly payload: Uint8Array };
  /** `retained`: the broker had kept it from before the subscription (MQTT 3.1.1 §3.3.1.3). */
  onMessage(topic: string, payload: Uint8Array, retained: boolean): void;
  /** After every connection, when the subscriptions hold. */
  onConnect(): void;
  readonly log: Log;
}

export class MqttConnection {
  readonly #options: MqttConnectionOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #client: MqttClient | null = null;
  #unacknowledged = 0;

  /** Starts to connect, and goes on until `close`. Throws MQTT_OPTIONS for files that cannot be read. */
  constructor(options: MqttConnectionOptions) {
    this.#options = options;
    this.#running = this.#run(clientOptions(options));
  }

  get connected(): boolean {
    return this.#client?.connected === true;
  }

  /** QoS 1; resolves at the broker's acknowledgement. Rejects with MQTT_OFFLINE or MQTT_TIMEOUT. */
  async publish(topic: string, payload: Uint8Array, options: { retain?: boolean } = {}): Promise<void> {
    const client = this.#client;
    const url = redact(this.#options.url);
    if (client?.connected !== true || this.#unacknowledged >= maxUnacknowledged) {
      throw new LiuhenError('MQTT_OFFLINE', { url });
    }
    this.#unacknowledged += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const ended = (): void => reject(new LiuhenError('MQTT_OFFLINE', { url }));
        const timer = setTimeout(() => {
          reject(new LiuhenError('MQTT_TIMEOUT', { url, afterMs: publishDeadlineMs }));
        }, publishDeadlineMs);
        client.once('close', ended);
        client.publish(topic, Buffer.from(payload), { qos: 1, retain: options.retain === true }, (error) => {
          clearTimeout(timer);
          client.off('close', ended);
          if (error) reject(new LiuhenError('MQTT_OFFLINE', { url }, { cause: error }));
          else resolve();
        });
      });
    } finally {
      this.#unacknowledged -= 1;
    }
  }

  /** Ends orderly: the broker does not send the last will. Safe twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(options: IClientOptions): Promise<void> {
    const { log } = this.#options;
    const url = redact(this.#options.url);
    let retryMs = firstRetryMs;
    while (!this.#stop.signal.aborted) {
      const client = mqtt.connect(this.#options.url, options);
      client.setMaxListeners(maxUnacknowledged + 16);
      client.on('error', (error) => log.debug('broker connection', { url, error }));
      client.on('message', (topic, payload, { retain }) => this.#options.onMessage(topic, payload, retain));
      const ended = new Promise<void>((resolve) => {
        client.once('close', resolve);
        this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (await this.#connected(client, ended)) {
        retryMs = firstRetryMs;
        log.info('broker connected', { url });
        this.#client = client;
        this.#options.onConnect();
        await ended;
        this.#client = null;
        if (!this.#stop.signal.aborted) log.warn('broker lost; it is tried again', { url });
      }
      // An orderly end only when asked for: otherwise the peer is gone and nothing is waited for.
      const orderly = this.#stop.signal.aborted && client.connected;
      await Promise.race([
        new Promise<void>((resolve) => {
          client.end(!orderly, {}, () => resolve());
        }),
        sleep(1000),
      ]);
      // Half of the wait is by chance, so that the boxes of a site do not come back in step.
      await sleep(retryMs / 2 + (Math.random() * retryMs) / 2, this.#stop.signal);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
  }

  async #connected(client: MqttClient, ended: Promise<void>): Promise<boolean> {
    const { subscriptions, log } = this.#options;
    const ready = new Promise<boolean>((resolve) => {
      client.once('connect', () => {
        if (subscriptions.length === 0) return resolve(true);
        client.subscribe([...subscriptions], { qos: 1 }, (error, granted) => {
          const refused = error ?? granted?.find(({ qos }) => qos > 2);
          if (refused) log.warn('the broker refuses a subscription', { filters: subscriptions.join(' ') });
          resolve(!refused);
        });
      });
    });
    return Promise.race([ready, ended.then(() => false)]);
  }
}

function clientOptions(options: MqttConnectionOptions): IClientOptions {
  const { clientId, credentials, tls, will, protocolVersion = 4 } = options;
  let files: Pick<IClientOptions, 'ca' | 'cert' | 'key'> = {};
  try {
    files = {
      ...(tls && { ca: readFileSync(tls.caFile) }),
      ...(tls?.certFile !== undefined && { cert: readFileSync(tls.certFile) }),
      ...(tls?.keyFile !== undefined && { key: readFileSync(tls.keyFile) }),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LiuhenError('MQTT_OPTIONS', { url: redact(options.url), why }, { cause: error });
  }
  return {
    ...files,
    protocolVersion,
    clientId,
    clean: true,
    keepalive: keepAliveSeconds,
    connectTimeout: connectDeadlineMs,
    reconnectPeriod: 0,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ...(credentials && { username: credentials.username, password: credentials.password.reveal() }),
    ...(will && {
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true },
    }),
  };
}
