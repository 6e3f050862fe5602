// I1: a clip is shown and linked by device number, officer, time, party and case, whatever others typed into them.
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import path from 'node:path';
import t from 'tap';
import { clipLabel, maxLabelBytes, type ClipNames } from '../../../../gateway/bodycam/clips/clip-label.ts';

const zone = 'Asia/Shanghai';
const clip: ClipNames = {
  device: 'BC-07',
  officer: '李明',
  beginMs: Date.UTC(2026, 10, 20, 1, 6, 0),
  timeCertain: true,
  party: '株洲某餐饮公司',
  caseNumber: '2026-017',
  caseName: '涉嫌销售不合格商品',
  sha256: '4fe09ba1c3d05e77',
  file: '2026-11/MOV_0001-4fe09ba1c3d05e77.MP4',
};

const rows: readonly (readonly [name: string, change: Partial<ClipNames>, is: string])[] = [
  ['all of it', {}, 'BC-07_李明_20261120-090600_株洲某餐饮公司_2026-017-涉嫌销售不合格商品_4fe09ba1.mp4'],
  [
    'nothing known',
    {
      device: '',
      officer: '',
      beginMs: Number.NaN,
      party: '',
      caseNumber: '',
      caseName: '',
      sha256: '',
      file: '',
    },
    'x_x_x_x_x_x',
  ],
  [
    'an uncertain time',
    { timeCertain: false },
    'BC-07_李明_20261120-090600~_株洲某餐饮公司_2026-017-涉嫌销售不合格商品_4fe09ba1.mp4',
  ],
  [
    'ways out of a folder',
    { device: '../../etc', officer: '/', party: '..', caseNumber: '..\\..', caseName: '', file: 'a/../b.' },
    'etc_x_20261120-090600_x_x_4fe09ba1',
  ],
  [
    'what a shell or a terminal obeys',
    { device: '-rf', officer: '~root', party: '$(reboot)`x`', caseNumber: '\u001B[2J*', caseName: '?\n' },
    'rf_root_20261120-090600_reboot-x_2J_4fe09ba1.mp4',
  ],
  [
    'NUL, marks of direction and blanks of no width',
    { officer: '李\u0000明', party: '\u202Egnp.exe\u200F', caseName: '\u200B\uFEFF' },
    'BC-07_李-明_20261120-090600_gnp-exe_2026-017_4fe09ba1.mp4',
  ],
  [
    'other widths',
    { device: 'ＢＣ－０７', caseNumber: '〔２０２６〕１７号', caseName: '' },
    'BC-07_李明_20261120-090600_株洲某餐饮公司_2026-17号_4fe09ba1.mp4',
  ],
  [
    'an underscore does not make a part',
    { officer: 'a_b__c' },
    'BC-07_a-b-c_20261120-090600_株洲某餐饮公司_2026-017-涉嫌销售不合格商品_4fe09ba1.mp4',
  ],
  [
    'midnight in the zone',
    { beginMs: Date.UTC(2026, 10, 19, 16), caseName: '' },
    'BC-07_李明_20261120-000000_株洲某餐饮公司_2026-017_4fe09ba1.mp4',
  ],
];
t.test('I1: the label of a clip', async (t) => {
  for (const [name, change, is] of rows) t.equal(clipLabel({ ...clip, ...change }, zone), is, name);
});

t.test('I1: long names are cut between characters, and party and case share what there is', async (t) => {
  const long = '湘'.repeat(300);
  const label = clipLabel({ ...clip, device: long, officer: long, party: long, caseName: long }, zone);
  const [device = '', officer = '', , party = '', ofCase = ''] = label.split('_');
  t.ok(Buffer.byteLength(label) <= maxLabelBytes && Buffer.byteLength(label) > maxLabelBytes - 6, label);
  t.match(device, /^湘{10}$/u);
  t.match(officer, /^湘{11}$/u);
  t.match(party, /^湘{13,}$/u);
  t.match(ofCase, /^2026-017-湘{10,}$/u);
  const oneLong = clipLabel({ ...clip, caseNumber: '', caseName: '', party: long }, zone);
  t.ok((oneLong.match(/湘/g)?.length ?? 0) > 35, 'what the case does not need is the party’s');
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({
    unit: fc.constantFrom(
      '../',
      '..',
      '/',
      '\\',
      '\0',
      '\u202E',
      '\u2066',
      '湘',
      'ﷺ',
      '🚓',
      '\u0301',
      '\uD800',
      ' ',
      '_',
      '.',
      '-',
      'a',
    ),
    maxLength: 120,
  }),
  fc.constant('湘'.repeat(300)),
);
t.test(
  'I1: whatever was typed, the label is one plain name of at most 200 bytes, and says the same again',
  async (t) => {
    const holds = fc.property(
      fc.record({
        device: hostile,
        officer: hostile,
        beginMs: fc.oneof(fc.integer(), fc.double(), fc.date({ noInvalidDate: false }).map(Number)),
        timeCertain: fc.boolean(),
        party: hostile,
        caseNumber: hostile,
        caseName: hostile,
        sha256: hostile,
        file: hostile,
      }),
      (any) => {
        const label = clipLabel(any, zone);
        return (
          /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_~-]*(?:\.[a-z0-9]{1,8})?$/u.test(label) &&
          Buffer.byteLength(label) <= maxLabelBytes &&
          label.split('_').length === 6 &&
          path.basename(label) === label &&
          path.resolve('/store', label) === `/store/${label}` &&
          encodeURIComponent(label).length > 0 &&
          clipLabel(any, zone) === label
        );
      },
    );
    t.doesNotThrow(() => fc.assert(holds, { numRuns: 2000 }));
  },
);
