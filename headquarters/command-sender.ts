// Sends one command to one gateway and waits for its reply. It says it again until it is answered: the broker may have
// been away, or the box; by its id it is done once. What the box makes of it is gateway/uplink/commands.ts's.
import { randomUUID } from 'node:crypto';
import { sleep } from '../config/clock.ts';
import { LiuhenError, isLiuhenError } from '../config/errors.ts';
import { MqttConnection, type MqttConnectionOptions } from '../config/mqtt-connection.ts';
import { redact } from '../config/redact.ts';
import { decodeReply, encodeCommand } from '../protocols/hq/codec.ts';
import type { Command, Reply, RoomWork } from '../protocols/hq/command-messages.ts';
import { topicOf, type GatewayAddress } from '../protocols/hq/topics.ts';

/** How often a command is said again until it is answered, in milliseconds. */
export const resendMs = 3000;

export interface NewCommand {
  readonly address: GatewayAddress;
  readonly by: string;
  readonly work: RoomWork;
  readonly nowWallMs: number;
  /** How long it may be begun after `nowWallMs`; the box takes an hour at most. */
  readonly validMs: number;
}

/** A command with an id of its own. */
export function newCommand({ address, by, work, nowWallMs, validMs }: NewCommand): Command {
  const issued = Math.round(nowWallMs);
  return {
    id: randomUUID(),
    issuedWallMs: BigInt(issued),
    expiresWallMs: BigInt(Math.round(issued + validMs)),
    by,
    addressee: `${address.agency}/${address.site}/${address.gateway}`,
    command: work,
  };
}

export interface SendOptions
  extends Pick<MqttConnectionOptions, 'url' | 'credentials' | 'tls' | 'protocolVersion' | 'log'> {
  readonly address: GatewayAddress;
  readonly command: Command;
  /** How long the reply is waited for. A close answers when every file is sealed. */
  readonly timeoutMs: number;
  readonly resendMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves to the reply, also one that refuses. Rejects with HQ_COMMAND_UNANSWERED after `timeoutMs`, with MQTT_OFFLINE
 * when the broker was not reached in that time, with MQTT_OPTIONS or HQ_MESSAGE_INVALID before anything is sent.
 */
export async function sendCommand(options: SendOptions): Promise<Reply> {
  const { address, command, timeoutMs, signal, log } = options;
  const payload = encodeCommand(command);
  const topic = topicOf(address, 'command');
  const ended = new AbortController();
  const end = (): void => ended.abort();
  let reply: Reply | null = null;
  let sent = false;
  const say = async (): Promise<void> => {
    try {
      await connection.publish(topic, payload);
      sent = true;
    } catch (error) {
      // It is said again.
      const usual = isLiuhenError(error, 'MQTT_OFFLINE', 'MQTT_TIMEOUT');
      log[usual ? 'debug' : 'error']('a command was not delivered', { topic, error: error as Error });
    }
  };
  const connection = new MqttConnection({
    ...options,
    clientId: `liuhen-command-${randomUUID()}`,
    subscriptions: [topicOf(address, 'reply')],
    onConnect: () => void say(),
    onMessage: (_topic, bytes) => {
      try {
        const answer = decodeReply(bytes);
        if (answer.id !== command.id) return;
        reply ??= answer;
        end();
      } catch (error) {
        log.warn('a reply is not acceptable', { error: error as Error });
      }
    },
  });
  const over = new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
  const timer = setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  try {
    while (!ended.signal.aborted) {
      await sleep(options.resendMs ?? resendMs, ended.signal);
      if (!ended.signal.aborted && connection.connected) await Promise.race([say(), over]);
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    await connection.close();
  }
  if (reply !== null) return reply;
  if (!sent) throw new LiuhenError('MQTT_OFFLINE', { url: redact(options.url) });
  throw new LiuhenError('HQ_COMMAND_UNANSWERED', {
    gateway: command.addressee,
    id: command.id,
    seconds: Math.round(timeoutMs / 1000),
    until: new Date(Number(command.expiresWallMs ?? 0n)).toISOString(),
  });
}
