// A simulated camera: what it is (the spec), what it does (behaviours, newest first) and what it was sent (a
// bounded log). It fakes the wire and nothing above: real clients talk to it over real sockets.
import { createHash } from 'node:crypto';
import { sleep } from '../../config/clock.ts';
import type { AudioCodec } from '../../protocols/media/track.ts';
import { audioClip, videoClip, videoClipFromFile, type VideoName } from '../media/clips.ts';
import {
  maxReceivedEntries,
  Ring,
  type Behaviour,
  type Breakable,
  type Facts,
  type RtspRequest,
} from './behaviour.ts';
import { DigestAuth, type AuthScheme } from './digest-auth.ts';
import { MediaPump, type DroppedPacket, type SentFrame } from './media-pump.ts';
import type { CameraEvent } from './onvif-events.ts';
import { OnvifServer } from './onvif-server.ts';
import { RtspServer } from './rtsp-server.ts';
import { DiscoveryResponder } from './ws-discovery.ts';

/** How often, and how far apart, a port is asked for again when the camera is plugged in and it is taken. */
export const maxPlugAttempts = 50;
export const plugAgainMs = 100;

export interface SimCameraSpec {
  readonly id: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 (default) = any free port. */
  readonly rtspPort?: number;
  /** 0 = any free port; absent = a camera without ONVIF. */
  readonly onvifPort?: number;
  /** UDP port for WS-Discovery: 3702 = by multicast; 0 = unicast on any free one; absent = it is not found. Needs ONVIF. */
  readonly discoveryPort?: number;
  readonly video?: VideoName | { readonly file: string; readonly fps: number };
  /** Default aac; null = a camera without a microphone. */
  readonly audio?: AudioCodec | null;
  readonly username?: string;
  readonly password?: string;
  /** Default digest (MD5). */
  readonly auth?: AuthScheme;
  /** First RTP stamp of media time 0, e.g. 2 ** 32 - 90000 to wrap a second after the start. */
  readonly firstStamp?: number;
  readonly sessionTimeoutS?: number;
  readonly serial?: string;
  readonly mac?: string;
}

export interface ReceivedRequest {
  readonly wallMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface SimCamera {
  readonly id: string;
  readonly host: string;
  readonly rtspPort: number;
  /** Without credentials. */
  readonly rtspUrl: string;
  /** Null for a camera without ONVIF. */
  readonly onvifPort: number | null;
  readonly discoveryPort: number | null;
  /** The device service's address; null for a camera without ONVIF. */
  readonly onvifUrl: string | null;
  /** The last thing that went wrong of itself, e.g. why it does not listen though it is plugged in. */
  readonly problem: string | null;
  /** Texts that clients have laid over the picture. */
  readonly osdTexts: readonly string[];
  readonly clients: number;
  /** The last pictures that were sent, oldest first: the truth that files are held against. */
  readonly framesSent: readonly SentFrame[];
  readonly droppedPackets: readonly DroppedPacket[];
  /** Requests, oldest first, with credentials taken out. */
  readonly received: readonly ReceivedRequest[];
  readonly behaviours: readonly string[];
  /** Lays a behaviour on top; the answer takes it off again (safe twice). */
  use(behaviour: Behaviour): () => void;
  /** Tells every pull point of an event. */
  publish(event: CameraEvent): void;
  /** Ends every connection and frees the port. Safe twice. */
  close(): Promise<void>;
}

/** Listens, and resolves when the camera can be reached. Rejects when its port is taken. */
export async function createSimCamera(spec: SimCameraSpec): Promise<SimCamera> {
  const host = spec.host ?? '127.0.0.1';
  const behaviours: Behaviour[] = [];
  const received = new Ring<ReceivedRequest>(maxReceivedEntries);
  const material = spec.video ?? 'h264';
  const own: Facts = {
    make: 'Liuhen',
    model: 'Simulated camera',
    firmware: '1.0',
    serial: spec.serial ?? `SIM-${spec.id}`,
    mac: spec.mac ?? macOf(spec.id),
    name: spec.id,
    username: spec.username ?? 'liuhen',
    password: spec.password ?? 'simulated',
    clockSkewMs: 0,
    video:
      typeof material === 'string' ? videoClip(material) : videoClipFromFile(material.file, material.fps),
    audio: spec.audio === null ? null : audioClip(spec.audio ?? 'aac'),
    senderReports: true,
    sessionTimeoutS: spec.sessionTimeoutS ?? 60,
    announcedHost: '',
  };
  // Oldest first for facts: each sees what lies below it.
  const facts = (): Facts => behaviours.reduceRight((below, each) => each.facts?.(below) ?? below, own);
  const start = spec.firstStamp === undefined ? {} : { stamp: spec.firstStamp };
  const pump = new MediaPump(
    {
      facts,
      media: (item) => {
        let changed: typeof item | null = item;
        for (const each of behaviours) if (changed && each.media) changed = each.media(changed);
        return changed;
      },
      drop: (kind, sequence) => behaviours.some((each) => each.drop?.(kind, sequence) ?? false),
      junk: () => {
        for (const each of behaviours) if (each.junk) return each.junk();
        return null;
      },
    },
    start,
  );
  const auth = new DigestAuth(spec.auth ?? 'digest', 'Simulated camera');
  const server = new RtspServer(host, auth, pump, {
    facts,
    rtsp: (request, last) => {
      const layer = (index: number): ReturnType<typeof last> => {
        const each = behaviours[index];
        if (!each) return last();
        return each.rtsp ? each.rtsp(request, () => layer(index + 1)) : layer(index + 1);
      };
      return layer(0);
    },
    send: (bytes, wire) => behaviours.some((each) => each.send?.(bytes, wire) ?? false),
    received: (request: RtspRequest) => received.push({ wallMs: Date.now(), ...request }),
  });
  const rtspPort = await server.start(spec.rtspPort ?? 0);
  // Nonces of its own: a client that polls must not age the streams' logins. ONVIF knows no basic (Core §5.9.1).
  const scheme = spec.auth === undefined || spec.auth === 'basic' ? 'digest' : spec.auth;
  const webAuth = new DigestAuth(scheme, 'Simulated camera');
  const onvif = new OnvifServer(host, webAuth, {
    facts,
    rtspPort: () => rtspPort,
    soap: (call, last) => {
      const layer = (index: number): ReturnType<typeof last> => {
        const each = behaviours[index];
        if (!each) return last();
        return each.soap ? each.soap(call, () => layer(index + 1)) : layer(index + 1);
      };
      return layer(0);
    },
    received: (request) => received.push({ wallMs: Date.now(), ...request }),
  });
  let closed = false;
  let onvifPort: number | null = null;
  let discoveryPort: number | null = null;
  let problem: string | null = null;
  const discovery = new DiscoveryResponder(host, {
    facts,
    onvifPort: () => onvifPort ?? 0,
    problem: (error) => {
      problem = error.message;
    },
  });
  if (spec.onvifPort !== undefined) {
    try {
      onvifPort = await onvif.start(spec.onvifPort);
      if (spec.discoveryPort !== undefined) discoveryPort = await discovery.start(spec.discoveryPort);
    } catch (error) {
      await Promise.all([server.close(), onvif.close()]);
      throw error;
    }
  }
  let plugged = true;
  const listenAgain = async (): Promise<void> => {
    for (let attempt = 1; plugged && !closed; attempt++) {
      try {
        await server.start(rtspPort);
        if (onvifPort !== null) await onvif.start(onvifPort);
        if (discoveryPort !== null) await discovery.start(discoveryPort);
        problem = null;
        return;
      } catch (error) {
        // Another program took a port in between. It may give it back; a camera that stays away must say why.
        await closeBoth();
        problem = (error as Error).message;
        if (attempt >= maxPlugAttempts) return;
        await sleep(plugAgainMs);
      }
    }
  };
  const closeBoth = async (): Promise<void> => {
    await Promise.all([server.close(), onvif.close(), discovery.close()]);
  };
  let plugs = Promise.resolve();
  // Plugging and unplugging take turns: a port must be free before it is taken again.
  const inTurn = (act: () => Promise<unknown>): void => {
    plugs = plugs.then(async () => {
      if (!closed) await act();
    });
  };
  const breakable: Breakable = {
    unplug: () => {
      plugged = false;
      problem = null;
      inTurn(closeBoth);
    },
    plug: () => {
      plugged = true;
      pump.renew();
      inTurn(listenAgain);
    },
    resetConnections: () => {
      server.reset();
      onvif.reset();
    },
    forgetNonces: () => {
      auth.forget();
      webAuth.forget();
    },
    newSource: () => pump.renew(),
    jumpStamps: (byMs) => pump.jumpStamps(byMs),
  };
  return {
    id: spec.id,
    host,
    rtspPort,
    rtspUrl: `rtsp://${host}:${rtspPort}/stream`,
    onvifPort,
    discoveryPort,
    onvifUrl: onvifPort === null ? null : `http://${host}:${onvifPort}/onvif/device_service`,
    get problem() {
      return problem;
    },
    get osdTexts() {
      return onvif.osdTexts;
    },
    publish: (event) => onvif.publish(event),
    get clients() {
      return server.clients;
    },
    get framesSent() {
      return pump.sent.list();
    },
    get droppedPackets() {
      return pump.dropped.list();
    },
    get received() {
      return received.list();
    },
    get behaviours() {
      return behaviours.map(({ name }) => name);
    },
    use(behaviour) {
      behaviours.unshift(behaviour);
      behaviour.on?.(breakable);
      return () => {
        const at = behaviours.indexOf(behaviour);
        if (at < 0) return;
        behaviours.splice(at, 1);
        if (!closed) behaviour.off?.(breakable);
      };
    },
    async close() {
      closed = true;
      await plugs;
      pump.stop();
      await closeBoth();
    },
  };
}

/** A locally administered address (IEEE 802, second bit of the first octet), another for every id. */
function macOf(id: string): string {
  const hash = createHash('sha256').update(id).digest('hex');
  return ['02', ...Array.from({ length: 5 }, (_, n) => hash.slice(n * 2, n * 2 + 2))].join(':');
}
