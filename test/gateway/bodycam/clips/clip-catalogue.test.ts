// I1: clips are found by name, device number, officer, time of use, party, case and matter, and those that are not
// classed; the catalogue is what the ledger says, and of bounded size.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { ClipCatalogue, maxText } from '../../../../gateway/bodycam/clips/clip-catalogue.ts';
import {
  maxFound,
  maxLooked,
  maxNamesMade,
  type ClipQuery,
} from '../../../../gateway/bodycam/clips/clip-search.ts';
import type { BodycamBody } from '../../../../gateway/sessions/ledger-port.ts';

type Offloaded = Extract<BodycamBody, { case: 'clipOffloaded' }>['value'];
type Classed = Extract<BodycamBody, { case: 'clipClassed' }>['value'];
const zone = 'Asia/Shanghai';
const nine = Date.UTC(2026, 10, 20, 1);
const minute = 60_000;
const shaOf = (file: string): Uint8Array => createHash('sha256').update(file).digest();

function offloaded(file: string, change: Partial<Offloaded> = {}): BodycamBody {
  return {
    case: 'clipOffloaded',
    value: {
      dock: 'dock-1',
      room: 'duty',
      slot: 0,
      serial: 'SN07',
      device: 'BC-07',
      officer: { name: '李明', certificate: 'A-1' },
      unit: '一大队',
      clip: file,
      path: `DCIM/${file}`,
      file,
      bytes: 1000,
      sha256: shaOf(file),
      deviceSha256: new Uint8Array(),
      beginDeviceMs: nine,
      endDeviceMs: nine,
      beginWallMs: nine,
      endWallMs: nine + 10 * minute,
      clockOffsetMs: 0,
      timeCertain: true,
      caseMark: '',
      matter: 'sampling',
      caseNumber: '2026-017',
      caseName: '涉嫌销售不合格商品',
      party: '株洲某餐饮公司、张三',
      classedBy: 'booking',
      article: 'ZZ 15',
      why: 'booking-alone: b1',
      cardReread: 'disk',
      storeReread: 'disk',
      content: 'whole',
      dueWallMs: 0,
      dueArticle: '',
      ...change,
    },
  };
}
const unclassed = {
  matter: '',
  caseNumber: '',
  caseName: '',
  party: '',
  classedBy: '',
  article: '',
  why: 'nothing-known',
};

function classed(file: string, change: Partial<Classed> = {}): BodycamBody {
  return {
    case: 'clipClassed',
    value: {
      device: 'BC-07',
      sha256: shaOf(file),
      file,
      matter: 'seizure',
      caseNumber: '2026-018',
      caseName: '',
      party: '李四',
      officer: { name: '王芳', certificate: 'A-2' },
      by: '陈静',
      why: '看过画面',
      article: 'ZZ 15',
      ...change,
    },
  };
}
function erased(file: string): BodycamBody {
  return {
    case: 'clipErased',
    value: {
      dock: 'dock-1',
      slot: 0,
      serial: 'SN07',
      device: 'BC-07',
      clip: file,
      sha256: shaOf(file),
      receipt: 'r',
    },
  };
}
function catalogueOf(bodies: readonly BodycamBody[], limit?: number): ClipCatalogue {
  const catalogue = new ClipCatalogue(zone, limit);
  for (const [index, body] of bodies.entries()) catalogue.apply({ seq: index + 1, body });
  return catalogue;
}

const site = catalogueOf([
  offloaded('a.mp4'),
  offloaded('b.mp4', {
    device: 'BC-08',
    serial: 'SN08',
    officer: { name: '王芳', certificate: 'A-2' },
    party: '李四',
  }),
  offloaded('c.mp4', { ...unclassed, beginWallMs: nine + 60 * minute, endWallMs: nine + 70 * minute }),
  offloaded('d.mp4', {
    ...unclassed,
    timeCertain: false,
    beginWallMs: 0,
    endWallMs: 0,
    why: 'time-uncertain',
  }),
  offloaded('e.mp4', { matter: 'patrol', caseNumber: '', caseName: '', party: '', classedBy: 'issue' }),
]);
const queries: readonly (readonly [name: string, query: ClipQuery, files: string])[] = [
  ['nothing asked: the newest first', {}, 'e d c b a'],
  ['its name', { name: 'bc-08 王芳 20261120-0900' }, 'b'],
  ['the name of its file', { name: 'C.MP4' }, 'c'],
  ['a word that is in no name', { name: 'bc-08 李明' }, ''],
  ['device number', { device: 'ｂｃ－０８' }, 'b'],
  ['officer by name', { officer: '李明' }, 'e d c a'],
  ['officer by certificate', { officer: 'a-2' }, 'b'],
  ['party', { party: '张三' }, 'a'],
  ['case by number', { case: '2026-017' }, 'b a'],
  ['case by name', { case: '不合格' }, 'b a'],
  ['matter', { matter: 'patrol' }, 'e'],
  ['unclassed', { unclassed: true }, 'd c'],
  ['classed', { unclassed: false }, 'e b a'],
  ['time of use; one without a certain time may be meant', { fromMs: nine + 20 * minute }, 'd c'],
  ['time of use', { toMs: nine - 1 }, 'd'],
  [
    'all of it at once',
    { device: 'BC-07', officer: '李明', matter: 'sampling', fromMs: nine, toMs: nine, party: '餐饮' },
    'a',
  ],
];
for (const [name, query, files] of queries)
  t.test(`I1: found by ${name}`, async (t) => {
    const found = site.search(query);
    t.equal(found.clips.map(({ file }) => file.replace('.mp4', '')).join(' '), files);
    t.equal(found.next, null);
  });

t.test('I1: a clip has the name under which it is shown', async (t) => {
  t.match(
    site.get('b.mp4')?.label,
    /^BC-08_王芳_20261120-090000_李四_2026-017-涉嫌销售不合格商品_[0-9a-f]{8}\.mp4$/,
  );
  t.equal(site.get('z.mp4'), null);
  t.equal(site.unclassed, 2);
  t.equal(site.size, 5);
});

t.test('C2: a classing by hand is the one that counts, and the earlier ones stay', async (t) => {
  const catalogue = catalogueOf([
    offloaded('a.mp4', unclassed),
    classed('a.mp4'),
    classed('a.mp4', { matter: '', by: '王芳', why: '试机' }),
    classed('a.mp4', { sha256: shaOf('other'), matter: 'patrol' }),
    classed('gone.mp4'),
  ]);
  t.match(catalogue.get('a.mp4'), {
    classing: { seq: 3, matter: '', by: 'hand', who: '王芳', why: '试机', officer: '王芳' },
    earlier: [
      { seq: 1, by: '', who: '', why: 'nothing-known', officer: '李明' },
      { seq: 2, by: 'hand', who: '陈静', matter: 'seizure', caseNumber: '2026-018' },
    ],
  });
  t.equal(catalogue.unclassed, 0, 'a person has said that it is none');
  t.match(catalogue.search({ officer: '王芳' }).clips, { length: 1 });
});

t.test('I1: an erasure on the device is told of the clip that it names, and of no other', async (t) => {
  const catalogue = catalogueOf([
    offloaded('a.mp4'),
    offloaded('b.mp4'),
    erased('b.mp4'),
    erased('b.mp4'),
    erased('x'),
  ]);
  t.match(catalogue.get('a.mp4'), { erased: false });
  t.match(catalogue.get('b.mp4'), { erased: true });
});

t.test('I1: an entry that stands twice makes one clip', async (t) => {
  const catalogue = catalogueOf([offloaded('a.mp4'), classed('a.mp4'), offloaded('a.mp4', unclassed)]);
  t.equal(catalogue.size, 1);
  t.match(catalogue.get('a.mp4'), { seq: 1, classing: { by: 'hand' } });
});

t.test('I1: beyond its limit the catalogue forgets settled clips first, and says how many', async (t) => {
  const bodies = Array.from({ length: 40 }, (_, index) => {
    const file = `${index}.mp4`;
    return [offloaded(file, index < 10 ? unclassed : {}), ...(index % 2 === 0 ? [erased(file)] : [])];
  }).flat();
  const catalogue = catalogueOf(bodies, 20);
  t.equal(catalogue.size, 20);
  t.equal(catalogue.forgotten, 20);
  t.equal(catalogue.unclassed, 10, 'what people have to look at stays longest');
  t.equal(catalogue.search({}).forgotten, 20);
  t.ok(catalogue.get('39.mp4'), 'the newest is there');
  t.equal(catalogue.get('10.mp4'), null);
  catalogue.apply({ seq: 100, body: classed('0.mp4') });
  catalogue.apply({ seq: 101, body: erased('1.mp4') });
  t.match(
    [catalogue.get('0.mp4')?.classing.by, catalogue.get('1.mp4')?.erased],
    ['hand', true],
    'still the right ones',
  );
  const waiting = catalogueOf(
    Array.from({ length: 50 }, (_, index) => offloaded(`${index}`, unclassed)),
    20,
  );
  t.match(
    [waiting.size, waiting.unclassed, waiting.forgotten],
    [20, 20, 30],
    'nothing is settled: the oldest go',
  );
});

t.test('I1: long texts are cut, and found by what is kept', async (t) => {
  const catalogue = catalogueOf([offloaded('a.mp4', { party: `甲${'湘'.repeat(5000)}` })]);
  t.equal(catalogue.get('a.mp4')?.classing.party.length, maxText);
  t.equal(catalogue.search({ party: '甲湘' }).clips.length, 1);
});

t.test('I1: an answer is bounded, and going on finds each clip once', async (t) => {
  const count = maxLooked + 700;
  const catalogue = catalogueOf(
    Array.from({ length: count }, (_, index) => offloaded(`${index}.mp4`, { device: `BC-${index % 7}` })),
  );
  for (const [query, first, all] of [
    [{}, maxFound, count],
    [{ device: 'BC-3' }, maxFound, Math.ceil((count - 3) / 7)],
    [{ device: 'nobody' }, 0, 0],
    [{ name: 'BC-3 nobody' }, 0, 0],
    [{ limit: 3, device: 'BC-3', name: 'bc-3_' }, 3, Math.ceil((count - 3) / 7)],
  ] as const) {
    const seen = new Set<string>();
    const page = catalogue.search(query);
    t.equal(page.clips.length, first, JSON.stringify(query));
    t.ok(page.next !== null, 'not all was looked at');
    let turns = 0;
    for (let found = page; ; found = catalogue.search({ ...query, before: found.next })) {
      for (const { file } of found.clips) {
        if (seen.has(file)) t.fail(`${file} twice`);
        seen.add(file);
      }
      turns += 1;
      if (found.next === null || turns > count) break;
    }
    t.equal(seen.size, all, JSON.stringify(query));
  }
  t.ok(maxNamesMade < maxLooked);
});

const file = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const anyBody = fc.oneof(
  fc.tuple(file, fc.boolean()).map(([name, known]) => offloaded(name, known ? {} : unclassed)),
  fc.tuple(file, fc.constantFrom('', 'patrol', 'seizure')).map(([name, matter]) => classed(name, { matter })),
  file.map(erased),
  fc.constant({ case: 'fieldUnbooked', value: { booking: 'b', by: 'x', why: '' } } as const),
);
t.test('I1: whatever the ledger says, each clip is there once with its last classing', async (t) => {
  const holds = fc.property(fc.array(anyBody, { maxLength: 60 }), (bodies) => {
    const catalogue = catalogueOf(bodies);
    const model = new Map<string, { matter: string; by: string; erased: boolean; times: number }>();
    for (const body of bodies) {
      if (body.case === 'clipOffloaded' && !model.has(body.value.file))
        model.set(body.value.file, {
          matter: body.value.matter,
          by: body.value.classedBy,
          erased: false,
          times: 0,
        });
      const clip = model.get(
        'file' in body.value ? body.value.file : 'clip' in body.value ? body.value.clip : '',
      );
      if (clip && body.case === 'clipClassed')
        Object.assign(clip, { matter: body.value.matter, by: 'hand', times: clip.times + 1 });
      if (clip && body.case === 'clipErased') clip.erased = true;
    }
    const found = catalogue.search({}).clips;
    return (
      found.length === model.size &&
      catalogue.unclassed === [...model.values()].filter(({ by }) => by === '').length &&
      found.every((clip) => {
        const is = model.get(clip.file);
        return (
          is?.matter === clip.classing.matter &&
          is.by === clip.classing.by &&
          is.erased === clip.erased &&
          clip.earlier.length === Math.min(is.times, 16) &&
          Buffer.from(clip.sha256, 'hex').equals(shaOf(clip.file))
        );
      })
    );
  });
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 300 }));
});
