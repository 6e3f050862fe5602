// Texts on the picture and its rendering, in the layout of ONVIF's schemas (onvif.xsd, ver10/media, ver20/media,
// ver20/imaging). The replies are written after the schemas, with prefixes as cameras choose them.
import fc from 'fast-check';
import t from 'tap';
import { isLiuhenError } from '../../../config/errors.ts';
import {
  imagingRequests,
  readImagingOptions,
  readImagingSet,
  readImagingSettings,
} from '../../../protocols/onvif/imaging.ts';
import { maxOsdChars, maxOsds, osdRequests, readCreatedOsd, readOsds } from '../../../protocols/onvif/osd.ts';
import { buildEnvelope } from '../../../protocols/onvif/soap.ts';

const namespaces =
  'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl"';
const osd = (token: string, inner: string): string =>
  `<trt:OSDs token="${token}"><tt:VideoSourceConfigurationToken>VSC</tt:VideoSourceConfigurationToken>${inner}</trt:OSDs>`;
const osds = (inner: string): string =>
  buildEnvelope(`<trt:GetOSDsResponse ${namespaces}>${inner}</trt:GetOSDsResponse>`);
const plain = (text: string): string =>
  `<tt:Type>Text</tt:Type><tt:Position><tt:Type>Custom</tt:Type><tt:Pos x="-0.5" y="0.95"/></tt:Position><tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>${text}</tt:PlainText></tt:TextString>`;
const date =
  '<tt:Type>Text</tt:Type><tt:Position><tt:Type>UpperLeft</tt:Type></tt:Position><tt:TextString><tt:Type>DateAndTime</tt:Type></tt:TextString>';
const image = '<tt:Type>Image</tt:Type><tt:Position><tt:Type>UpperRight</tt:Type></tt:Position>';

t.test('plain texts are read with their place; dates and pictures are there and have no text', async (t) => {
  t.same(readOsds(osds(osd('1', plain('询问室 &lt;1&gt;')) + osd('2', date) + osd('3', image))), [
    { token: '1', source: 'VSC', text: '询问室 <1>', position: { type: 'Custom', x: -0.5, y: 0.95 } },
    { token: '2', source: 'VSC', text: null, position: { type: 'UpperLeft' } },
    { token: '3', source: 'VSC', text: null, position: { type: 'UpperRight' } },
  ]);
  t.same(readOsds(osds('')), []);
  t.same(readOsds(osds(osd('', plain('x')))), [], 'one without a token cannot be changed');
});

t.test('too many texts are refused, and one that is too long is cut', async (t) => {
  const many = Array.from({ length: maxOsds + 1 }, (_, n) => osd(String(n), plain('x'))).join('');
  t.throws(() => readOsds(osds(many)), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.equal(readOsds(osds(osd('1', plain('x'.repeat(5000)))))[0]?.text?.length, maxOsdChars);
});

t.test('requests for texts carry the service that is asked, and what was written made safe', async (t) => {
  const wanted = { source: 'a"b', text: '<1> & 2', position: { type: 'Custom', x: 0.1, y: -0.2 } };
  const set = osdRequests.set('media2', 'T', wanted);
  t.match(set, /^<SetOSD xmlns="http:\/\/www\.onvif\.org\/ver20\/media\/wsdl"><OSD token="T"/);
  t.match(set, '<tt:PlainText>&lt;1&gt; &amp; 2</tt:PlainText>');
  t.match(set, '<tt:Type>Custom</tt:Type><tt:Pos x="0.1" y="-0.2"/>');
  t.match(osdRequests.create('media1', wanted), /ver10\/media\/wsdl"><OSD token=""/);
  t.match(osdRequests.list('media1', 'a&b'), '<ConfigurationToken>a&amp;b</ConfigurationToken>');
  t.match(osdRequests.remove('media1', 'T'), '<OSDToken>T</OSDToken>');
  const made = buildEnvelope(
    `<trt:CreateOSDResponse ${namespaces}><trt:OSDToken>9</trt:OSDToken></trt:CreateOSDResponse>`,
  );
  t.equal(readCreatedOsd(made), '9');
  const none = buildEnvelope(`<trt:CreateOSDResponse ${namespaces}/>`);
  t.throws(() => readCreatedOsd(none), { code: 'ONVIF_REPLY_UNREADABLE' });
});

const imaging = (operation: string, inner: string): string =>
  buildEnvelope(`<timg:${operation}Response ${namespaces}>${inner}</timg:${operation}Response>`);

t.test(
  'settings and options of the picture are read, and what is not told or not in the schema is null',
  async (t) => {
    const told = imaging(
      'GetImagingSettings',
      '<timg:ImagingSettings><tt:Brightness>50.5</tt:Brightness><tt:ColorSaturation>much</tt:ColorSaturation><tt:Exposure><tt:Mode>AUTO</tt:Mode></tt:Exposure><tt:IrCutFilter>SOMETIMES</tt:IrCutFilter></timg:ImagingSettings>',
    );
    t.same(readImagingSettings(told), {
      brightness: 50.5,
      saturation: null,
      contrast: null,
      sharpness: null,
      irCutFilter: null,
      exposure: 'AUTO',
    });
    const options = imaging(
      'GetOptions',
      '<timg:ImagingOptions><tt:Brightness><tt:Min>-10</tt:Min><tt:Max>10</tt:Max></tt:Brightness><tt:Contrast><tt:Min>9</tt:Min><tt:Max>1</tt:Max></tt:Contrast><tt:Exposure><tt:Mode>MANUAL</tt:Mode></tt:Exposure><tt:IrCutFilterModes>ON</tt:IrCutFilterModes><tt:IrCutFilterModes>AUTO</tt:IrCutFilterModes></timg:ImagingOptions>',
    );
    t.same(readImagingOptions(options), {
      brightness: { least: -10, most: 10 },
      saturation: null,
      contrast: null,
      sharpness: null,
      irCutFilter: ['ON', 'AUTO'],
      exposure: ['MANUAL'],
    });
    t.doesNotThrow(() => readImagingSet(imaging('SetImagingSettings', '')));
  },
);

t.test('a change names only what changes, in the order of the schema', async (t) => {
  const set = imagingRequests.set('S', { sharpness: 3, brightness: 0, irCutFilter: 'OFF', contrast: null });
  t.match(
    set,
    '<ImagingSettings><tt:Brightness>0</tt:Brightness><tt:IrCutFilter>OFF</tt:IrCutFilter><tt:Sharpness>3</tt:Sharpness></ImagingSettings>',
  );
});

t.test('whatever a camera answers, the readers answer or throw a named error', async () => {
  const whole = osds(osd('1', plain('x')) + osd('2', date));
  const piece = fc.constantFrom(
    plain('y'),
    date,
    image,
    osd('3', ''),
    '<a>',
    '</a>',
    '&bad;',
    '<tt:Type/>',
    'text',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.nat(whole.length),
      fc.boolean(),
      (pieces, cut, cuts) => {
        const xml = cuts ? whole.slice(0, cut) : osds(osd('1', pieces.join('')));
        for (const read of [readOsds, readCreatedOsd, readImagingSettings, readImagingOptions]) {
          try {
            read(xml);
          } catch (error) {
            if (!isLiuhenError(error)) throw error;
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
