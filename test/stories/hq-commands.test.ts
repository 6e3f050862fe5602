// Headquarters commands a real box over a real broker: it opens, the room records, a second delivery opens nothing, and
// a command that comes late is done or refused by its own expiry.
import path from 'node:path';
import t from 'tap';
import { silentLog } from '../../config/log.ts';
import { clockToleranceMs } from '../../gateway/uplink/command-check.ts';
import { newCommand, sendCommand } from '../../headquarters/command-sender.ts';
import { decodeBody } from '../../protocols/hq/codec.ts';
import type { Command, RoomWork } from '../../protocols/hq/command-messages.ts';
import type { Body } from '../../protocols/hq/messages.ts';
import { morePictures, verified } from './session-steps.ts';
import { address, officers, openSite, recording, roomOf } from './site.ts';

t.setTimeout(240_000);

const site = await openSite(t);
await site.startGateway();

const where = ['--agency', address.agency, '--site', address.site, '--gateway', address.gateway];
const words = ['--broker', site.brokerUrl, ...where, '--by', '指挥中心 王某', '--json'];
const openWords = ['command', 'open', '--room', 'talk', '--kind', 'interview', ...officers];

interface Told {
  readonly code: number | null;
  readonly session: string;
  readonly error?: { readonly code: string };
}

async function told(...args: readonly string[]): Promise<Told> {
  const { code, out, err } = await site.liuhen(...args, ...words);
  if (out === '') throw new Error(`${args.join(' ')}: ${code} ${err}`);
  return { ...(JSON.parse(out) as Omit<Told, 'code'>), code };
}

/** What headquarters holds of the box. */
async function ledger(): Promise<readonly Body[]> {
  await site.until('HQ has everything', (v) => v.uplink.receivedSeq >= v.ledger.seq);
  return (await site.hq.entries(address)).flatMap(({ body }) => decodeBody(body) ?? []);
}

const matter: RoomWork = {
  case: 'open',
  value: {
    room: 'talk',
    kind: 'interview',
    officers: [
      { name: '张三', certificate: 'A-1' },
      { name: '李四', certificate: 'A-2' },
    ],
    caseNumber: 'S-1',
    caseName: '示例案件',
    parties: ['王五'],
    stage: '调查取证',
    urgent: false,
  },
};

function fresh(work: RoomWork): Command {
  return newCommand({ address, by: 'duty', work, nowWallMs: Date.now(), validMs: 60_000 });
}

function send(command: Command): ReturnType<typeof sendCommand> {
  return sendCommand({
    url: site.brokerUrl,
    address,
    command,
    timeoutMs: 60_000,
    resendMs: 200,
    log: silentLog,
  });
}

t.test('A2: headquarters opens a session, the room records, and it is closed by its id', async (t) => {
  const open = await told(...openWords);
  t.equal(open.code, 0);
  await site.until('it records', recording);
  await morePictures(site, 10);
  t.match(await told(...openWords), { code: 1, error: { code: 'SESSION_ALREADY_OPEN' } });
  const { session } = open;
  t.match(await told('command', 'mark', '--session', session, '--label', 'evidence'), { code: 0, session });
  t.match(await told('command', 'close', '--session', 'another'), { code: 1 });
  t.match(await told('command', 'close', '--session', session), { code: 0, session });
  const by = 'hq: 指挥中心 王某';
  const bodies = await ledger();
  t.match(
    bodies.filter(({ case: what }) => /^session(Opened|Marked|Closing)$/.test(what)),
    [{ value: { openedBy: by } }, { value: { by } }, { value: { closedBy: by } }],
  );
  t.match(
    bodies.flatMap((body) =>
      body.case === 'commandTaken' ? [`${body.value.what} ${body.value.outcome}`] : [],
    ),
    ['open taken', 'open done', 'open taken', 'open refused', 'mark taken', 'mark done'].concat([
      'close taken',
      'close refused',
      'close taken',
      'close done',
    ]),
  );
  const folder = path.join(site.dataFolder, 'sessions', session);
  t.match(await verified(site, folder), { code: 0, findings: [] }, 'its proof holds with the commands in it');
});

t.test('one command, delivered again and over the death of control, opens one session', async (t) => {
  const once = fresh(matter);
  const first = await send(once);
  t.equal(first.ok, true);
  await site.until('it records', recording);
  t.equal((await send(once)).session, first.session, 'again');
  const { control } = await site.processes();
  process.kill(control, 'SIGKILL');
  t.equal((await send(once)).session, first.session, 'and by the next control process');
  const view = await site.until('it records', recording);
  t.equal(roomOf(view).session, first.session);
  const bodies = await ledger();
  const own = bodies.filter((body) => body.case === 'sessionOpened' && body.value.openedBy === 'hq: duty');
  t.equal(own.length, 1);
  const close = { room: 'talk', session: first.session ?? '', reason: '' };
  t.match(await send(fresh({ case: 'close', value: close })), { ok: true });
});

t.test('P5: control killed at any moment of a command: said again, it is done once', async (t) => {
  for (const afterMs of [0, 15, 40, 100]) {
    const by = `duty-${afterMs}`;
    const once = { ...fresh(matter), by };
    const reply = send(once);
    const { control } = await site.processes();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    process.kill(control, 'SIGKILL');
    const { ok, session = '', message } = await reply;
    t.equal(ok, true, `${afterMs} ms: ${message}`);
    const view = await site.until('it records', recording);
    t.equal(roomOf(view).session, session);
    const bodies = await ledger();
    const own = bodies.filter((body) => body.case === 'sessionOpened' && body.value.openedBy === `hq: ${by}`);
    t.match(own, [{ value: { session } }], `${afterMs} ms: one session`);
    t.equal(own.length, 1);
    const close = { room: 'talk', session, reason: '' };
    t.match(await send(fresh({ case: 'close', value: close })), { ok: true });
  }
});

t.test('the broker comes back: the command is done within its time, and not after it', async (t) => {
  await site.killBroker();
  const inTime = told(...openWords, '--valid', '60');
  const expired = newCommand({
    address,
    by: 'duty',
    work: matter,
    nowWallMs: Date.now() - 3000,
    validMs: 1000,
  });
  const late = send(expired);
  await site.until('the box has noticed', ({ uplink }) => !uplink.connected);
  const pastMs = Number(expired.expiresWallMs) + clockToleranceMs;
  while (Date.now() <= pastMs) await new Promise((resolve) => setTimeout(resolve, 100));
  await site.startBroker();
  t.match(await late, { ok: false, code: 'HQ_COMMAND_EXPIRED' });
  const open = await inTime;
  t.equal(open.code, 0);
  const view = await site.until('it records', recording);
  t.equal(roomOf(view).session, open.session);
  t.match(await told('command', 'close', '--session', open.session), { code: 0 });
});
