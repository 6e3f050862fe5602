// The commands of headquarters at the command line, over a real broker, with a box that answers as the test says.
import t, { type Test } from 'tap';
import { exitCodes } from '../../../cli/command.ts';
import { silentLog } from '../../../config/log.ts';
import { MqttConnection } from '../../../config/mqtt-connection.ts';
import { startEmbeddedBroker } from '../../../gateway/uplink/embedded-broker.ts';
import { newCommand, sendCommand } from '../../../headquarters/command-sender.ts';
import { decodeCommand, encodeReply } from '../../../protocols/hq/codec.ts';
import type { Command, Reply } from '../../../protocols/hq/command-messages.ts';
import { topicOf } from '../../../protocols/hq/topics.ts';
import { liuhen } from '../run-program.ts';

const address = { agency: 'story', site: 'front', gateway: 'box-1' };

interface Box {
  readonly url: string;
  readonly words: readonly string[];
  readonly heard: Command[];
}

/** A broker, and a box that answers each command with `answer`; null: not at all. */
async function box(
  t: Test,
  answer: (command: Command, count: number) => Partial<Reply> | null,
): Promise<Box> {
  const broker = await startEmbeddedBroker({ port: 0, log: silentLog });
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const heard: Command[] = [];
  const connection = new MqttConnection({
    url,
    clientId: 'box',
    subscriptions: [topicOf(address, 'command')],
    onConnect: () => undefined,
    onMessage: (_topic, payload) => {
      const command = decodeCommand(payload);
      heard.push(command);
      const said = answer(command, heard.length);
      if (said === null) return;
      const reply = { id: command.id, ok: true, code: '', message: '', rooms: [], ...said };
      void connection.publish(topicOf(address, 'reply'), encodeReply(reply));
    },
    log: silentLog,
  });
  t.teardown(async () => {
    await connection.close();
    await broker.close();
  });
  const where = ['--agency', 'story', '--site', 'front', '--gateway', 'box-1'];
  return { url, heard, words: ['--broker', url, ...where] };
}

t.test('A2: command open says which session is open, what it owes, and where it stands', async (t) => {
  const debts = [{ debt: 'officers', article: 'HY 9', dueWallMs: 86_400_000n }];
  const { words, heard } = await box(t, () => ({ session: 's-1', article: 'HY 7(2)', seq: 42n, debts }));
  const matter = ['--room', 'talk', '--kind', 'inquiry', '--officer', '王芳:31010001', '--party', '某公司'];
  const ask = ['command', 'open', ...words, ...matter, '--urgent', '--by', 'duty', '--valid', '30'];
  const english = await liuhen(...ask);
  t.same(english, {
    code: exitCodes.ok,
    out: 'session s-1 is open (HY 7(2)), ledger entry 42\nowes officers until 1970-01-02T00:00:00.000Z (HY 9)',
    err: '',
  });
  const [sent] = heard;
  t.match(sent, {
    by: 'duty',
    addressee: 'story/front/box-1',
    command: {
      case: 'open',
      value: {
        room: 'talk',
        kind: 'inquiry',
        officers: [{ name: '王芳', certificate: '31010001' }],
        parties: ['某公司'],
        urgent: true,
      },
    },
  });
  t.equal(Number(sent?.expiresWallMs) - Number(sent?.issuedWallMs), 30_000);
  const chinese = await liuhen(...ask, '--lang', 'zh-CN');
  t.match(chinese.out, /^会话 s-1 已开始（HY 7\(2\)），台账第 42 条\n待补 officers，期限 1970-01-02/);
  const json = JSON.parse((await liuhen(...ask, '--json')).out) as object;
  t.match(json, { id: heard[2]?.id, session: 's-1', seq: 42, debts: [{ dueWallMs: 86_400_000 }] });
  t.equal(new Set(heard.map(({ id }) => id)).size, 3, 'each has an id of its own');
});

t.test('the other commands send what they say', async (t) => {
  const { words, heard } = await box(t, () => ({ session: 's-1', booking: 'b-1' }));
  const by = [...words, '--by', 'duty'];
  const book = [
    '--room',
    'talk',
    '--kind',
    'hearing',
    '--from',
    '2026-11-21T09:00',
    '--to',
    '2026-11-21T10:00',
  ];
  t.match(
    (await liuhen('command', 'close', ...by, '--session', 's-1', '--reason', 'over')).out,
    's-1 is closed',
  );
  t.match(
    (await liuhen('command', 'mark', ...by, '--session', 's-1', '--label', 'sign')).out,
    'marked in session s-1',
  );
  t.match((await liuhen('command', 'book', ...by, ...book, '--ends-itself')).out, 'booked: b-1');
  t.match((await liuhen('command', 'unbook', ...by, 'b-1')).out, 'cancelled b-1');
  t.match(
    heard.map(({ command }) => command),
    [
      { case: 'close', value: { room: '', session: 's-1', reason: 'over' } },
      { case: 'mark', value: { session: 's-1', label: 'sign' } },
      {
        case: 'book',
        value: { room: 'talk', from: '2026-11-21T09:00', to: '2026-11-21T10:00', endsItself: true },
      },
      { case: 'unbook', value: { booking: 'b-1' } },
    ],
  );
});

t.test('a refusal is told in the language of who reads it, with exit code 1', async (t) => {
  const details = [{ name: 'booking', value: 'b-1' }];
  const { words } = await box(t, () => ({ ok: false, code: 'BOOKING_UNKNOWN', message: 'x', details }));
  const refused = await liuhen('command', 'unbook', ...words, 'b-1', '--lang', 'zh-CN');
  t.match(refused, { code: exitCodes.wrong, out: '', err: /^BOOKING_UNKNOWN: 没有尚未开始的预约“b-1”/ });
  const json = await liuhen('command', 'unbook', ...words, 'b-1', '--json');
  t.match(JSON.parse(json.out), { error: { code: 'BOOKING_UNKNOWN', details: { booking: 'b-1' } } });
  const newer = await box(t, () => ({ ok: false, code: 'MADE_LATER', message: 'in its own words' }));
  t.equal((await liuhen('command', 'unbook', ...newer.words, 'b-1')).err, 'MADE_LATER: in its own words');
});

t.test('without an answer it ends after its time, and says that it may still be done', async (t) => {
  const { words } = await box(t, () => null);
  const silent = await liuhen('command', 'unbook', ...words, 'b-1', '--timeout', '1');
  t.match(silent, { code: exitCodes.unreachable, err: /^HQ_COMMAND_UNANSWERED: .*box-1.* within 1 s/ });
  const nobody = ['--broker', 'mqtt://127.0.0.1:1', ...words.slice(2), '--timeout', '1'];
  t.match(await liuhen('command', 'unbook', 'b-1', ...nobody), {
    code: exitCodes.unreachable,
    err: /^MQTT_OFFLINE/,
  });
});

t.test('what cannot be sent is exit code 2', async (t) => {
  const base = ['command', 'unbook', 'b-1', '--broker', 'mqtt://127.0.0.1:1', '--agency', 'a', '--site', 's'];
  t.match(await liuhen(...base), { code: exitCodes.usage, err: /--gateway/ });
  t.match(await liuhen(...base, '--gateway', '#'), { code: exitCodes.usage, err: /ids/ });
  for (const option of ['--timeout', '--valid'])
    for (const value of ['0', '3601', 'x', '1.5'])
      t.match(await liuhen(...base, '--gateway', 'g', option, value), {
        code: exitCodes.usage,
        err: /seconds/,
      });
  const noSession = ['command', 'close', ...base.slice(3), '--gateway', 'g'];
  t.match(await liuhen(...noSession), { code: exitCodes.usage, err: /--session/ });
});

t.test(
  'it is said again, with the same id, until it is answered; other answers are passed over',
  async (t) => {
    const { url, heard } = await box(t, (_command, count) =>
      count < 3 ? { id: 'another-one' } : { booking: 'b-1' },
    );
    const command = newCommand({
      address,
      by: 'duty',
      work: { case: 'unbook', value: { booking: 'b-1' } },
      nowWallMs: Date.now(),
      validMs: 60_000,
    });
    const reply = await sendCommand({
      url,
      address,
      command,
      timeoutMs: 10_000,
      resendMs: 50,
      log: silentLog,
    });
    t.equal(reply.booking, 'b-1');
    t.ok(heard.length >= 3 && heard.every(({ id }) => id === command.id));
  },
);
