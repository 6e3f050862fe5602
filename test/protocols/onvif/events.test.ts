// The readers of pull-point answers. The PullMessages answer is written after the example in the ONVIF Core
// Specification §9 (a moving object, tns1:RuleEngine); it is not made by our own code.
import t from 'tap';
import fc from 'fast-check';
import { LiuhenError } from '../../../config/errors.ts';
import { maxPulledEvents, readPulledEvents, readPullPoint } from '../../../protocols/onvif/events.ts';

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
  t.equal(readPulledEvents(pulled(notification.repeat(maxPulledEvents + 5))).length, maxPulledEvents);
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

t.test('an answer with characters changed is read or refused, never a crash', async () => {
  const xml = pulled(notification);
  fc.assert(
    fc.property(fc.nat(xml.length), fc.string({ maxLength: 6 }), fc.nat(16), (at, junk, cut) => {
      try {
        readPulledEvents(xml.slice(0, at) + junk + xml.slice(at + cut));
      } catch (error) {
        if (!(error instanceof LiuhenError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
