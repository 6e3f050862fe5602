// Descriptions as cameras send them. Parameter sets are of x264 and x265; the AAC lines are what
// `ffmpeg -f lavfi -i sine=r=48000 -c:a aac -ac 1 -f rtp rtp://127.0.0.1:19996` prints.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { maxSdpLines, parseSdp } from '../../../protocols/rtsp/sdp.ts';

const describe = (...lines: string[]) => parseSdp(['v=0', 's=-', ...lines, ''].join('\r\n'));

t.test('H.264 with its sets (RFC 6184 §8.2.1)', async (t) => {
  const { media, control } = describe(
    'a=control:*',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z2QAHqyyAUBf8uAiAAADAAIAAAMAZB4sXJA=,aOvDyyLA; profile-level-id=64001E',
    'a=control:trackID=1',
  );
  t.equal(control, '*');
  t.match(media, [
    {
      payloadType: 96,
      control: 'trackID=1',
      track: { codec: 'h264', clockRate: 90_000, width: 640, height: 360 },
    },
  ]);
});

t.test('H.265 with its sets (RFC 7798 §7.1)', async (t) => {
  const { media } = describe(
    'm=video 0 RTP/AVP 97',
    'a=rtpmap:97 H265/90000',
    'a=fmtp:97 sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwA/koCQ;sprop-sps=QgEBAWAAAAMAkAAAAwAAAwA/oAUCAWllkqSTK8BaAgAAAwACAAADADIQ;sprop-pps=RAHBcrRiQA==',
  );
  t.match(media, [{ track: { codec: 'h265', width: 640, height: 360 } }]);
});

t.test('video without sets is taken: they come in band', async (t) => {
  const { media } = describe('m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000');
  t.match(media, [{ control: '', track: { width: 0, parameterSets: { sps: [], pps: [] } } }]);
});

t.test('sets that are junk leave the track without them', async (t) => {
  const { media } = describe(
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 sprop-parameter-sets=Z2Q=,aOs=',
  );
  t.match(media, [{ track: { width: 0 } }]);
});

t.test('AAC with its AU headers (RFC 3640 §4.1)', async (t) => {
  const { media } = describe(
    'm=audio 19996 RTP/AVP 97',
    'a=rtpmap:97 MPEG4-GENERIC/48000/1',
    'a=fmtp:97 profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3; config=118856E500',
  );
  t.match(media, [
    {
      track: { codec: 'aac', clockRate: 48_000, sampleRate: 48_000, channels: 1 },
      aac: { sizeLength: 13, indexLength: 3, indexDeltaLength: 3, samplesPerFrame: 1024 },
    },
  ]);
});

for (const [name, line, codec, clockRate] of [
  ['G.711 µ-law by its fixed number (RFC 3551 §6)', 'm=audio 0 RTP/AVP 0', 'pcmu', 8000],
  ['G.711 A-law by its fixed number', 'm=audio 0 RTP/AVP 8', 'pcma', 8000],
  ['G.711 at another rate', 'm=audio 0 RTP/AVP 98\r\na=rtpmap:98 PCMA/16000', 'pcma', 16_000],
  ['Opus (RFC 7587 §7)', 'm=audio 0 RTP/AVP 98\r\na=rtpmap:98 opus/48000/2', 'opus', 48_000],
] as const) {
  t.test(name, async (t) => {
    t.match(describe(line).media, [{ track: { codec, clockRate } }]);
  });
}

t.test('the picture comes first, and only one of each kind; what cannot be stored is left out', async (t) => {
  const { media } = describe(
    'm=audio 0 RTP/AVP 8',
    'm=application 0 RTP/AVP 107',
    'a=rtpmap:107 vnd.onvif.metadata/90000',
    'm=video 0 RTP/AVP 26',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=control:a',
    'm=video 0 RTP/AVP 97',
    'a=rtpmap:97 H264/90000',
    'a=control:b',
  );
  t.same(
    media.map((section) => [section.track.kind, section.control]),
    [
      ['video', 'a'],
      ['audio', ''],
    ],
  );
});

t.test('bare line feeds and blanks are taken', async (t) => {
  t.equal(parseSdp('v=0\nm=video 0 RTP/AVP 96 \na=rtpmap:96  h264/90000 \n').media.length, 1);
});

t.test('no description at all, and one of too many lines, are refused', async (t) => {
  t.throws(() => parseSdp(''), { code: 'RTSP_DESCRIPTION' });
  t.throws(() => parseSdp('<html>'), { code: 'RTSP_DESCRIPTION' });
  t.throws(() => parseSdp('a=x\n'.repeat(maxSdpLines + 1)), { code: 'RTSP_DESCRIPTION' });
});

t.test('random text never crashes', async () => {
  const word = fc.constantFrom(
    'm=video 0 RTP/AVP 96',
    'm=',
    'm=audio',
    'a=rtpmap:96 H264/',
    'a=rtpmap:96 H264/90000',
    'a=rtpmap:0',
    'a=fmtp:96 sprop-parameter-sets=,,Z2Q=',
    'a=control:',
    'a=fmtp:96 config=zz',
    'a=rtpmap:96 mpeg4-generic/8000',
    '=',
    'v=0',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), (lines) => {
      try {
        parseSdp(lines.join('\r\n'));
      } catch (error) {
        if (!isLiuhenError(error, 'RTSP_DESCRIPTION')) throw error;
      }
    }),
    { numRuns: 400 },
  );
});
