// The faults, as behaviours to lay on a simulated camera: `const off = camera.use(faults.stall())`. One table
// says what each means; the control port and the documents are made from it.
import { silentAudioClip, videoClip } from './media/clips.ts';
import { isParameterSet } from './media/annex-b.ts';
import { namespaces } from './camera/onvif-call.ts';
import type { Behaviour, RtspReply, RtspRequest } from './camera/behaviour.ts';

export const faultMeanings = {
  unplug: 'Every connection is reset and new ones are refused, as when the cable is pulled.',
  stall: 'Connected and playing, but not one more packet comes.',
  freeze: 'The same key picture is sent again and again.',
  junk: 'Bytes that mean nothing stand between the interleaved frames (TCP only).',
  packetLoss: 'Every n-th video packet is not sent; its sequence number is in droppedPackets.',
  reset: 'The open connections are reset once; new ones are taken.',
  wrongPassword: 'The password on the camera is not the one that the client knows.',
  skewedClock: 'The clock of the camera is ahead (or behind) by `byMs`.',
  changedResolution: 'From the next picture on the material has another size.',
  silentAudio: 'Audio goes on, coded in the same way, but nothing is heard.',
  noAudio: 'Audio is announced and set up, but none comes.',
  changedIdentity: 'Another serial number and MAC answer at the same address.',
  deltaOnly: 'Key pictures are left out: bytes come, but nothing can be decoded.',
  noParameterSets: 'Parameter sets are neither in the description nor in the stream.',
  wrongCSeq: 'Replies carry a CSeq that was never asked for.',
  missingContentBase: 'DESCRIBE answers without Content-Base.',
  redirect: 'DESCRIBE answers 302 to another host.',
  trickle: 'Replies come one byte at a time.',
  endlessHeaders: 'The reply to DESCRIBE has headers without end.',
  megabyteSdp: 'The session description is over a megabyte long.',
  busy: 'SETUP answers 453: no more clients.',
  shortTimeout: 'Sessions end after five seconds without a sign of life.',
  newSsrc: 'SSRC, sequence numbers and stamps begin anew, once, in mid stream.',
  stampJump: 'RTP stamps jump by `byMs`, once, without a word.',
  staleChallenge:
    'Every nonce so far is stale: the next request in the session is challenged with stale=TRUE.',
  media2Crash: 'The connection is reset on any call to Media2.',
  serviceElsewhere: 'ONVIF announces every address at `host`, where nothing answers.',
  noSenderReports: 'No RTCP sender reports are sent.',
} as const;

export type FaultName = keyof typeof faultMeanings;

export interface FaultOptions {
  /** packetLoss: one packet of this many is lost; default 50. */
  readonly every?: number;
  /** skewedClock and stampJump, in milliseconds; default one hour. */
  readonly byMs?: number;
  /** serviceElsewhere: `host` or `host:port`; default 127.0.0.1:1. */
  readonly host?: string;
}

/** An endless reply ends after so many bytes all the same: no client should have listened so long. */
export const maxEndlessBytes = 64 * 1024 * 1024;

/** One behaviour of each name. */
export function fault(name: FaultName, options: FaultOptions = {}): Behaviour {
  const byMs = options.byMs ?? 3_600_000;
  const layer = (hooks: Omit<Behaviour, 'name'>): Behaviour => ({ name, ...hooks });
  switch (name) {
    case 'unplug':
      return layer({ on: (camera) => camera.unplug(), off: (camera) => camera.plug() });
    case 'stall':
      return layer({ media: () => null });
    case 'freeze':
      return freeze();
    case 'junk':
      return layer({ junk: () => Buffer.from('junk between frames \u0000\u0001\u0002 $\u0005', 'latin1') });
    case 'packetLoss': {
      const every = Math.max(2, Math.floor(options.every ?? 50));
      let count = 0;
      return layer({ drop: (kind) => kind === 'video' && ++count % every === 0 });
    }
    case 'reset':
      return layer({ on: (camera) => camera.resetConnections() });
    case 'wrongPassword':
      return layer({ facts: (below) => ({ ...below, password: `${below.password}-changed` }) });
    case 'skewedClock':
      return layer({ facts: (below) => ({ ...below, clockSkewMs: below.clockSkewMs + byMs }) });
    case 'changedResolution':
      return layer({ facts: (below) => ({ ...below, video: videoClip('h264-small') }) });
    case 'silentAudio':
      return layer({
        facts: (below) => ({ ...below, audio: below.audio && silentAudioClip(below.audio.codec) }),
      });
    case 'noAudio':
      return layer({ media: (item) => (item.kind === 'audio' ? null : item) });
    case 'changedIdentity':
      return layer({ facts: (below) => ({ ...below, serial: 'SIM-STRANGER', mac: '02:00:00:00:00:fe' }) });
    case 'deltaOnly':
      return layer({ media: (item) => (item.kind === 'video' && item.key ? null : item) });
    case 'noParameterSets':
      return layer({
        facts: (below) => ({ ...below, video: withoutParameterSets(below.video) }),
      });
    case 'wrongCSeq':
      return onReply((reply) => reply.headers.push(['CSeq', '987654']));
    case 'missingContentBase':
      return onReply((reply) => {
        reply.headers = reply.headers.filter(([header]) => header !== 'Content-Base');
      });
    case 'redirect':
      return onDescribe(() => ({
        status: 302,
        reason: 'Moved Temporarily',
        headers: [['Location', 'rtsp://192.0.2.1:554/stream']],
        body: '',
      }));
    case 'trickle':
      return trickle();
    case 'endlessHeaders':
      return endlessHeaders();
    case 'megabyteSdp':
      return onDescribe((reply) => ({ ...reply, body: reply.body + 'a=x:sim\r\n'.repeat(120_000) }));
    case 'busy':
      return layer({
        rtsp: (request, next) =>
          request.method === 'SETUP'
            ? { status: 453, reason: 'Not Enough Bandwidth', headers: [], body: '' }
            : next(),
      });
    case 'shortTimeout':
      return layer({ facts: (below) => ({ ...below, sessionTimeoutS: 5 }) });
    case 'newSsrc':
      return layer({ on: (camera) => camera.newSource() });
    case 'stampJump':
      return layer({ on: (camera) => camera.jumpStamps(byMs) });
    case 'staleChallenge':
      return layer({ on: (camera) => camera.forgetNonces() });
    case 'media2Crash':
      return layer({
        soap: (call, next) => (call.namespace === namespaces.media2 ? Promise.resolve(null) : next()),
      });
    case 'serviceElsewhere':
      return layer({ facts: (below) => ({ ...below, announcedHost: options.host ?? '127.0.0.1:1' }) });
    case 'noSenderReports':
      return layer({ facts: (below) => ({ ...below, senderReports: false }) });
  }

  function freeze(): Behaviour {
    let last: readonly Buffer[] | undefined;
    return layer({
      media: (item) => {
        if (item.kind === 'audio') return item;
        if (item.key) last ??= [...item.units];
        // Until the first key picture nothing stands still yet.
        return last ? { ...item, key: true, units: last } : item;
      },
    });
  }

  function onReply(change: (reply: RtspReply, request: RtspRequest) => void): Behaviour {
    return layer({
      rtsp: (request, next) => {
        const reply = next();
        if (reply) change(reply, request);
        return reply;
      },
    });
  }

  function onDescribe(change: (reply: RtspReply) => RtspReply): Behaviour {
    return layer({
      rtsp: (request, next) => {
        const reply = next();
        return reply && request.method === 'DESCRIBE' && reply.status === 200 ? change(reply) : reply;
      },
    });
  }

  function trickle(): Behaviour {
    return layer({
      send: (bytes, wire) => {
        let at = 0;
        const timer = setInterval(() => {
          if (wire.closed || at >= bytes.length) clearInterval(timer);
          else wire.write(bytes.subarray(at, ++at));
        }, 20);
        return true;
      },
    });
  }

  function endlessHeaders(): Behaviour {
    return layer({
      send: (bytes, wire) => {
        if (!bytes.includes('application/sdp')) return false;
        wire.write('RTSP/1.0 200 OK\r\nCSeq: 1\r\n');
        let sent = 0;
        const timer = setInterval(() => {
          sent += 16_000;
          if (wire.closed || sent > maxEndlessBytes) clearInterval(timer);
          else wire.write('X-More: and more\r\n'.repeat(888));
        }, 5);
        return true;
      },
    });
  }
}

const stripped = new WeakMap<object, ReturnType<typeof videoClip>>();

function withoutParameterSets(clip: ReturnType<typeof videoClip>): ReturnType<typeof videoClip> {
  let bare = stripped.get(clip);
  if (!bare) {
    const pictures = clip.pictures.map((picture) => ({
      ...picture,
      nals: picture.nals.filter((nal) => !isParameterSet(clip.codec, nal)),
    }));
    stripped.set(clip, (bare = { ...clip, pictures, parameterSets: [] }));
  }
  return bare;
}

type FaultMakers = { readonly [Name in FaultName]: (options?: FaultOptions) => Behaviour };

/** `faults.stall()`, `faults.packetLoss({ every: 10 })`, … */
export const faults = Object.fromEntries(
  (Object.keys(faultMeanings) as FaultName[]).map((name) => [
    name,
    (options?: FaultOptions) => fault(name, options),
  ]),
) as FaultMakers;
