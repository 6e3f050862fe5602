// The reader of discovery answers. The answer has the layout of the examples in WS-Discovery and of
// a network video transmitter (ONVIF Core Specification, "Device discovery"); it is not made by our own code.
import t from 'tap';
import fc from 'fast-check';
import { XMLValidator } from 'fast-xml-parser';
import { LiuhenError } from '../../../config/errors.ts';
import { buildProbe, readProbeMatches } from '../../../protocols/onvif/discovery.ts';

const id = 'uuid:84ede3de-7dec-11d0-c360-f01234567890';
const answer = `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<SOAP-ENV:Header><wsa:MessageID>uuid:1</wsa:MessageID><wsa:RelatesTo>${id}</wsa:RelatesTo></SOAP-ENV:Header>
<SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>
<wsa:EndpointReference><wsa:Address>urn:uuid:a1f48ac2-dc8b-11df-b255-00408c1836b2</wsa:Address></wsa:EndpointReference>
<d:Types>dn:NetworkVideoTransmitter</d:Types>
<d:Scopes>onvif://www.onvif.org/hardware/X-1 onvif://www.onvif.org/name/Room%20%E4%BA%8C onvif://www.onvif.org/location/%</d:Scopes>
<d:XAddrs>http://192.0.2.7/onvif/device_service file:///etc/passwd http://u:p@192.0.2.7/ https://[2001:db8::1]/onvif</d:XAddrs>
<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

const refusal = (xml: string | Buffer): string => {
  try {
    readProbeMatches(Buffer.from(xml), id);
    return '';
  } catch (error) {
    if (error instanceof LiuhenError) return error.code;
    throw error;
  }
};

t.test('an answer gives endpoint, names, and only web addresses without a login', async (t) => {
  t.strictSame(readProbeMatches(Buffer.from(answer), id), [
    {
      endpoint: 'urn:uuid:a1f48ac2-dc8b-11df-b255-00408c1836b2',
      serviceAddresses: ['http://192.0.2.7/onvif/device_service', 'https://[2001:db8::1]/onvif'],
      name: 'Room 二',
      hardware: 'X-1',
    },
  ]);
});

t.test('a name whose percent sign escapes nothing is shown as written', async (t) => {
  const [match] = readProbeMatches(Buffer.from(answer.replace('Room%20%E4%BA%8C', '100%')), id);
  t.equal(match?.name, '100%');
});

t.test('what is no answer to this Probe is refused by name', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['no XML', 'hello'],
    ['another Probe', answer.replace(id, 'uuid:2')],
    ['no relation', answer.replace(/<wsa:RelatesTo>.*<\/wsa:RelatesTo>/, '')],
    ['no endpoint', answer.replace(/<wsa:Address>.*<\/wsa:Address>/, '')],
    ['another message', answer.replaceAll('ProbeMatches', 'Hello')],
    ['a document type', answer.replace('?>', '?><!DOCTYPE a>')],
    ['over a datagram', answer + ' '.repeat(65_536)],
  ];
  for (const [name, xml] of rows) t.equal(refusal(xml), 'ONVIF_REPLY_UNREADABLE', name);
});

t.test('an answer with bytes changed is read or refused, never a crash', async () => {
  const bytes = Buffer.from(answer);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 8 }), fc.nat(16), (at, junk, cut) => {
      refusal(Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at + cut)]));
    }),
    { numRuns: 300 },
  );
});

t.test('a Probe is well-formed, and its id is escaped', async (t) => {
  t.equal(XMLValidator.validate(buildProbe('urn:<&">')), true);
});
