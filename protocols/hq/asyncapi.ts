// The feed as an AsyncAPI 3 document, for who builds the other end: topics from topics.ts, the access list from
// broker-acl.ts, the payloads from liuhen.proto. Pure; make-asyncapi.mjs writes asyncapi.yaml, a test compares it.
import { yamlText } from '../../config/yaml.ts';
import { brokerAcl } from './broker-acl.ts';
import { maxBatchEntries, maxBodyBytes, maxMessageBytes } from './codec.ts';
import { mirrorTopic, roomTopic, topicOf } from './topics.ts';

/** Stands for any gateway; its names become the parameters of the addresses. */
const address = { agency: 'x-agency', site: 'x-site', gateway: 'x-gateway' };

export interface ChannelFacts {
  readonly name: string;
  readonly topic: string;
  readonly message: 'GatewayStatus' | 'RoomState' | 'LedgerBatch' | 'Receipt' | 'Command' | 'Reply';
  readonly by: 'gateway' | 'headquarters';
  readonly retain: boolean;
  readonly json: boolean;
  readonly what: string;
}

const originals: readonly Omit<ChannelFacts, 'json'>[] = [
  {
    name: 'status',
    topic: topicOf(address, 'status'),
    message: 'GatewayStatus',
    by: 'gateway',
    retain: true,
    what: 'Every 10 s, and at connection and end. The last will is the same message with online = false. A status older than its expires_after_ms says nothing.',
  },
  {
    name: 'roomState',
    topic: roomTopic(address, 'x-room'),
    message: 'RoomState',
    by: 'gateway',
    retain: true,
    what: 'A room as it is, derived from what is recorded. Expires as a status does.',
  },
  {
    name: 'ledger',
    topic: topicOf(address, 'ledger'),
    message: 'LedgerBatch',
    by: 'gateway',
    retain: false,
    what: `Entries in order, at most ${maxBatchEntries} in a batch. They are sent again until a receipt covers them: who has an entry drops it, who misses one asks for a replay.`,
  },
  {
    name: 'receipt',
    topic: topicOf(address, 'receipt'),
    message: 'Receipt',
    by: 'headquarters',
    retain: false,
    what: 'Everything up to seq is stored, synced, and chains to head. After an alarm it stays at the last good entry; seq 0 with 32 zero bytes: nothing is stored.',
  },
  {
    name: 'command',
    topic: topicOf(address, 'command'),
    message: 'Command',
    by: 'headquarters',
    retain: false,
    what: 'Asks for a snapshot, or for a replay from any sequence; or has the box open, close or mark a session, book a room or cancel a booking. The latter are done once by their id however often they come, within their expiry, by the rules of the room, and are entered as CommandTaken; so say one again until it is answered. A retained one is never done.',
  },
  {
    name: 'reply',
    topic: topicOf(address, 'reply'),
    message: 'Reply',
    by: 'gateway',
    retain: false,
    what: 'The answer to a command, by its id: with ok, or with the code of the refusal. A replay itself comes on the ledger channel.',
  },
];

/** Every channel of the feed. `topic` has example names in the place of parameters. */
export const channels: readonly ChannelFacts[] = [
  ...originals.map((channel) => ({ ...channel, json: false })),
  ...originals.flatMap((channel): ChannelFacts[] => {
    const topic = mirrorTopic(channel.topic);
    if (topic === null) return [];
    const what = `Only with the setting mqtt.json: the same as ${channel.name}, as JSON with 64-bit numbers as decimal text and bytes as hex. It proves nothing, and has no last will.`;
    return [{ ...channel, name: `${channel.name}Json`, topic, json: true, what }];
  }),
];

/** The text of asyncapi.yaml. `proto` is the text of liuhen.proto, which AsyncAPI 3 wants inlined. */
export function asyncApiText(proto: string): string {
  const names = [...new Set(originals.map(({ message }) => message))];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'liuhen: the feed from a gateway to headquarters',
      version: '1',
      description: `MQTT 3.1.1 or 5, everything at QoS 1. Payloads are protobuf (liuhen.proto), at most ${maxMessageBytes} bytes, a body at most ${maxBodyBytes}. The broker is believed nothing: entries are chained and signed, and only a receipt counts.`,
    },
    defaultContentType: 'application/x-protobuf',
    servers: {
      broker: {
        host: 'broker.example:8883',
        protocol: 'secure-mqtt',
        description: "The site's own broker. Each client has a certificate with its gateway's name.",
        'x-acl': brokerAcl(),
      },
    },
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channelObject(channel)])),
    operations: Object.fromEntries(channels.map((channel) => [`${channel.name}Sent`, operation(channel)])),
    components: {
      parameters: {
        agency: { description: 'The id of the agency in the settings.' },
        site: { description: 'The id of the site in the settings.' },
        gateway: { description: 'The id of the gateway in the settings.' },
        room: { description: 'The id of the room in the settings.' },
      },
      messages: {
        ...Object.fromEntries(
          names.map((name) => [
            name,
            {
              title: `liuhen.v1.${name}`,
              contentType: 'application/x-protobuf',
              'x-protobuf-message': `liuhen.v1.${name}`,
              payload: { $ref: '#/components/schemas/contract' },
            },
          ]),
        ),
        ...Object.fromEntries(
          channels
            .filter(({ json }) => json)
            .map(({ message }) => [
              `${message}Json`,
              {
                title: `liuhen.v1.${message} as JSON`,
                contentType: 'application/json',
                payload: { type: 'object' },
              },
            ]),
        ),
      },
      schemas: {
        contract: { schemaFormat: 'application/vnd.google.protobuf;version=3', schema: proto },
      },
    },
  };
  return `# Made by \`npm run docs\` from protocols/hq/asyncapi.ts and liuhen.proto; do not edit.\n${yamlText(document)}`;
}

function channelObject({ topic, message, json, what }: ChannelFacts): object {
  const address = topic.replace(/x-(\w+)/g, '{$1}');
  const name = json ? `${message}Json` : message;
  const parameters = [...address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '');
  return {
    address,
    description: what,
    parameters: Object.fromEntries(
      parameters.map((parameter) => [parameter, { $ref: `#/components/parameters/${parameter}` }]),
    ),
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  };
}

/** The document speaks for the gateway: what it sends, and what it receives from headquarters. */
function operation({ name, by, retain }: ChannelFacts): object {
  return {
    action: by === 'gateway' ? 'send' : 'receive',
    channel: { $ref: `#/channels/${name}` },
    bindings: { mqtt: { qos: 1, retain, bindingVersion: '0.2.0' } },
  };
}
