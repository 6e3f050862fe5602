// Answers in the layout of the ONVIF schemas, with the fields that cameras get wrong.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import {
  readCapabilities,
  readDateAndTime,
  readInformation,
  readMac,
  readServices,
} from '../../../protocols/onvif/device.ts';
import { buildEnvelope } from '../../../protocols/onvif/soap.ts';

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

t.test('services of an old camera come from its capabilities', (t) => {
  const xml = buildEnvelope(
    '<GetCapabilitiesResponse><Capabilities><Media><XAddr>http://192.0.2.1/m</XAddr></Media><PTZ><XAddr>x</XAddr></PTZ></Capabilities></GetCapabilitiesResponse>',
  );
  t.same([...readCapabilities(xml)], [['http://www.onvif.org/ver10/media/wsdl', 'http://192.0.2.1/m']]);
  t.end();
});

t.test('a MAC address is the same however it is written, and none is an empty text', (t) => {
  const xml = (mac: string) =>
    buildEnvelope(
      `<GetNetworkInterfacesResponse><NetworkInterfaces token="0"><Info><HwAddress>${mac}</HwAddress></Info></NetworkInterfaces></GetNetworkInterfacesResponse>`,
    );
  t.equal(readMac(xml('00-1B-44-11-3A-B7')), '00:1b:44:11:3a:b7');
  t.equal(readMac(xml('00:1b:44:11:3a:b7')), '00:1b:44:11:3a:b7');
  t.equal(readMac(xml('secret')), '');
  t.end();
});

t.test('any damage to a device answer is a value or a named error', (t) => {
  const good = buildEnvelope(
    '<GetServicesResponse><Service><Namespace>urn:a</Namespace><XAddr>http://127.0.0.1</XAddr></Service></GetServicesResponse><GetCapabilitiesResponse><Capabilities><Media><XAddr>http://192.0.2.1/m</XAddr></Media></Capabilities></GetCapabilitiesResponse>',
  );
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(20), fc.string(), (at, cut, junk) => {
      for (const read of [readServices, readCapabilities, readMac, readInformation, readDateAndTime]) {
        try {
          read(good.slice(0, at) + junk + good.slice(at + cut));
        } catch (error) {
          if (!isLiuhenError(error)) throw error;
        }
      }
    }),
    { numRuns: 200 },
  );
  t.end();
});
