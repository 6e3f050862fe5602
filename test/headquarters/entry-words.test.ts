// What the entries of a day's work are called in the feed, in both languages, and the table of a day's certificate.
import t from 'tap';
import { feedLine, feedLines } from '../../headquarters/feed-lines.ts';
import { maxCertificateTracks } from '../../headquarters/certificate-lines.ts';
import type { FeedEvent } from '../../headquarters/feed-event.ts';
import type { Bodies, Body } from '../../protocols/hq/messages.ts';

function entry(body: Body): FeedEvent {
  const empty = new Uint8Array();
  return {
    type: 'entry',
    address: { agency: 'a', site: 's', gateway: 'g' },
    header: { gateway: 'g', epoch: 1n, seq: 7n, wallMs: 0n, monoUs: 0n, previous: empty, bodyHash: empty },
    body,
  };
}
const minute = 60_000n;
const gap = (at: bigint, length: bigint, cause: string, excuse = '') => ({
  fromWallMs: at * minute,
  toWallMs: (at + length) * minute,
  cause,
  excuse,
});
const certificate: Bodies['coverageCertified'] = {
  room: 'petition',
  day: '2026-02-14',
  reason: 'make-up',
  expectedMs: 480n * minute,
  tracks: [
    { camera: 'front', track: 'video', recordedMs: 480n * minute, gapCount: 0, gaps: [] },
    {
      camera: 'front',
      track: 'audio',
      recordedMs: 470n * minute,
      gapCount: 4,
      gaps: [
        gap(10n, 1n, 'stalled'),
        gap(20n, 6n, 'box-restarted', 'device-fault: JZ 11'),
        gap(30n, 2n, 'not-recorded'),
      ],
    },
  ],
  article: 'HY 7(2)',
  signature: new Uint8Array(64),
  keySha256: new Uint8Array(32),
};

t.test('A1: a day’s certificate is a table of what was expected, recorded and excused', (t) => {
  const event = entry({ case: 'coverageCertified', value: certificate });
  t.same(feedLines(event, 'en'), [
    '1970-01-01T00:00:00.000Z a/s/g #7 coverageCertified room=petition day=2026-02-14 reason=made up for a holiday article=HY 7(2)',
    '    expected 480.0 min',
    '    front picture: recorded 480.0 min (100.0%)',
    '    front sound: recorded 470.0 min (97.9%)',
    '      missing 10.0 min, of these excused 6.0 min; 4 gaps; 3 of them listed',
    '      6.0  box restarted [device fault: JZ 11]',
    '      2.0  not recorded',
    '      1.0  stream stalled',
  ]);
  const chinese = feedLines(event, 'zh-CN');
  t.match(chinese[0], 'reason=调休上班');
  t.same(chinese.slice(1, 6), [
    '    应记录 480.0 分钟',
    '    front 视频：已记录 480.0 分钟（100.0%）',
    '    front 音频：已记录 470.0 分钟（97.9%）',
    '      缺 10.0 分钟，其中已说明理由 6.0 分钟；中断 4 处；列出 3 处',
    '      6.0  设备重新启动 [设备故障：JZ 11]',
  ]);
  t.end();
});

t.test('a certificate of a box that lies is bounded and stays lines', (t) => {
  const track = {
    camera: 'c\n\u001b[2J',
    track: 'x',
    recordedMs: 5n,
    gapCount: 9,
    gaps: [gap(9n, -3n, '\r')],
  };
  const value = {
    ...certificate,
    expectedMs: 0n,
    tracks: Array.from({ length: maxCertificateTracks + 2 }, () => track),
  };
  const lines = feedLines(entry({ case: 'coverageCertified', value }), 'en');
  t.equal(lines.length, 2 + maxCertificateTracks * 3 + 1);
  t.match(lines.at(-1), '2 more tracks');
  t.notOk(lines.some((line) => /\p{Cc}/u.test(line)));
  t.end();
});

t.test('I8: bookings, refusals, missing calendars and debts have words in both languages', (t) => {
  const both = (body: Body): [string, string] => {
    const event = entry(body);
    return [feedLine(event, 'en').slice(31), feedLine(event, 'zh-CN').slice(31)];
  };
  const at = 1_790_000_000_000n;
  t.same(both({ case: 'calendarMissing', value: { year: 2027, known: [2025, 2026] } }), [
    '#7 calendarMissing year=2027 known=2025,2026 what=no working days of this year on the box: import them',
    '#7 calendarMissing year=2027 known=2025,2026 what=设备上没有该年度的工作日历，请导入',
  ]);
  const booking = {
    booking: 'b1',
    room: 'talk',
    kind: 'interview',
    officers: [{ name: '张三', certificate: '1' }],
    caseNumber: '',
    caseName: '',
    parties: [],
    stage: '',
    fromWallMs: at,
    toWallMs: at + 3_600_000n,
    endsItself: false,
    by: 'clerk',
  };
  t.same(both({ case: 'bookingMade', value: booking }), [
    '#7 bookingMade booking=b1 room=talk officers=张三 endsItself=false by=clerk kind=interview from=2026-09-21T14:13:20.000Z to=2026-09-21T15:13:20.000Z',
    '#7 bookingMade booking=b1 room=talk officers=张三 endsItself=false by=clerk kind=约谈 from=2026-09-21T14:13:20.000Z to=2026-09-21T15:13:20.000Z',
  ]);
  const cancelled = { booking: 'b1', room: 'talk', by: 'box', why: 'missed' };
  t.same(both({ case: 'bookingCancelled', value: cancelled }), [
    '#7 bookingCancelled booking=b1 room=talk by=box why=missed: nothing was opened in its time',
    '#7 bookingCancelled booking=b1 room=talk by=box why=过时：预约时段内没有开启会话',
  ]);
  const refused = { room: 'talk', kind: 'inquiry', code: 'SESSION_FORBIDDEN', why: '', article: 'CT 9' };
  t.same(both({ case: 'sessionRefused', value: { ...refused, askedBy: 'clerk' } }), [
    '#7 sessionRefused room=talk kind=inquiry refused=it may not be recorded code=SESSION_FORBIDDEN article=CT 9 askedBy=clerk',
    '#7 sessionRefused room=talk kind=询问 refused=不得音像记录 code=SESSION_FORBIDDEN article=CT 9 askedBy=clerk',
  ]);
  const owed = { session: 's1', debt: 'officers', what: '2 officers', article: 'CT 14', dueWallMs: at };
  t.same(both({ case: 'debtIncurred', value: owed }), [
    '#7 debtIncurred session=s1 debt=officers with certificate numbers article=CT 14 due=2026-09-21T14:13:20.000Z',
    '#7 debtIncurred session=s1 debt=执法人员及证件号码 article=CT 14 due=2026-09-21T14:13:20.000Z',
  ]);
  const closing = { session: 's1', closed: { wallMs: at, monoUs: 0n }, closedBy: 'booking b1' };
  t.match(
    both({ case: 'sessionClosing', value: { ...closing, reason: 'booking-ended' } })[1],
    '预约时段结束',
  );
  t.end();
});

t.test('a word of a newer box is told as it is, also one that every object has', (t) => {
  const refused = { room: 'talk', kind: 'toString', code: 'constructor', why: 'x', article: '', askedBy: '' };
  const line = feedLine(entry({ case: 'sessionRefused', value: refused }), 'en');
  t.match(line, 'room=talk kind=toString refused=constructor why=x');
  t.end();
});

t.test('A12: the matter of field work, and why a clip is not classed, are told in words', (t) => {
  const officer = { name: '李明', certificate: 'A-1' };
  const booked = entry({
    case: 'fieldBooked',
    value: {
      booking: 'b-1',
      device: '',
      officers: [officer],
      matter: 'service-by-leaving',
      caseNumber: '2026-017',
      caseName: '',
      parties: [],
      fromWallMs: 0n,
      toWallMs: minute,
      by: '陈静',
    },
  });
  t.match(feedLine(booked, 'zh-CN'), '留置送达');
  t.match(feedLine(booked, 'en'), 'service by leaving');
  const classed = entry({
    case: 'clipOffloaded',
    value: {
      dock: 'd',
      room: 'r',
      slot: 0,
      serial: 's',
      device: 'BC-07',
      officer,
      unit: '',
      clip: 'c',
      path: 'p',
      file: 'f',
      bytes: 1n,
      sha256: new Uint8Array(32),
      deviceSha256: new Uint8Array(),
      beginDeviceMs: 0n,
      endDeviceMs: 0n,
      beginWallMs: 0n,
      endWallMs: 0n,
      clockOffsetMs: 0n,
      timeCertain: true,
      caseMark: '',
      matter: '',
      caseNumber: '',
      caseName: '',
      party: '',
      classedBy: '',
      article: '',
      why: 'two-bookings: b-1, b-2',
      cardReread: '',
      storeReread: '',
      content: 'whole',
      dueWallMs: 0n,
      dueArticle: '',
    },
  });
  t.match(feedLine(classed, 'zh-CN'), '有多个预约相符（b-1、b-2）');
  t.match(feedLine(classed, 'en'), 'more than one booking fits (b-1, b-2)');
  t.end();
});
