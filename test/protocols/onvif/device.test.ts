// Answers in the layout of the ONVIF schemas, with the fields that cameras get wrong.
import t from 'tap';
import { readDateAndTime, readInformation, readServices } from '../../../protocols/onvif/device.ts';
import { buildEnvelope } from '../../../protocols/onvif/soap.ts';
import { readStreamUri, streamUriRequest } from '../../../protocols/onvif/stream-uri.ts';

const time = (hour: string) =>
  buildEnvelope(
    `<d:GetSystemDateAndTimeResponse xmlns:d="urn:d"><d:SystemDateAndTime><UTCDateTime><Time><Hour>${hour}</Hour><Minute>05</Minute><Second>9</Second></Time><Date><Year>2024</Year><Month>2</Month><Day>29</Day></Date></UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>`,
  );

t.test("the camera's clock is read as UTC, and a broken one is a named error", (t) => {
  t.equal(readDateAndTime(time('23')), Date.parse('2024-02-29T23:05:09Z'));
  t.throws(() => readDateAndTime(time('x')), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.end();
});

t.test('a firmware version and a serial number keep their zeros', (t) => {
  const xml = buildEnvelope(
    '<GetDeviceInformationResponse><FirmwareVersion>2.10</FirmwareVersion><SerialNumber>0042</SerialNumber></GetDeviceInformationResponse>',
  );
  t.match(readInformation(xml), { firmware: '2.10', serial: '0042', model: '' });
  t.end();
});

t.test('services are found by namespace', (t) => {
  const xml = buildEnvelope(
    '<GetServicesResponse><Service><Namespace>urn:a</Namespace><XAddr>http://127.0.0.1</XAddr></Service></GetServicesResponse>',
  );
  t.same([...readServices(xml)], [['urn:a', 'http://127.0.0.1']]);
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
  t.match(streamUriRequest('media1', 'a<b'), '<ProfileToken>a&lt;b</ProfileToken>');
  t.end();
});
