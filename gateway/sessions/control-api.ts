// control.sock: both ends of it. The server hands each request to its handler and writes nothing itself; the
// client is what the command line and the demo use.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { LiuhenError, isLiuhenError } from '../../config/errors.ts';
import { connectChannel, serveChannel, type ChannelServer } from '../link/local-channel.ts';
import { controlProtocol, controlRequestNames, type ControlRequests } from './control-protocol.ts';

/** Longest wait of a client in milliseconds: closing answers after every file is sealed. */
export const controlAnswerMs = 90_000;

export type ControlHandlers = {
  readonly [Name in keyof ControlRequests]: (
    body: ControlRequests[Name]['body'],
  ) => Promise<ControlRequests[Name]['answer']>;
};

/** Listens on the socket, mode 0600 in a folder of mode 0700. Rejects when another gateway is alive there. */
export function serveControl(socket: string, handlers: ControlHandlers): Promise<ChannelServer> {
  mkdirSync(path.dirname(socket), { recursive: true, mode: 0o700 });
  return serveChannel({
    path: socket,
    protocol: controlProtocol,
    handle: async (request, body) => {
      const name = controlRequestNames.find((each) => each === request);
      if (name === undefined) {
        throw new LiuhenError('CONTROL_REQUEST_UNKNOWN', {
          request,
          allowed: controlRequestNames.join(', '),
        });
      }
      // The bodies come from outside: each handler checks its own, field by field.
      const handle = handlers[name] as (body: unknown) => Promise<unknown>;
      return handle(body);
    },
  });
}

/**
 * Asks the gateway one thing. Rejects with the gateway's own LiuhenError, or CONTROL_UNREACHABLE when nobody
 * listens on the socket.
 */
export async function askControl<Name extends keyof ControlRequests>(
  socket: string,
  request: Name,
  body: ControlRequests[Name]['body'],
  timeoutMs: number = controlAnswerMs,
): Promise<ControlRequests[Name]['answer']> {
  let client: Awaited<ReturnType<typeof connectChannel>>;
  try {
    client = await connectChannel(socket, controlProtocol);
  } catch (cause) {
    if (isLiuhenError(cause, 'CHANNEL_VERSION')) throw cause;
    throw new LiuhenError('CONTROL_UNREACHABLE', { socket }, { cause });
  }
  try {
    return (await client.ask(request, body, timeoutMs)) as ControlRequests[Name]['answer'];
  } finally {
    client.close();
  }
}
