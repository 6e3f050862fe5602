// Both media services in the layout of their schemas, and the ways in which cameras bend it.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import { maxProfiles } from '../../../protocols/onvif/limits.ts';
import {
  chooseProfile,
  mediaRequests,
  readProfiles,
  readSnapshotUri,
  readStreamUri,
} from '../../../protocols/onvif/media.ts';
import { buildEnvelope } from '../../../protocols/onvif/soap.ts';

const encoder = (width: number, height: number, encoding: string): string =>
  `<Encoding>${encoding}</Encoding><Resolution><Width>${width}</Width><Height>${height}</Height></Resolution>`;
const media1 = (profiles: readonly (readonly [string, string, string])[]): string =>
  buildEnvelope(
    `<GetProfilesResponse>${profiles
      .map(
        ([token, name, inner]) =>
          `<Profiles token="${token}"><Name>${name}</Name><VideoEncoderConfiguration>${inner}</VideoEncoderConfiguration></Profiles>`,
      )
      .join('')}</GetProfilesResponse>`,
  );

t.test('the profile with the most pixels that can be stored is recorded', (t) => {
  const profiles = readProfiles(
    'media1',
    media1([
      ['0', 'sub', encoder(640, 360, 'H264')],
      ['00', 'main', encoder(1920, 1080, 'H264')],
      ['1', 'still', encoder(3840, 2160, 'JPEG')],
    ]),
  );
  t.match(chooseProfile(profiles), { token: '00', width: 1920, height: 1080, encoding: 'H264' });
  t.end();
});

t.test('a wanted profile is a token first, then a name, and never another one instead', (t) => {
  const profiles = readProfiles(
    'media1',
    media1([
      ['a', 'b', ''],
      ['b', 'c', ''],
    ]),
  );
  t.equal(chooseProfile(profiles, 'b')?.token, 'b');
  t.equal(chooseProfile(profiles, 'c')?.token, 'b');
  t.equal(chooseProfile(profiles, 'd'), undefined);
  t.end();
});

t.test('a profile without a word about its video is taken when there is no better one', (t) => {
  const [first] = readProfiles(
    'media1',
    media1([
      ['0', 'x', ''],
      ['1', 'y', ''],
    ]),
  );
  t.match(first, { token: '0', width: 0, encoding: '' });
  t.equal(chooseProfile(first ? [first] : [])?.token, '0');
  t.equal(chooseProfile([]), undefined);
  t.end();
});

t.test('Media2 keeps its encoder among the configurations', (t) => {
  const xml = buildEnvelope(
    `<GetProfilesResponse><Profiles token="007" fixed="true"><Name>n</Name><Configurations><VideoSource token="vsc"><SourceToken>vs</SourceToken></VideoSource><VideoEncoder token="e">${encoder(2560, 1440, 'H265')}</VideoEncoder></Configurations></Profiles></GetProfilesResponse>`,
  );
  t.same(readProfiles('media2', xml), [
    {
      token: '007',
      name: 'n',
      width: 2560,
      height: 1440,
      encoding: 'H265',
      sourceConfiguration: 'vsc',
      source: 'vs',
    },
  ]);
  t.match(mediaRequests.profiles('media2'), '<Type>VideoEncoder</Type>');
  t.end();
});

t.test('profiles without end are refused', (t) => {
  const many = media1(Array.from({ length: maxProfiles + 1 }, (_, i) => [`${i}`, '', ''] as const));
  t.throws(() => readProfiles('media1', many), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.end();
});

t.test('both media services give a stream address, and anything but RTSP is refused', (t) => {
  const reply = (inner: string) => buildEnvelope(`<GetStreamUriResponse>${inner}</GetStreamUriResponse>`);
  const uri = '<Uri>rtsp://192.0.2.1/a?x=1&amp;y=2</Uri>';
  t.equal(readStreamUri('media2', reply(uri)), 'rtsp://192.0.2.1/a?x=1&y=2');
  t.equal(readStreamUri('media1', reply(`<MediaUri>${uri}</MediaUri>`)), 'rtsp://192.0.2.1/a?x=1&y=2');
  t.throws(() => readStreamUri('media2', reply('<Uri>http://192.0.2.1/</Uri>')), {
    code: 'ONVIF_REPLY_UNREADABLE',
  });
  t.match(mediaRequests.streamUri('media1', 'a<b'), '<ProfileToken>a&lt;b</ProfileToken>');
  t.end();
});

t.test('a snapshot address is HTTP or HTTPS, never a file', (t) => {
  const reply = (uri: string) =>
    buildEnvelope(`<GetSnapshotUriResponse><MediaUri><Uri>${uri}</Uri></MediaUri></GetSnapshotUriResponse>`);
  t.equal(readSnapshotUri('media1', reply('http://192.0.2.1/s.jpg')), 'http://192.0.2.1/s.jpg');
  t.throws(() => readSnapshotUri('media1', reply('file:///etc/passwd')), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.end();
});

t.test('any damage to a profile list is a list or a named error', (t) => {
  const good = media1([
    ['0', 'a', encoder(640, 360, 'H264')],
    ['1', 'b', ''],
  ]);
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(20), fc.string(), (at, cut, junk) => {
      try {
        chooseProfile(readProfiles('media1', good.slice(0, at) + junk + good.slice(at + cut)));
      } catch (error) {
        if (!isLiuhenError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
  t.end();
});
