// Event hints from the simulator, and from cameras that do them badly: each ends in its named fault, nothing is
// left behind, and a flood is counted.
import t, { type Test } from 'tap';
import { monotonicTime } from '../../config/clock.ts';
import { isLiuhenError } from '../../config/errors.ts';
import { Secret } from '../../config/secret.ts';
import type { CameraSettings } from '../../config/settings-types.ts';
import {
  EventHints,
  maxHintChars,
  maxPullBytes,
  type CameraHint,
  type EventHintsOptions,
} from '../../device-drivers/camera/event-hints.ts';
import { watchHints } from '../../device-drivers/camera/watch-hints.ts';
import { createSimCamera, type SimCamera } from '../../hw-sim/camera/sim-camera.ts';
import { maxPulledEvents } from '../../protocols/onvif/events.ts';
import { badOnvifCamera, honest, soapFault, type BadCamera, type Call } from './bad-onvif-camera.ts';

const password = "secret &'x";
const dark = { topic: 'tns1:VideoSource/ImageTooDark/ImagingService', source: { Source: '1' } };

function settings(url: string, secret = password): CameraSettings {
  return {
    id: 'hall',
    source: { kind: 'onvif', url },
    credentials: { username: 'liuhen', password: new Secret(secret) },
    transport: 'auto',
    requiredTracks: ['video'],
  };
}

function listen(t: Test, url: string, options: Partial<EventHintsOptions> = {}): EventHints {
  const hints = new EventHints({ settings: settings(url), ...options });
  t.teardown(() => hints.close());
  return hints;
}

function kept(hints: EventHints): CameraHint[] {
  const all: CameraHint[] = [];
  hints.events.on('hint', (hint) => all.push(hint));
  return all;
}

async function until(what: string, is: () => boolean): Promise<void> {
  const endMs = monotonicTime() + 8000;
  while (!is()) {
    if (monotonicTime() > endMs) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function faultOf(hints: EventHints): Promise<unknown> {
  try {
    await hints.open();
  } catch (error) {
    if (!isLiuhenError(error)) throw error;
    return error.details['fault'];
  }
  return 'none';
}

async function simulated(t: Test): Promise<SimCamera> {
  const sim = await createSimCamera({ id: 'hall', onvifPort: 0, password });
  t.teardown(() => sim.close());
  return sim;
}

const count = (sim: SimCamera, method: string): number =>
  sim.received.filter((each) => each.method === method).length;

// ---- the simulator ----------------------------------------------------------------------------------------

t.test('events come as they happen, and closing ends the subscription on the camera', async (t) => {
  const sim = await simulated(t);
  const hints = listen(t, sim.onvifUrl!);
  const told = kept(hints);
  const states: string[] = [];
  hints.events.on('status', ({ state }) => states.push(state));
  await hints.open();
  await until('a pull', () => count(sim, 'PullMessages') >= 1);
  sim.publish({ ...dark, data: { State: 'true' }, operation: 'Changed' });
  await until('the event', () => told.length === 1);
  t.strictSame(told[0], { ...dark, data: { State: 'true' }, operation: 'Changed' });
  await Promise.all([hints.close(), hints.close()]);
  t.equal((await hints.ended).fault, 'asked');
  t.equal(count(sim, 'Unsubscribe'), 1);
  t.strictSame(states, ['opening', 'subscribed', 'closed']);
  t.equal(await faultOf(hints), 'closed', 'an object is one attempt');
});

t.test('a subscription is renewed well before its end, and events go on beyond it', async (t) => {
  const sim = await simulated(t);
  const hints = listen(t, sim.onvifUrl!, { subscriptionMs: 4000, pullSpacingMs: 10 });
  const told = kept(hints);
  await hints.open();
  await until('two renewals', () => hints.status.renewals >= 2);
  sim.publish({ ...dark, data: {} });
  await until('the event', () => told.length === 1);
  t.equal(count(sim, 'CreatePullPointSubscription'), 1);
});

t.test(
  'a camera that was switched off and on has forgotten: the subscription ends, the next one works',
  async (t) => {
    const sim = await simulated(t);
    const told: CameraHint[] = [];
    let subscribed = 0;
    const waits: string[] = [];
    const watching = watchHints(settings(sim.onvifUrl!), {
      onHint: (hint) => told.push(hint),
      onSubscribed: () => (subscribed += 1),
      onWait: ({ fault }, delayMs) => waits.push(`${fault} ${delayMs >= 1000}`),
    });
    t.teardown(() => watching.close());
    await until('a pull', () => count(sim, 'PullMessages') === 1);
    const off = sim.use({ name: 'off', on: (camera) => camera.unplug(), off: (camera) => camera.plug() });
    await until('the end', () => waits.length === 1);
    off();
    await until('the next one', () => subscribed === 2);
    await until('a pull', () => count(sim, 'PullMessages') === 2);
    sim.publish({ ...dark, data: {} });
    await until('the event', () => told.length === 1);
    t.match(waits[0], /^(?:closed|unreachable) true$/, 'never at once');
  },
);

t.test('a pull point that is announced on another host is asked on the own address', async (t) => {
  const sim = await simulated(t);
  sim.use({ name: 'elsewhere', facts: (below) => ({ ...below, announcedHost: '192.0.2.9:1' }) });
  const hints = listen(t, sim.onvifUrl!);
  const told = kept(hints);
  await hints.open();
  sim.publish({ ...dark, data: {} });
  await until('the event', () => told.length === 1);
});

t.test('a wrong password is tried once, and no goodbye follows', async (t) => {
  const sim = await simulated(t);
  const hints = new EventHints({ settings: settings(sim.onvifUrl!, 'wrong') });
  t.teardown(() => hints.close());
  t.equal(await faultOf(hints), 'wrong-password');
  t.match(hints.status, { state: 'failed', fault: 'wrong-password' });
  t.equal(count(sim, 'CreatePullPointSubscription') + count(sim, 'Unsubscribe'), 0);
});

// ---- cameras that do it badly -----------------------------------------------------------------------------

const service = (path: string): string =>
  `<GetServicesResponse><Service><Namespace>http://www.onvif.org/ver10/events/wsdl</Namespace><XAddr>http://127.0.0.1:1${path}</XAddr></Service></GetServicesResponse>`;
const created = (more = ''): string =>
  `<CreatePullPointSubscriptionResponse><SubscriptionReference><Address>http://127.0.0.1:1/point</Address>${more}</SubscriptionReference></CreatePullPointSubscriptionResponse>`;
const pulled = (inner: string): string => `<PullMessagesResponse>${inner}</PullMessagesResponse>`;
const event = (topic: string): string =>
  `<NotificationMessage><Topic>${topic}</Topic><Message><Message><Data><SimpleItem Name="State" Value="true"/></Data></Message></Message></NotificationMessage>`;

/** A good camera with events, but for what `spoilt` answers; null spoils nothing. */
function eventful(t: Test, spoilt: (call: Call) => string | null | undefined): Promise<BadCamera> {
  return badOnvifCamera(t, (call) => {
    const own = spoilt(call);
    if (own !== null) return own;
    switch (call.operation) {
      case 'GetServices':
        return service('/events');
      case 'CreatePullPointSubscription':
        return created();
      case 'PullMessages':
        return pulled('');
      case 'Renew':
      case 'Unsubscribe':
        return `<${call.operation}Response/>`;
      default:
        return honest(call);
    }
  });
}

const asked = (bad: BadCamera, operation: string): readonly Call[] =>
  bad.calls.filter((call) => call.operation === operation);
const quick = { exchangeTimeoutMs: 300, pullWaitMs: 1000, pullSpacingMs: 10 };

t.test('a camera without an event service is a named state, whatever way it says so', async (t) => {
  const ways: ((call: Call) => string | null)[] = [
    (call) => (call.operation === 'GetServices' ? honest(call) : null),
    (call) => (call.operation === 'CreatePullPointSubscription' ? soapFault('ter:ActionNotSupported') : null),
  ];
  for (const way of ways) {
    const bad = await eventful(t, way);
    const hints = listen(t, bad.url, quick);
    t.equal(await faultOf(hints), 'not-found');
    await hints.close();
    t.match(hints.status, { state: 'no-service', fault: 'not-found' });
  }
});

t.test('a pull that is never answered ends the subscription as no reply', async (t) => {
  const bad = await eventful(t, ({ operation }) => (operation === 'PullMessages' ? undefined : null));
  const hints = listen(t, bad.url, quick);
  await hints.open();
  const beganMs = monotonicTime();
  t.equal((await hints.ended).fault, 'no-reply');
  const tookMs = monotonicTime() - beganMs;
  t.ok(tookMs < 3000, `${tookMs} ms`);
  t.equal(asked(bad, 'Unsubscribe').length, 0);
});

t.test('closing does not wait for a pull', async (t) => {
  const bad = await eventful(t, ({ operation }) => (operation === 'PullMessages' ? undefined : null));
  const hints = listen(t, bad.url);
  await hints.open();
  await until('the pull', () => asked(bad, 'PullMessages').length === 1);
  const beganMs = monotonicTime();
  await hints.close();
  t.ok(monotonicTime() - beganMs < 2000);
  t.equal(asked(bad, 'Unsubscribe').length, 1);
});

const hanging = ({ operation }: Call): undefined | null =>
  operation === 'CreatePullPointSubscription' ? undefined : null;

t.test('closing ends an attempt that hangs, and so does its own limit', async (t) => {
  const bad = await eventful(t, hanging);
  const closed = listen(t, bad.url);
  const opening = faultOf(closed);
  await until('the question', () => asked(bad, 'CreatePullPointSubscription').length === 1);
  await closed.close();
  t.equal(await opening, 'asked');
  const limited = listen(t, (await eventful(t, hanging)).url, { subscribeTimeoutMs: 400 });
  t.equal(await faultOf(limited), 'no-reply');
});

t.test('a fault on renewal ends the subscription, which is unsubscribed to leave room', async (t) => {
  const bad = await eventful(t, ({ operation }) =>
    operation === 'Renew' ? soapFault('ter:ActionNotSupported') : null,
  );
  const hints = listen(t, bad.url, { ...quick, subscriptionMs: 4000, pullSpacingMs: 200 });
  await hints.open();
  const end = await hints.ended;
  t.equal(end.fault, 'closed');
  t.match(end.error, { code: 'CAMERA_EVENTS' });
  t.equal(asked(bad, 'Unsubscribe').length, 1, 'cameras have few pull points');
  t.match(hints.status, { state: 'failed', fault: 'closed' });
});

t.test('garbage, and more than any honest answer, ends the subscription as a bad reply', async (t) => {
  for (const answer of ['<<<', '<PullMessagesResponse>', 'x'.repeat(maxPullBytes + 1), '<other/>']) {
    const bad = await eventful(t, ({ operation }) => (operation === 'PullMessages' ? answer : null));
    const hints = listen(t, bad.url, quick);
    await hints.open();
    t.equal((await hints.ended).fault, 'bad-reply', answer.slice(0, 30));
    await hints.close();
  }
});

t.test('a flood is cut to so many an answer, counted, and asked for once a second', async (t) => {
  const flood = pulled(event('tns1:RuleEngine/Motion').repeat(maxPulledEvents + 20));
  const bad = await eventful(t, ({ operation }) => (operation === 'PullMessages' ? flood : null));
  const hints = listen(t, bad.url);
  const told = kept(hints);
  const beganMs = monotonicTime();
  await hints.open();
  await until('three pulls', () => hints.status.pulls === 3);
  t.ok(monotonicTime() - beganMs > 1900, 'a second between two pulls');
  t.equal(told.length, 3 * maxPulledEvents);
  t.match(hints.status, { hints: 3 * maxPulledEvents, cut: 60 });
});

t.test('a camera that does not wait is not asked in a circle', async (t) => {
  const bad = await eventful(t, () => null);
  const hints = listen(t, bad.url);
  await hints.open();
  await until('a pull', () => hints.status.pulls === 1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  t.equal(hints.status.pulls, 1);
});

t.test('what an event says is one short line, whatever the camera sends', async (t) => {
  const long = pulled(event(`a&#10;b${'x'.repeat(5000)}`));
  const bad = await eventful(t, ({ operation }) => (operation === 'PullMessages' ? long : null));
  const hints = listen(t, bad.url, quick);
  const told = kept(hints);
  await hints.open();
  await until('the event', () => told.length > 0);
  t.equal(told[0]?.topic.length, maxHintChars);
  t.match(told[0]?.topic, /^a bx/);
});

t.test('a pull point known by a number in the header is asked with that number', async (t) => {
  const number =
    '<ReferenceParameters><x:SubscriptionId xmlns:x="http://www.axis.com/2009/event">17</x:SubscriptionId></ReferenceParameters>';
  const bad = await eventful(t, ({ operation }) =>
    operation === 'CreatePullPointSubscription' ? created(number) : null,
  );
  const hints = listen(t, bad.url, quick);
  await hints.open();
  await until('a pull', () => hints.status.pulls === 1);
  await hints.close();
  for (const operation of ['PullMessages', 'Unsubscribe']) {
    const [call] = asked(bad, operation);
    t.match(call?.body, />17<\/p:SubscriptionId>/);
    t.equal(call?.path, '/point');
  }
});
