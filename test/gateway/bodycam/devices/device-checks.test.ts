// What a body-cam has to be like before it leaves, as a table by pack: which item keeps it here, by which article.
import t from 'tap';
import { loadPolicies } from '../../../../config/policy/load-policies.ts';
import {
  checkDevice,
  faultArticle,
  minIssueBatteryPct,
  minIssueFreeBytes,
  upkeepArticle,
} from '../../../../gateway/bodycam/devices/device-checks.ts';
import type { DockedDevice } from '../../../../gateway/bodycam/devices/docked-devices.ts';
import { bookOf, docked, maintained, serial, trouble } from './device-bench.ts';

const book = await loadPolicies();
const day = '2026-11-21';
const good: DockedDevice = {
  dock: 'd',
  slot: 1,
  batteryPct: minIssueBatteryPct,
  freeBytes: minIssueFreeBytes,
  totalBytes: 2 ** 36,
  clips: 0,
};
const fresh = bookOf([]).record(serial);

function judge(pack: string, device: DockedDevice | null, record = fresh) {
  return checkDevice(device, record, book.on(pack, day), book, day);
}

const upkeepOf = (...entries: Parameters<typeof bookOf>[0]) =>
  judge('strictest', good, bookOf(entries).record(serial)).items.find(({ item }) => item === 'upkeep');

const articlesOf = (pack: string): string[] => {
  const policy = book.on(pack, day);
  return [faultArticle(policy), upkeepArticle(policy, book, day)];
};

t.test('D1: each item carries the articles that ask for it, by pack', async (t) => {
  const rows: Record<string, Record<string, string>> = {
    'jiaozuo-emergency': { battery: 'JZ 16', card: 'JZ 16', clips: 'JZ 13' },
    'zhuzhou-urban': { device: 'ZZ 52', battery: 'ZZ 51', card: 'ZZ 51', clips: 'ZZ 37' },
    'culture-tourism': { device: 'CT 12', battery: 'CT 12', card: 'CT 12', clips: 'CT 15' },
    'fushun-industry': { upkeep: 'FS 33' },
    'hengyang-industry': {},
    strictest: {
      device: 'ZZ 52, CT 12',
      battery: 'CT 12, JZ 16, ZZ 51',
      card: 'CT 12, JZ 16, ZZ 51',
      clips: 'JZ 13, ZZ 37',
      upkeep: 'FS 33',
    },
  };
  for (const [pack, expected] of Object.entries(rows))
    for (const { item, article } of judge(pack, good).items)
      t.equal(article, expected[item] ?? '', `${pack} ${item}`);
});

t.test(
  'D1, D2: too little battery or card keeps a device here where an article asks, and only there',
  async (t) => {
    const asking = ['jiaozuo-emergency', 'zhuzhou-urban', 'culture-tourism', 'strictest'];
    const short = { ...good, batteryPct: minIssueBatteryPct - 1, freeBytes: minIssueFreeBytes - 1 };
    for (const pack of book.ids) {
      t.same(judge(pack, good).refusing, [], pack);
      const { items, refusing } = judge(pack, short);
      t.match(
        items.filter(({ result }) => result === 'fault').map(({ item, finding }) => [item, finding]),
        [
          ['battery', 'battery-low'],
          ['card', 'card-full'],
        ],
        `${pack}: told all the same`,
      );
      t.same(
        refusing.map(({ item }) => item),
        asking.includes(pack) ? ['battery', 'card'] : [],
        pack,
      );
    }
  },
);

t.test('D1: what could not be read is unknown and never ok, and keeps no device here', async (t) => {
  const rows: [string, DockedDevice | null, string][] = [
    ['in no dock', null, 'device-not-docked'],
    [
      'not told',
      { ...good, batteryPct: null, freeBytes: null, totalBytes: null, clips: null },
      'device-not-read',
    ],
  ];
  for (const [name, device, finding] of rows) {
    const { items, refusing } = judge('strictest', device);
    const read = items.filter(({ item }) => ['battery', 'card', 'clips'].includes(item));
    t.equal(read.length, 3);
    for (const each of read) t.match(each, { result: 'unknown', finding }, `${name} ${each.item}`);
    t.same(refusing, [], name);
  }
});

t.test(
  'E4: clips of somebody that are still on a device are told, with the article that has them stored',
  async (t) => {
    const { items, refusing } = judge('zhuzhou-urban', { ...good, clips: 3 });
    t.match(
      items.find(({ item }) => item === 'clips'),
      { result: 'fault', finding: 'clips-on-device', detail: '3', article: 'ZZ 37' },
    );
    t.same(refusing, []);
  },
);

t.test('D5: what the box suspects is told with its entry, and is not taken for a fault', async (t) => {
  const record = bookOf([docked(8), trouble('read-error')]).record(serial);
  const { items, refusing } = judge('zhuzhou-urban', good, record);
  t.match(items[0], {
    item: 'device',
    result: 'unknown',
    finding: 'device-suspect',
    detail: 'read-error #2',
    article: 'ZZ 52',
  });
  t.same(refusing, []);
});

t.test('D6: the last upkeep of a device is told; without any it is not known', async (t) => {
  t.match(upkeepOf(), { result: 'unknown', finding: 'no-upkeep', article: 'FS 33' });
  t.match(upkeepOf(maintained(8, 'in-use')), { result: 'ok', detail: '2026-11-02' });
});

t.test('D5, D6: faults and upkeep carry the articles of the pack, or none', async (t) => {
  t.same(articlesOf('zhuzhou-urban'), ['ZZ 52', 'ZZ 52']);
  t.same(articlesOf('strictest'), ['ZZ 52', 'FS 33, ZZ 52']);
  t.same(articlesOf('fushun-industry'), ['', 'FS 33']);
  t.same(articlesOf('jiaozuo-emergency'), ['', '']);
});
