// The address that the recorder gets is on the camera's own host, whatever was announced.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../config/errors.ts';
import { streamOnHost } from '../../device-drivers/camera/stream-on-host.ts';
import { splitRtspUrl } from '../../protocols/rtsp/uri.ts';

const device = new URL('https://198.51.100.5:8443/onvif/device_service');

for (const [announced, expected] of [
  ['rtsp://198.51.100.5/a', 'rtsp://198.51.100.5/a'],
  ['rtsp://127.0.0.1:8554/a?b=c&d', 'rtsp://198.51.100.5:8554/a?b=c&d'],
  ['RTSP://admin:geheim@192.0.2.1:554/a', 'rtsp://198.51.100.5/a'],
  ['rtsp://[2001:db8::1]/a', 'rtsp://198.51.100.5/a'],
  ['rtsp://192.0.2.1:0/a', 'rtsp://198.51.100.5/a'],
  ['rtsp://192.0.2.1', 'rtsp://198.51.100.5'],
] as const) {
  t.test(`${announced} becomes ${expected}`, (t) => {
    t.equal(streamOnHost(device, announced), expected);
    t.end();
  });
}

t.test('an IPv6 camera keeps its brackets', (t) => {
  t.equal(streamOnHost(new URL('http://[2001:db8::5]/x'), 'rtsp://a:8554/b'), 'rtsp://[2001:db8::5]:8554/b');
  t.end();
});

t.test('an address that could forge a header, or that is not RTSP, is refused', (t) => {
  for (const announced of [
    'rtsp://a/b\r\nX: y',
    'rtsp://a/b c',
    'http://a/b',
    'rtsp:///b',
    '',
    'rtsps://a/b',
  ])
    t.throws(() => streamOnHost(device, announced), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.end();
});

t.test('no announced text leads to another host', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      try {
        t.equal(splitRtspUrl(streamOnHost(device, `rtsp://${text}`)).host, '198.51.100.5');
      } catch (error) {
        if (!isLiuhenError(error)) throw error;
      }
    }),
    { numRuns: 500 },
  );
  t.end();
});
