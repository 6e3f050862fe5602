// A booked room records by itself: real gateway and cameras, bookings made by the command line seconds ahead.
import path from 'node:path';
import t from 'tap';
import { decodeBody } from '../../protocols/hq/codec.ts';
import { at, closed, opened, verified } from './session-steps.ts';
import { address, officers, openSite, recording, roomOf } from './site.ts';

t.setTimeout(120_000);

const site = await openSite(t);
await site.startGateway();

interface Booked {
  readonly booking: string;
  readonly state: string;
  readonly missing?: readonly string[];
  readonly error?: { readonly code: string };
}

const iso = (inS: number): string => new Date(Date.now() + inS * 1000).toISOString();

async function book(
  fromS: number,
  toS: number,
  ...words: readonly string[]
): Promise<Booked & { exit: number | null }> {
  const matter = ['--room', 'talk', '--kind', 'interview', ...words];
  const { code, out } = await site.liuhen(
    'booking',
    'add',
    ...matter,
    '--from',
    iso(fromS),
    '--to',
    iso(toS),
    ...at(site),
  );
  return { ...(JSON.parse(out) as Booked), exit: code };
}

async function openedBy(session: string): Promise<string> {
  await site.until('HQ has everything', (v) => v.uplink.receivedSeq >= v.ledger.seq);
  for (const { body } of await site.hq.entries(address)) {
    const what = decodeBody(body);
    if (what?.case === 'sessionOpened' && what.value.session === session) return what.value.openedBy;
  }
  return '';
}

t.test('what cannot be booked is refused by its code', async (t) => {
  t.match(await book(-60, 60, ...officers), { exit: 1, error: { code: 'BOOKING_TIME' } });
  t.match(await book(60, 60, ...officers), { exit: 1, error: { code: 'BOOKING_TIME' } });
  t.match(await book(60, 60 + 25 * 3600, ...officers), { exit: 1, error: { code: 'BOOKING_TIME' } });
  const first = await book(3600, 7200, ...officers);
  t.equal(first.exit, 0);
  t.match(await book(5000, 9000, ...officers), { exit: 1, error: { code: 'BOOKING_OVERLAPS' } });
  const cancel = async (): Promise<number | null> =>
    (await site.liuhen('booking', 'cancel', first.booking, ...at(site))).code;
  t.equal(await cancel(), 0);
  t.equal(await cancel(), 1, 'once');
  const list = await site.liuhen('booking', 'list', ...at(site));
  t.same(JSON.parse(list.out), [], 'a cancelled one is gone');
});

t.test('A2: at its time the session opens by itself, with what was booked and nothing owed', async (t) => {
  const { booking } = await book(3, 600, ...officers);
  const view = roomOf(await site.until('it records', recording));
  t.equal(await openedBy(view.session ?? ''), `booking ${booking}`);
  t.same((await site.ask('status', null)).debts, []);
  await closed(site);
  const folder = path.join(site.dataFolder, 'sessions', view.session ?? '');
  t.match(await verified(site, folder), { code: 0, findings: [] });
});

t.test('A10: an overrun is never cut, and the next booking opens when the room is free', async (t) => {
  const own = await opened(site);
  const late = await book(2, 600);
  t.same(late.missing?.toSorted(), ['case-name', 'case-number', 'officers', 'parties', 'stage']);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  t.equal(
    roomOf(await site.ask('status', null)).session,
    own.session,
    'its time has come, and nothing is cut',
  );
  await closed(site);
  const view = await site.until(
    'the booked one records',
    (v) => recording(v) && roomOf(v).session !== own.session,
  );
  t.equal(await openedBy(roomOf(view).session ?? ''), `booking ${late.booking}`);
  t.equal(view.debts.length, 5, 'E7: what was not named is owed');
  await closed(site);
});

t.test('A2: a booking outlives a restart of everything, and opens late', async (t) => {
  const { booking } = await book(3, 600, ...officers);
  await site.endGateway();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await site.startGateway();
  const view = roomOf(await site.until('it records', recording));
  t.equal(await openedBy(view.session ?? ''), `booking ${booking}`);
  await closed(site);
});
