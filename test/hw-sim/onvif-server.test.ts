// The ONVIF side of the simulated camera: its login, its limits, and what it keeps, asked in hand-written SOAP.
import t, { type Test } from 'tap';
import { randomBytes } from 'node:crypto';
import { sleep } from '../../config/clock.ts';
import { createSimCamera, type SimCamera, type SimCameraSpec } from '../../hw-sim/camera/sim-camera.ts';
import { maxSoapChars } from '../../hw-sim/camera/soap-reader.ts';
import { maxPullPoints, maxQueuedMessages } from '../../hw-sim/camera/onvif-events.ts';
import { soap, token } from './soap-client.ts';

const device = 'xmlns="http://www.onvif.org/ver10/device/wsdl"';
const media2 = 'xmlns="http://www.onvif.org/ver20/media/wsdl"';
const events = 'xmlns="http://www.onvif.org/ver10/events/wsdl"';
const information = `<GetDeviceInformation ${device}/>`;

async function camera(t: Test, spec: Partial<SimCameraSpec> = {}): Promise<SimCamera & { url: string }> {
  const made = await createSimCamera({ id: 'hall', onvifPort: 0, ...spec });
  t.teardown(() => made.close());
  return Object.assign(made, { url: made.onvifUrl! });
}

const at = (url: string, service: string): string => url.replace('device_service', service);

t.test(
  'a token is taken up to five minutes from the clock of the camera, both ways, and no further',
  async (t) => {
    const { url } = await camera(t);
    for (const [offMs, status] of [
      [-299_000, 200],
      [299_000, 200],
      [-301_000, 400],
      [301_000, 400],
    ] as const)
      t.match(await soap(url, information, token(Date.now() + offMs)), { status }, `${offMs} ms`);
  },
);

t.test('a token is not taken twice, nor is one without a login or with the bare password', async (t) => {
  const { url } = await camera(t);
  const once = token(Date.now(), 'simulated', randomBytes(16));
  t.match(await soap(url, information, once), { status: 200 });
  t.match(await soap(url, information, once), { status: 400, text: /ter:NotAuthorized/ });
  const bare = token(Date.now())
    .replace('#PasswordDigest', '#PasswordText')
    .replace(/(#PasswordText">)[^<]*/, '$1simulated');
  t.match(await soap(url, information, bare), { status: 400 });
  t.match(await soap(url, information, ''), { status: 401 });
  t.match(
    await soap(url, `<GetSystemDateAndTime ${device}/>`, ''),
    { status: 200 },
    'the clock is open to all',
  );
});

t.test('credentials that clients send are not in the log of requests', async (t) => {
  const sim = await camera(t);
  await fetch(at(sim.url, '').replace('/onvif/', '/snapshot.jpg'), {
    headers: { authorization: 'Basic c2VjcmV0OnNlY3JldA==' },
  });
  await soap(sim.url, information);
  t.strictSame(
    sim.received.map(({ method }) => method),
    ['GET', 'GetDeviceInformation'],
  );
  t.equal(sim.received[0]!.headers.get('authorization'), '***');
});

t.test(
  'Media2 names configurations only for the types asked, and the profile only by its text',
  async (t) => {
    const { url } = await camera(t, { video: 'h265', audio: 'pcma' });
    const media = at(url, 'media2_service');
    const bare = await soap(media, `<GetProfiles ${media2}/>`);
    t.match(bare.text, 'token="007"');
    t.notMatch(bare.text, 'Configurations');
    const some = await soap(media, `<GetProfiles ${media2}><Type>VideoEncoder</Type></GetProfiles>`);
    t.match(some.text, '<tt:Encoding>H265</tt:Encoding>');
    t.notMatch(some.text, 'AudioEncoder');
    const uri = (profile: string): string =>
      `<GetStreamUri ${media2}><Protocol>RTSP</Protocol><ProfileToken>${profile}</ProfileToken></GetStreamUri>`;
    t.match(await soap(media, uri('007')), { status: 200, text: /rtsp:\/\/127\.0\.0\.1:\d+\/stream/ });
    t.match(await soap(media, uri('7')), { status: 400, text: /ter:NoProfile/ }, '7 is not 007');
  },
);

t.test(
  'a text on the picture is created, listed, changed and deleted, by either media service',
  async (t) => {
    const sim = await camera(t);
    const media1 = 'xmlns="http://www.onvif.org/ver10/media/wsdl"';
    const osd = (token: string, text: string): string =>
      `<OSD token="${token}" xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoSourceConfigurationToken>VideoSourceConfig_1</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>UpperLeft</tt:Type></tt:Position><tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>${text}</tt:PlainText></tt:TextString></OSD>`;
    const one = at(sim.url, 'media_service');
    const two = at(sim.url, 'media2_service');
    const created = await soap(two, `<CreateOSD ${media2}>${osd('', '案号 1 &lt;A&gt;')}</CreateOSD>`);
    const name = /OSDToken>([^<]+)</.exec(created.text)![1]!;
    t.strictSame(sim.osdTexts, ['案号 1 <A>']);
    t.match((await soap(one, `<GetOSDs ${media1}/>`)).text, '案号 1 &#60;A&#62;');
    await soap(one, `<SetOSD ${media1}>${osd(name, '案号 2')}</SetOSD>`);
    t.strictSame(sim.osdTexts, ['案号 2']);
    t.match(await soap(one, `<SetOSD ${media1}>${osd('OSD_9', 'x')}</SetOSD>`), { status: 400 });
    await soap(two, `<DeleteOSD ${media2}><OSDToken>${name}</OSDToken></DeleteOSD>`);
    t.strictSame(sim.osdTexts, []);
  },
);

t.test('an operation or a namespace that a service does not have is a fault, not a crash', async (t) => {
  const { url } = await camera(t);
  t.match(await soap(url, `<Reboot ${device}/>`), { status: 500, text: /ter:ActionNotSupported/ });
  t.match(await soap(url, `<GetProfiles ${media2}/>`), { status: 500, text: /ter:ActionNotSupported/ });
  t.equal((await fetch(at(url, 'nowhere'))).status, 404);
});

t.test('what is no SOAP, too long, too deep or full of entities is a fault', async (t) => {
  const { url } = await camera(t);
  const deep = '<a>'.repeat(40) + '</a>'.repeat(40);
  for (const body of [
    '',
    '<a>',
    `<a ${device}></b>`,
    deep,
    '<a>&lol;</a>',
    '<x:a/>',
    `<GetSystemDateAndTime ${device}/>${' '.repeat(maxSoapChars * 8)}`,
  ])
    t.match(await soap(url, body, ''), { status: 400, text: /ter:WellFormed/ }, body.slice(0, 20));
});

t.test('pull points are limited, keep the newest messages, and are gone after Unsubscribe', async (t) => {
  const sim = await camera(t);
  const service = at(sim.url, 'event_service');
  const create = `<CreatePullPointSubscription ${events}><InitialTerminationTime>PT1M</InitialTerminationTime></CreatePullPointSubscription>`;
  const points: string[] = [];
  for (let n = 0; n < maxPullPoints; n++)
    points.push(/Address>([^<]+)</.exec((await soap(service, create)).text)![1]!);
  t.equal(new Set(points).size, maxPullPoints);
  t.match(await soap(service, create), { status: 500, text: /SubscribeCreationFailedFault/ });
  for (let n = 0; n <= maxQueuedMessages; n++)
    sim.publish({ topic: 'tns1:VideoSource/MotionAlarm', source: {}, data: { Number: String(n) } });
  const pull = `<PullMessages ${events}><Timeout>PT5S</Timeout><MessageLimit>2</MessageLimit></PullMessages>`;
  const pulled = await soap(points[0]!, pull);
  const numbers = [...pulled.text.matchAll(/Name="Number" Value="(\d+)"/g)].map(([, value]) => value);
  t.strictSame(numbers, ['1', '2'], 'the oldest was forgotten, and no more come than asked for');
  const end = '<Unsubscribe xmlns="http://docs.oasis-open.org/wsn/b-2"/>';
  t.match(await soap(points[0]!, end), { status: 200 });
  t.match(await soap(points[0]!, pull), { status: 400, text: /ResourceUnknownFault/ });
});

t.test('PullMessages waits for an event, and for no longer than it was asked', async (t) => {
  const sim = await camera(t);
  const create = `<CreatePullPointSubscription ${events}/>`;
  const point = /Address>([^<]+)</.exec((await soap(at(sim.url, 'event_service'), create)).text)![1]!;
  const pull = (timeout: string): string =>
    `<PullMessages ${events}><Timeout>${timeout}</Timeout><MessageLimit>9</MessageLimit></PullMessages>`;
  t.notMatch((await soap(point, pull('PT0.05S'))).text, 'NotificationMessage');
  const waiting = soap(point, pull('PT1M'));
  while (sim.received.filter(({ method }) => method === 'PullMessages').length < 2) await sleep(5);
  sim.publish({ topic: 'tns1:VideoSource/MotionAlarm', source: {}, data: { State: 'true' } });
  t.match((await waiting).text, 'Value="true"');
});
