// What the commands of headquarters share: how the site's broker is reached, and as whom.
import { Secret } from '../../config/secret.ts';
import type { Credentials } from '../../config/settings-types.ts';
import type { CommandInput, CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

type Options = NonNullable<CommandSpec['options']>;

export const brokerOption = {
  flags: '--broker <url>',
  summary: { en: 'mqtt:// or mqtts:// address', zh: '消息服务器地址' },
  required: true,
} as const;

export const tlsOptions: Options = [
  { flags: '--ca <file>', summary: { en: 'CA of the broker (PEM)', zh: '消息服务器 CA 证书' } },
  { flags: '--cert <file>', summary: { en: 'own certificate (PEM)', zh: '客户端证书' } },
  { flags: '--key <file>', summary: { en: 'own key (PEM)', zh: '客户端私钥' } },
  {
    flags: '--mqtt-version <4|5>',
    summary: { en: '4 is MQTT 3.1.1, the default', zh: '4 即 MQTT 3.1.1（默认）' },
  },
];

export interface BrokerConnection {
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly credentials?: Credentials;
  readonly tls?: { readonly caFile: string; readonly certFile?: string; readonly keyFile?: string };
}

export function brokerConnection(input: CommandInput): BrokerConnection {
  const caFile = textOption(input, 'ca');
  const certFile = textOption(input, 'cert');
  const keyFile = textOption(input, 'key');
  const credentials = brokerLogin();
  return {
    url: textOption(input, 'broker') ?? '',
    protocolVersion: textOption(input, 'mqttVersion') === '5' ? 5 : 4,
    ...(credentials === undefined ? {} : { credentials }),
    ...(caFile === undefined
      ? {}
      : { tls: { caFile, ...(certFile ? { certFile } : {}), ...(keyFile ? { keyFile } : {}) } }),
  };
}

/** A login comes from the environment, never from the command line, which `ps` shows to everybody. */
function brokerLogin(): Credentials | undefined {
  const text = process.env['LIUHEN_CREDENTIAL_BROKER'];
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}
