// Every fault does what its sentence in hw-sim/faults.ts says, seen from outside by plain clients.
import t, { type Test } from 'tap';
import { createSimCamera, type SimCamera, type SimCameraSpec } from '../../hw-sim/camera/sim-camera.ts';
import { fault, faultMeanings, type FaultName } from '../../hw-sim/faults.ts';
import { PlainClient } from './plain-client.ts';
import { soap, token } from './soap-client.ts';

type Check = (t: Test, camera: SimCamera, client: PlainClient, lay: () => void) => Promise<void>;

const device = 'xmlns="http://www.onvif.org/ver10/device/wsdl"';
const media2 = 'xmlns="http://www.onvif.org/ver20/media/wsdl"';

/** The first type of NAL unit in a payload of H.264 (RFC 6184 §5.2): what a fragment or a packet of several holds. */
function nalTypeIn(packet: Buffer): number {
  const type = packet[12]! & 0x1f;
  if (type === 28) return packet[13]! & 0x1f;
  return type === 24 ? packet[15]! & 0x1f : type;
}

const marked = (packets: readonly Buffer[]): number => packets.filter((packet) => packet[1]! & 0x80).length;
const control = (camera: SimCamera, service: string): string =>
  `${camera.onvifUrl!.replace('device', service)}`;

const checks: Record<FaultName, Check> = {
  async unplug(t, camera, client, lay) {
    await client.play();
    lay();
    await client.until(() => client.ended === 'reset');
    await t.rejects(fetch(camera.onvifUrl!), 'ONVIF refuses');
    const again = new PlainClient(camera.rtspPort);
    t.equal(await again.ask('OPTIONS'), null, 'RTSP refuses');
  },
  async stall(t, _camera, client, lay) {
    await client.play();
    await client.until(() => client.of(0).length > 0);
    lay();
    await client.ask('GET_PARAMETER');
    const before = client.of(0).length;
    // Two reports stand for four seconds in which pictures would have come.
    const reports = client.of(1).length;
    await client.until(() => client.of(1).length >= reports + 2);
    t.equal(client.of(0).length, before);
    t.equal(client.ended, 'open');
  },
  async freeze(t, _camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => marked(client.of(0)) > 40);
    // Pictures of this clip are key pictures every 25th; now all of them are one and the same.
    const last = client.of(0).filter((packet) => packet[1]! & 0x80);
    t.equal(new Set(last.slice(0, 40).map((packet) => packet.toString('hex', 12))).size, 1);
  },
  async junk(t, camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => client.strays > 100 && marked(client.of(0)) > 3);
    t.ok(client.raw.includes('junk between frames'));
    const udp = new PlainClient(camera.rtspPort);
    t.teardown(() => udp.close());
    await udp.play('udp');
    await udp.until(() => marked(udp.of(0)) > 3);
    t.equal(udp.strays, 0, 'players over UDP are not starved');
  },
  async packetLoss(t, camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => client.of(0).length > 100);
    const sequences = client.of(0).map((packet) => packet.readUInt16BE(2));
    const missing: number[] = [];
    for (let at = 1; at < sequences.length; at++)
      for (let next = sequences[at - 1]! + 1; next % 65_536 !== sequences[at]!; next++)
        missing.push(next % 65_536);
    t.ok(missing.length > 0);
    const told = new Set(camera.droppedPackets.map(({ sequence }) => sequence));
    t.ok(missing.every((sequence) => told.has(sequence)));
  },
  async reset(t, camera, client, lay) {
    await client.play();
    lay();
    await client.until(() => client.ended === 'reset');
    const again = new PlainClient(camera.rtspPort);
    t.teardown(() => again.close());
    t.match(await again.log('DESCRIBE'), { status: 200 });
  },
  async wrongPassword(t, camera, client, lay) {
    lay();
    t.match(await client.log('DESCRIBE'), { status: 401 });
    const url = camera.onvifUrl!;
    t.match(await soap(url, `<GetDeviceInformation ${device}/>`), { status: 400, text: /ter:NotAuthorized/ });
  },
  async skewedClock(t, camera, _client, lay) {
    lay();
    const url = camera.onvifUrl!;
    const aheadMs = Date.now() + 3_600_000;
    const { text } = await soap(url, `<GetSystemDateAndTime ${device}/>`, '');
    t.match(text, `<tt:Hour>${new Date(aheadMs).getUTCHours()}<`);
    const ask = `<GetDeviceInformation ${device}/>`;
    t.match(await soap(url, ask), { status: 400, text: /ter:NotAuthorized/ }, 'true time is refused');
    t.match(await soap(url, ask, token(aheadMs)), { status: 200 }, "the camera's time is taken");
  },
  async changedResolution(t, camera, client, lay) {
    await client.play();
    const sets = (): Set<string> =>
      new Set(
        client
          .of(0)
          .filter((packet) => nalTypeIn(packet) === 7)
          .map((packet) => packet.toString('hex', 12)),
      );
    await client.until(() => sets().size === 1);
    lay();
    await client.until(() => sets().size === 2);
    const { text } = await soap(
      control(camera, 'media2'),
      `<GetProfiles ${media2}><Type>All</Type></GetProfiles>`,
    );
    t.match(text, '<tt:Width>480</tt:Width><tt:Height>270</tt:Height>');
  },
  async silentAudio(t, _camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => client.of(2).length > 10);
    // G.711 A-law: zero is 0xD5 (ITU-T G.711 Table 1a, even bits inverted).
    t.ok(client.of(2).every((packet) => packet.subarray(12).every((code) => code === 0xd5)));
  },
  async noAudio(t, _camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => marked(client.of(0)) > 25);
    t.equal(client.of(2).length, 0);
  },
  async changedIdentity(t, camera, _client, lay) {
    const url = camera.onvifUrl!;
    const asks = [`<GetDeviceInformation ${device}/>`, `<GetNetworkInterfaces ${device}/>`] as const;
    const before = [await soap(url, asks[0]), await soap(url, asks[1])];
    lay();
    const after = [await soap(url, asks[0]), await soap(url, asks[1])];
    t.match(before[0]!.text, '>SIM-faulty<');
    t.match(after[0]!.text, '>SIM-STRANGER<');
    t.not(/HwAddress>([^<]+)/.exec(before[1]!.text)![1], /HwAddress>([^<]+)/.exec(after[1]!.text)![1]);
  },
  async deltaOnly(t, _camera, client, lay) {
    lay();
    await client.play();
    await client.until(() => marked(client.of(0)) > 40);
    const types = new Set(client.of(0).map(nalTypeIn));
    t.ok(types.has(1));
    t.notOk(types.has(5), 'no slice of a key picture came');
  },
  async noParameterSets(t, _camera, client, lay) {
    lay();
    const described = await client.log('DESCRIBE');
    t.notMatch(described!.body, /sprop|undefined|profile-level-id=[;\r]/);
    await client.play();
    await client.until(() => marked(client.of(0)) > 30);
    const types = new Set(client.of(0).map(nalTypeIn));
    t.ok(types.has(5) && !types.has(7) && !types.has(8));
    const h265 = await createSimCamera({ id: 'h265', video: 'h265' });
    t.teardown(() => h265.close());
    h265.use(fault('noParameterSets'));
    const other = new PlainClient(h265.rtspPort);
    t.teardown(() => other.close());
    t.notMatch((await other.log('DESCRIBE'))!.body, /sprop|undefined/);
  },
  async wrongCSeq(t, _camera, client, lay) {
    lay();
    t.match((await client.ask('OPTIONS'))!.head, /\r\nCSeq: 987654/);
  },
  async missingContentBase(t, _camera, client, lay) {
    t.match((await client.log('DESCRIBE'))!.head, /Content-Base/);
    lay();
    t.notMatch((await client.log('DESCRIBE'))!.head, /Content-Base/);
  },
  async redirect(t, _camera, client, lay) {
    lay();
    t.match(await client.log('DESCRIBE'), { status: 302, head: /Location: rtsp:\/\/192\.0\.2\.1/ });
  },
  async trickle(t, _camera, client, lay) {
    lay();
    await client.ask('OPTIONS');
    t.ok(client.pieces > client.raw.length / 3, `${client.raw.length} bytes in ${client.pieces} pieces`);
  },
  async endlessHeaders(t, _camera, client, lay) {
    lay();
    const answered = client.log('DESCRIBE');
    await client.until(() => client.raw.length > 256 * 1024);
    // Behind the challenge no reply has ended.
    t.equal(client.raw.indexOf('\r\n\r\n'), client.raw.lastIndexOf('\r\n\r\n'));
    client.close();
    t.equal(await answered, null);
  },
  async megabyteSdp(t, _camera, client, lay) {
    lay();
    const described = await client.log('DESCRIBE');
    t.ok(described!.body.length > 1_000_000);
  },
  async busy(t, _camera, client, lay) {
    lay();
    await client.log('DESCRIBE');
    const transport = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n';
    t.match(await client.ask('SETUP', `${client.url}/track1`, transport), { status: 453 });
  },
  async shortTimeout(t, _camera, client, lay) {
    lay();
    const playing = Date.now();
    await client.play();
    await client.until(() => client.ended !== 'open');
    t.ok(Date.now() - playing > 4500, 'not before its time');
    t.match(client.raw.toString('latin1'), /Session: \w+;timeout=5/);
  },
  async newSsrc(t, _camera, client, lay) {
    await client.play();
    const ssrcs = (): Set<number> => new Set(client.of(0).map((packet) => packet.readUInt32BE(8)));
    await client.until(() => ssrcs().size === 1);
    lay();
    await client.until(() => ssrcs().size === 2);
    t.equal(client.ended, 'open');
  },
  async stampJump(t, _camera, client, lay) {
    await client.play();
    const stamps = (): number[] => client.of(0).map((packet) => packet.readUInt32BE(4));
    await client.until(() => stamps().length > 0);
    lay();
    const jumps = (): number[] =>
      stamps().flatMap((stamp, at, all) => {
        const step = at === 0 ? 0 : (stamp - all[at - 1]!) >>> 0;
        return step > 90_000 * 60 ? [step] : [];
      });
    await client.until(() => jumps().length > 0);
    // An hour of 90 kHz and the one picture that lies between, give or take a late one.
    t.ok(Math.abs(jumps()[0]! - 3600 * 90_000) < 90_000);
  },
  async staleChallenge(t, _camera, client, lay) {
    await client.play();
    t.match(await client.ask('GET_PARAMETER'), { status: 200 });
    lay();
    t.match(await client.ask('GET_PARAMETER'), { status: 401, head: /stale=TRUE/ });
    t.match(await client.log('GET_PARAMETER'), { status: 200 }, 'the new nonce is taken');
    t.equal(client.ended, 'open');
  },
  async media2Crash(t, camera, _client, lay) {
    const ask = `<GetProfiles ${media2}/>`;
    t.match(await soap(control(camera, 'media2'), ask), { status: 200 });
    lay();
    await t.rejects(soap(control(camera, 'media2'), ask));
    const media1 = '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>';
    t.match(await soap(control(camera, 'media'), media1), { status: 200 }, 'Media1 lives');
  },
  async serviceElsewhere(t, camera, _client, lay) {
    lay();
    const { text } = await soap(camera.onvifUrl!, `<GetServices ${device}/>`);
    const addresses = [...text.matchAll(/XAddr>([^<]+)</g)].map((match) => new URL(match[1]!).host);
    t.strictSame(new Set(addresses), new Set(['127.0.0.1:1']));
  },
  async noSenderReports(t, _camera, client, lay) {
    lay();
    await client.play();
    // Three seconds of pictures: a report would have come with the second one.
    await client.until(() => marked(client.of(0)) > 75);
    t.equal(client.of(1).length + client.of(3).length, 0);
  },
};

const specs: Partial<Record<FaultName, Partial<SimCameraSpec>>> = {
  silentAudio: { audio: 'pcma' },
};

// They mostly wait for pictures: side by side they take as long as the longest.
t.jobs = 10;
for (const name of Object.keys(faultMeanings) as FaultName[]) {
  t.test(`${name}: ${faultMeanings[name]}`, { buffered: true }, async (t) => {
    const camera = await createSimCamera({ id: 'faulty', onvifPort: 0, ...specs[name] });
    const client = new PlainClient(camera.rtspPort);
    t.teardown(async () => {
      client.close();
      await camera.close();
    });
    await checks[name](t, camera, client, () => {
      camera.use(fault(name));
    });
  });
}
