// Where the tracks of a description are asked for (RFC 2326 §C.1.1), and that an address never leaks its password.
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { controlUri, onSameHost, splitRtspUrl } from '../../../protocols/rtsp/uri.ts';

const base = 'rtsp://192.0.2.7:8554/live/main';
const rows: [string, string, string, string][] = [
  ['an empty control names the base', base, '', base],
  ['a star names the base', base, '*', base],
  ['a relative one is joined with one slash', base, 'trackID=1', `${base}/trackID=1`],
  ['a base with a slash gets no second one', `${base}/`, 'trackID=1', `${base}/trackID=1`],
  ['a base with a query keeps it', `${base}?ch=1`, 'trackID=1', `${base}?ch=1/trackID=1`],
  [
    'a path-absolute one replaces the path',
    base,
    '/other/trackID=1',
    'rtsp://192.0.2.7:8554/other/trackID=1',
  ],
  ['127.0.0.1 is put on our host', base, 'rtsp://127.0.0.1/live/t1', 'rtsp://192.0.2.7:8554/live/t1'],
  ['another host is put on ours', base, 'rtsp://203.0.113.9:99/a?b=c', 'rtsp://192.0.2.7:8554/a?b=c'],
  [
    'a host alone in two slashes stays on ours',
    base,
    '//203.0.113.9/a',
    'rtsp://192.0.2.7:8554//203.0.113.9/a',
  ],
];
for (const [name, from, control, wanted] of rows) {
  t.test(name, async (t) => {
    t.equal(controlUri(from, control), wanted);
  });
}

t.test('an address that cannot be read leaves the base', async (t) => {
  t.equal(onSameHost(base, 'http://203.0.113.9/'), base);
});

t.test('a URL is split into host, port and a URI without user info', async (t) => {
  t.same(splitRtspUrl('rtsp://admin:geheim@192.0.2.7/live'), {
    host: '192.0.2.7',
    port: 554,
    uri: 'rtsp://192.0.2.7/live',
  });
  t.same(splitRtspUrl('rtsp://[2001:db8::7]:8554/live').host, '2001:db8::7');
});

for (const bad of [
  'rtsp://admin:geheim@192.0.2.7:99999/x',
  'geheim',
  'http://u:geheim@192.0.2.7/',
  'rtsp:///geheim',
]) {
  t.test(`an address such as ${bad.replace('geheim', '…')} is refused without repeating it`, async (t) => {
    try {
      splitRtspUrl(bad);
      t.fail('it was taken');
    } catch (error) {
      t.ok(isLiuhenError(error, 'RTSP_ADDRESS'));
      const all =
        error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}` : '';
      t.notOk(all.includes('geheim'));
    }
  });
}
