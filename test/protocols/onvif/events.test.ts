// The readers of pull-point answers. The PullMessages answer is written after the example in the ONVIF Core
// Specification §9 (a moving object, tns1:RuleEngine); it is not made by our own code.
import t from 'tap';
import fc from 'fast-check';
import { LiuhenError } from '../../../config/errors.ts';
import {
  maxPulledEvents,
  maxReferenceParameters,
  pullPointHeader,
  readPull,
  readPulledEvents,
  readPullPoint,
  readRenewed,
  readSubscription,
} from '../../../protocols/onvif/events.ts';

const wrap = (body: string): string =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tet="http://www.onvif.org/ver10/events/wsdl" xmlns:w="http://docs.oasis-open.org/wsn/b-2" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>${body}</s:Body></s:Envelope>`;
const notification =
  '<w:NotificationMessage><w:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:RuleEngine/LineDetector/Crossed</w:Topic><w:Message><tt:Message UtcTime="2008-10-10T12:24:57.628Z"><tt:Source><tt:SimpleItem Name="VideoSourceConfigurationToken" Value="1"/><tt:SimpleItem Name="Rule" Value="MyImportantFence1"/></tt:Source><tt:Data><tt:SimpleItem Name="ObjectId" Value="15"/></tt:Data></tt:Message></w:Message></w:NotificationMessage>';
const pulled = (inner: string): string =>
  wrap(
    `<tet:PullMessagesResponse><tet:CurrentTime>2008-10-10T12:24:58</tet:CurrentTime>${inner}</tet:PullMessagesResponse>`,
  );

t.test('an event gives its topic, source and data', async (t) => {
  const [event] = readPulledEvents(pulled(notification));
  t.equal(event?.topic, 'tns1:RuleEngine/LineDetector/Crossed');
  t.strictSame(Object.fromEntries(event?.source ?? []), {
    VideoSourceConfigurationToken: '1',
    Rule: 'MyImportantFence1',
  });
  t.strictSame(Object.fromEntries(event?.data ?? []), { ObjectId: '15' });
});

t.test('a pull without events is an empty list, and one with too many is cut', async (t) => {
  t.strictSame(readPulledEvents(pulled('')), []);
  const { events, cut } = readPull(pulled(notification.repeat(maxPulledEvents + 5)));
  t.strictSame([events.length, cut], [maxPulledEvents, 5]);
});

t.test('a pull point has an address, or is refused by name', async (t) => {
  const reply = (address: string): string =>
    wrap(
      `<tet:CreatePullPointSubscriptionResponse><tet:SubscriptionReference><a:Address>${address}</a:Address></tet:SubscriptionReference></tet:CreatePullPointSubscriptionResponse>`,
    );
  t.equal(readPullPoint(reply('http://192.0.2.1/sub?Idx=5')), 'http://192.0.2.1/sub?Idx=5');
  t.throws(() => readPullPoint(reply('')), { code: 'ONVIF_REPLY_UNREADABLE' });
  t.throws(() => readPullPoint(pulled('')), { code: 'ONVIF_REPLY_UNREADABLE' });
});

const subscription = (inner: string, times = ''): string =>
  wrap(
    `<tet:CreatePullPointSubscriptionResponse><tet:SubscriptionReference><a:Address>http://192.0.2.1/s?a=1&amp;b=2</a:Address>${inner}</tet:SubscriptionReference>${times}</tet:CreatePullPointSubscriptionResponse>`,
  );
const granted = (current: string, end: string): string =>
  `<w:CurrentTime>${current}</w:CurrentTime><w:TerminationTime>${end}</w:TerminationTime>`;

t.test("what a subscription lasts is the difference of the camera's own two times", async (t) => {
  const good = granted('1970-01-01T00:00:05Z', '1970-01-01T00:01:05Z');
  t.equal(readSubscription(subscription('', good)).lastsMs, 60_000);
  t.equal(readRenewed(wrap(`<w:RenewResponse>${good}</w:RenewResponse>`)), 60_000);
  for (const times of [
    '',
    granted('never', '1970-01-01T00:01:05Z'),
    granted('2020-01-01T00:00:00Z', '1970-01-01T00:00:00Z'),
  ])
    t.equal(readSubscription(subscription('', times)).lastsMs, null, times);
});

t.test("a pull point's parameters go back with their namespaces, and only so many", async (t) => {
  // The way of Axis cameras: one address for all, and a number in the header.
  const point = readSubscription(
    subscription(
      '<a:ReferenceParameters><dom0:SubscriptionId xmlns:dom0="http://www.axis.com/2009/event">17</dom0:SubscriptionId></a:ReferenceParameters>',
    ),
  );
  t.equal(
    point.parameters,
    '<p:SubscriptionId xmlns:p="http://www.axis.com/2009/event" xmlns:a="http://www.w3.org/2005/08/addressing" a:IsReferenceParameter="true">17</p:SubscriptionId>',
  );
  const header = pullPointHeader('pull', point);
  t.match(header, '>http://192.0.2.1/s?a=1&amp;b=2</a:To>');
  t.match(header, /PullMessagesRequest<\/a:Action>.*>17<\/p:SubscriptionId>$/);
  const outside = '<a:ReferenceParameters><tt:Id>4</tt:Id><x:Id xmlns:x="u">5</x:Id></a:ReferenceParameters>';
  t.match(
    readSubscription(subscription(outside)).parameters,
    /^<p:Id xmlns:p="http:\/\/www.onvif.org[^>]*>4</,
  );
  const many = `<a:ReferenceParameters>${'<tt:Id>4</tt:Id>'.repeat(50)}</a:ReferenceParameters>`;
  const blocks = readSubscription(subscription(many)).parameters.split('</p:Id>').length - 1;
  t.equal(blocks, maxReferenceParameters);
  t.equal(readSubscription(subscription('')).parameters, '');
});

t.test('an answer with characters changed is read or refused, never a crash', async () => {
  const pull = pulled(notification);
  const created = subscription(
    '<a:ReferenceParameters><d:S xmlns:d="u">1</d:S></a:ReferenceParameters>',
    granted('2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'),
  );
  fc.assert(
    fc.property(fc.nat(pull.length), fc.string({ maxLength: 6 }), fc.nat(16), (at, junk, cut) => {
      for (const [xml, read] of [
        [pull, readPull],
        [created, readSubscription],
      ] as const) {
        try {
          read(xml.slice(0, at) + junk + xml.slice(at + cut));
        } catch (error) {
          if (!(error instanceof LiuhenError)) throw error;
        }
      }
    }),
    { numRuns: 300 },
  );
});
